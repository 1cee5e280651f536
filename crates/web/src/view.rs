//! What templates ask for beyond the values of the registry: the frame, and words for values.

use std::sync::Arc;

use domain::{
    catalogue::{FieldKind, Section},
    deadline::Urgency,
    parameter::Reference,
    policy::Policy,
    publication::DisclosedField,
    text::{Lang, Text, grouped},
};
use jiff::{
    Timestamp,
    civil::{Date, Weekday},
    tz::TimeZone,
};
use registry::{platform::Platform, record::RecordView, version::Clocks};

use crate::assets;

/// What surrounds every page, and the day it is drawn on.
pub struct Frame {
    pub zh: bool,
    /// Entry of the main navigation the page belongs to.
    pub nav: &'static str,
    pub place: String,
    pub operator: String,
    pub fictional: bool,
    pub now: String,
    pub today: Date,
    pub policy_version: String,
    /// This page in the other language.
    pub other_language: String,
    pub stylesheet: String,
    pub mark: String,
    /// The attribute of what is Chinese on a page that is not.
    pub han: &'static str,
    lang: Lang,
    policy: Arc<Policy>,
    zone: TimeZone,
}

/// A label with its value, ready to be read.
pub struct Fact {
    pub label: String,
    pub value: String,
    /// Too long for half a line.
    pub wide: bool,
    /// The value is a date.
    pub date: bool,
}

/// The ruler of a term: shares of the whole, in per cent.
pub struct Ruler {
    pub minimum: String,
    pub rest: String,
    pub now: String,
    /// Where the word for today stands without leaving the drawing.
    pub anchor: &'static str,
    pub from: Date,
    pub repair_from: Date,
    pub until: Date,
}

/// Facts shown of a record within a file; the record's own page shows all.
const FACTS_MAX: usize = 6;
/// Longer values are cut within a file.
const FACT_CHARACTERS_MAX: usize = 120;
/// Longer values take a whole line.
const NARROW_MAX: usize = 22;

/// Kinds of providing bodies, which the law names in Chinese.
const PROVIDERS: &[(&str, &str)] = &[
    ("登记机关", "registration authorities"),
    ("行政机关", "administrative organs"),
    ("法律、法规授权的组织", "organisations authorised by law"),
    ("认定机关", "organs that decide on the list"),
    ("人民法院", "people’s courts"),
    ("税务机关", "tax authorities"),
    ("人力资源社会保障部门", "human resources and social security departments"),
    ("医疗保障部门", "medical insurance departments"),
    ("公用事业单位", "public utilities"),
    ("采购人", "purchasers"),
    ("公共资源交易监督部门", "supervisors of public resource trading"),
    ("行业协会商会", "industry associations and chambers of commerce"),
    ("群团组织", "mass organisations"),
    ("中央驻地监管机构", "local offices of central regulators"),
    ("外部公开数据", "published data of others"),
];

/// Categories of 全国公共信用信息基础目录, and what stands beside it.
const CATEGORIES: &[(&str, &str)] = &[
    ("登记注册基本信息", "registration"),
    ("行政管理信息", "administrative acts"),
    ("司法裁判及执行信息", "judgments and their enforcement"),
    ("诚实守信相关荣誉信息", "honours for integrity"),
    ("严重失信主体名单", "serious-breach lists"),
    ("经营（活动）异常名录（状态）", "lists of abnormal operations"),
    ("信用承诺及履行情况信息", "commitments and their fulfilment"),
    ("信用评价结果信息", "results of evaluations"),
    ("合同履行信息", "performance of contracts"),
    ("经营主体融资信用信息共享清单", "information shared for the financing of businesses"),
    (
        "境外公开数据（不属于全国公共信用信息基础目录，仅供试用）",
        "published data from abroad (outside the national catalogue, for trial)",
    ),
];

/// The English of a Chinese term, or the term itself where none is known.
fn translated(terms: &[(&str, &str)], term: &str, lang: Lang) -> String {
    let english = terms.iter().find(|(zh, _)| *zh == term).map_or(term, |(_, en)| en);
    lang.t(term, english).to_owned()
}

impl Frame {
    #[must_use]
    pub fn new(
        platform: &Platform,
        lang: Lang,
        nav: &'static str,
        other_language: String,
    ) -> Frame {
        let place = &platform.place;
        Frame {
            zh: lang == Lang::Zh,
            nav,
            place: place.label.get(lang).to_owned(),
            operator: place.operator.get(lang).to_owned(),
            fictional: place.fictional,
            now: platform.minute(platform.now()),
            today: platform.today(),
            policy_version: platform.policy.short_version().to_owned(),
            other_language,
            stylesheet: assets::stylesheet(),
            mark: assets::mark(),
            han: lang.t("", " lang=\"zh-CN\""),
            lang,
            policy: Arc::clone(&platform.policy),
            zone: platform.zone.clone(),
        }
    }

    #[must_use]
    pub fn minute(&self, at: &Timestamp) -> String {
        registry::platform::minute(*at, &self.zone)
    }

    #[must_use]
    pub fn current(&self, place: &str) -> bool {
        self.nav == place
    }

    #[must_use]
    pub fn subject_href(&self, slug: &str) -> String {
        format!("/subjects/{}", segment(slug))
    }

    #[must_use]
    pub fn record_href(&self, record: &RecordView) -> String {
        format!("/subjects/{}/records/{}", segment(&record.subject_code), record.record)
    }

    #[must_use]
    pub fn receipt_href(&self, record: &RecordView) -> String {
        format!("/submissions/{}", segment(&record.why.receipt))
    }

    /// The wording of this page's language.
    #[must_use]
    pub fn say<'t>(&self, text: &'t Text) -> &'t str {
        text.get(self.lang)
    }

    /// Words that were just made, in the language of the page.
    #[must_use]
    pub fn words(&self, text: Text) -> String {
        text.get(self.lang).to_owned()
    }

    /// How much a deadline presses, as the class of its tag.
    #[must_use]
    pub fn pressing(&self, urgency: &Urgency) -> &'static str {
        match urgency {
            Urgency::Overdue => " tag--late",
            Urgency::Due | Urgency::Soon | Urgency::Paused => " tag--wait",
            Urgency::Ended => " tag--ok",
            Urgency::Running => "",
        }
    }

    /// What a paper of a case is, where its name alone does not say it.
    #[must_use]
    pub fn paper_kind(&self, kind: &str) -> Option<&'static str> {
        let mut known = registry::listing::PAPERS.iter().chain(&registry::commitment::PAPERS);
        let known = known.find(|(known, ..)| *known == kind);
        known.map(|(_, zh, en)| if self.zh { *zh } else { *en })
    }

    /// The beginning and the end of a digest.
    #[must_use]
    pub fn short_digest(&self, digest: &str) -> String {
        match (digest.get(..12), digest.get(digest.len().saturating_sub(4)..)) {
            (Some(start), Some(end)) => format!("{start}…{end}"),
            _ => digest.to_owned(),
        }
    }

    /// A number of rows.
    #[must_use]
    pub fn rows(&self, number: &u64) -> String {
        grouped(*number)
    }

    /// A number of days.
    #[must_use]
    pub fn days(&self, number: &i64) -> String {
        count(*number)
    }

    /// The attribute of a value that is Chinese on a page that is not.
    #[must_use]
    pub fn tongue(&self, text: &str) -> &'static str {
        let is_han =
            |letter: char| matches!(letter, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}');
        if text.chars().any(is_han) { self.han } else { "" }
    }

    /// The day a clock of knowledge is set to.
    #[must_use]
    pub fn known_on(&self, clocks: &Clocks) -> Date {
        clocks.known_at.map_or(self.today, |at| at.to_zoned(self.zone.clone()).date())
    }

    /// A kind of body that hands something in.
    #[must_use]
    pub fn provider(&self, kind: &str) -> String {
        translated(PROVIDERS, kind, self.lang)
    }

    /// A category of the national catalogue.
    #[must_use]
    pub fn category(&self, name: &str) -> String {
        translated(CATEGORIES, name, self.lang)
    }

    /// 2026 年 11 月 20 日 星期五
    #[must_use]
    pub fn long_day(&self, day: &Date) -> String {
        let (zh, en) = match day.weekday() {
            Weekday::Monday => ("一", "Monday"),
            Weekday::Tuesday => ("二", "Tuesday"),
            Weekday::Wednesday => ("三", "Wednesday"),
            Weekday::Thursday => ("四", "Thursday"),
            Weekday::Friday => ("五", "Friday"),
            Weekday::Saturday => ("六", "Saturday"),
            Weekday::Sunday => ("日", "Sunday"),
        };
        match self.lang {
            Lang::Zh => format!("{} 年 {} 月 {} 日 星期{zh}", day.year(), day.month(), day.day()),
            Lang::En => format!("{en}, {}", day.strftime("%-d %B %Y")),
        }
    }

    /// An article as it is cited, or nothing where the source gave none.
    #[must_use]
    pub fn cited(&self, reference: &Reference) -> String {
        format!("{}{}", reference.instrument, reference.article)
    }

    /// What a reader wants of a record at a glance.
    #[must_use]
    pub fn facts(&self, record: &RecordView) -> Vec<Fact> {
        let fields = record.fields.get().iter();
        let telling = fields.filter(|field| is_telling(field, record));
        let shorten = |fact: Fact| Fact { value: cut(&fact.value), ..fact };
        telling.take(FACTS_MAX).map(|field| shorten(self.fact(field))).collect()
    }

    /// Every field the public may see, in the order of the catalogue.
    #[must_use]
    pub fn all_facts(&self, record: &RecordView) -> Vec<Fact> {
        record.fields.get().iter().map(|field| self.fact(field)).collect()
    }

    /// The value of one field, where the public may see it.
    #[must_use]
    pub fn field(&self, record: &RecordView, name: &str) -> Option<String> {
        let field = record.fields.get().iter().find(|field| field.name == name)?;
        Some(field.value.clone())
    }

    fn fact(&self, field: &DisclosedField) -> Fact {
        let wide = NARROW_MAX < field.value.chars().count();
        let date = field.value.parse::<Date>().is_ok();
        Fact {
            label: field.label.get(self.lang).to_owned(),
            value: field.value.clone(),
            wide,
            date,
        }
    }

    /// What an empty section says.
    #[must_use]
    pub fn nothing_in(&self, section: &str) -> &'static str {
        match (section == Section::SeriousBreach.code(), self.zh) {
            (true, true) => "未列入任何严重失信主体名单",
            (true, false) => "on no serious-breach list",
            (false, true) => "没有公示中的记录",
            (false, false) => "no published record",
        }
    }

    /// The ruler of a record that has a shortest term and a last day.
    #[must_use]
    pub fn ruler(&self, record: &RecordView) -> Option<Ruler> {
        let (from, until) = (record.decided_on?, record.publication.until?);
        let repair_from = record.publication.repair_from?.min(until);
        let whole = days(from, until);
        if whole <= 0 {
            return None;
        }
        let share = |day: Date| days(from, day).clamp(0, whole) * 10_000 / whole;
        let (minimum, now) = (share(repair_from), share(self.today));
        let anchor = match now {
            ..=500 => "start",
            9_500.. => "end",
            _ => "middle",
        };
        Some(Ruler {
            minimum: per_cent(minimum),
            rest: per_cent(10_000 - minimum),
            now: per_cent(now),
            anchor,
            from,
            repair_from,
            until,
        })
    }

    #[must_use]
    pub fn kind_of_field(&self, kind: &FieldKind) -> String {
        let label = kind.label();
        match kind {
            FieldKind::Code { list } | FieldKind::Codes { list } => {
                let list = self.policy.codes.get(list).map(|list| list.label.get(self.lang));
                let list = list.unwrap_or_default();
                format!("{}{}{list}", label.get(self.lang), self.lang.t("：", ": "))
            }
            _ => label.get(self.lang).to_owned(),
        }
    }
}

/// A number with thousands separators.
#[must_use]
pub fn count(number: i64) -> String {
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{}", grouped(number.unsigned_abs()))
}

/// A span of months as people say it, whole years as years.
#[must_use]
pub fn months(months: i64, lang: Lang) -> String {
    match (months, months % 12, lang) {
        (0, _, _) => "—".to_owned(),
        (_, 0, Lang::Zh) => format!("{} 年", months / 12),
        (_, 0, Lang::En) => plural(months / 12, "year"),
        (_, _, Lang::Zh) => format!("{months} 个月"),
        (_, _, Lang::En) => plural(months, "month"),
    }
}

fn plural(number: i64, word: &str) -> String {
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}

/// Ten-thousandths as a percentage of SVG.
#[must_use]
pub fn per_cent(share: i64) -> String {
    format!("{}.{:02}%", share / 100, share % 100)
}

/// One segment of an address.
#[must_use]
pub fn segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn days(from: Date, until: Date) -> i64 {
    i64::from((until - from).get_days())
}

fn cut(value: &str) -> String {
    if value.chars().count() <= FACT_CHARACTERS_MAX {
        return value.to_owned();
    }
    let mut short: String = value.chars().take(FACT_CHARACTERS_MAX).collect();
    short.push('…');
    short
}

/// Whether a field says more than the head of the record and of the file do already.
fn is_telling(field: &DisclosedField, record: &RecordView) -> bool {
    const SAID: &[&str] = &[
        "deciding_organ",
        "deciding_organ_code",
        "decided_on",
        "document_number",
        "facts",
        "former_names",
        "grounds",
        "publish_until",
        "representative",
        "status",
        "valid_from",
    ];
    let said = SAID.contains(&field.name.as_str())
        || field.name.starts_with("subject_")
        || field.name.starts_with("source_department")
        || field.name.starts_with("person_");
    !said && field.value != record.title && field.data != serde_json::Value::Bool(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_months_are_a_year() {
        assert_eq!(months(3, Lang::Zh), "3 个月");
        assert_eq!(months(36, Lang::Zh), "3 年");
        assert_eq!(months(12, Lang::En), "1 year");
        assert_eq!(months(0, Lang::En), "—");
    }

    #[test]
    fn a_segment_holds_no_separator() {
        assert_eq!(segment("91419900MA00000012"), "91419900MA00000012");
        assert_eq!(segment("sf_name:A/B 示"), "sf_name%3AA%2FB%20%E7%A4%BA");
    }
}
