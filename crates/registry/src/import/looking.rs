//! What a delivery is asked before it counts: whether it is a file that came before, has no rows, is of
//! another volume than its source's, comes back nearly whole, or would take back what is here.

use domain::{
    audit::Event,
    catalogue::Cycle,
    fault::{Fault, Level, Rule},
    text::{Lang, Text},
    volume::{Bounds, VolumeTerms},
};
use intake::plan::{HeadingFault, Plan};
use jiff::{Timestamp, civil::Date};
use store::{
    load::{Load, Mode},
    volume::SameFile,
};

use super::{Delivery, Imported};
use crate::{case, error::Error, platform::Platform, question::question};

/// Errors by the column and rule they are of.
#[derive(Debug, Default)]
pub struct Reasons {
    counted: Vec<(String, Rule, u64)>,
    first: Option<Fault>,
}

impl Reasons {
    pub fn add(&mut self, faults: &[Fault]) {
        for fault in faults.iter().filter(|fault| fault.level == Level::Error) {
            let known = self
                .counted
                .iter_mut()
                .find(|(column, rule, _)| *rule == fault.rule && *column == fault.column);
            match known {
                Some((.., count)) => *count += 1,
                None => self.counted.push((fault.column.clone(), fault.rule, 1)),
            }
            self.first.get_or_insert_with(|| fault.clone());
        }
    }

    /// Errors of the column and rule that has most.
    fn worst(&self) -> u64 {
        self.counted.iter().map(|(.., count)| *count).max().unwrap_or_default()
    }

    /// The columns and rules of most errors.
    fn most(&self, lang: Lang) -> String {
        let mut counted: Vec<&(String, Rule, u64)> = self.counted.iter().collect();
        counted.sort_by_key(|(.., count)| std::cmp::Reverse(*count));
        let words: Vec<String> = counted
            .into_iter()
            .take(REASONS_SHOWN)
            .map(|(column, _, count)| match lang {
                Lang::Zh if column.is_empty() => format!("整行 {count} 处"),
                Lang::En if column.is_empty() => format!("whole rows {count}"),
                Lang::Zh => format!("“{column}”{count} 处"),
                Lang::En => format!("“{column}” {count}"),
            })
            .collect();
        words.join(lang.t("，", ", "))
    }

    fn first(&self, lang: Lang) -> String {
        let Some(fault) = &self.first else { return String::new() };
        match lang {
            Lang::Zh => format!("例如第 {} 行：{}", fault.row, fault.message(lang)),
            Lang::En => format!("row {} for one: {}", fault.row, fault.message(lang)),
        }
    }
}

/// Columns told of a file that comes back nearly whole.
const REASONS_SHOWN: usize = 3;

/// The question about a file that came before, on an earlier day: sent again by mistake it would undo
/// what was handed in since, or pass for the file of a new period. On the same day it is a repetition
/// after a broken connection; a whole set that is still what it was is no mistake.
pub async fn known_file(
    platform: &Platform,
    mode: Mode,
    source: (&str, &str),
    digest: &str,
    received_at: Timestamp,
) -> Result<Option<Text>, Error> {
    if mode == Mode::Withdraw {
        return Ok(None);
    }
    let known = store::volume::same_file(&platform.register, source, mode, digest).await?;
    let Some(SameFile { receipt, accepted_at, newest }) = known else { return Ok(None) };
    let day = platform.day(accepted_at);
    if platform.day(received_at) <= day || (newest && mode == Mode::Full) {
        return Ok(None);
    }
    Ok(Some(Text::new(
        format!("这个文件与 {day} 已入库的批次 {receipt} 完全相同，可能拿错了文件"),
        format!(
            "this file is the very one that was accepted on {day} as {receipt}; perhaps it is the wrong one"
        ),
    )))
}

/// A heading that does not fit the item, with the item of the department that it does fit.
pub fn of_another_item(
    platform: &Platform,
    department: &str,
    heading: &[String],
    error: Error,
) -> Error {
    let Error::Heading(HeadingFault(text)) = error else { return error };
    let provider = platform.place.department(department);
    let items = provider.into_iter().flat_map(|provider| &provider.items);
    let fits = items
        .filter_map(|item| platform.policy.item(item))
        .find(|item| Plan::new(&platform.policy, item, None, heading, false).is_ok());
    let Some(other) = fits else { return Error::Heading(HeadingFault(text)) };
    let (zh, en) = (&other.label.zh, &other.label.en);
    Error::Heading(HeadingFault(Text::new(
        format!("{}。这个表头是“{zh}”的模板，请改选“{zh}”再报", text.zh),
        format!(
            "{}. The heading is that of “{en}”: choose that item and hand it in again",
            text.en
        ),
    )))
}

/// What a delivery that has been read must be asked, all at once; nothing where all is well or where
/// the sender has answered.
pub async fn question_of(
    platform: &Platform,
    delivery: &Delivery,
    load: &mut Load,
    (imported, reasons): (&Imported, &Reasons),
    known: Option<Text>,
) -> Result<Option<Error>, Error> {
    let today = platform.today();
    if imported.counts.rows == 0 && delivery.mode != Mode::Full {
        return Ok(Some(without_rows()));
    }
    let (comes_back, volume) = match comes_back(platform, imported, reasons, today) {
        Some(text) => (Some(text), None),
        None => (None, volume(platform, delivery, imported, today).await?),
    };
    let taken_back = taken_back(delivery, load, imported.counts.rejected).await?;
    let (begins_anew, owed) = (volume.is_some(), comes_back.is_some() || volume.is_some());
    let asked: Vec<Text> = [known, comes_back, volume, taken_back].into_iter().flatten().collect();
    if asked.is_empty() {
        return Ok(None);
    }
    let Some(reason) = &delivery.confirmed else {
        return Ok(Some(Error::NeedsConfirmation(joined(&asked, owed))));
    };
    let reason = reason.trim();
    if reason.is_empty() && owed {
        return Ok(Some(question(
            "reason",
            "请写明这次报送为什么属实（--because），再确认",
            "say why this delivery is right (--because), and confirm",
        )));
    }
    if !reason.is_empty() {
        let reason = case::note(reason, "reason")?;
        load.events.push((Event::DeliveryConfirmed, format!("reason={reason}")));
        load.baseline = begins_anew.then_some(reason);
    }
    Ok(None)
}

/// Everything a delivery is asked, and how to go on.
fn joined(asked: &[Text], owed: bool) -> Text {
    let zh: Vec<&str> = asked.iter().map(|text| text.zh.as_str()).collect();
    let en: Vec<&str> = asked.iter().map(|text| text.en.as_str()).collect();
    let (why_zh, why_en) = match owed {
        true => ("，写明原因（--because）", ", say why (--because)"),
        false => ("", ""),
    };
    Text::new(
        format!("{}。没有写入任何内容；确属如此{why_zh}，请加 --confirm 再报一次", zh.join("。")),
        format!(
            "{}. Nothing was written; if it is meant{why_en}, send it again with --confirm",
            en.join(". ")
        ),
    )
}

/// A question or a refusal in the words of a page, where one writes the reason below and confirms there;
/// the registry names the options of the command line.
#[must_use]
pub fn in_words_of_a_page(text: &Text) -> Text {
    Text::new(
        text.zh
            .replace("，写明原因（--because），请加 --confirm 再报一次", "，请写明原因并确认")
            .replace("请加 --confirm 再报一次", "请确认")
            .replace("（--because）", ""),
        text.en
            .replace(
                ", say why (--because), send it again with --confirm",
                ", say why and confirm it",
            )
            .replace("send it again with --confirm", "confirm it")
            .replace(" (--because)", ""),
    )
}

fn without_rows() -> Error {
    Error::Refused(Text::new(
        "文件里只有表头，没有一行数据。没有写入任何内容。本期确无信息的，请到“归集指标”作零报告；要撤回记录，请用撤回方式报送",
        "the file has a heading and no row. Nothing was written. Where there is nothing for the period, state a zero report under “Collection”; to take records back, hand them in for withdrawal",
    ))
}

/// A file of which nearly every row comes back for the same fault: its columns may be in another
/// order, or it is another item's.
fn comes_back(
    platform: &Platform,
    imported: &Imported,
    reasons: &Reasons,
    today: Date,
) -> Option<Text> {
    let value = |key| Some(platform.policy.parameter(key, today)?.value);
    let (rows, rejected) = (imported.counts.rows, imported.counts.rejected);
    let (share, least) = (value("intake.rejected_share")?, value("intake.rejected_least")?);
    let share = u64::try_from(share).ok()?;
    // Many faults of many kinds are a bad file; one that nearly every row has is another matter.
    let worst = reasons.worst();
    let few = worst < u64::try_from(least).ok()?;
    if few || worst.saturating_mul(1000) < rows.saturating_mul(share) {
        return None;
    }
    Some(Text::new(
        format!(
            "共 {rows} 行，会退回 {rejected} 行，问题最多的列：{}。可能列错了位，或用了别的信息项的模板，请核对表头与各列；{}",
            reasons.most(Lang::Zh),
            reasons.first(Lang::Zh),
        ),
        format!(
            "{rejected} of {rows} rows would be sent back; the columns with most errors: {}. Perhaps columns changed places, or the form is another item’s: compare the heading with the columns; {}",
            reasons.most(Lang::En),
            reasons.first(Lang::En),
        ),
    ))
}

/// A delivery whose rows are outside the bounds of its source's own history.
async fn volume(
    platform: &Platform,
    delivery: &Delivery,
    imported: &Imported,
    today: Date,
) -> Result<Option<Text>, Error> {
    let Some(terms) = terms(platform, today) else { return Ok(None) };
    // What mends rows has as many as came back.
    if delivery.piecemeal
        || delivery.mode == Mode::Withdraw
        || mends(platform, delivery, &imported.item).await?
    {
        return Ok(None);
    }
    let source = (imported.department.as_str(), imported.item.as_str());
    let history =
        store::volume::history(&platform.register, source, delivery.mode, terms.window).await?;
    let Some(bounds) = Bounds::of(&history, terms) else { return Ok(None) };
    let rows = imported.counts.rows;
    // Where each decision has its own clock, a day may bring one row.
    let cycle = platform.policy.item(&imported.item).map(|item| item.cycle);
    let whole = delivery.mode == Mode::Full || cycle.is_some_and(|cycle| cycle != Cycle::Event);
    let bounds = Bounds { lower: if whole { bounds.lower } else { 0 }, ..bounds };
    if bounds.admit(rows) {
        return Ok(None);
    }
    let Bounds { lower, upper, seen } = bounds;
    Ok(Some(Text::new(
        format!(
            "这次报送 {rows} 行；按本单位此项最近 {seen} 批，一批在 {lower} 到 {upper} 行之间，请核对是否少取或多取了数据"
        ),
        format!(
            "this delivery has {rows} rows; by your last {seen} deliveries of the item one has from {lower} to {upper}: look whether rows are missing or too many"
        ),
    )))
}

/// Whether a delivery mends rows of one of the same item.
async fn mends(platform: &Platform, delivery: &Delivery, item: &str) -> Result<bool, Error> {
    let Some(receipt) = &delivery.mends else { return Ok(false) };
    let mended = store::submission::by_receipt(&platform.register, receipt).await?;
    Ok(delivery.mode == Mode::Changes && mended.is_some_and(|mended| mended.item == item))
}

fn terms(platform: &Platform, today: Date) -> Option<VolumeTerms> {
    let value = |key| Some(platform.policy.parameter(key, today)?.value);
    Some(VolumeTerms {
        window: value("intake.volume_window")?,
        least: value("intake.volume_least")?,
        lower: value("intake.volume_lower")?,
        upper: value("intake.volume_upper")?,
        slack: value("intake.volume_slack")?,
    })
}

/// What a delivery that takes records back must be asked first.
async fn taken_back(
    delivery: &Delivery,
    load: &mut Load,
    rejected: u64,
) -> Result<Option<Text>, Error> {
    let live = match delivery.mode {
        Mode::Changes => return Ok(None),
        Mode::Full => load.withdraw_missing().await?,
        Mode::Withdraw => load.live().await?,
    };
    let gone = load.counts.withdrawn;
    if gone == 0 {
        return Ok(None);
    }
    if delivery.mode == Mode::Full && 0 < rejected {
        return Ok(Some(Text::new(
            format!(
                "这次全量报送有 {rejected} 行被退回，而本单位此项现有 {live} 条记录中的 {gone} 条不在通过的行里，会被撤回，其中可能就有被退回的行：请改好退回的行，把整份文件再报一次"
            ),
            format!(
                "{rejected} rows of this full delivery were sent back, and {gone} of the {live} records you have here are not among the rows that passed: they would be taken back, perhaps only because their rows are faulty: mend the rows and send the whole file again"
            ),
        )));
    }
    if gone * 2 < live {
        return Ok(None);
    }
    Ok(Some(Text::new(
        format!("这次报送会撤回本单位此项现有 {live} 条记录中的 {gone} 条"),
        format!("this delivery would take back {gone} of the {live} records you have here"),
    )))
}
