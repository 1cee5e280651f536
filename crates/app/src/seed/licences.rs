//! Administrative licences: by sector, renewed when they run out, some withdrawn before.

use jiff::civil::{Date, date};

use super::{
    city::{City, Source, Wave},
    columns,
    departments::{self, Department},
    draw::{Draw, plus_days, plus_months},
    editions,
    permits::{self, Permit},
    row::Row,
    subject::{Class, Size, Subject},
};

/// Until this day departments handed in the columns of 2016, which know organisations only.
const LAST_OF_2016: Date = date(2018, 12, 31);

/// Writes the licences of a subject.
pub fn write(city: &mut City, subject: &Subject, draw: &mut Draw) -> anyhow::Result<()> {
    let (permits, share) = permits::of(subject.sector);
    if matches!(subject.class, Class::Public | Class::Village) || !draw.per_mille(share) {
        return Ok(());
    }
    let more = match subject.size {
        Size::Micro => 0,
        Size::Small => draw.below(2),
        Size::Medium => draw.below(4),
        Size::Large => 1 + draw.below(8),
    };
    write_chain(city, subject, &permits[0], draw)?;
    for _ in 0..more {
        write_chain(city, subject, draw.pick(permits), draw)?;
    }
    if subject.ended.is_none() && !city.quiet && draw.per_mille(15 * subject.size.factor()) {
        write_current(city, subject, draw.pick(permits), draw)?;
    }
    Ok(())
}

/// A licence and its renewals, one after the other.
fn write_chain(
    city: &mut City,
    subject: &Subject,
    permit: &'static Permit,
    draw: &mut Draw,
) -> anyhow::Result<()> {
    let last = subject.last_day(city.as_of).min(city.history_end());
    let oldest = plus_months(city.as_of, -132);
    let mut decided = plus_days(subject.established.max(oldest), draw.between(8, 300));
    for _ in 0..6 {
        if last <= decided {
            break;
        }
        write_one(city, subject, permit, decided, draw)?;
        if permit.years == 0 {
            break;
        }
        decided = plus_days(plus_months(decided, permit.years * 12), -draw.between(5, 40));
    }
    Ok(())
}

fn write_one(
    city: &mut City,
    subject: &Subject,
    permit: &'static Permit,
    decided: Date,
    draw: &mut Draw,
) -> anyhow::Result<()> {
    let source = Source { department: permit.department, item: "licence" };
    let grant = Grant::new(city, subject, permit, decided);
    if decided <= LAST_OF_2016 && subject.class != Class::Business {
        city.put(source, Wave::Edition2016, &grant.row_of_2016(), None)?;
        return Ok(());
    }
    city.keep(source, &grant.row(), change, draw)
}

/// A decision of the newest week, or one handed in weeks too late.
fn write_current(
    city: &mut City,
    subject: &Subject,
    permit: &'static Permit,
    draw: &mut Draw,
) -> anyhow::Result<()> {
    let late = draw.per_mille(150) && !city.plain;
    let days = if late { draw.between(40, 110) } else { draw.between(2, 5) };
    let decided = plus_days(city.as_of, -days);
    if decided <= subject.established {
        return Ok(());
    }
    let grant = Grant::new(city, subject, permit, decided);
    let source = Source { department: permit.department, item: "licence" };
    if late {
        return city.put_late(source, &grant.row());
    }
    city.put(source, Wave::Current, &grant.row(), None)?;
    Ok(())
}

/// One decision before it is put in columns.
struct Grant<'s> {
    subject: &'s Subject,
    permit: &'static Permit,
    department: &'static Department,
    number: String,
    certificate: String,
    decided: Date,
    until: Date,
}

impl<'s> Grant<'s> {
    fn new(city: &mut City, subject: &'s Subject, permit: &'static Permit, decided: Date) -> Self {
        let department = departments::by_id(permit.department);
        let year = decided.year();
        let serial = city.next_number(department.id, year);
        let until = match permit.years {
            0 => date(2099, 12, 31),
            years => plus_days(plus_months(decided, years * 12), -1),
        };
        Grant {
            subject,
            permit,
            department,
            number: format!("{}许〔{year}〕{serial}号", department.mark),
            certificate: format!("{}{}{year}{serial:06}", permit.letters, subject.district.0),
            decided,
            until,
        }
    }

    fn row(&self) -> Row {
        let subject = self.subject;
        let status = if subject.ended.is_some() { "2" } else { "1" };
        Row::about(columns::LICENCE, subject)
            .with("XK_XDR_ZZJG", &subject.org_code)
            .with("XK_FRDB", &subject.representative)
            .with("XK_XKWS", self.permit.decision)
            .with("XK_WSH", &self.number)
            .with("XK_XKLB", self.permit.kind)
            .with("XK_XKZS", self.permit.certificate)
            .with("XK_XKBH", &self.certificate)
            .with("XK_NR", self.permit.content)
            .with("XK_JDRQ", self.decided)
            .with("XK_YXQZ", self.decided)
            .with("XK_YXQZI", self.until)
            .with("XK_XKJG", self.department.name)
            .with("XK_XKJGDM", self.department.uscc)
            .with("XK_ZT", status)
            .with("XK_LYDW", self.department.name)
            .with("XK_LYDWDM", self.department.uscc)
    }

    fn row_of_2016(&self) -> Row {
        let subject = self.subject;
        let status = if subject.ended.is_some() { "1" } else { "0" };
        Row::new(editions::LICENCE_2016)
            .with("XK_WSH", &self.number)
            .with("XK_XMMC", self.permit.decision)
            .with("XK_SPLB", self.permit.kind)
            .with("XK_NR", self.permit.content)
            .with("XK_XDR", &subject.name)
            .with("XK_XDR_SHXYM", &subject.uscc)
            .with("XK_XDR_ZDM", &subject.org_code)
            .with("XK_XDR_GSDJ", subject.reg_no.clone())
            .with("XK_FR", &subject.representative)
            .with("XK_JDRQ", self.decided)
            .with("XK_JZQ", self.until)
            .with("XK_XZJG", self.department.name)
            .with("XK_ZT", status)
            .with("DFBM", "419900")
            .with("SJC", self.decided)
    }
}

/// What a department changes in a licence handed in before: most are taken back or mended.
fn change(row: &mut Row, draw: &mut Draw) {
    if draw.per_mille(400) {
        row.set("XK_ZT", "2");
    } else {
        row.set("BZ", "更正：许可内容以证书副本为准");
    }
}
