//! Verifies what a Xinheng platform handed out, knowing nothing of the platform but its formats.
//!
//! A folder written by `xinheng audit export` holds a signed tree head (`checkpoint`, C2SP signed
//! note), the key that signs (`key`), the tiles of the tree and its entries (`tile/`, C2SP
//! tlog-tiles), and every event with its salt (`events.jsonl`). What is recomputed here comes from
//! RFC 6962: a leaf hashes to SHA-256(0 ‖ entry), a node to SHA-256(1 ‖ left ‖ right); an entry is
//! SHA-256(salt ‖ event).

pub mod log;
pub mod note;
pub mod paper;

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// File, event or place in the tree.
    pub place: String,
    pub zh: String,
    pub en: String,
}

impl Finding {
    fn new(place: impl Into<String>, zh: impl Into<String>, en: impl Into<String>) -> Finding {
        Finding { place: place.into(), zh: zh.into(), en: en.into() }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {} · {}", self.place, self.zh, self.en)
    }
}

/// Lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of lower-case hexadecimal digits; none where there are others.
#[must_use]
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let value = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    digits.chunks(2).map(|pair| Some(value(pair[0])? * 16 + value(pair[1])?)).collect()
}

/// Base64 with padding (RFC 4648 §4), in the one form in which it is written.
#[must_use]
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if text.is_empty() || !text.len().is_multiple_of(4) {
        return None;
    }
    let body = text.trim_end_matches('=');
    let padding = text.len() - body.len();
    if 2 < padding {
        return None;
    }
    let (mut bits, mut held, mut bytes) = (0u32, 0, Vec::new());
    for letter in body.bytes() {
        let value = LETTERS.iter().position(|known| *known == letter)?;
        bits = (bits << 6) | u32::try_from(value).ok()?;
        held += 6;
        if 8 <= held {
            held -= 8;
            bytes.push(u8::try_from((bits >> held) & 0xFF).ok()?);
        }
    }
    let rest = bits & ((1 << held) - 1);
    (rest == 0 && (body.len() + padding).is_multiple_of(4)).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_one_text_each() {
        assert_eq!(from_base64("Zm9vYg==").as_deref(), Some(&b"foob"[..]));
        assert_eq!(from_base64("Zm9vYmFy").as_deref(), Some(&b"foobar"[..]));
        for text in ["", "Zg", "Zg=", "Zh==", "Z===", "Zm9v\n", "Zm-v", "===="] {
            assert_eq!(from_base64(text), None, "{text}");
        }
        assert_eq!(from_hex("00ff").as_deref(), Some(&[0, 255][..]));
        for text in ["0", "FF", "0g", " 00"] {
            assert_eq!(from_hex(text), None, "{text}");
        }
    }
}
