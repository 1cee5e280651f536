//! A file of text as UTF-8 bytes, of which only the part being read is held in memory.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
    str,
};

use memchr::{memchr, memchr2, memrchr};

use crate::encoding::{self, Encoding};

/// Bytes read from the file at once: few enough to be read again while the processor has them near.
const BLOCK: usize = 1 << 18;

/// Stands for bytes that are no text in the file's encoding.
const REPLACEMENT: &str = "\u{fffd}";

/// The unread text of a file; it grows at the end and is used up at the front.
pub struct Window {
    file: File,
    encoding: Encoding,
    /// Absent for UTF-8, whose bytes are taken as they are.
    transcoder: Option<Transcoder>,
    bytes: Vec<u8>,
    start: usize,
    ended: bool,
    read: u64,
}

/// Turns another encoding into UTF-8, before rows and cells are looked for: in GB18030 the
/// second byte of a character may look like `|` or `\`.
struct Transcoder {
    decoder: encoding_rs::Decoder,
    raw: Vec<u8>,
    plain_lines: bool,
    /// The decoder stopped inside a line, so what comes next does not begin one.
    inside_line: bool,
}

impl Window {
    /// Opens a file whose text begins after `mark` bytes.
    pub fn open(path: &Path, encoding: Encoding, mark: usize) -> io::Result<Window> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(mark as u64))?;
        let transcoder = (encoding != Encoding::UTF_8).then(|| Transcoder {
            decoder: encoding.decoder(),
            raw: Vec::new(),
            plain_lines: encoding.has_plain_lines(),
            inside_line: false,
        });
        let read = mark as u64;
        Ok(Window { file, encoding, transcoder, bytes: Vec::new(), start: 0, ended: false, read })
    }

    /// What is held and not yet used up.
    pub fn rest(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Bytes of the file read so far.
    pub fn position(&self) -> u64 {
        self.read
    }

    /// Whether nothing comes after [`Window::rest`].
    pub fn ended(&self) -> bool {
        self.ended
    }

    pub fn consume(&mut self, bytes: usize) {
        self.start += bytes;
    }

    /// Reads one more block.
    pub fn grow(&mut self) -> io::Result<()> {
        self.bytes.drain(..self.start);
        self.start = 0;
        let into = match &mut self.transcoder {
            None => &mut self.bytes,
            Some(transcoder) => &mut transcoder.raw,
        };
        into.reserve(BLOCK);
        let read = (&mut self.file).take(BLOCK as u64).read_to_end(into)?;
        self.read += read as u64;
        self.ended = read < BLOCK;
        if let Some(transcoder) = &mut self.transcoder {
            transcoder.run(&mut self.bytes, self.ended);
        }
        Ok(())
    }

    /// Uses up what is left of the line, of whatever length.
    pub fn skip_line(&mut self) -> io::Result<()> {
        loop {
            if let Some(at) = memchr2(b'\n', b'\r', self.rest()) {
                if let Some(next) = after_line_end(self.rest(), at, self.ended) {
                    self.consume(next);
                    return Ok(());
                }
                self.consume(at);
            } else {
                self.consume(self.rest().len());
                if self.ended {
                    return Ok(());
                }
            }
            self.grow()?;
        }
    }

    /// The text of a row, unless some of its bytes are no text in the file's encoding.
    pub fn text<'r>(&self, row: &'r [u8]) -> Option<&'r str> {
        let text = simdutf8::basic::from_utf8(row).ok()?;
        if self.transcoder.is_some() && text.contains(REPLACEMENT) || memchr(0, row).is_some() {
            return None;
        }
        Some(text)
    }
}

/// Where the next line begins, given a line end at `at`: `\n`, `\r\n` or a lone `\r`. Absent
/// where the bytes stop short of telling.
pub fn after_line_end(bytes: &[u8], at: usize, ended: bool) -> Option<usize> {
    match (bytes[at], bytes.get(at + 1)) {
        (b'\r', Some(b'\n')) => Some(at + 2),
        (b'\r', None) if !ended => None,
        _ => Some(at + 1),
    }
}

/// A bad row as a person may read it; the mark of its badness is left out.
pub fn show(row: &[u8]) -> String {
    encoding::show(row).replace(REPLACEMENT, "")
}

impl Transcoder {
    fn run(&mut self, out: &mut Vec<u8>, last: bool) {
        let mut raw = std::mem::take(&mut self.raw);
        let line = memrchr(b'\n', &raw).filter(|_| self.plain_lines && !last);
        let cut = line.map_or(raw.len(), |at| at + 1);
        self.decode_lines(&raw[..cut], out, last);
        self.inside_line = line.is_none();
        raw.drain(..cut);
        self.raw = raw;
    }

    /// Decodes whole lines. A line of UTF-8 in such a file would turn into wrong characters
    /// without any error; it is passed on as it is and marked as bad.
    fn decode_lines(&mut self, raw: &[u8], out: &mut Vec<u8>, last: bool) {
        let (mut done, mut at) = (0, 0);
        while self.plain_lines && !self.inside_line && at < raw.len() {
            let end = memchr(b'\n', &raw[at..]).map_or(raw.len(), |length| at + length);
            let line = raw[at..end].trim_ascii_end();
            if encoding::is_surely_utf_8(line) {
                self.decode(&raw[done..at], out, false);
                out.extend_from_slice(line);
                out.extend_from_slice(REPLACEMENT.as_bytes());
                done = at + line.len();
            }
            at = end + 1;
        }
        self.decode(&raw[done..], out, last);
    }

    fn decode(&mut self, raw: &[u8], out: &mut Vec<u8>, last: bool) {
        let old = out.len();
        let room = self.decoder.max_utf8_buffer_length(raw.len()).unwrap_or(raw.len() * 4 + 16);
        out.resize(old + room, 0);
        let (_, _, written, _) = self.decoder.decode_to_utf8(raw, &mut out[old..], last);
        out.truncate(old + written);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn read_all(bytes: &[u8], encoding: Encoding) -> (Vec<u8>, usize) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let mut window = Window::open(file.path(), encoding, 0).unwrap();
        let (mut all, mut most) = (Vec::new(), 0);
        while !window.ended() {
            window.grow().unwrap();
            most = most.max(window.bytes.capacity());
            all.extend_from_slice(window.rest());
            window.consume(window.rest().len());
        }
        assert_eq!(window.position(), bytes.len() as u64);
        (all, most)
    }

    #[test]
    fn decodes_across_blocks_in_bounded_memory() {
        let text = "朗|朗𠀀㐂,行政处罚\n".repeat(300_000);
        let encoded = encoding_rs::GB18030.encode(&text).0;
        let (all, most) = read_all(&encoded, Encoding::GB18030);
        assert!(all == text.as_bytes(), "text differs");
        assert!(most <= 8 * BLOCK, "{most}");
    }

    #[test]
    fn decodes_one_line_longer_than_a_block() {
        let text = "朗𠀀x".repeat(300_000);
        let encoded = encoding_rs::GB18030.encode(&text).0;
        assert!(read_all(&encoded, Encoding::GB18030).0 == text.as_bytes(), "text differs");
    }

    #[test]
    fn marks_a_line_of_utf_8_in_a_gb18030_file() {
        let mut bytes = encoding_rs::GB18030.encode("名称,代码\r\n").0.into_owned();
        bytes.extend_from_slice("行政处罚\r\n".as_bytes());
        bytes.extend_from_slice(&encoding_rs::GB18030.encode("某某公司\r\n").0);
        let all = read_all(&bytes, Encoding::GB18030).0;
        assert_eq!(str::from_utf8(&all), Ok("名称,代码\r\n行政处罚\u{fffd}\r\n某某公司\r\n"));
    }

    #[test]
    fn skips_a_line_of_any_length() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all("x".repeat(3 * BLOCK - 1).as_bytes()).unwrap();
        file.write_all(b"\r\nnext\n").unwrap();
        let mut window = Window::open(file.path(), Encoding::UTF_8, 0).unwrap();
        window.skip_line().unwrap();
        assert_eq!(window.rest(), b"next\n");
        window.skip_line().unwrap();
        assert!(window.rest().is_empty());
    }
}
