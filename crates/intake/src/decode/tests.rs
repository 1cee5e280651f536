//! Whole files in, rows out.

use std::{io::Write as _, sync::Arc};

use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, DictionaryArray,
    Float64Array, Int32Array, Int64Array, ListArray, RecordBatch, StringArray, StructArray,
    TimestampMillisecondArray, types::Int32Type,
};
use arrow_schema::{DataType, Field};
use domain::fault::Rule;
use parquet::{arrow::ArrowWriter, file::properties::WriterProperties};
use zip::write::SimpleFileOptions;

use super::*;

/// Reads a file of these bytes: one line a row, `number: cell/cell`, and one line a bad row,
/// `number! rule raw detail: cell|cell`, in the order of their numbers.
fn read(bytes: &[u8], name: &str, options: &Options) -> Result<(Heading, String), Unreadable> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let mut decoder = Decoder::open(&path, options)?;
    let (mut batch, mut lines) = (RowBatch::default(), Vec::new());
    while decoder.next(&mut batch)? {
        for row in 0..batch.len() {
            let cells: Vec<&str> = batch.row(row).collect();
            lines.push((batch.row_number(row), format!(": {}", cells.join("/"))));
        }
        for bad in batch.bad() {
            let rule = bad.rule.id();
            let line = format!("! {rule} {} {}: {}", bad.raw, bad.detail, bad.cells.join("|"));
            lines.push((bad.row_number, line));
        }
    }
    assert!(!decoder.next(&mut batch)?, "the end must stay the end");
    assert_eq!(decoder.position(), decoder.size(), "position at the end");
    lines.sort_by_key(|line| line.0);
    let lines: Vec<String> = lines.into_iter().map(|(row, line)| format!("{row}{line}")).collect();
    Ok((decoder.heading().clone(), lines.join("\n")))
}

#[track_caller]
fn check(bytes: &[u8], columns: &str, rows: &[&str]) {
    // However the rows fall into batches, they are the same.
    for batch_rows in [1, 4096] {
        let options = Options { batch_rows, ..Options::default() };
        let (heading, found) = read(bytes, "delivery.dat", &options).unwrap();
        assert_eq!(heading.columns.join("/"), columns);
        assert_eq!(found, rows.join("\n"));
    }
}

#[track_caller]
fn check_unreadable(bytes: &[u8], expected: &str) {
    let error = read(bytes, "delivery.dat", &Options::default()).map(|_| ()).unwrap_err();
    assert_eq!(format!("{error:?}"), expected);
    assert!(!error.message(Lang::Zh).is_ascii() && error.message(Lang::En).len() > 10);
}

fn gb(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

#[test]
fn reads_every_encoding() {
    let text = "名称|代码\n朗𠀀㐂|1\n";
    let (columns, rows) = ("名称/代码", ["2: 朗𠀀㐂/1"]);
    check(text.as_bytes(), columns, &rows);
    check(format!("\u{feff}{text}").as_bytes(), columns, &rows);
    check(&gb(text), columns, &rows);
    for (mark, big) in [([0xff, 0xfe], false), ([0xfe, 0xff], true)] {
        let units = text.encode_utf16();
        let units = units.flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() });
        check(&mark.into_iter().chain(units).collect::<Vec<u8>>(), columns, &rows);
    }
}

#[test]
fn takes_no_trail_byte_for_a_delimiter() {
    // The second byte of each of these characters is 0x7C, that of `|`.
    let tricky = encoding_rs::GB18030.decode(b"\x81\x7c\x82\x7c\x90\x7c").0.into_owned();
    check(&gb(&format!("名称|代码\n{tricky}|1\n")), "名称/代码", &[&format!("2: {tricky}/1")]);
}

#[test]
fn counts_physical_lines() {
    check(
        b"a,b\r\n1,2\n\n3,4\r5,6\r\n\r\n,\n\"x\r\ny\",7\n8,9",
        "a/b",
        &["2: 1/2", "4: 3/4", "5: 5/6", "8: x\r\ny/7", "10: 8/9"],
    );
}

#[test]
fn reads_quotes_doubled_and_not() {
    check(
        "a,b\n\"x,\"\"y\"\"\",1\n\"\",2\n\"说\"好\"\",3\nq\"r,4\n".as_bytes(),
        "a/b",
        &["2: x,\"y\"/1", "3: /2", "4: 说\"好\"/3", "5: q\"r/4"],
    );
    let options = Options { quoted: false, ..Options::default() };
    let (_, rows) = read(b"a,b\n\"x,1\ny,\"\n", "x.csv", &options).unwrap();
    assert_eq!(rows, "2: \"x/1\n3: y/\"");
}

#[test]
fn an_unpaired_quote_costs_one_row() {
    check(
        b"a,b\n1,2\n3,\"4\n5,6\n7,8\n",
        "a/b",
        &["2: 1/2", "3! row_too_long  13: 3,\"4", "4: 5/6", "5: 7/8"],
    );
    check(
        b"a,b\n\"3,4\n\"5\",6\n\"7\",8\n",
        "a/b",
        &["2! row_too_long  5: \"3,4", "3: 5/6", "4: 7/8"],
    );
    // Two unpaired quotes that pair with one another.
    check(
        b"a,b\n3,\"4\n5,6\",6\n7,8\n",
        "a/b",
        &["2! columns 3 2: 3,\"4\n5,6\",6", "3! columns 3 2: 5|6\"|6", "4: 7/8"],
    );
}

#[test]
fn gives_up_a_row_beyond_all_measure_and_goes_on() {
    let long = "x".repeat(ROW_MAX + 10);
    let limit = format!("2! row_too_long  {ROW_MAX}: {}", "x".repeat(200));
    check(format!("a,b\n{long}\r\n1,2\n").as_bytes(), "a/b", &[&limit, "3: 1/2"]);
    let lines = "1,2\n".repeat(2000);
    let (_, rows) =
        read(format!("a,b\n\"x\n{lines}").as_bytes(), "x.csv", &Options::default()).unwrap();
    assert!(rows.starts_with("2! row_too_long  4002: \"x\n3: 1/2\n"), "{}", &rows[..80]);
    assert_eq!(rows.lines().count(), 2001);
}

#[test]
fn sets_ragged_rows_aside() {
    check(
        b"a,b,,\n1,2,3\n4\n5,6,,,\n,,,,\n7,8\n",
        "a/b",
        &["2! columns 3 2: 1|2|3", "3! columns 1 2: 4", "4: 5/6", "6: 7/8"],
    );
}

#[test]
fn keeps_the_good_rows_around_those_in_another_encoding() {
    let utf_8 = "名称,代码\n行政处罚,1\n".as_bytes();
    check(
        &[utf_8, &gb("某某公司,2\n"), "a\0b,3\n行政许可,4\n".as_bytes()].concat(),
        "名称/代码",
        &[
            "2: 行政处罚/1",
            "3! encoding  UTF-8: 某某公司|2",
            "4! encoding  UTF-8: a\0b|3",
            "5: 行政许可/4",
        ],
    );
    check(
        &[&gb("名称,代码\n某某公司,2\n")[..], "行政处罚,1\n".as_bytes(), &gb("某某公司,3\n")]
            .concat(),
        "名称/代码",
        &["2: 某某公司/2", "3! encoding  GB18030: 行政处罚|1", "4: 某某公司/3"],
    );
}

#[test]
fn passes_over_titles_above_the_heading() {
    check(
        "行政处罚信息表,,\n填报单位：市场监管局,,\n名称,代码,日期\n甲,1,x\n".as_bytes(),
        "名称/代码/日期",
        &["4: 甲/1/x"],
    );
    check("名称,,\n甲,,\n乙,,\n".as_bytes(), "名称", &["2: 甲", "3: 乙"]);
    check("\n名称\n甲\n".as_bytes(), "名称", &["3: 甲"]);
    // One cell and no delimiter above the heading, and a note that fills two of its cells.
    check(
        "行政处罚信息表，2026年\n填报：市场监管局;日期：5月;;;\n名称;代码;日期;区划;金额\n甲;1;x;y;z\n".as_bytes(),
        "名称/代码/日期/区划/金额",
        &["4: 甲/1/x/y/z"],
    );
}

/// A pack's own dialect, and the same rows as they come back from the file of returned rows.
#[test]
fn a_mended_csv_is_read_though_its_pack_names_another_delimiter() {
    let options = Options { delimiter: Some(b'|'), quoted: false, ..Options::default() };
    let (_, rows) = read("名称|\"号\n甲,乙|\"1\n".as_bytes(), "x.psv", &options).unwrap();
    assert_eq!(rows, "2: 甲,乙/\"1");
    let mended = "\u{feff}\"名称\",\"号\",\"※行号\"\r\n\"甲,乙|丙\",\"1\",\"2\"\r\n";
    let (heading, rows) = read(mended.as_bytes(), "x.csv", &options).unwrap();
    assert_eq!(heading.columns, ["名称", "号", "※行号"]);
    assert_eq!(rows, "2: 甲,乙|丙/1/2");
}

#[test]
fn says_why_a_file_cannot_be_read() {
    check_unreadable(b"", "Empty");
    check_unreadable(b"1,2,2024-01-01\n", "NoHeading");
    check_unreadable("名称,代码,名称\n".as_bytes(), "DuplicateColumns([\"名称\"])");
    check_unreadable("名称，代码\n".as_bytes(), "NotSupported(FullWidthDelimiter)");
    let wide: Vec<String> = (0..1025).map(|n| format!("c{n}")).collect();
    check_unreadable(wide.join(",").as_bytes(), "TooManyColumns(1025, 1024)");
    check_unreadable(b"%PDF-1.4", "NotSupported(Pdf)");
    check_unreadable(b"a,\"b\n1,2\n", "NotSupported(BrokenHeading)");
    check_unreadable(b"{\"data\":[{\"a\":1}]}", "NotSupported(JsonShape)");
    check_unreadable(b"[{\"a\":1},", "NotSupported(JsonCutOff)");
}

#[test]
fn reads_json_lines_and_arrays() {
    let lines = b"{\"a\":1.50,\"b\":\"x\"}\n\n{\"b\":true,\"c\":[1,\"y\"]}\n{\"a\":{}}\nnope\n{\"a\":null,\"c\":2}\n";
    check(
        lines,
        "a/b/c",
        &[
            "1: 1.50/x/",
            "3: /true/1;y",
            "4! columns “a”: {…} 3: {\"a\":{}}",
            "5! columns ? 3: nope",
            "6: //2",
        ],
    );
    check(
        b"[\r\n {\"a\":1,\r\n  \"b\":\"}\"},\r\n {\"a\":\"broken\r\n  \"b\":2},\r\n {\"a\":3}\r\n]\r\n",
        "a/b",
        &["2: 1/}", "4! columns ? 2:  {\"a\":\"broken".replace(":  ", ": ").as_str(), "6: 3/"],
    );
    check(&gb("[{\"名称\":\"甲\"}]"), "名称", &["1: 甲"]);
}

#[test]
fn objects_that_share_a_line_have_numbers_of_their_own() {
    check(
        b"[{\"a\":1},{\"a\":{}},{\"a\":3},\n\n\n{\"a\":4},{\"a\":5}]",
        "a",
        &["1: 1", "2! columns \u{201c}a\u{201d}: {\u{2026}} 1: {\"a\":{}}", "3: 3", "4: 4", "5: 5"],
    );
    let wide: Vec<String> = (0..5000).map(|n| format!("\"k{n}\":1")).collect();
    check_unreadable(format!("{{{}}}", wide.join(",")).as_bytes(), "TooManyColumns(5000, 1024)");
}

#[test]
fn sets_aside_an_object_with_a_key_never_seen_before() {
    let mut text = "{\"a\":1}\n".repeat(1000);
    text.push_str("{\"a\":2,\"new\":3}\n");
    let (_, rows) = read(text.as_bytes(), "x.json", &Options::default()).unwrap();
    assert!(rows.ends_with("1001! columns 2 (“new”) 1: 2|3"), "{rows}");
}

fn parquet_of(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut bytes = Vec::new();
    let whole = WriterProperties::builder().set_dictionary_page_size_limit(64 << 20).build();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(whole)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

#[test]
fn reads_parquet() {
    let amounts = Decimal128Array::from(vec![Some(150), None, None]);
    let texts: Vec<Option<&[u8]>> = vec![Some("字".as_bytes()), Some(b"\xff"), None];
    let bytes = parquet_of(vec![
        ("名称", Arc::new(StringArray::from(vec![Some("甲"), Some("乙"), None]))),
        ("数", Arc::new(Int64Array::from(vec![Some(7), None, None]))),
        ("浮点", Arc::new(Float64Array::from(vec![30790.0, 0.5, 0.0]))),
        ("日期", Arc::new(Date32Array::from(vec![20_484, 0, 0]))),
        ("时间", Arc::new(TimestampMillisecondArray::from(vec![0, 3_600_000, 0]))),
        ("金额", Arc::new(amounts.with_precision_and_scale(9, 2).unwrap())),
        ("是否", Arc::new(BooleanArray::from(vec![Some(true), Some(false), None]))),
        ("字节", Arc::new(BinaryArray::from(texts))),
    ]);
    check(
        &bytes,
        "名称/数/浮点/日期/时间/金额/是否/字节",
        &[
            "2: 甲/7/30790/2026-01-31/1970-01-01/1.50/true/字",
            "3! encoding  UTF-8: ",
            "4: //0/1970-01-01/1970-01-01///",
        ],
    );
    let inner: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    let nested =
        StructArray::from(vec![(Arc::new(Field::new("x", DataType::Int64, false)), inner)]);
    check_unreadable(&parquet_of(vec![("a", Arc::new(nested))]), "NotSupported(NestedColumns)");
    let lists = vec![Some(vec![Some(1), None]), None];
    let lists = ListArray::from_iter_primitive::<Int32Type, _, _>(lists);
    check_unreadable(&parquet_of(vec![("a", Arc::new(lists))]), "NotSupported(NestedColumns)");
}

/// One value of three megabytes stands in every one of 300 rows, and again in every third: more
/// than a gigabyte of text in a file of a few megabytes, none of it held at once.
#[test]
fn a_dictionary_is_not_spread_over_its_rows() {
    let long = "长".repeat(1 << 20);
    let column = |step: i32| -> ArrayRef {
        let keys: Int32Array = (0..300).map(|row| i32::from(row % step != 0)).collect();
        let values = StringArray::from(vec![long.as_str(), "短"]);
        Arc::new(DictionaryArray::new(keys, Arc::new(values)))
    };
    let bytes = parquet_of(vec![("a", column(1)), ("b", column(3))]);
    assert!(bytes.len() < 8 << 20, "{}", bytes.len());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.parquet");
    std::fs::write(&path, bytes).unwrap();
    let mut decoder = Decoder::open(&path, &Options::default()).unwrap();
    let (mut batch, mut rows, mut bad) = (RowBatch::default(), 0, 0);
    while decoder.next(&mut batch).unwrap() {
        assert!(batch.text().len() < 16 << 20, "{}", batch.text().len());
        rows += batch.len();
        bad += batch.bad().iter().filter(|bad| bad.rule == Rule::TooLong).count();
    }
    assert_eq!((rows, bad), (200, 100));
}

#[test]
fn rows_beyond_all_measure_are_refused() {
    let nulls: ArrayRef = Arc::new(Int64Array::from(vec![None::<i64>; 1_100_000]));
    let found = read(&parquet_of(vec![("a", nulls)]), "x.parquet", &Options::default());
    let found = found.map(|_| ());
    assert!(matches!(found, Err(Unreadable::BombSuspected { .. })), "{found:?}");
}

fn zip_of(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(text).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn workbook_of(sheet: &str, strings: &str) -> Vec<u8> {
    let relationship = |id: &str, kind: &str, target: &str| {
        format!(
            "<Relationship Id=\"{id}\" Type=\"http://schemas.openxmlformats.org/officeDocument/\
             2006/relationships/{kind}\" Target=\"{target}\"/>"
        )
    };
    let relationships = |inner: String| {
        format!(
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
             {inner}</Relationships>"
        )
    };
    let main = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";
    let ids = "xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
    let book = format!(
        "<workbook {main} {ids}><sheets><sheet name=\"说明\" sheetId=\"1\" state=\"hidden\" \
         r:id=\"rId1\"/><sheet name=\"数据\" sheetId=\"2\" r:id=\"rId2\"/></sheets></workbook>"
    );
    let sheets = relationship("rId1", "worksheet", "worksheets/sheet1.xml")
        + &relationship("rId2", "worksheet", "worksheets/sheet2.xml");
    let styles = format!(
        "<styleSheet {main}><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/>\
         </cellXfs></styleSheet>"
    );
    let sheet = format!("<worksheet {main}><sheetData>{sheet}</sheetData></worksheet>");
    let empty = format!("<worksheet {main}><sheetData/></worksheet>");
    let root = relationships(relationship("rId1", "officeDocument", "xl/workbook.xml"));
    zip_of(&[
        ("_rels/.rels", root.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", relationships(sheets).as_bytes()),
        ("xl/styles.xml", styles.as_bytes()),
        ("xl/sharedStrings.xml", format!("<sst {main} {strings}</sst>").as_bytes()),
        ("xl/worksheets/sheet1.xml", empty.as_bytes()),
        ("xl/worksheets/sheet2.xml", sheet.as_bytes()),
    ])
}

/// A title, the heading and three rows, one of them too wide.
const SHEET: &str = r#"
<row r="1"><c r="A1" t="inlineStr"><is><t>行政处罚信息表</t></is></c></row>
<row r="3"><c r="A3" t="s"><v>0</v></c><c r="B3" t="s"><v>1</v></c><c r="C3" t="inlineStr"><is><t>日期</t></is></c></row>
<row r="4"><c r="A4" t="inlineStr"><is><t>甲</t></is></c><c r="B4"><v>20000</v></c><c r="C4" s="1"><v>46053</v></c></row>
<row r="5"><c r="A5" t="b"><v>1</v></c><c r="C5" t="str"><v>x&amp;y</v></c></row>
<row r="6"><c r="A6"/></row>
<row r="9"><c r="A9"><v>1.5</v></c><c r="E9"><v>2</v></c></row>"#;

const STRINGS: &str =
    "uniqueCount=\"2\"><si><t>名称</t></si><si><r><t>金</t></r><r><t>额</t></r></si>";

#[test]
fn reads_workbooks() {
    check(
        &workbook_of(SHEET, STRINGS),
        "名称/金额/日期",
        &["4: 甲/20000/2026-01-31", "5: true//x&y", "9! columns 5 3: 1.5||||2"],
    );
    let sheet = |name: &str| Options { sheet: Some(name.to_owned()), ..Options::default() };
    let bytes = workbook_of(SHEET, STRINGS);
    let (heading, _) = read(&bytes, "x.xlsx", &sheet("数据")).unwrap();
    assert_eq!(heading.kind, FileKind::Xlsx { sheet: "数据".to_owned() });
    let error = read(&bytes, "x.xlsx", &sheet("没有")).map(|_| ()).unwrap_err();
    assert!(matches!(error, Unreadable::NoSuchSheet(name) if name == "没有"));
    let error = read(&bytes, "x.xlsx", &sheet("说明")).map(|_| ()).unwrap_err();
    assert!(matches!(error, Unreadable::Empty));
}

#[test]
fn refuses_archives_that_are_no_workbook_or_a_bomb() {
    check_unreadable(&zip_of(&[("a.csv", b"a,b")]), "NotSupported(Archive)");
    check_unreadable(&zip_of(&[("word/document.xml", b"<x/>")]), "NotSupported(Word)");
    check_unreadable(
        b"PK\x03\x04 and nothing more",
        "Broken(\"invalid Zip archive: Could not find EOCD\")",
    );
    let bomb = |bytes: &[u8]| {
        let found = read(bytes, "x.xlsx", &Options::default()).map(|_| ());
        assert!(matches!(found, Err(Unreadable::BombSuspected { .. })), "{found:?}");
    };
    bomb(&workbook_of(SHEET, "uniqueCount=\"99999999999\"><si><t>x</t></si>"));
    // Entries of five bytes that hold nothing, and as many announced as there are.
    let empty = "<si/>".repeat(20_000_001);
    bomb(&workbook_of(SHEET, &format!("uniqueCount=\"20000001\">{empty}")));
    bomb(&workbook_of(&format!("<c>{}</c>", "x".repeat(ROW_MAX + 1)), STRINGS));
    // A relationship may call any entry a sheet.
    let run = format!("<c>{}</c>", "x".repeat(ROW_MAX + 1));
    bomb(&zip_of(&[("xl/workbook.xml", b"<x/>"), ("xl/media/image1.png", run.as_bytes())]));
    let zeros = vec![b' '; 210 << 20];
    bomb(&zip_of(&[("xl/workbook.xml", b"<x/>"), ("xl/worksheets/sheet1.xml", &zeros)]));
    // The directory says one byte where there are thousands.
    let mut liar = workbook_of(&" ".repeat(5000), STRINGS);
    let name = b"xl/worksheets/sheet2.xml";
    let at = liar.windows(name.len()).rposition(|window| window == name).unwrap();
    liar[at - 46 + 24..at - 46 + 28].copy_from_slice(&1u32.to_le_bytes());
    bomb(&liar);
}
