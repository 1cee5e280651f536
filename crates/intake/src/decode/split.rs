//! Where a row of delimited text ends and where its cells are.

use memchr::{memchr_iter, memchr2, memchr3};

use crate::decode::window::after_line_end;

/// Lines a quoted cell may span before its quotation mark counts as unpaired.
const LINES_MAX: u64 = 1000;

/// How cells are told apart.
#[derive(Clone, Copy, Debug)]
pub struct Dialect {
    pub delimiter: u8,
    /// False where a quotation mark is an ordinary character.
    pub quoted: bool,
}

/// One cell as a stretch of its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub start: usize,
    pub end: usize,
    /// Holds doubled quotation marks that stand for one.
    pub doubled: bool,
}

/// What stands at the beginning of some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scan {
    /// A row of `length` bytes; the next begins at `next`, `lines` further down.
    Row { length: usize, next: usize, lines: u64 },
    /// A row whose end is not among the bytes.
    Partial,
    /// A row with a quotation mark that no other pairs with, given up after `length` bytes.
    Unpaired { length: usize },
}

impl Dialect {
    /// Finds the first row and its cells; `ended` says that nothing follows the bytes.
    pub fn scan(self, bytes: &[u8], ended: bool, cells: &mut Vec<Span>) -> Scan {
        cells.clear();
        let stop = if self.quoted {
            memchr3(b'\n', b'\r', b'"', bytes)
        } else {
            memchr2(b'\n', b'\r', bytes)
        };
        let end = match stop {
            None if !ended => return Scan::Partial,
            None => bytes.len(),
            Some(at) if bytes[at] == b'"' => return self.scan_quoted(bytes, ended, cells),
            Some(at) => at,
        };
        let Some(next) = after_row(bytes, end, ended) else { return Scan::Partial };
        let mut start = 0;
        for end in memchr_iter(self.delimiter, &bytes[..end]) {
            cells.push(Span { start, end, doubled: false });
            start = end + 1;
        }
        cells.push(Span { start, end, doubled: false });
        Scan::Row { length: end, next, lines: 1 }
    }

    fn scan_quoted(self, bytes: &[u8], ended: bool, cells: &mut Vec<Span>) -> Scan {
        let (mut at, mut breaks) = (0, 0);
        loop {
            let (cell, end) = match self.cell(bytes, at, ended, &mut breaks) {
                Ok(found) => found,
                Err(scan) => return scan,
            };
            cells.push(cell);
            if bytes.get(end) == Some(&self.delimiter) {
                at = end + 1;
                continue;
            }
            return match after_row(bytes, end, ended) {
                Some(next) => Scan::Row { length: end, next, lines: breaks + 1 },
                None => Scan::Partial,
            };
        }
    }

    /// The cell that begins at `at`, and where the delimiter or line end after it stands.
    fn cell(
        self,
        bytes: &[u8],
        at: usize,
        ended: bool,
        breaks: &mut u64,
    ) -> Result<(Span, usize), Scan> {
        if bytes.get(at) == Some(&b'"') {
            return self.quoted_cell(bytes, at, ended, breaks);
        }
        let end = match memchr3(self.delimiter, b'\n', b'\r', &bytes[at..]) {
            Some(length) => at + length,
            None if ended => bytes.len(),
            None => return Err(Scan::Partial),
        };
        Ok((Span { start: at, end, doubled: false }, end))
    }

    /// As [`Dialect::cell`], for one in quotation marks. A mark inside that nobody doubled is
    /// taken as written, but not together with a line break: then it more likely opens a cell of
    /// a later row.
    fn quoted_cell(
        self,
        bytes: &[u8],
        at: usize,
        ended: bool,
        breaks: &mut u64,
    ) -> Result<(Span, usize), Scan> {
        let (mut from, mut doubled, mut stray) = (at + 1, false, false);
        loop {
            let Some(length) = memchr3(b'"', b'\n', b'\r', &bytes[from..]) else {
                let length = bytes.len();
                return Err(if ended { Scan::Unpaired { length } } else { Scan::Partial });
            };
            let hit = from + length;
            if bytes[hit] != b'"' {
                *breaks += 1;
                if stray || *breaks > LINES_MAX {
                    return Err(Scan::Unpaired { length: hit });
                }
                from = after_line_end(bytes, hit, ended).ok_or(Scan::Partial)?;
                continue;
            }
            let after = hit + 1;
            match bytes.get(after) {
                // After an undoubled mark, two before a delimiter are one more and the last.
                Some(b'"') if stray && self.ends_cell(bytes.get(after + 1)) => {
                    return Ok((Span { start: at + 1, end: after, doubled }, after + 1));
                }
                Some(b'"') => {
                    doubled = true;
                    from = after + 1;
                }
                next if self.ends_cell(next) => {
                    return Ok((Span { start: at + 1, end: hit, doubled }, after));
                }
                _ if *breaks > 0 => return Err(Scan::Unpaired { length: hit }),
                _ => {
                    stray = true;
                    from = after;
                }
            }
        }
    }

    fn ends_cell(self, next: Option<&u8>) -> bool {
        next.is_none_or(|byte| *byte == self.delimiter || matches!(byte, b'\n' | b'\r'))
    }
}

/// The delimiter of a heading line: the one that occurs most, quoted text left out.
pub fn detect_delimiter(line: &[u8]) -> Option<u8> {
    let mut counts = [(b',', 0), (b'\t', 0), (b'|', 0), (b';', 0)];
    let mut quoted = false;
    for byte in line {
        quoted ^= *byte == b'"';
        if let Some((_, count)) = counts.iter_mut().find(|(mark, _)| mark == byte && !quoted) {
            *count += 1;
        }
    }
    counts
        .into_iter()
        .rev()
        .filter(|(_, count)| *count > 0)
        .max_by_key(|found| found.1)
        .map(|c| c.0)
}

fn after_row(bytes: &[u8], end: usize, ended: bool) -> Option<usize> {
    if end == bytes.len() {
        return ended.then_some(end);
    }
    after_line_end(bytes, end, ended)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CSV: Dialect = Dialect { delimiter: b',', quoted: true };

    /// The cells of the first row, a `/` between them, and how far it reaches.
    #[track_caller]
    fn check(bytes: &str, expected: &str, next: usize, lines: u64) {
        let mut cells = Vec::new();
        let scan = CSV.scan(bytes.as_bytes(), true, &mut cells);
        let cells: Vec<&str> = cells.iter().map(|cell| &bytes[cell.start..cell.end]).collect();
        assert_eq!(cells.join("/"), expected, "{bytes}");
        assert!(
            matches!(scan, Scan::Row { next: n, lines: l, .. } if (n, l) == (next, lines)),
            "{bytes}: {scan:?}"
        );
    }

    #[track_caller]
    fn check_not_a_row(bytes: &str, ended: bool, expected: Scan) {
        assert_eq!(CSV.scan(bytes.as_bytes(), ended, &mut Vec::new()), expected, "{bytes}");
    }

    #[track_caller]
    fn check_unpaired(bytes: &str, length: usize) {
        check_not_a_row(bytes, true, Scan::Unpaired { length });
    }

    #[test]
    fn finds_the_cells_of_a_row() {
        check("a,b,c\nd", "a/b/c", 6, 1);
        check("a,,\r\nd", "a//", 5, 1);
        check("a\rd", "a", 2, 1);
        check("a,b", "a/b", 3, 1);
        check("\"a,b\",c\n", "a,b/c", 8, 1);
        check("\"a\r\nb\",\"c\nd\"\nx", "a\r\nb/c\nd", 13, 3);
        check("\"\",\"x\"\n", "/x", 7, 1);
        check("a\"b,c\n", "a\"b/c", 6, 1);
    }

    #[test]
    fn takes_undoubled_quotes_within_a_line_as_written() {
        check("\"他说\"好\"了\",x\n", "他说\"好\"了/x", 19, 1);
    }

    #[test]
    fn knows_an_unpaired_quote() {
        check_unpaired("x,\"y,z\np,\"q\",r\n", 9);
        check_unpaired("x,\"y,z\np,q,r\n", 13);
        check_unpaired("x,\"y\"z\n1,2\n", 6);
        check_unpaired(&format!("x,\"y{}\"", "\n".repeat(1001)), 1004);
    }

    #[test]
    fn asks_for_more_where_the_bytes_stop_short() {
        for bytes in ["", "a,b", "a,b\r", "a,\"b", "a,\"b\"", "a,\"b\"\r", "\"a\r"] {
            check_not_a_row(bytes, false, Scan::Partial);
        }
    }

    #[test]
    fn finds_the_delimiter_of_a_heading() {
        for (line, expected) in [
            ("a,b;c,d", Some(b',')),
            ("a|b", Some(b'|')),
            ("a\tb", Some(b'\t')),
            ("\"a,b,c\";d", Some(b';')),
            ("名称", None),
        ] {
            assert_eq!(detect_delimiter(line.as_bytes()), expected, "{line}");
        }
    }
}
