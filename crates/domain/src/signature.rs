//! Signed requests (签名请求): what is signed, and whether a signature holds.
//!
//! The signer writes six lines and signs their bytes: the word of the scheme, method, path with
//! query, time in seconds, nonce, and SM3 of the body in hexadecimal, each followed by a newline.
//! HMAC-SM3 takes a shared secret (GB/T 15852.2), SM2 a key pair (GB/T 32918.2) under the usual
//! identity 1234567812345678.

use sm2::dsa::{Signature, VerifyingKey, signature::Verifier as _};

use crate::sealed::{from_hex, hmac_sm3};

/// How a request is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    HmacSm3,
    Sm2,
}

/// The identity that goes into an SM2 signature where none is agreed.
const IDENTITY: &str = "1234567812345678";

/// Letters and figures of a nonce, at most; at least sixteen, so that none comes twice by chance.
const NONCE_MIN: usize = 16;
const NONCE_MAX: usize = 64;

impl Scheme {
    /// The word in the header and in what is signed.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Scheme::HmacSm3 => "XINHENG-HMAC-SM3",
            Scheme::Sm2 => "XINHENG-SM2",
        }
    }

    #[must_use]
    pub fn from_word(word: &str) -> Option<Scheme> {
        [Scheme::HmacSm3, Scheme::Sm2].into_iter().find(|scheme| scheme.word() == word)
    }
}

/// What the header of a signed request says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    pub scheme: Scheme,
    /// Number of the key.
    pub key: i64,
    /// Seconds since 1970-01-01T00:00:00Z.
    pub time: i64,
    pub nonce: String,
    /// SM3 of the body, hexadecimal.
    pub digest: String,
    pub signature: Vec<u8>,
}

impl Signed {
    /// Reads `XINHENG-HMAC-SM3 key=12, time=1795593074, nonce=…, digest=…, signature=…`; every part once
    /// and nothing else.
    #[must_use]
    pub fn parse(header: &str) -> Option<Signed> {
        let (word, rest) = header.split_once(' ')?;
        let scheme = Scheme::from_word(word)?;
        let (mut key, mut time, mut nonce, mut digest, mut signature) =
            (None, None, None, None, None);
        for part in rest.split(',') {
            let (name, value) = part.trim().split_once('=')?;
            let slot = match name {
                "key" => &mut key,
                "time" => &mut time,
                "nonce" => &mut nonce,
                "digest" => &mut digest,
                "signature" => &mut signature,
                _ => return None,
            };
            if slot.replace(value).is_some() {
                return None;
            }
        }
        let (nonce, digest) = (nonce?, digest?);
        let plain = (NONCE_MIN..=NONCE_MAX).contains(&nonce.len())
            && nonce.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let whole = digest.len() == 64 && from_hex(digest).is_some();
        (plain && whole).then_some(())?;
        Some(Signed {
            scheme,
            key: key?.parse().ok()?,
            time: time?.parse().ok()?,
            nonce: nonce.to_owned(),
            digest: digest.to_lowercase(),
            signature: from_hex(signature?)?,
        })
    }

    /// The bytes that were signed.
    #[must_use]
    pub fn canonical(&self, method: &str, path: &str) -> String {
        let Signed { scheme, time, nonce, digest, .. } = self;
        format!("{}\n{method}\n{path}\n{time}\n{nonce}\n{digest}\n", scheme.word())
    }

    /// Whether the signature is that of a shared secret.
    #[must_use]
    pub fn fits_secret(&self, method: &str, path: &str, secret: &[u8]) -> bool {
        let made = hmac_sm3(secret, self.canonical(method, path).as_bytes());
        // Every byte is looked at, whichever differs.
        let differ =
            made.iter().zip(&self.signature).fold(0, |all, (one, other)| all | (one ^ other));
        self.scheme == Scheme::HmacSm3 && made.len() == self.signature.len() && differ == 0
    }

    /// Whether the signature is that of the holder of a public key, given as its uncompressed point
    /// in hexadecimal; the signature is r and s, one after the other.
    #[must_use]
    pub fn fits_key(&self, method: &str, path: &str, public: &str) -> bool {
        let point = from_hex(public).unwrap_or_default();
        let Ok(key) = VerifyingKey::from_sec1_bytes(IDENTITY, &point) else { return false };
        let Ok(signature) = Signature::from_slice(&self.signature) else { return false };
        let text = self.canonical(method, path);
        self.scheme == Scheme::Sm2 && key.verify(text.as_bytes(), &signature).is_ok()
    }
}

/// Whether a text is a public key of SM2.
#[must_use]
pub fn is_public_key(public: &str) -> bool {
    from_hex(public).is_some_and(|point| VerifyingKey::from_sec1_bytes(IDENTITY, &point).is_ok())
}

#[cfg(test)]
mod tests {
    use sm2::dsa::{SigningKey, signature::Signer as _};

    use super::*;
    use crate::sealed::{hex, sm3_hex};

    fn header(signature: &str) -> String {
        let digest = sm3_hex(b"");
        format!(
            "XINHENG-HMAC-SM3 key=12, time=1795593074, nonce=0123456789abcdef, digest={digest}, \
             signature={signature}"
        )
    }

    #[test]
    fn a_header_is_read_in_one_form_only() {
        let signed = Signed::parse(&header("00ff")).unwrap();
        assert_eq!((signed.key, signed.time), (12, 1_795_593_074));
        for wrong in [
            "",
            "Bearer xh_1",
            &header("0"),
            &header("xy"),
            &header("00").replace("0123456789abcdef", "short"),
            &header("00").replace("key=12", "key=12, key=13"),
            &header("00").replace("key=12", "more=1"),
            &header("00").replace("digest=", "digest=0"),
        ] {
            assert_eq!(Signed::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_signature_of_a_secret_is_the_one_openssl_makes() {
        // printf 'XINHENG-HMAC-SM3\nGET\n/api/v1/submissions?limit=1\n1795593074\n0123456789abcdef\n1ab2…\n'
        //   | openssl dgst -sm3 -mac HMAC -macopt key:secret
        let mut signed = Signed::parse(&header("00")).unwrap();
        let (method, path) = ("GET", "/api/v1/submissions?limit=1");
        signed.signature = hmac_sm3(b"secret", signed.canonical(method, path).as_bytes()).to_vec();
        assert!(signed.fits_secret(method, path, b"secret"));
        assert!(!signed.fits_secret("POST", path, b"secret"));
        assert!(!signed.fits_secret(method, "/api/v1/submissions", b"secret"));
        assert!(!signed.fits_secret(method, path, b"other"));
        for (place, other) in [
            ("time", Signed { time: signed.time + 1, ..signed.clone() }),
            ("nonce", Signed { nonce: "0123456789abcdeg".to_owned(), ..signed.clone() }),
            ("digest", Signed { digest: sm3_hex(b"x"), ..signed.clone() }),
            ("cut", Signed { signature: signed.signature[1..].to_vec(), ..signed.clone() }),
        ] {
            assert!(!other.fits_secret(method, path, b"secret"), "{place}");
        }
    }

    #[test]
    fn an_sm2_signature_holds_for_its_key_alone() {
        let own = SigningKey::from_slice(IDENTITY, &[7; 32]).unwrap();
        let other = SigningKey::from_slice(IDENTITY, &[8; 32]).unwrap();
        let public = |key: &SigningKey| hex(&key.verifying_key().to_sec1_bytes());
        let mut signed = Signed::parse(&header("00").replace("HMAC-SM3", "SM2")).unwrap();
        let text = signed.canonical("POST", "/api/v1/check");
        let signature: Signature = own.sign(text.as_bytes());
        signed.signature = signature.to_vec();
        assert!(is_public_key(&public(&own)) && !is_public_key("04ff"));
        assert!(signed.fits_key("POST", "/api/v1/check", &public(&own)));
        assert!(!signed.fits_key("POST", "/api/v1/check", &public(&other)));
        assert!(!signed.fits_key("GET", "/api/v1/check", &public(&own)));
        assert!(!signed.fits_secret("POST", "/api/v1/check", b""));
    }
}
