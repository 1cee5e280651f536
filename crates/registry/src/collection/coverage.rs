//! Coverage and completeness (上报率、完整率): what a department's own ledger has, against what it handed in,
//! and how much of what may be said is said.
//!
//! Without a ledger there is no denominator, and no figure: silence is not 100%.

use std::collections::HashSet;

use domain::{
    access::{Access, Action},
    audit::Event,
    catalogue::Item,
    ids::RecordId,
    name::document_number_key,
    payload::Payload,
    period::Period,
    text::Text,
};
use jiff::civil::Date;
use store::ledger::LedgerEntry;

use crate::{
    collection::{admitted, whose},
    error::Error,
    gate,
    platform::Platform,
    question::{impersonal, question},
};

/// Records read at a time.
const PAGE: i64 = 2_000;
/// Lines a ledger may bring at once.
const LINES_MAX: usize = 20_000;
/// Faults of a ledger told at once.
const FAULTS_SHOWN: usize = 10;

/// Documents of the ledger dated in a month, and those of them that were handed in.
#[derive(Clone, Debug, Default)]
pub struct LedgerCoverage {
    pub handed_in: u64,
    pub of: u64,
    /// In the ledger and not handed in.
    pub missing: Vec<LedgerEntry>,
}

/// Cells filled, of those an item has for its records dated in a month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Completeness {
    pub filled: u64,
    pub of: u64,
}

/// What the ledger has of a month and what was handed in; none where the item numbers no documents or
/// nobody told of a ledger.
pub async fn coverage(
    platform: &Platform,
    access: &Access,
    (department, item): (&str, &str),
    month: Period,
) -> Result<Option<LedgerCoverage>, Error> {
    let item = admitted(platform, access, department, item)?;
    let Some(field) = item.roles.document_number.map(|at| item.fields[at].name.as_str()) else {
        return Ok(None);
    };
    let (register, source) = (&platform.register, (department, &*item.id));
    let ledger = store::ledger::dated(register, source, (month.first, month.last)).await?;
    if ledger.is_empty() {
        return Ok(None);
    }
    // A record may bear another day than the ledger has: the number tells.
    let from = Date::constant(month.first.year() - 1, 1, 1);
    let until = Date::constant(month.last.year() + 1, 12, 31);
    let mut keys: HashSet<String> = HashSet::new();
    let mut after = (from, RecordId(0));
    loop {
        let found = store::collection::documents(register, source, after, until, PAGE).await?;
        let Some(last) = found.last() else { break };
        after = (last.decided_on, last.record);
        for document in &found {
            let payload: Payload = serde_json::from_str(&document.payload).unwrap_or_default();
            keys.extend(payload.text(field).map(document_number_key));
        }
    }
    let of = ledger.len() as u64;
    let missing: Vec<LedgerEntry> =
        ledger.into_iter().filter(|entry| !keys.contains(&entry.key)).collect();
    Ok(Some(LedgerCoverage { handed_in: of - missing.len() as u64, of, missing }))
}

/// How much of what may be said is said, in the records dated in a month.
pub async fn completeness(
    platform: &Platform,
    access: &Access,
    (department, item): (&str, &str),
    month: Period,
) -> Result<Completeness, Error> {
    let item = admitted(platform, access, department, item)?;
    let (register, source) = (&platform.register, (department, &*item.id));
    let mut counted = Completeness::default();
    let mut after = (month.first, RecordId(0));
    loop {
        let found = store::collection::documents(register, source, after, month.last, PAGE).await?;
        let Some(last) = found.last() else { return Ok(counted) };
        after = (last.decided_on, last.record);
        for document in &found {
            counted.filled += filled(item, &document.payload);
            counted.of += item.fields.len() as u64;
        }
    }
}

/// How many fields of an item a payload fills.
#[must_use]
pub fn filled(item: &Item, payload: &str) -> u64 {
    let payload: Payload = serde_json::from_str(payload).unwrap_or_default();
    let says =
        |name: &str| payload.0.get(name).is_some_and(|value| !value.is_null() && value != "");
    item.fields.iter().filter(|field| says(&field.name)).count() as u64
}

/// Takes a ledger in: lines of a number and a day, parted by a comma or a tab. Where a line is wrong,
/// nothing of it is kept, and every wrong line is told.
pub async fn add(
    platform: &Platform,
    access: &Access,
    (department, item): (&str, &str),
    file: &[u8],
    book: &str,
) -> Result<usize, Error> {
    let item = admitted(platform, access, department, item)?;
    let own = whose(platform, access)?.is_some();
    let action = if own { Action::Deliver } else { Action::ManageChannels };
    let access = match own {
        true => access.clone().on(domain::access::Ground::Submitted, "台账"),
        false => access.clone(),
    };
    gate::admit(platform, &access, action, true)?;
    if item.roles.document_number.is_none() {
        return Err(question(
            "file",
            "这一信息项没有文书号，不设台账",
            "the item numbers no documents",
        ));
    }
    let book = book.trim();
    if book.is_empty() || 100 < book.chars().count() {
        return Err(question("source", "请写明台账名称，例如“执法办案系统”", "name the ledger"));
    }
    impersonal("source", book)?;
    let entries = read(&intake::encoding::show(file), book)?;
    let (now, actor) = (platform.now(), access.actor.to_string());
    let mut write = platform.register.write().await?;
    store::ledger::add(&mut write, (department, &item.id), &entries, &actor, now).await?;
    let detail = format!("department={department} documents={}", entries.len());
    let event = Event::LedgerAdded;
    store::audit::append(&mut write, now, &actor, event, &item.id, &detail).await?;
    write.commit().await?;
    Ok(entries.len())
}

fn read(text: &str, book: &str) -> Result<Vec<LedgerEntry>, Error> {
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
    let (mut entries, mut wrong) = (Vec::new(), Vec::new());
    if LINES_MAX < lines.len() {
        return Err(question(
            "file",
            "一次最多 20000 行，请分几次报",
            "20000 lines at most: bring it in parts",
        ));
    }
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let cells: Vec<&str> =
            line.split([',', '\t', '，']).map(|cell| cell.trim().trim_matches('"')).collect();
        let day = cells.get(1).and_then(|day| day.replace(['/', '.'], "-").parse::<Date>().ok());
        let number = cells.first().copied().unwrap_or_default();
        match day {
            Some(decided_on) if !number.is_empty() => entries.push(LedgerEntry {
                key: document_number_key(number),
                number: number.to_owned(),
                decided_on,
                source: book.to_owned(),
            }),
            // The first line may be a heading.
            _ if at == 0 => {}
            _ => wrong.push(at + 1),
        }
    }
    if !wrong.is_empty() {
        let shown: Vec<String> = wrong.iter().take(FAULTS_SHOWN).map(usize::to_string).collect();
        let (shown, count) = (shown.join("、"), wrong.len());
        let text = Text::new(
            format!(
                "共 {count} 行读不懂（第 {shown} 行）：每行写“文书号,日期”，日期如 2026-11-20；没有写入任何内容"
            ),
            format!(
                "{count} lines cannot be read (lines {shown}): write number and day, such as 2026-11-20; nothing was kept"
            ),
        );
        return Err(Error::Question { name: "file", text });
    }
    if entries.is_empty() {
        return Err(question("file", "文件里没有文书号", "there is no number in the file"));
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ledger_is_read_line_by_line_and_every_wrong_one_is_told() {
        let good = "文书号,日期\n示市监罚〔2026〕1号,2026-05-04\n示市监罚(2026)2号\t2026/5/04\n\n";
        let read_good = read(&good.replace("5/04", "05/04"), "台账").unwrap();
        assert_eq!(read_good.len(), 2);
        let wrong = read("甲,2026-05-04\n乙\n,2026-05-04\n丙,昨天", "台账").unwrap_err();
        assert!(wrong.to_string().contains("lines 2、3、4"), "{wrong}");
        assert!(read("文书号,日期\n", "台账").is_err());
    }
}
