//! Sealing of identity numbers: SM4 in GCM for keeping, HMAC-SM3 for finding.
//!
//! An identity number is stored sealed and found by a keyed hash; a plain hash of it would be
//! undone in minutes, since there are only some 10^11 numbers to try. The keys live in a file
//! outside the database. The algorithms are those of GM/T 0002 and GM/T 0004.

use std::fmt;

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

/// The keys of one key file; wiped from memory when dropped.
pub struct Keys {
    id: String,
    seal: Zeroizing<[u8; 16]>,
    lookup: Zeroizing<[u8; 32]>,
}

/// Why a key file cannot be used; says nothing of the keys in it.
#[derive(thiserror::Error, Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidKeys {
    #[error("expected a line “{0} = …”")]
    Missing(&'static str),
    #[error("“{0}” is given twice")]
    Twice(&'static str),
    #[error("line {0}: expected “id = …”, “seal = …” or “lookup = …”")]
    Line(usize),
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
    /// Reads a key file: `id = k1`, `seal = <32 hex>`, `lookup = <64 hex>`, one to a line.
    ///
    /// Empty lines and lines that begin with `#` are passed over.
    pub fn parse(file_text: &str) -> Result<Keys, InvalidKeys> {
        let (mut id, mut seal, mut lookup) = (None, None, None);
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
                _ => return Err(InvalidKeys::Line(number)),
            };
            if slot.replace(value.trim()).is_some() {
                return Err(InvalidKeys::Twice(name));
            }
        }
        let id = id.ok_or(InvalidKeys::Missing("id"))?;
        if !(1..=ID_LIMIT).contains(&id.len()) || !id.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(InvalidKeys::Id);
        }
        Ok(Keys { id: id.to_owned(), seal: key("seal", seal)?, lookup: key("lookup", lookup)? })
    }

    /// The text of a new key file from 48 bytes out of the system's random source.
    #[must_use]
    pub fn generate_text(random: &[u8; 48], id: &str) -> String {
        let (seal, lookup) = random.split_at(16);
        let (seal, lookup) = (Zeroizing::new(hex(seal)), Zeroizing::new(hex(lookup)));
        format!("id = {id}\nseal = {}\nlookup = {}\n", *seal, *lookup)
    }

    /// Names the key; stands before every value sealed under it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The keyed hash by which a value is found again, in hex.
    #[must_use]
    pub fn lookup(&self, scheme: &str, value: &str) -> String {
        hex(&self.hmac(&[scheme.as_bytes(), &[0x1f], value.as_bytes()]))
    }

    /// Seals a value for one purpose; it opens for that purpose only.
    ///
    /// The nonce is drawn from purpose and value, so that equal values seal equally and a file
    /// sent again changes nothing. That shows which sealed values are equal, as their keyed
    /// hashes do anyway.
    #[must_use]
    pub fn seal(&self, purpose: &str, plain: &str) -> String {
        // The length keeps purpose and value apart: two different pairs must never share a nonce.
        let length = (purpose.len() as u64).to_be_bytes();
        let mac = self.hmac(&[b"nonce", &[0], &length, purpose.as_bytes(), plain.as_bytes()]);
        let mut nonce = Nonce::<U12>::default();
        nonce.copy_from_slice(&mac[..NONCE_BYTES]);
        let payload = Payload { msg: plain.as_bytes(), aad: purpose.as_bytes() };
        let Ok(sealed) = self.cipher().encrypt(&nonce, payload) else {
            unreachable!("GCM seals every text shorter than 64 GiB");
        };
        format!("{}:{}", self.id, base64url(&[&nonce[..], &sealed].concat()))
    }

    pub fn open(&self, purpose: &str, sealed: &str) -> Result<Zeroizing<String>, OpenError> {
        let (id, body) = sealed.split_once(':').ok_or(OpenError::Malformed)?;
        if id != self.id {
            return Err(OpenError::OtherKey(id.chars().take(ID_LIMIT).collect()));
        }
        let bytes = from_base64url(body).ok_or(OpenError::Malformed)?;
        let (first, msg) = bytes.split_at_checked(NONCE_BYTES).ok_or(OpenError::Malformed)?;
        let mut nonce = Nonce::<U12>::default();
        nonce.copy_from_slice(first);
        let payload = Payload { msg, aad: purpose.as_bytes() };
        let plain = self.cipher().decrypt(&nonce, payload).map_err(|_| OpenError::Refused)?;
        let plain = String::from_utf8(plain).map_err(|why| {
            why.into_bytes().zeroize();
            OpenError::Malformed
        })?;
        Ok(Zeroizing::new(plain))
    }

    fn cipher(&self) -> AesGcm<Sm4, U12> {
        AesGcm::new(&(*self.seal).into())
    }

    fn hmac(&self, parts: &[&[u8]]) -> [u8; 32] {
        // A key shorter than the block is padded with zeros, by the definition of HMAC.
        let mut block = Zeroizing::new([0; 64]);
        block[..32].copy_from_slice(self.lookup.as_slice());
        let mut mac = Hmac::<Sm3>::new(&(*block).into());
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({})", self.id)
    }
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
mod tests {
    use super::*;

    const NUMBER: &str = "11010519491231002X";

    fn random(first: u8) -> [u8; 48] {
        let mut bytes = [0; 48];
        for (byte, value) in bytes.iter_mut().zip(first..) {
            *byte = value;
        }
        bytes
    }

    fn keys(first: u8, id: &str) -> Keys {
        Keys::parse(&Keys::generate_text(&random(first), id)).unwrap()
    }

    fn bytes(hex: &str) -> Vec<u8> {
        let digit = |byte: u8| char::from(byte).to_digit(16).unwrap() as u8;
        hex.as_bytes().chunks(2).map(|pair| digit(pair[0]) * 16 + digit(pair[1])).collect()
    }

    #[test]
    fn sm3_gives_the_digest_of_the_standard() {
        let expected = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0";
        assert_eq!(sm3_hex(b"abc"), expected);
        assert_eq!(hex(&sm3(b"abc")), expected);
    }

    #[test]
    fn sm4_in_gcm_gives_the_example_of_rfc_8998() {
        let key: [u8; 16] = bytes("0123456789ABCDEFFEDCBA9876543210").try_into().unwrap();
        let nonce: [u8; 12] = bytes("00001234567800000000ABCD").try_into().unwrap();
        let plain = bytes(concat!(
            "AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDD",
            "EEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA",
        ));
        let aad = bytes("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2");
        let cipher = AesGcm::<Sm4, U12>::new(&key.into());
        let sealed = cipher.encrypt(&nonce.into(), Payload { msg: &plain, aad: &aad }).unwrap();
        assert_eq!(
            hex(&sealed).to_ascii_uppercase(),
            concat!(
                "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735",
                "D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D",
                "83DE3541E4C2B58177E065A9BF7B62EC",
            )
        );
    }

    #[test]
    fn the_keyed_hash_is_the_one_other_tools_compute() {
        // printf 'cn_id\x1f11010519491231002X' | openssl dgst -sm3 -mac HMAC -macopt hexkey:1112…30
        let expected = "9d2ddb877408e95de50356c6719c0888887468aeb48d075c62d9f12158f97b46";
        assert_eq!(keys(1, "k1").lookup("cn_id", NUMBER), expected);
    }

    #[test]
    fn what_is_sealed_opens_for_its_purpose() {
        let keys = keys(1, "k1");
        for plain in [NUMBER, "", "示例", &"长".repeat(1000)] {
            let sealed = keys.seal("person_id", plain);
            assert!(sealed.starts_with("k1:"));
            assert_eq!(keys.open("person_id", &sealed).unwrap().as_str(), plain);
            assert_eq!(keys.open("telephone", &sealed).unwrap_err(), OpenError::Refused);
        }
    }

    #[test]
    fn equal_values_seal_equally_and_others_differ() {
        let keys = keys(1, "k1");
        let sealed = keys.seal("person_id", NUMBER);
        assert_eq!(sealed, keys.seal("person_id", NUMBER));
        assert!(!sealed.contains(NUMBER));
        let nonces = ["ab:c", "a:bc", ":abc"].map(|pair| {
            let (purpose, plain) = pair.split_once(':').unwrap();
            keys.seal(purpose, plain)[..19].to_owned()
        });
        assert!(nonces[0] != nonces[1] && nonces[1] != nonces[2] && nonces[0] != nonces[2]);
    }

    #[test]
    fn every_altered_character_is_noticed() {
        let keys = keys(1, "k1");
        let sealed = keys.seal("person_id", NUMBER);
        for position in 3..sealed.len() {
            for letter in ["A", "B", "_", "=", "+"] {
                let mut altered = sealed.clone();
                altered.replace_range(position..=position, letter);
                assert_eq!(
                    keys.open("person_id", &altered).is_ok(),
                    altered == sealed,
                    "{altered}"
                );
            }
        }
        for length in 0..sealed.len() {
            assert!(keys.open("person_id", &sealed[..length]).is_err());
        }
    }

    #[test]
    fn another_key_does_not_open() {
        let sealed = keys(1, "k1").seal("person_id", NUMBER);
        let other = keys(2, "k2").open("person_id", &sealed).unwrap_err();
        assert_eq!(other, OpenError::OtherKey("k1".to_owned()));
        assert_eq!(keys(2, "k1").open("person_id", &sealed).unwrap_err(), OpenError::Refused);
        assert_eq!(keys(1, "k1").open("person_id", NUMBER).unwrap_err(), OpenError::Malformed);
        assert_ne!(keys(1, "k1").lookup("cn_id", NUMBER), keys(2, "k1").lookup("cn_id", NUMBER));
        assert_ne!(keys(1, "k1").lookup("cn_id", NUMBER), keys(1, "k1").lookup("reg_no", NUMBER));
    }

    #[test]
    fn a_key_file_says_what_is_wrong_with_it() {
        let seal = format!("seal = {}", "ab".repeat(16));
        let lookup = format!("lookup = {}", "cd".repeat(32));
        let parse =
            |lines: &[&str]| Keys::parse(&lines.join("\n")).map(|keys| keys.id().to_owned());
        assert_eq!(
            parse(&["# made by hand", "", " id = k1 ", &seal, &lookup]),
            Ok("k1".to_owned())
        );
        for (lines, expected) in [
            (&[seal.as_str(), &lookup][..], InvalidKeys::Missing("id")),
            (&["id = k1", &lookup], InvalidKeys::Missing("seal")),
            (&["id = k1", &seal], InvalidKeys::Missing("lookup")),
            (&["id = k1", "id = k2", &seal, &lookup], InvalidKeys::Twice("id")),
            (&["id = k:1", &seal, &lookup], InvalidKeys::Id),
            (&["id =", &seal, &lookup], InvalidKeys::Id),
            (&["id = k1", "seel = 1", &lookup], InvalidKeys::Line(2)),
            (&["id = k1", "seal", &lookup], InvalidKeys::Line(2)),
            (&["id = k1", "seal = ab", &lookup], InvalidKeys::Key { name: "seal", digits: 32 }),
            (&["id = k1", &seal, "lookup = xy"], InvalidKeys::Key { name: "lookup", digits: 64 }),
        ] {
            assert_eq!(parse(lines), Err(expected));
        }
        let zeros = Keys::generate_text(&[0; 48], "k1");
        let expected = InvalidKeys::Key { name: "seal", digits: 32 };
        assert_eq!(Keys::parse(&zeros).unwrap_err(), expected);
    }

    #[test]
    fn keys_are_never_printed() {
        assert_eq!(format!("{:?}", keys(1, "k1")), "Keys(k1)");
    }

    #[test]
    fn base64url_is_that_of_rfc_4648() {
        for (plain, expected) in [
            ("", ""),
            ("f", "Zg"),
            ("fo", "Zm8"),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg"),
            ("fooba", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64url(plain.as_bytes()), expected);
            assert_eq!(from_base64url(expected).as_deref(), Some(plain.as_bytes()));
        }
        assert_eq!(base64url(&[0xfb, 0xff]), "-_8");
        for text in ["Z", "Zh", "Zm9vY", "Zm 8", "Zg==", "+/8"] {
            assert_eq!(from_base64url(text), None, "{text}");
        }
    }
}
