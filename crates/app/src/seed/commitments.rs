//! Commitments (信用承诺) and how they were kept.

use super::{
    city::{City, Source},
    columns, departments,
    draw::{Draw, plus_days, plus_months},
    row::Row,
    subject::{Class, Subject},
};

/// Kind, matter, content.
const COMMITMENTS: &[(&str, &str, &str, &str)] = &[
    (
        "approval",
        "zhengwu",
        "公共场所卫生许可告知承诺",
        "申请人已知晓许可条件，承诺在许可作出之日起符合全部条件",
    ),
    (
        "approval",
        "scjg",
        "食品经营许可告知承诺",
        "申请人承诺提交的材料真实，经营场所和设施符合食品安全要求",
    ),
    ("tolerance", "zhengwu", "企业开办容缺受理", "承诺在十个工作日内补齐欠缺的次要材料"),
    ("certificate", "zhengwu", "经营场所证明事项告知承诺", "承诺所填报的经营场所使用权属实"),
    ("industry", "xinyong", "行业自律承诺", "承诺遵守行业规范，公平竞争，诚信经营"),
    ("voluntary", "xinyong", "诚信经营主动公示承诺", "承诺依法依规诚信经营，自觉接受社会监督"),
    ("voluntary", "scjg", "放心消费承诺", "承诺商品和服务明码标价，依法履行退换货义务"),
];

/// Writes the commitments of a subject.
pub fn write(city: &mut City, subject: &Subject, draw: &mut Draw) -> anyhow::Result<()> {
    if matches!(subject.class, Class::Public) || !draw.per_mille(260) {
        return Ok(());
    }
    let first = plus_days(subject.established, 5).max(plus_months(city.as_of, -48));
    let last = subject.last_day(city.as_of).min(city.history_end());
    for _ in 0..=draw.below(subject.size.factor().min(4)) {
        if last <= first {
            break;
        }
        write_one(city, subject, draw.day(first, last), draw)?;
    }
    Ok(())
}

fn write_one(
    city: &mut City,
    subject: &Subject,
    day: jiff::civil::Date,
    draw: &mut Draw,
) -> anyhow::Result<()> {
    let (kind, department, matter, content) = *draw.pick(COMMITMENTS);
    let department = departments::by_id(department);
    let serial = city.next_number(department.id, day.year());
    let number = format!("{}诺〔{}〕{serial}号", department.mark, day.year());
    let openness = draw.weighted(&[("public", 85), ("shared", 12), ("authorised", 3)]);
    let row = Row::about(columns::COMMITMENT, subject)
        .with("CN_XDR_ZZJG", &subject.org_code)
        .with("CN_FRDB", &subject.representative)
        .with("CN_BH", &number)
        .with("CN_LX", kind)
        .with("CN_SY", matter)
        .with("CN_NR", content)
        .with("CN_WNZR", "违反承诺的，自愿承担相应法律责任，撤销已取得的许可或者退回办理事项")
        .with("CN_ZCRQ", day)
        .with("CN_YXQ", plus_months(day, 36))
        .with("CN_SLDW", department.name)
        .with("CN_SLDWDM", department.uscc)
        .with("CN_GKLX", openness)
        .with("CN_SJLY", department.name)
        .with("CN_SJLYDM", department.uscc);
    city.keep(Source { department: department.id, item: "commitment" }, &row, mend, draw)?;
    let judged = plus_days(day, draw.between(30, 240));
    if city.history_end() < judged || !draw.per_mille(750) {
        return Ok(());
    }
    let state = draw.weighted(&[("fulfilled", 940), ("partly", 30), ("breached", 30)]);
    let failed = state != "fulfilled";
    let row = Row::about(columns::COMMITMENT_FULFILMENT, subject)
        .with("LX_XDR_ZZJG", &subject.org_code)
        .with("LX_FRDB", &subject.representative)
        .with("LX_BH", &number)
        .with("LX_ZT", state)
        .with("LX_RDRQ", judged)
        .with("LX_RDDW", department.name)
        .with("LX_RDDWDM", department.uscc)
        .with(
            "LX_WSH",
            failed.then(|| format!("{}违诺认〔{}〕{serial}号", department.mark, judged.year())),
        )
        .with("LX_WNSS", failed.then_some("经核查，承诺的条件未按期具备，当事人已收到告知并签收"))
        .with("LX_CLJG", failed.then_some("责令限期改正，不再适用告知承诺制"))
        .with("LX_SJLY", department.name)
        .with("LX_SJLYDM", department.uscc);
    let source = Source { department: department.id, item: "commitment_fulfilment" };
    city.keep(source, &row, mend, draw)
}

fn mend(row: &mut Row, _: &mut Draw) {
    row.set("BZ", "更正：补录办理环节信息");
}
