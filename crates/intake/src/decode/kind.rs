//! What a file is, by its first bytes.

use domain::text::Lang;

use crate::decode::Unreadable;

/// Kinds of file that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sniffed {
    Text,
    Json,
    /// A workbook, if its directory says so.
    Zip,
    Parquet,
}

macro_rules! unsupported {
    ($($name:ident $zh:literal $en:literal $mend_zh:literal $mend_en:literal;)*) => {
        /// Kinds of file that cannot be read, each with the way out.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Unsupported { $($name,)* }

        impl Unsupported {
            /// What the file is.
            #[must_use]
            pub fn what(self, lang: Lang) -> &'static str {
                match self { $(Unsupported::$name => lang.t($zh, $en),)* }
            }

            /// What to do about it.
            #[must_use]
            pub fn mend(self, lang: Lang) -> &'static str {
                match self { $(Unsupported::$name => lang.t($mend_zh, $mend_en),)* }
            }
        }
    };
}

unsupported! {
    OldOffice "旧版 Office 文件（.xls、.doc）或加密的工作簿" "an old Office file (.xls, .doc) or an encrypted workbook"
        "请去掉密码，另存为 .xlsx 或 CSV" "remove the password and save it as .xlsx or CSV";
    Word "Word 文档" "a Word document" "请把表格另存为 .xlsx 或 CSV" "save the table as .xlsx or CSV";
    Slides "PowerPoint 文档" "a PowerPoint file" "请把表格另存为 .xlsx 或 CSV" "save the table as .xlsx or CSV";
    Pdf "PDF 文件" "a PDF file" "请报送原始表格（.xlsx 或 CSV）" "send the table it was made from, as .xlsx or CSV";
    OpenDocument "OpenDocument 文件（.ods）" "an OpenDocument file (.ods)" "请另存为 .xlsx 或 CSV" "save it as .xlsx or CSV";
    BinaryWorkbook "二进制工作簿（.xlsb）" "a binary workbook (.xlsb)" "请另存为 .xlsx 或 CSV" "save it as .xlsx or CSV";
    Archive "压缩包" "an archive" "请解压后逐个报送" "unpack it and send the files one by one";
    Markup "网页或 XML 文件" "an HTML or XML file" "请用 Excel 或 WPS 打开，另存为 .xlsx 或 CSV"
        "open it in a spreadsheet and save it as .xlsx or CSV";
    Image "图片" "an image" "请报送原始表格（.xlsx 或 CSV）" "send the table it was made from, as .xlsx or CSV";
    Database "数据库文件" "a database file" "请把表导出为 CSV 或 Parquet" "export the table as CSV or Parquet";
    Utf16WithoutMark "没有字节顺序标记的 UTF-16 文本" "UTF-16 text without a byte order mark"
        "请另存为 UTF-8 或 GB18030" "save it as UTF-8 or GB18030";
    Binary "二进制文件" "a binary file" "请报送 CSV、.xlsx、JSON 或 Parquet" "send CSV, .xlsx, JSON or Parquet";
    FullWidthDelimiter "用全角逗号分隔的文本" "text delimited by full-width commas"
        "请把分隔符改为半角逗号" "use ordinary commas between the cells";
    BrokenHeading "表头编码混杂或引号不配对的文件" "a file whose heading mixes encodings or has an unpaired quote"
        "请检查表头，把整个文件另存为 UTF-8" "look at the heading and save the whole file as UTF-8";
    JsonShape "不是一行一个对象、也不是对象数组的 JSON" "JSON that is neither one object a line nor an array of objects"
        "请写成一行一个对象，或由对象组成的数组，对象里不要再套对象" "write one object a line or an array of objects, with no objects inside";
    JsonCutOff "没有写完的 JSON（数组没有结束）" "JSON that breaks off (the array is not closed)"
        "请重新导出整个文件" "export the whole file again";
    NestedColumns "含有嵌套列的文件" "a file with nested columns" "请展开为每列一个值" "flatten it to one value in each column";
}

/// First bytes of files that are none of ours.
const FOREIGN: &[(&[u8], Unsupported)] = &[
    (b"\xd0\xcf\x11\xe0", Unsupported::OldOffice),
    (b"%PDF", Unsupported::Pdf),
    (b"Rar!", Unsupported::Archive),
    (b"7z\xbc\xaf", Unsupported::Archive),
    (b"\x1f\x8b", Unsupported::Archive),
    (b"BZh", Unsupported::Archive),
    (b"\xfd7zXZ", Unsupported::Archive),
    (b"\x28\xb5\x2f\xfd", Unsupported::Archive),
    (b"\x89PNG", Unsupported::Image),
    (b"\xff\xd8\xff", Unsupported::Image),
    (b"GIF8", Unsupported::Image),
    (b"SQLite format 3", Unsupported::Database),
    (b"{\\rtf", Unsupported::Word),
];

/// Bytes looked at for those no text has.
const BINARY_HEAD: usize = 4 << 10;

/// Finds out what a file is; its extension counts only where it may be JSON or delimited text.
pub fn sniff(head: &[u8], extension: &str) -> Result<Sniffed, Unreadable> {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    if text.is_empty() {
        return Err(Unreadable::Empty);
    }
    if let Some((_, what)) = FOREIGN.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Err(Unreadable::NotSupported(*what));
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Ok(Sniffed::Zip);
    }
    if head.starts_with(b"PAR1") {
        return Ok(Sniffed::Parquet);
    }
    let marked = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
    if let Some(what) = binary(&head[..head.len().min(BINARY_HEAD)]).filter(|_| !marked) {
        return Err(Unreadable::NotSupported(what));
    }
    if text[0] == b'<' && text.get(1).is_some_and(|b| b.is_ascii_alphabetic() || b"!?".contains(b))
    {
        return Err(Unreadable::NotSupported(Unsupported::Markup));
    }
    Ok(if is_json(text, extension) { Sniffed::Json } else { Sniffed::Text })
}

fn is_json(text: &[u8], extension: &str) -> bool {
    let named = ["json", "jsonl", "ndjson"].iter().any(|name| extension.eq_ignore_ascii_case(name));
    let inner = match text[0] {
        b'[' => text[1..].trim_ascii_start(),
        b'{' => text,
        _ => return named,
    };
    match inner {
        [b'{', rest @ ..] => named || matches!(rest.trim_ascii_start().first(), Some(b'"' | b'}')),
        [b']', ..] => true,
        _ => named,
    }
}

/// NUL bytes occur in no text; every second one in Western UTF-16.
fn binary(head: &[u8]) -> Option<Unsupported> {
    let nuls = |odd: usize| head.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (nuls(0), nuls(1));
    match even + odd {
        0..=3 => None,
        _ if even.min(odd) == 0 => Some(Unsupported::Utf16WithoutMark),
        count if count > head.len() / 50 => Some(Unsupported::Binary),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(head: &[u8], extension: &str, expected: &str) {
        let found = match sniff(head, extension) {
            Ok(kind) => format!("{kind:?}"),
            Err(Unreadable::NotSupported(what)) => format!("{what:?}"),
            Err(error) => format!("{error:?}"),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn goes_by_content_and_not_by_name() {
        check("名称,代码".as_bytes(), "xlsx", "Text");
        check(b"PK\x03\x04", "csv", "Zip");
        check(b"PAR1", "csv", "Parquet");
        check(b"{\"a\":1}", "csv", "Json");
        check(b"\xef\xbb\xbf [ {\"a\":1}]", "txt", "Json");
        check(b"{x},y", "csv", "Text");
        check(b"{x},y", "json", "Json");
        check(b"[1],b", "csv", "Text");
        check(b"\xff\xfea\0,\0b\0\n\0", "csv", "Text");
    }

    #[test]
    fn names_what_cannot_be_read() {
        check(b" \r\n", "csv", "Empty");
        check(b"\xd0\xcf\x11\xe0\xa1\xb1", "xls", "OldOffice");
        check(b"%PDF-1.7", "pdf", "Pdf");
        check(b"<html><table>", "xls", "Markup");
        check(b"<?xml version=\"1.0\"?>", "xls", "Markup");
        check(b"a\0,\0b\0\n\0c\0,\0", "csv", "Utf16WithoutMark");
        check(&[0, 0, 0, 0, 1, 2, 3], "bin", "Binary");
    }
}
