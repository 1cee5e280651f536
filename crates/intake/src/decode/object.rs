//! One flat JSON object: its keys and the text of its values.
//!
//! Numbers are kept as they are written, which a parser into values would not do.

use std::borrow::Cow;

use memchr::{memchr2, memchr3};

/// Stands between the values of an array.
const JOIN: char = ';';

/// Why an object is not a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotFlat {
    /// No JSON object.
    Malformed,
    /// The value of this key is an object or holds one.
    Nested(String),
}

/// Where the object at the beginning of some bytes ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// After this many bytes.
    At(usize),
    /// Further on.
    Partial,
    /// Nowhere: a string runs over its line.
    Broken,
}

/// Finds the end of the object that begins with the first byte.
pub fn end(bytes: &[u8]) -> End {
    let (mut depth, mut at) = (0usize, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return End::At(at + 1);
                }
            }
            b'"' => match string_end(bytes, at + 1) {
                End::At(end) => at = end - 1,
                other => return other,
            },
            _ => {}
        }
        at += 1;
    }
    End::Partial
}

/// Hands every key and the text of its value to `visit`, in the order written.
pub fn read<'t>(
    text: &'t str,
    mut visit: impl FnMut(Cow<'t, str>, Cow<'t, str>),
) -> Result<(), NotFlat> {
    let mut reader = Reader { text, at: 0 };
    reader.expect(b'{')?;
    if !reader.found(b'}') {
        loop {
            let key = reader.string()?;
            reader.expect(b':')?;
            let value = reader.value().map_err(|error| match error {
                NotFlat::Nested(_) => NotFlat::Nested(key.clone().into_owned()),
                NotFlat::Malformed => error,
            })?;
            visit(key, value);
            if !reader.found(b',') {
                break;
            }
        }
        reader.expect(b'}')?;
    }
    reader.skip_space();
    if reader.at == text.len() { Ok(()) } else { Err(NotFlat::Malformed) }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn found(&mut self, byte: u8) -> bool {
        self.skip_space();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8) -> Result<(), NotFlat> {
        if self.found(byte) { Ok(()) } else { Err(NotFlat::Malformed) }
    }

    fn value(&mut self) -> Result<Cow<'t, str>, NotFlat> {
        self.skip_space();
        if self.peek() == Some(b'[') { self.array() } else { self.scalar() }
    }

    fn array(&mut self) -> Result<Cow<'t, str>, NotFlat> {
        self.expect(b'[')?;
        let mut joined = String::new();
        if self.found(b']') {
            return Ok(Cow::Owned(joined));
        }
        loop {
            self.skip_space();
            joined.push_str(&self.scalar()?);
            if !self.found(b',') {
                self.expect(b']')?;
                return Ok(Cow::Owned(joined));
            }
            joined.push(JOIN);
        }
    }

    fn scalar(&mut self) -> Result<Cow<'t, str>, NotFlat> {
        match self.peek() {
            Some(b'"') => self.string(),
            Some(b'{' | b'[') => Err(NotFlat::Nested(String::new())),
            _ => self.word(),
        }
    }

    fn string(&mut self) -> Result<Cow<'t, str>, NotFlat> {
        self.expect(b'"')?;
        let End::At(end) = string_end(self.text.as_bytes(), self.at) else {
            return Err(NotFlat::Malformed);
        };
        let inner = &self.text[self.at..end - 1];
        let quoted = &self.text[self.at - 1..end];
        self.at = end;
        if !inner.contains('\\') {
            return Ok(Cow::Borrowed(inner));
        }
        serde_json::from_str(quoted).map(Cow::Owned).map_err(|_| NotFlat::Malformed)
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Result<Cow<'t, str>, NotFlat> {
        let rest = &self.text[self.at..];
        let ends = |byte: u8| matches!(byte, b',' | b'}' | b']') || byte.is_ascii_whitespace();
        let length = rest.bytes().position(ends).unwrap_or(rest.len());
        let word = &rest[..length];
        self.at += length;
        match word {
            "null" => Ok(Cow::Borrowed("")),
            "true" | "false" => Ok(Cow::Borrowed(word)),
            _ if is_number(word) => Ok(Cow::Borrowed(word)),
            _ => Err(NotFlat::Malformed),
        }
    }
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte))
        && word.parse::<f64>().is_ok()
}

/// Where a string ends that has begun before `at`, its quotation mark included.
fn string_end(bytes: &[u8], mut at: usize) -> End {
    while let Some(length) = bytes.get(at..).and_then(|rest| memchr3(b'"', b'\\', b'\n', rest)) {
        let hit = at + length;
        match bytes[hit] {
            b'"' => return End::At(hit + 1),
            b'\n' => return End::Broken,
            _ => at = hit + 2,
        }
    }
    if memchr2(b'\n', b'\r', &bytes[at.min(bytes.len())..]).is_some() {
        return End::Broken;
    }
    End::Partial
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let mut found = Vec::new();
        let outcome = read(text, |key, value| found.push(format!("{key}={value}")));
        let found = match outcome {
            Ok(()) => found.join(" "),
            Err(NotFlat::Malformed) => "malformed".to_owned(),
            Err(NotFlat::Nested(key)) => format!("nested {key}"),
        };
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn reads_values_as_they_are_written() {
        check(r#"{"名称":"甲","金额":1.50,"数":1e3}"#, "名称=甲 金额=1.50 数=1e3");
        check(r#" { "a" : true , "b" : null } "#, "a=true b=");
        check(r#"{"a":"\u4e2d\"\n","b":["x",2,null]}"#, "a=中\"\n b=x;2;");
        check("{}", "");
        check(r#"{"a":123456789012345678901}"#, "a=123456789012345678901");
    }

    #[test]
    fn tells_what_is_no_flat_object() {
        check(r#"{"a":{"b":1}}"#, "nested a");
        check(r#"{"a":[[1]]}"#, "nested a");
        for text in
            ["", "{", r#"{"a"}"#, r#"{"a":1,}"#, r#"{"a":nope}"#, r#"{"a":1}x"#, r#"{"a":"b}"#]
        {
            check(text, "malformed");
        }
    }

    #[test]
    fn finds_the_end_of_an_object() {
        for (bytes, expected) in [
            (r#"{"a":"}"},"#, End::At(9)),
            (r#"{"a":{"b":[1]}}"#, End::At(15)),
            (r#"{"a":"\"}"}"#, End::At(11)),
            (r#"{"a":"\"#, End::Partial),
            (r#"{"a":1"#, End::Partial),
            ("{\"a\":\"x\n\"}", End::Broken),
        ] {
            assert_eq!(end(bytes.as_bytes()), expected, "{bytes}");
        }
    }
}
