//! Sealing of identity numbers: SM4 in GCM for keeping, HMAC-SM3 for finding.
//!
//! An identity number is stored sealed and found by a keyed hash; a plain hash of it would be
//! undone in minutes, since there are only some 10^11 numbers to try. The keys live in a file
//! outside the database. The algorithms are those of GM/T 0002 and GM/T 0004.

use std::{fmt, sync::Arc};

use aes_gcm::{
    AesGcm, Nonce,
    aead::{Aead, KeyInit, Payload, consts::U12},
};
use hmac::{Hmac, Mac};
use sm3::{Digest, Sm3};
use sm4::Sm4;
use zeroize::{Zeroize, Zeroizing};

const NONCE_BYTES: usize = 12;
/// Longest key id, which stands before every sealed value.
const ID_LIMIT: usize = 16;

/// What seals, opens and finds: the software below, or a certified module in its place.
pub trait Provider: Send + Sync {
    /// Names the key values are sealed under now; stands before every value sealed under it.
    fn id(&self) -> String;
    /// Seals a value for one purpose; equal values seal equally under one key.
    fn seal(&self, purpose: &str, plain: &str) -> String;
    fn open(&self, purpose: &str, sealed: &str) -> Result<Zeroizing<String>, OpenError>;
    /// The keyed hash by which a value is found again, in hexadecimal.
    fn lookup(&self, scheme: &str, value: &str) -> String;
}

/// The keys at hand, whoever holds them.
#[derive(Clone)]
pub struct Keys(Arc<dyn Provider>);

/// The keys of one key file; wiped from memory when dropped.
pub struct SoftKeys {
    current: SealKey,
    /// Keys values may still be sealed under; none is sealed under them any more.
    older: Vec<SealKey>,
    lookup: Zeroizing<[u8; 32]>,
}

/// One key under which values are sealed.
struct SealKey {
    id: String,
    key: Zeroizing<[u8; 16]>,
    /// Each purpose has a key of its own, drawn from this one.
    apart: bool,
}

/// Why a key file cannot be used; says nothing of the keys in it.
#[derive(thiserror::Error, Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidKeys {
    #[error("expected a line “{0} = …”")]
    Missing(&'static str),
    #[error("“{0}” is given twice")]
    Twice(&'static str),
    #[error(
        "line {0}: expected “id = …”, “seal = …”, “lookup = …”, “purposes = apart” or “older = …”"
    )]
    Line(usize),
    #[error("line {0}: expected “older = ID KEY” or “older = ID KEY apart”")]
    Older(usize),
    #[error("“id” must be 1 to 16 letters and digits")]
    Id,
    #[error("“{name}” must be {digits} hexadecimal digits, not all zero")]
    Key { name: &'static str, digits: usize },
}

/// Why a sealed value does not open.
#[derive(thiserror::Error, Clone, Debug, PartialEq, Eq)]
pub enum OpenError {
    #[error("sealed under key “{0}”, which is not the key at hand")]
    OtherKey(String),
    #[error("not a sealed value")]
    Malformed,
    #[error("the sealed value was altered, or sealed for another purpose or under another key")]
    Refused,
}

impl Keys {
    /// Keys that somebody else holds: a certified module.
    #[must_use]
    pub fn of(provider: Arc<dyn Provider>) -> Keys {
        Keys(provider)
    }

    /// Reads a key file, one setting to a line: `id = k1`, `seal = <32 hex>`, `lookup = <64 hex>`;
    /// `purposes = apart` gives each purpose a key of its own; `older = k0 <32 hex> [apart]` still opens.
    ///
    /// Empty lines and lines that begin with `#` are passed over.
    pub fn parse(file_text: &str) -> Result<Keys, InvalidKeys> {
        Ok(Keys(Arc::new(SoftKeys::parse(file_text)?)))
    }

    /// The text of a new key file from 48 bytes out of the system's random source.
    #[must_use]
    pub fn generate_text(random: &[u8; 48], id: &str) -> String {
        let (seal, lookup) = random.split_at(16);
        let (seal, lookup) = (Zeroizing::new(hex(seal)), Zeroizing::new(hex(lookup)));
        format!("id = {id}\nseal = {}\nlookup = {}\npurposes = apart\n", *seal, *lookup)
    }

    /// The text of the file with a new key, from 16 random bytes, under which values are sealed from here
    /// on; the one before still opens. The key by which values are found stays: it is what the register
    /// knows persons by.
    pub fn renewed_text(file_text: &str, random: &[u8; 16]) -> Result<String, InvalidKeys> {
        let keys = SoftKeys::parse(file_text)?;
        let ids = std::iter::once(&keys.current).chain(&keys.older).map(|key| key.id.as_str());
        let numbers = ids.filter_map(|id| id.strip_prefix('k')?.parse::<u32>().ok());
        let next = numbers.max().unwrap_or_default() + 1;
        let seal = Zeroizing::new(hex(random));
        let mut text = format!(
            "id = k{next}\nseal = {}\nlookup = {}\npurposes = apart\n",
            *seal,
            hex(keys.lookup.as_slice())
        );
        for key in std::iter::once(&keys.current).chain(&keys.older) {
            text.push_str(&key.older_line());
        }
        Ok(text)
    }

    /// The text of the file without an older key; none where it has no such older key.
    pub fn without_text(file_text: &str, id: &str) -> Result<Option<String>, InvalidKeys> {
        let keys = SoftKeys::parse(file_text)?;
        let Some(gone) = keys.older.iter().find(|key| key.id == id) else { return Ok(None) };
        let line = gone.older_line();
        let kept = file_text.lines().filter(|kept| kept.trim() != line.trim());
        Ok(Some(kept.map(|line| format!("{line}\n")).collect()))
    }

    /// Names the key; stands before every value sealed under it.
    #[must_use]
    pub fn id(&self) -> String {
        self.0.id()
    }

    /// The keyed hash by which a value is found again, in hex.
    #[must_use]
    pub fn lookup(&self, scheme: &str, value: &str) -> String {
        self.0.lookup(scheme, value)
    }

    /// Seals a value for one purpose; it opens for that purpose only.
    #[must_use]
    pub fn seal(&self, purpose: &str, plain: &str) -> String {
        self.0.seal(purpose, plain)
    }

    pub fn open(&self, purpose: &str, sealed: &str) -> Result<Zeroizing<String>, OpenError> {
        self.0.open(purpose, sealed)
    }

    /// The value sealed anew under the present key; none where it is sealed under it already.
    pub fn resealed(&self, purpose: &str, sealed: &str) -> Result<Option<String>, OpenError> {
        if sealed.split_once(':').is_some_and(|(id, _)| id == self.id()) {
            return Ok(None);
        }
        let plain = self.open(purpose, sealed)?;
        Ok(Some(self.seal(purpose, &plain)))
    }
}

impl SoftKeys {
    fn parse(file_text: &str) -> Result<SoftKeys, InvalidKeys> {
        let (mut id, mut seal, mut lookup, mut purposes) = (None, None, None, None);
        let mut older = Vec::new();
        for (number, line) in (1..).zip(file_text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (name, value) = line.split_once('=').ok_or(InvalidKeys::Line(number))?;
            let (name, slot) = match name.trim() {
                "id" => ("id", &mut id),
                "seal" => ("seal", &mut seal),
                "lookup" => ("lookup", &mut lookup),
                "purposes" if value.trim() == "apart" => ("purposes", &mut purposes),
                "older" => {
                    older.push(SealKey::older(value).ok_or(InvalidKeys::Older(number))?);
                    continue;
                }
                _ => return Err(InvalidKeys::Line(number)),
            };
            if slot.replace(value.trim()).is_some() {
                return Err(InvalidKeys::Twice(name));
            }
        }
        let id = id.ok_or(InvalidKeys::Missing("id"))?;
        if !is_id(id) {
            return Err(InvalidKeys::Id);
        }
        let current =
            SealKey { id: id.to_owned(), key: key("seal", seal)?, apart: purposes.is_some() };
        if older.iter().any(|key| key.id == current.id) {
            return Err(InvalidKeys::Twice("id"));
        }
        Ok(SoftKeys { current, older, lookup: key("lookup", lookup)? })
    }

    fn hmac(&self, parts: &[&[u8]]) -> [u8; 32] {
        hmac_sm3(self.lookup.as_slice(), &parts.concat())
    }
}

impl Provider for SoftKeys {
    fn id(&self) -> String {
        self.current.id.clone()
    }

    fn lookup(&self, scheme: &str, value: &str) -> String {
        hex(&self.hmac(&[scheme.as_bytes(), &[0x1f], value.as_bytes()]))
    }

    /// The nonce is drawn from purpose and value, so that equal values seal equally and a file
    /// sent again changes nothing. That shows which sealed values are equal, as their keyed
    /// hashes do anyway.
    fn seal(&self, purpose: &str, plain: &str) -> String {
        // The length keeps purpose and value apart: two different pairs must never share a nonce.
        let length = (purpose.len() as u64).to_be_bytes();
        let mac = self.hmac(&[b"nonce", &[0], &length, purpose.as_bytes(), plain.as_bytes()]);
        let mut nonce = Nonce::<U12>::default();
        nonce.copy_from_slice(&mac[..NONCE_BYTES]);
        let payload = Payload { msg: plain.as_bytes(), aad: purpose.as_bytes() };
        let Ok(sealed) = self.current.cipher(purpose).encrypt(&nonce, payload) else {
            unreachable!("GCM seals every text shorter than 64 GiB");
        };
        format!("{}:{}", self.current.id, base64url(&[&nonce[..], &sealed].concat()))
    }

    fn open(&self, purpose: &str, sealed: &str) -> Result<Zeroizing<String>, OpenError> {
        let (id, body) = sealed.split_once(':').ok_or(OpenError::Malformed)?;
        let key = std::iter::once(&self.current).chain(&self.older).find(|key| key.id == id);
        let Some(key) = key else {
            return Err(OpenError::OtherKey(id.chars().take(ID_LIMIT).collect()));
        };
        let bytes = from_base64url(body).ok_or(OpenError::Malformed)?;
        let (first, msg) = bytes.split_at_checked(NONCE_BYTES).ok_or(OpenError::Malformed)?;
        let mut nonce = Nonce::<U12>::default();
        nonce.copy_from_slice(first);
        let payload = Payload { msg, aad: purpose.as_bytes() };
        let plain = key.cipher(purpose).decrypt(&nonce, payload).map_err(|_| OpenError::Refused)?;
        let plain = String::from_utf8(plain).map_err(|why| {
            why.into_bytes().zeroize();
            OpenError::Malformed
        })?;
        Ok(Zeroizing::new(plain))
    }
}

impl SealKey {
    /// Reads `k0 <32 hex>` or `k0 <32 hex> apart`.
    fn older(text: &str) -> Option<SealKey> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (id, digits, apart) = match words[..] {
            [id, digits] => (id, digits, false),
            [id, digits, "apart"] => (id, digits, true),
            _ => return None,
        };
        let key = key("older", Some(digits)).ok()?;
        is_id(id).then(|| SealKey { id: id.to_owned(), key, apart })
    }

    fn older_line(&self) -> String {
        let apart = if self.apart { " apart" } else { "" };
        format!("older = {} {}{apart}\n", self.id, hex(self.key.as_slice()))
    }

    /// The cipher of a purpose: under the key itself, or under HMAC-SM3 of the purpose, cut to a key.
    fn cipher(&self, purpose: &str) -> AesGcm<Sm4, U12> {
        if !self.apart {
            return AesGcm::new(&(*self.key).into());
        }
        let label = [b"xinheng seal 1".as_slice(), &[0x1f], purpose.as_bytes()].concat();
        let drawn = Zeroizing::new(hmac_sm3(self.key.as_slice(), &label));
        let mut own = Zeroizing::new([0u8; 16]);
        own.copy_from_slice(&drawn[..16]);
        AesGcm::new(&(*own).into())
    }
}

fn is_id(id: &str) -> bool {
    (1..=ID_LIMIT).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric())
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({})", self.id())
    }
}

/// HMAC-SM3 under a key of any length.
#[must_use]
pub fn hmac_sm3(key: &[u8], message: &[u8]) -> [u8; 32] {
    // A key longer than the block is hashed first, a shorter one padded, by the definition of HMAC.
    let mut block = Zeroizing::new([0; 64]);
    if block.len() < key.len() {
        block[..32].copy_from_slice(&sm3(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let mut mac = Hmac::<Sm3>::new(&(*block).into());
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// The SM3 digest (GM/T 0004).
#[must_use]
pub fn sm3(bytes: &[u8]) -> [u8; 32] {
    Sm3::digest(bytes).into()
}

#[must_use]
pub fn sm3_hex(bytes: &[u8]) -> String {
    hex(&sm3(bytes))
}

/// Lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

fn key<const N: usize>(
    name: &'static str,
    text: Option<&str>,
) -> Result<Zeroizing<[u8; N]>, InvalidKeys> {
    let invalid = InvalidKeys::Key { name, digits: N * 2 };
    let text = text.ok_or(InvalidKeys::Missing(name))?;
    let mut key = Zeroizing::new([0; N]);
    if text.len() != N * 2 {
        return Err(invalid);
    }
    for (byte, pair) in key.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let high = char::from(pair[0]).to_digit(16).ok_or(invalid)?;
        let low = char::from(pair[1]).to_digit(16).ok_or(invalid)?;
        *byte = u8::try_from(high * 16 + low).map_err(|_| invalid)?;
    }
    if key.iter().all(|byte| *byte == 0) {
        return Err(invalid);
    }
    Ok(key)
}

const BASE64URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The bytes of hexadecimal digits; none where there are others.
#[must_use]
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let pairs = digits?;
    let pairs = pairs.chunks(2).map(|pair| match pair {
        [high, low] => u8::try_from(high * 16 + low).ok(),
        _ => None,
    });
    pairs.collect()
}

/// Base64 with padding (RFC 4648 §4).
#[must_use]
pub fn base64(bytes: &[u8]) -> String {
    let mut text = base64url(bytes).replace('-', "+").replace('_', "/");
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}

/// Base64 for addresses, without padding (RFC 4648 §5).
fn base64url(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 4 / 3 + 2);
    for chunk in bytes.chunks(3) {
        let mut group = [0; 4];
        group[1..=chunk.len()].copy_from_slice(chunk);
        let bits = u32::from_be_bytes(group);
        for position in 0..=chunk.len() {
            text.push(char::from(BASE64URL[(bits >> (18 - 6 * position)) as usize & 63]));
        }
    }
    text
}

/// Reads only what [`base64url`] writes, so that one sealed value has one text.
fn from_base64url(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    for chunk in text.as_bytes().chunks(4) {
        let mut bits = 0;
        for (position, letter) in chunk.iter().enumerate() {
            let value = BASE64URL.iter().position(|known| known == letter)?;
            bits |= u32::try_from(value).ok()? << (18 - 6 * position);
        }
        let count = chunk.len().checked_sub(1).filter(|count| 0 < *count)?;
        let [_, group @ ..] = bits.to_be_bytes();
        let (written, unused) = group.split_at(count);
        if unused.iter().any(|byte| *byte != 0) {
            return None;
        }
        bytes.extend_from_slice(written);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests;
