//! Social insurance and utilities: the bulk of what large subjects leave behind.

use jiff::civil::Date;

use super::{
    city::{City, Source, Wave},
    columns, departments,
    draw::{Draw, plus_months},
    row::Row,
    subject::{Class, Size, Subject},
};

const INSURANCES: [&str; 5] = ["pension", "injury", "unemployment", "medical", "maternity"];
const UTILITIES: [(&str, &str, &str); 3] =
    [("electricity", "dianli", "D"), ("water", "shuiwujituan", "S"), ("gas", "ranqi", "R")];

/// How punctually a subject pays, out of a thousand periods.
struct Habit {
    late: u64,
    arrears: u64,
}

/// Writes the payments of a subject, month by month.
pub fn write(city: &mut City, subject: &Subject, draw: &mut Draw) -> anyhow::Result<()> {
    let habit = match draw.below(100) {
        0..88 => Habit { late: 8, arrears: 1 },
        88..97 => Habit { late: 90, arrears: 15 },
        _ => Habit { late: 250, arrears: 150 },
    };
    let (insurances, months) = match (subject.class, subject.size) {
        (Class::Business, _) => (u64::from(draw.per_mille(60)), 12),
        (Class::Village, _) => (0, 0),
        (_, Size::Micro) => (u64::from(draw.per_mille(600)), 12),
        (_, Size::Small) => (2, 12),
        (_, Size::Medium) => (3, 12),
        (_, Size::Large) => (5, 24),
    };
    let staff = staff(subject.size, draw);
    for kind in INSURANCES.iter().take(usize::try_from(insurances).unwrap_or(0)) {
        for month in due_months(city, subject, months) {
            insurance(city, subject, kind, month, staff, &habit, draw)?;
        }
    }
    let (utilities, months, step) = match (subject.class, subject.size) {
        (Class::Business, _) => (u64::from(draw.per_mille(550)), 12, 2),
        (_, Size::Micro) => (u64::from(draw.per_mille(450)), 12, 2),
        (_, Size::Small) => (2, 12, 1),
        (_, Size::Medium) => (3, 12, 1),
        (_, Size::Large) => (3, 24, 1),
    };
    let account = draw.below(90_000_000) + 10_000_000;
    for utility in UTILITIES.iter().take(usize::try_from(utilities).unwrap_or(0)) {
        for month in due_months(city, subject, months).step_by(step) {
            bill(city, subject, utility, account, month, &habit, draw)?;
        }
    }
    Ok(())
}

fn staff(size: Size, draw: &mut Draw) -> i64 {
    match size {
        Size::Micro => draw.between(1, 9),
        Size::Small => draw.between(10, 60),
        Size::Medium => draw.between(60, 300),
        Size::Large => draw.between(300, 2000),
    }
}

/// First days of the months for which the subject owes, the newest of them last.
fn due_months(city: &City, subject: &Subject, months: i64) -> impl Iterator<Item = Date> + use<> {
    let newest = plus_months(city.as_of.first_of_month(), -1);
    let (established, ended) = (subject.established, subject.ended);
    let active = !subject.revoked;
    (0..months).rev().map(move |back| plus_months(newest, -back)).filter(move |month| {
        active && established < *month && ended.is_none_or(|ended| *month < ended)
    })
}

/// The newest month comes with the newest delivery, older ones before.
fn hand_in(
    city: &mut City,
    source: Source,
    month: Date,
    row: &Row,
    draw: &mut Draw,
) -> anyhow::Result<()> {
    if month < plus_months(city.as_of.first_of_month(), -1) {
        return city.keep(source, row, settle, draw);
    }
    if city.quiet {
        return Ok(());
    }
    city.put(source, Wave::Current, row, None).map(drop)
}

/// What was owed has been paid since, or the figures were mended.
fn settle(row: &mut Row, _: &mut Draw) {
    let (state, note) = match row.columns[4].0 {
        "SB_XZ" => ("SB_ZT", "更正：已补缴"),
        _ => ("GY_ZT", "更正：已结清"),
    };
    row.set(state, "late");
    row.set("BZ", note);
}

fn state(habit: &Habit, draw: &mut Draw) -> &'static str {
    match draw.below(1000) {
        share if share < habit.arrears => "arrears",
        share if share < habit.arrears + habit.late => "late",
        _ => "paid",
    }
}

fn insurance(
    city: &mut City,
    subject: &Subject,
    kind: &'static str,
    month: Date,
    staff: i64,
    habit: &Habit,
    draw: &mut Draw,
) -> anyhow::Result<()> {
    let department = departments::by_id("renshe");
    let state = state(habit, draw);
    let share = if kind == "pension" { 860 } else { 120 };
    let payable = staff * share;
    let paid = if state == "arrears" { 0 } else { payable };
    let row = Row::about(columns::SOCIAL_INSURANCE, subject)
        .with("SB_XZ", kind)
        .with("SB_SSQ", month)
        .with("SB_SSZ", month.last_of_month())
        .with("SB_RS", staff.to_string())
        .with("SB_YJ", format!("{payable}.00"))
        .with("SB_SJ", format!("{paid}.00"))
        .with("SB_ZT", state)
        .with("SB_ZSJG", department.name)
        .with("SB_ZSJGDM", department.uscc)
        .with("SB_SJLY", department.name)
        .with("SB_SJLYDM", department.uscc);
    let source = Source { department: department.id, item: "social_insurance" };
    hand_in(city, source, month, &row, draw)
}

fn bill(
    city: &mut City,
    subject: &Subject,
    (kind, department, letter): &(&'static str, &'static str, &'static str),
    account: u64,
    month: Date,
    habit: &Habit,
    draw: &mut Draw,
) -> anyhow::Result<()> {
    let department = departments::by_id(department);
    let state = state(habit, draw);
    let usage = draw.between(60, 400) * subject.size.factor().cast_signed();
    let payable = format!("{}.{:02}", usage * 7 / 10, draw.below(100));
    let paid = if state == "arrears" { "0.00".to_owned() } else { payable.clone() };
    let overdue = match state {
        "paid" => 0,
        "late" => draw.between(1, 60),
        _ => draw.between(30, 120),
    };
    let row = Row::about(columns::UTILITY_PAYMENT, subject)
        .with("GY_LX", *kind)
        .with("GY_HH", format!("{letter}{account}"))
        .with("GY_DZ", &subject.address)
        .with("GY_SSQ", month)
        .with("GY_SSZ", month.last_of_month())
        .with("GY_YL", format!("{usage}.{}", draw.below(10)))
        .with("GY_YJ", payable)
        .with("GY_SJ", paid)
        .with("GY_YQTS", overdue.to_string())
        .with("GY_ZT", state)
        .with("GY_GYDW", department.name)
        .with("GY_GYDWDM", department.uscc)
        .with("GY_SJLY", department.name)
        .with("GY_SJLYDM", department.uscc);
    let source = Source { department: department.id, item: "utility_payment" };
    hand_in(city, source, month, &row, draw)
}
