//! Administrative penalties: ten years of them, across the changes of law in between.

use jiff::civil::{Date, Weekday, date};

use super::{
    city::{City, Source, Wave},
    columns,
    departments::{self, Department},
    draw::{Draw, days_between, plus_days, plus_months},
    editions,
    offences::{self, Gravity, Offence},
    row::Row,
    subject::{Class, Size, Subject},
};

/// From this day the kinds of penalty are those of the law as revised in 2021.
const KINDS_OF_2021: Date = date(2021, 7, 15);
/// Until this day departments handed in the columns of 2016, which know organisations only.
const LAST_OF_2016: Date = date(2018, 12, 31);

/// One decision before it is put in columns.
struct Decision<'s> {
    subject: &'s Subject,
    offence: &'static Offence,
    department: &'static Department,
    number: String,
    decided: Date,
    simplified: bool,
    /// In yuan; zero where none.
    fine: i64,
    confiscated: i64,
    licence: Option<String>,
}

/// Writes the penalties of a subject.
pub fn write(city: &mut City, subject: &Subject, draw: &mut Draw) -> anyhow::Result<()> {
    let list = offences::of(subject.sector);
    for _ in 0..how_many(subject, draw) {
        let first = plus_days(subject.established, 100).max(plus_months(city.as_of, -120));
        let recent = plus_months(city.as_of, -30);
        let first = if draw.per_mille(550) { first.max(recent) } else { first };
        let last = subject.last_day(city.as_of).min(city.history_end());
        if last <= plus_days(first, 30) {
            continue;
        }
        let decided = working_day(draw.day(plus_days(first, 20), last));
        let decision = decide(city, subject, list, decided, draw);
        if decided <= LAST_OF_2016 && subject.class != Class::Business {
            let source = Source { department: decision.department.id, item: "penalty" };
            city.put(source, Wave::Edition2016, &decision.row_of_2016(), None)?;
        } else {
            note_sample(city, &decision);
            let source = Source { department: decision.department.id, item: "penalty" };
            city.keep(source, &decision.row(), correct, draw)?;
        }
    }
    if subject.ended.is_none() && draw.per_mille(2 * subject.size.factor()) {
        write_current(city, subject, list, draw)?;
    }
    Ok(())
}

/// A decision of the week in which the newest file was delivered, or one kept back for weeks.
fn write_current(
    city: &mut City,
    subject: &Subject,
    list: &'static [Offence],
    draw: &mut Draw,
) -> anyhow::Result<()> {
    let late = draw.per_mille(200) && !city.plain;
    let days = if late { draw.between(40, 110) } else { draw.between(2, 5) };
    let decided = working_day(plus_days(city.as_of, -days));
    if decided <= plus_days(subject.established, 30) || city.quiet {
        return Ok(());
    }
    let decision = decide(city, subject, list, decided, draw);
    let source = Source { department: decision.department.id, item: "penalty" };
    if late {
        return city.put_late(source, &decision.row());
    }
    city.put(source, Wave::Current, &decision.row(), None)?;
    Ok(())
}

/// A clean row with the mandatory columns only, decided under the law as revised in 2021.
#[must_use]
pub fn mandatory_row(subject: &Subject, serial: u64, as_of: Date, draw: &mut Draw) -> Row {
    let first = subject.established.max(KINDS_OF_2021);
    let decided = working_day(draw.day(plus_days(first, 20), plus_days(as_of, -10)));
    let offence = draw.pick(offences::of(subject.sector));
    let decision = decision(subject, offence, decided, serial, draw);
    let mut row = decision.row().under(editions::PENALTY_MANDATORY);
    row.set("CF_SY", offence.matter);
    row
}

fn how_many(subject: &Subject, draw: &mut Draw) -> u64 {
    let share = match (subject.class, subject.size) {
        (Class::Public | Class::Village, _) => 0,
        (Class::Social, _) => 15,
        (_, Size::Micro) => 38,
        (_, Size::Small) => 75,
        (_, Size::Medium) => 170,
        (_, Size::Large) => 420,
    };
    if !draw.per_mille(share) {
        return 0;
    }
    let most = match subject.size {
        Size::Micro => 2,
        Size::Small => 3,
        Size::Medium => 5,
        Size::Large => 9,
    };
    1 + draw.below(most).min(draw.below(most))
}

fn decide<'s>(
    city: &mut City,
    subject: &'s Subject,
    list: &'static [Offence],
    decided: Date,
    draw: &mut Draw,
) -> Decision<'s> {
    let offence = draw.pick(list);
    let serial = city.next_number(offence.department, decided.year());
    decision(subject, offence, decided, serial, draw)
}

fn decision<'s>(
    subject: &'s Subject,
    offence: &'static Offence,
    decided: Date,
    serial: u64,
    draw: &mut Draw,
) -> Decision<'s> {
    let department = departments::by_id(offence.department);
    let (low, high) = offence.fine;
    let factor = subject.size.factor().min(3).cast_signed();
    let fine = draw.between(low, low + (high - low) * factor / 3) * 100;
    let slight =
        matches!(offence.gravity, Gravity::Warning | Gravity::WarningAndFine) && fine <= 3000;
    let confiscated = match offence.gravity {
        Gravity::FineAndGains | Gravity::FineAndGoods => draw.between(30, 900) * 10,
        _ => 0,
    };
    let licence = matches!(offence.gravity, Gravity::Suspension | Gravity::Revocation);
    let year = decided.year();
    Decision {
        subject,
        offence,
        department,
        number: format!("{}罚〔{year}〕{serial}号", department.mark),
        decided,
        simplified: slight && draw.per_mille(500),
        fine,
        confiscated,
        licence: licence
            .then(|| format!("{}许可证（证号：{}字{serial:06}）", subject.trade, department.mark)),
    }
}

impl Decision<'_> {
    fn row(&self) -> Row {
        let subject = self.subject;
        let simplified = if self.simplified { "是" } else { "否" };
        Row::about(columns::PENALTY, subject)
            .with("CF_XDR_ZZJG", &subject.org_code)
            .with("CF_FRDB", &subject.representative)
            .with("CF_WSH", &self.number)
            .with("CF_WFXW", self.offence.title)
            .with("CF_SY", self.facts())
            .with("CF_YJ", self.offence.grounds)
            .with("CF_CFLB", self.kinds())
            .with("CF_NR", self.content())
            .with("CF_NR_FK", (0 < self.fine).then(|| wan(self.fine)))
            .with("CF_NR_WFFF", (0 < self.confiscated).then(|| wan(self.confiscated)))
            .with("CF_NR_ZKDX", self.licence.clone())
            .with("CF_JDRQ", self.decided)
            .with("CF_YXQ", date(2099, 12, 31))
            .with("CF_CFJG", self.department.name)
            .with("CF_CFJGDM", self.department.uscc)
            .with("CF_SJLY", self.department.name)
            .with("CF_SJLYDM", self.department.uscc)
            .with("CF_JYCX", simplified)
    }

    fn row_of_2016(&self) -> Row {
        let subject = self.subject;
        let (first, second) = self.kinds().split_once(';').unwrap_or((self.kinds(), ""));
        let row = Row::new(editions::PENALTY_2016)
            .with("CF_WSH", &self.number)
            .with("CF_CFMC", self.offence.title)
            .with("CF_CFLB1", first)
            .with("CF_CFLB2", second)
            .with("CF_SY", self.facts())
            .with("CF_YJ", self.offence.grounds)
            .with("CF_XDR", &subject.name)
            .with("CF_XDR_SHXYM", &subject.uscc)
            .with("CF_XDR_ZDM", &subject.org_code)
            .with("CF_XDR_GSDJ", subject.reg_no.clone())
            .with("CF_FR", &subject.representative);
        row.with("CF_JG", self.content())
            .with("CF_JDRQ", self.decided)
            .with("CF_XZJG", self.department.name)
            .with("CF_ZT", "0")
            .with("GSQX", "1")
            .with("DFBM", "419900")
            .with("SJC", self.decided)
    }

    fn facts(&self) -> String {
        let day = plus_days(self.decided, -(30 + self.fine % 40));
        let (year, month) = (day.year(), day.month());
        format!(
            "经查，{}于{year}年{month}月{}，有现场检查笔录、询问笔录和书证证实。",
            self.subject.name, self.offence.matter,
        )
    }

    /// 处罚内容; the figures are yuan, while the column beside it counts 万元.
    fn content(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        match self.offence.gravity {
            Gravity::Warning | Gravity::WarningAndFine => parts.push("给予警告".to_owned()),
            Gravity::Criticism if self.decided < KINDS_OF_2021 => parts.push("给予警告".to_owned()),
            Gravity::Criticism => parts.push("给予通报批评".to_owned()),
            Gravity::Closure => parts.push("责令停产停业整顿".to_owned()),
            _ => {}
        }
        if let Some(licence) = &self.licence {
            let verb =
                if self.offence.gravity == Gravity::Suspension { "暂扣" } else { "吊销" };
            parts.push(format!("{verb}{licence}"));
        }
        if 0 < self.confiscated {
            let what = if self.offence.gravity == Gravity::FineAndGains {
                "违法所得"
            } else {
                "价值"
            };
            let object = if what == "价值" { "违法物品，" } else { "" };
            parts.push(format!("没收{object}{what}{}元", self.confiscated));
        }
        if 0 < self.fine {
            parts.push(format!("罚款{}元", self.fine));
        }
        format!("责令改正；{}。", parts.join("；"))
    }

    fn kinds(&self) -> &'static str {
        let new = KINDS_OF_2021 <= self.decided;
        match self.offence.gravity {
            Gravity::Warning => "警告",
            Gravity::Criticism if new => "通报批评",
            Gravity::Criticism => "警告",
            Gravity::WarningAndFine => "警告;罚款",
            Gravity::Fine => "罚款",
            Gravity::FineAndGains if new => "罚款;没收违法所得",
            Gravity::FineAndGoods if new => "罚款;没收非法财物",
            Gravity::FineAndGains | Gravity::FineAndGoods => "罚款;没收违法所得、没收非法财物",
            Gravity::Closure => "责令停产停业;罚款",
            Gravity::Suspension if new => "暂扣许可证件",
            Gravity::Revocation if new => "吊销许可证件",
            Gravity::Suspension | Gravity::Revocation => "暂扣或者吊销许可证、暂扣或者吊销执照",
        }
    }
}

/// 2000 yuan are 0.2 万元.
fn wan(yuan: i64) -> String {
    let (whole, rest) = (yuan / 10_000, yuan % 10_000);
    if rest == 0 {
        return whole.to_string();
    }
    format!("{whole}.{}", format!("{rest:04}").trim_end_matches('0'))
}

/// Decisions are made on working days; a weekend moves to the Friday before.
fn working_day(day: Date) -> Date {
    match day.weekday() {
        Weekday::Saturday => plus_days(day, -1),
        Weekday::Sunday => plus_days(day, -2),
        _ => day,
    }
}

/// The department mends the facts of a decision it handed in before.
fn correct(row: &mut Row, draw: &mut Draw) {
    if draw.per_mille(500) {
        row.set("BZ", "更正：原报送的违法事实表述不完整");
    } else {
        row.set("BZ", "更正：罚款已于期限内缴清");
    }
}

/// Remembers a subject whose penalty shows one of the three outcomes.
fn note_sample(city: &mut City, decision: &Decision<'_>) {
    if decision.subject.ended.is_some() || decision.subject.revoked {
        return;
    }
    let age = days_between(decision.decided, city.as_of);
    let reason = match decision.offence.gravity {
        Gravity::FineAndGains if (10..150).contains(&age) => "penalty_published",
        Gravity::Warning if (10..200).contains(&age) => "penalty_slight",
        Gravity::Fine if 1200 < age => "penalty_ended",
        Gravity::Closure if (10..300).contains(&age) => "penalty_serious",
        _ => return,
    };
    city.note(reason, decision.subject);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_yuan_as_wan() {
        let pairs = [(2000, "0.2"), (50_000, "5"), (12_345, "1.2345"), (100, "0.01")];
        for (yuan, expected) in pairs {
            assert_eq!(wan(yuan), expected);
        }
    }
}
