//! `xinheng-verify`: checks offline what a Xinheng platform handed out.
//!
//! Exit codes: 0 all is right, 1 something is not, 2 usage.

use std::{path::Path, process::ExitCode};

use verify::{
    Finding,
    log::{self, Files},
    paper,
};

const USAGE: &str = "\
usage: xinheng-verify log FOLDER                  every event, entry and tile, up to the signed head
       xinheng-verify consistency OLD FOLDER      that the log has grown from an older checkpoint file
       xinheng-verify inclusion FOLDER NUMBER     that one event stands in the tree
       xinheng-verify report FILE.pdf FOLDER      that the log tells of this very document
       xinheng-verify report FILE.pdf --digest HEX   that the document has this SM3 digest
       xinheng-verify record FILE.json            the digest of a record as the API gives it
FOLDER is what `xinheng audit export --out FOLDER` wrote. With --key FILE or --key KEY the head must
be signed by that key, which the platform publishes at /log/key; without, by the one in the folder.";

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let key = match arguments.iter().position(|word| word == "--key") {
        Some(place) if place + 1 < arguments.len() => arguments.drain(place..=place + 1).nth(1),
        Some(_) => return usage(),
        None => None,
    };
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let key = key.as_deref();
    let outcome = match words.as_slice() {
        ["report", file, "--digest", digest] if key.is_none() => has_digest(file, digest),
        ["record", file] if key.is_none() => record(file),
        ["log", folder] => under(folder, key, whole),
        ["consistency", old, folder] => under(folder, key, |files| consistency(old, files)),
        ["inclusion", folder, number] => match number.parse() {
            Ok(number) => under(folder, key, |files| inclusion(files, number)),
            Err(_) => return usage(),
        },
        ["report", file, folder] => under(folder, key, |files| report(file, files)),
        _ => return usage(),
    };
    match outcome {
        Ok(told) => {
            println!("{told}");
            ExitCode::SUCCESS
        }
        Err(findings) => {
            for finding in findings {
                println!("{finding}");
            }
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    eprintln!("{USAGE}");
    ExitCode::from(2)
}

/// Looks at an exported log, and says by which key: whoever made a folder could have put one of his
/// own into it.
fn under(
    folder: &str,
    key: Option<&str>,
    look: impl Fn(&Files) -> Result<String, Vec<Finding>>,
) -> Result<String, Vec<Finding>> {
    let files = Files::read(Path::new(folder));
    let (files, from) = match key {
        Some(known) => {
            let text = std::fs::read_to_string(known).unwrap_or_else(|_| known.to_owned());
            (files.under(&text), "")
        }
        None => (
            files,
            "（取自文件夹，请与 /log/key 核对 · from the folder: compare it with /log/key）",
        ),
    };
    let told = look(&files)?;
    let key = files.key().map_err(|why| vec![why])?;
    Ok(format!("{told} · 密钥 key {key}{from}"))
}

fn whole(files: &Files) -> Result<String, Vec<Finding>> {
    let log = log::verify(files)?;
    let erased = log.events.iter().filter(|event| event.is_none()).count();
    let size = log.head.size;
    Ok(format!(
        "{size} 个事件与签名的日志头相符（其中 {erased} 个内容已删除） · {size} events fit the signed head ({erased} erased)"
    ))
}

fn consistency(old: &str, files: &Files) -> Result<String, Vec<Finding>> {
    let older = String::from_utf8(read(old)?).unwrap_or_default();
    let (before, log) = log::consistency(&older, files)?;
    let (from, to) = (before.size, log.head.size);
    Ok(format!(
        "日志从 {from} 个事件增长到 {to} 个，历史未改 · grown from {from} events to {to}, history unchanged"
    ))
}

fn inclusion(files: &Files, number: u64) -> Result<String, Vec<Finding>> {
    Ok(match log::inclusion(files, number)? {
        Some(event) => format!("在日志里 · in the log: {event}"),
        None => "在日志里，内容已删除 · in the log, erased".to_owned(),
    })
}

fn report(file: &str, files: &Files) -> Result<String, Vec<Finding>> {
    let log = log::verify(files)?;
    let number = paper::report(&read(file)?, &log).map_err(|why| vec![why])?;
    Ok(format!("是编号 {number} 的报告，一字未改 · is report {number}, byte for byte"))
}

fn has_digest(file: &str, told: &str) -> Result<String, Vec<Finding>> {
    let made = paper::digest(&read(file)?);
    let told = format!("sm3:{}", told.strip_prefix("sm3:").unwrap_or(told).to_ascii_lowercase());
    if made == told {
        return Ok(format!("摘要相符 · the document has the digest {made}"));
    }
    Err(vec![Finding {
        place: file.to_owned(),
        zh: format!("文件的摘要是 {made}，不是 {told}"),
        en: format!("the digest of the document is {made}, not {told}"),
    }])
}

fn record(file: &str) -> Result<String, Vec<Finding>> {
    let digest = paper::record(&read(file)?).map_err(|why| vec![why])?;
    Ok(format!("记录内容与摘要相符 · the record fits its digest {digest}"))
}

fn read(file: &str) -> Result<Vec<u8>, Vec<Finding>> {
    std::fs::read(file).map_err(|why| {
        vec![Finding {
            place: file.to_owned(),
            zh: format!("读不了：{why}"),
            en: format!("cannot be read: {why}"),
        }]
    })
}
