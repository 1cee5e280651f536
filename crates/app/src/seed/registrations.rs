//! Registration: one record to a subject, with the changes of the newest week.

use jiff::civil::{Date, date};

use super::{
    city::{City, Source, Wave},
    columns,
    departments::{self, Department},
    draw::{Draw, plus_days, plus_months},
    row::{Cell, Row},
    subject::{self, Class, Subject},
};

/// Writes the registration of a subject and what the registrar changed this week.
pub fn write(city: &mut City, subject: &Subject, draw: &mut Draw) -> anyhow::Result<()> {
    let department = departments::by_id(registrar(subject.class));
    let source = Source { department: department.id, item: "registration" };
    let before = subject.before(city.history_end());
    if before.is_some() {
        city.note("renamed", subject);
    }
    if subject.ended.is_some() {
        city.note("struck_off", subject);
    }
    let known = row(before.as_ref().unwrap_or(subject), department, draw);
    let held = city.put(source, Wave::History, &known, None)?;
    let mut again = known.clone();
    match draw.below(1000) {
        _ if before.is_some() => {
            again.cells[0] = Cell::from(&subject.name);
            again.set("DJ_CYM", subject.former.as_ref().map(|(name, _)| name.clone()));
            again.set("DJ_HZRQ", subject.former.as_ref().map(|(_, day)| *day));
        }
        _ if subject.ended.is_some() => return Ok(()),
        0..12 => again.set("DJ_ZS", subject::address(subject.district.1, draw)),
        12..18 if 0 < subject.capital => again.set("DJ_ZCZB", (subject.capital * 2).to_string()),
        18..21 if !subject.revoked && subject.class != Class::Public => {
            let day = plus_days(city.as_of, -draw.between(2, 6));
            again.set("DJ_ZT", "4");
            again.set("DJ_ZXRQ", day);
            again.set("DJ_HZRQ", day);
        }
        21..45 => {}
        _ if held.is_none() => {}
        _ => return Ok(()),
    }
    city.put(source, Wave::Current, &again, held.as_ref())?;
    Ok(())
}

fn registrar(class: Class) -> &'static str {
    match class {
        Class::Company | Class::Business | Class::Cooperative => "scjg",
        Class::Social => "minzheng",
        Class::Public => "scjg",
        Class::Village => "nongye",
    }
}

fn row(subject: &Subject, department: &Department, draw: &mut Draw) -> Row {
    let (status, approved) = match (subject.ended, subject.revoked) {
        (Some(ended), _) => ("4", ended),
        (None, true) => ("2", plus_days(subject.established, 500)),
        (None, false) => ("1", approved(subject)),
    };
    let until = match draw.below(10) {
        0..7 => date(2099, 12, 31),
        years => plus_months(subject.established, i64::try_from(years).unwrap_or(9) * 60),
    };
    Row::about(columns::REGISTRATION, subject)
        .with("DJ_ZZJG", &subject.org_code)
        .with("DJ_CYM", subject.former.as_ref().map(|(name, _)| name.clone()))
        .with("DJ_LX", kind(subject))
        .with("DJ_FRDB", &subject.representative)
        .with("DJ_CLRQ", subject.established)
        .with("DJ_ZCZB", (0 < subject.capital).then(|| subject.capital.to_string()))
        .with("DJ_YYQXZ", until)
        .with("DJ_ZT", status)
        .with("DJ_ZXRQ", subject.ended)
        .with("DJ_HZRQ", approved)
        .with("DJ_JG", department.name)
        .with("DJ_JGDM", department.uscc)
        .with("DJ_ZS", &subject.address)
        .with("DJ_JYFW", scope(subject))
        .with("DJ_QH", subject.district.0)
        .with("DJ_HY", subject.industry)
        .with("DJ_SJLY", department.name)
        .with("DJ_SJLYDM", department.uscc)
}

fn approved(subject: &Subject) -> Date {
    subject.former.as_ref().map_or(subject.established, |(_, day)| *day)
}

fn kind(subject: &Subject) -> &'static str {
    match subject.class {
        Class::Company if subject.name.ends_with("股份有限公司") => "股份有限公司（非上市）",
        Class::Company => "有限责任公司（自然人投资或控股）",
        Class::Business => "个体工商户",
        Class::Social if subject.uscc.starts_with("51") => "社会团体",
        Class::Social if subject.uscc.starts_with("53") => "基金会",
        Class::Social => "民办非企业单位",
        Class::Public if subject.uscc.starts_with("11") => "机关",
        Class::Public => "事业单位",
        Class::Cooperative => "农民专业合作社",
        Class::Village => "农村集体经济组织",
    }
}

fn scope(subject: &Subject) -> String {
    let trade = subject.trade;
    match subject.class {
        Class::Company => format!(
            "许可项目：与{trade}有关的须经批准的项目（以批准文件为准）；一般项目：{trade}、技术服务、技术咨询。"
        ),
        Class::Business => format!("一般项目：{trade}经营。"),
        _ => format!("{trade}及相关服务。"),
    }
}
