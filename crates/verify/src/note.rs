//! Signed tree heads: notes of C2SP, signed with Ed25519.

use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest as _, Sha256};

use crate::{Finding, from_base64, from_hex, hex};

/// The key that signs, as `key` gives it: name, number, public key.
#[derive(Clone, Debug)]
pub struct Verifier {
    name: String,
    number: [u8; 4],
    key: VerifyingKey,
}

/// A tree head whose signature was found right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub size: u64,
    pub root: [u8; 32],
}

/// Name and number: short enough to be compared by eye.
impl std::fmt::Display for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}+{}", self.name, hex(&self.number))
    }
}

impl Verifier {
    /// Reads `name+number+key` and the end of its line.
    #[must_use]
    pub fn parse(text: &str) -> Option<Verifier> {
        let text = text.strip_suffix('\n')?;
        let (name, rest) = text.split_once('+')?;
        let (number, key) = rest.split_once('+')?;
        let number: [u8; 4] = from_hex(number)?.try_into().ok()?;
        let bytes = from_base64(key)?;
        let public: [u8; 32] = bytes.strip_prefix(&[1])?.try_into().ok()?;
        let digest =
            Sha256::new().chain_update(name).chain_update([0x0A, 0x01]).chain_update(public);
        if digest.finalize()[..4] != number {
            return None;
        }
        let key = VerifyingKey::from_bytes(&public).ok()?;
        Some(Verifier { name: name.to_owned(), number, key })
    }

    /// The head of a note, where this key signed it and nothing else stands in it.
    pub fn head(&self, note: &str) -> Result<Head, Finding> {
        let wrong = |zh: &str, en: &str| Finding::new("checkpoint", zh, en);
        let (body, signature) = note
            .split_once("\n\n")
            .ok_or_else(|| wrong("不是签名的日志头", "is no signed note"))?;
        let text = format!("{body}\n");
        let line = signature.strip_suffix('\n').filter(|line| !line.contains('\n'));
        let signature = line
            .and_then(|line| line.strip_prefix(&format!("— {} ", self.name)))
            .and_then(from_base64)
            .ok_or_else(|| wrong("没有这个密钥的签名", "bears no signature of this key"))?;
        let bytes = signature.strip_prefix(&self.number[..]).unwrap_or_default();
        let valid = Signature::from_slice(bytes)
            .is_ok_and(|signature| self.key.verify_strict(text.as_bytes(), &signature).is_ok());
        if !valid {
            return Err(wrong(
                "签名不对：内容被改过，或不是这个密钥签的",
                "the signature is wrong: it was altered, or signed by another key",
            ));
        }
        let mut lines = text.lines();
        let read = (lines.next(), lines.next(), lines.next(), lines.next());
        let (Some(origin), Some(size), Some(root), None) = read else {
            return Err(wrong("日志头应为三行", "expected three lines"));
        };
        let root = from_base64(root).and_then(|root| root.try_into().ok());
        match (origin == self.name, size.parse(), root) {
            (true, Ok(size), Some(root)) => Ok(Head { size, root }),
            _ => Err(wrong("日志头读不懂", "the head cannot be read")),
        }
    }
}
