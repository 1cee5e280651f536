//! Which bytes stand for which characters, and how to find out.

use std::{fmt, str};

/// Bytes of a file looked at to find its encoding.
pub const HEAD: usize = 256 << 10;

const GB18030_MARK: &[u8] = &[0x84, 0x31, 0x95, 0x33];

/// Three-byte characters by which a line is known to be UTF-8 and nothing else.
const TELLING: usize = 3;

/// A character encoding, by any of the names the Encoding Standard knows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Encoding(&'static encoding_rs::Encoding);

impl Encoding {
    pub const UTF_8: Encoding = Encoding(&encoding_rs::UTF_8_INIT);
    pub const GB18030: Encoding = Encoding(&encoding_rs::GB18030_INIT);

    /// The encoding of this name: `utf-8`, `gbk`, `gb2312`, `utf-16le`.
    #[must_use]
    pub fn from_label(label: &str) -> Option<Encoding> {
        let encoding = encoding_rs::Encoding::for_label(label.as_bytes())?;
        // GB18030 holds all of GBK and GB 2312.
        let gbk = encoding == encoding_rs::GBK;
        Some(if gbk { Encoding::GB18030 } else { Encoding(encoding) })
    }

    /// Finds the encoding from the beginning of a file, and the length of its byte order mark.
    ///
    /// A byte order mark wins. Without one a file is UTF-8, unless more of its lines are not
    /// UTF-8 than are: a file pasted together from two encodings is read by the greater part.
    #[must_use]
    pub fn detect(head: &[u8]) -> (Encoding, usize) {
        if let Some(found) = Encoding::from_mark(head) {
            return found;
        }
        let utf_8 = match str::from_utf8(head) {
            Ok(_) => true,
            Err(error) => error.error_len().is_none() || mostly_utf_8(head),
        };
        (if utf_8 { Encoding::UTF_8 } else { Encoding::GB18030 }, 0)
    }

    /// The encoding a byte order mark names, and the length of the mark.
    #[must_use]
    pub fn from_mark(head: &[u8]) -> Option<(Encoding, usize)> {
        if head.starts_with(GB18030_MARK) {
            return Some((Encoding::GB18030, GB18030_MARK.len()));
        }
        let (encoding, length) = encoding_rs::Encoding::for_bom(head)?;
        Some((Encoding(encoding), length))
    }

    #[must_use]
    pub fn name(self) -> &'static str {
        if self == Encoding::GB18030 { "GB18030" } else { self.0.name() }
    }

    pub(crate) fn decoder(self) -> encoding_rs::Decoder {
        self.0.new_decoder_without_bom_handling()
    }

    /// Whether a line break is one byte and that byte nothing else.
    pub(crate) fn has_plain_lines(self) -> bool {
        self.0.is_ascii_compatible()
    }
}

impl fmt::Debug for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Text of bytes that are not UTF-8, for a person to look at.
#[must_use]
pub fn show(bytes: &[u8]) -> String {
    match str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => Encoding::GB18030.0.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

/// Whether a line can only be UTF-8: Chinese in another encoding is next to never valid UTF-8
/// over several characters.
pub(crate) fn is_surely_utf_8(line: &[u8]) -> bool {
    let long = |byte: &&u8| (0xe0..0xf8).contains(*byte);
    !line.is_ascii()
        && str::from_utf8(line).is_ok()
        && line.iter().filter(long).take(TELLING).count() == TELLING
}

fn mostly_utf_8(head: &[u8]) -> bool {
    let mut balance = 0i64;
    for line in head.split(|byte| matches!(byte, b'\n' | b'\r')).filter(|line| !line.is_ascii()) {
        balance += if str::from_utf8(line).is_ok() { 1 } else { -1 };
    }
    balance > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gb(text: &str) -> Vec<u8> {
        encoding_rs::GB18030.encode(text).0.into_owned()
    }

    #[track_caller]
    fn check(head: &[u8], expected: &str, mark: usize) {
        let (encoding, length) = Encoding::detect(head);
        assert_eq!((encoding.name(), length), (expected, mark));
    }

    #[test]
    fn finds_the_encoding_of_a_file() {
        check(b"name,code\n", "UTF-8", 0);
        check("名称,代码\n".as_bytes(), "UTF-8", 0);
        check("\u{feff}名称\n".as_bytes(), "UTF-8", 3);
        check(&gb("名称,代码\n"), "GB18030", 0);
        check(&gb("\u{feff}名称\n"), "GB18030", 4);
        check(b"\xff\xfea\0", "UTF-16LE", 2);
        check(b"\xfe\xff\0a", "UTF-16BE", 2);
    }

    #[test]
    fn does_not_mind_a_character_cut_off_at_the_end() {
        check(&"名称".as_bytes()[..5], "UTF-8", 0);
    }

    #[test]
    fn reads_a_mixed_file_by_its_greater_part() {
        let utf_8 = "行政处罚决定书,某某公司\n".as_bytes();
        check(&[utf_8, utf_8, &gb("行政处罚决定书\n")].concat(), "UTF-8", 0);
        check(&[&gb("行政处罚\n")[..], &gb("某某公司\n"), utf_8].concat(), "GB18030", 0);
    }

    #[test]
    fn knows_encodings_by_their_usual_names() {
        for label in ["gbk", "GB2312", "gb18030", " GBK "] {
            assert_eq!(Encoding::from_label(label), Some(Encoding::GB18030), "{label}");
        }
        assert_eq!(Encoding::from_label("utf8"), Some(Encoding::UTF_8));
        assert_eq!(Encoding::from_label("klingon"), None);
    }
}
