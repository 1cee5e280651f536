//! What records of each item say, as canonical JSON as wide as that of real ones.

use domain::place::Department;
use jiff::civil::Date;

use crate::organisation::{Draw, Organisation, plus};

/// How records of one item are written.
pub struct Form {
    pub item: &'static str,
    /// Its part of all records but registrations, of a thousand.
    pub share: i64,
    pub fill: fn(&mut Sheet<'_>),
}

/// Registrations first: of them there is one for each subject.
pub static FORMS: [Form; 11] = [
    Form { item: "registration", share: 0, fill: registration },
    Form { item: "licence", share: 300, fill: licence },
    Form { item: "inspection", share: 300, fill: inspection },
    Form { item: "tax_rating", share: 140, fill: tax_rating },
    Form { item: "penalty", share: 80, fill: penalty },
    Form { item: "commitment_fulfilment", share: 80, fill: commitment_fulfilment },
    Form { item: "contract_performance", share: 40, fill: contract_performance },
    Form { item: "honour", share: 30, fill: honour },
    Form { item: "abnormal", share: 22, fill: abnormal },
    Form { item: "judgment_debtor", share: 6, fill: judgment_debtor },
    Form { item: "serious_breach", share: 2, fill: serious_breach },
];

const LICENCES: [&str; 6] = [
    "食品经营许可证",
    "道路运输经营许可证",
    "排污许可证",
    "特种设备使用登记证",
    "建筑业企业资质证书",
    "医疗器械经营许可证",
];
const OFFENCES: [(&str, &str); 6] = [
    ("未按规定公示年度报告", "《示例市企业信息公示办法》第二条"),
    ("经营超过保质期的食品", "《示例市食品经营管理办法》第三条"),
    ("未取得许可从事道路运输经营", "《示例市道路运输管理办法》第四条"),
    ("超标排放水污染物", "《示例市水污染防治办法》第五条"),
    ("未落实安全生产责任制", "《示例市安全生产管理办法》第六条"),
    ("使用未经检验的特种设备", "《示例市特种设备使用管理办法》第七条"),
];
const MATTERS: [&str; 6] = [
    "登记事项和公示信息检查",
    "食品经营场所卫生和进货查验检查",
    "安全生产责任落实情况检查",
    "特种设备使用管理检查",
    "污染防治设施运行情况检查",
    "劳动用工和工资支付检查",
];
const FINDINGS: [&str; 5] = [
    "进货查验记录不完整",
    "消防通道堆放杂物",
    "公示信息与登记不一致",
    "设备检验标志超过有效期",
    "从业人员健康证明不全",
];
const PROJECTS: [&str; 4] = ["道路改造", "校舍维修", "管网更新", "办公设备采购"];
const PENALTIES: [(&str, i64); 8] =
    [("3", 620), ("1", 250), ("4", 70), ("5", 25), ("8", 10), ("10", 12), ("11", 3), ("2", 10)];
const INSPECTIONS: [(&str, i64); 9] = [
    ("1", 690),
    ("2", 150),
    ("3", 50),
    ("4", 30),
    ("5", 5),
    ("6", 25),
    ("7", 5),
    ("8", 35),
    ("9", 10),
];

/// Fen.
const AMOUNTS: [i64; 6] = [5_000, 20_000, 100_000, 500_000, 2_000_000, 20_000_000];

/// A record while it is written.
pub struct Sheet<'s> {
    of: &'s Organisation,
    organ: &'s Department,
    draw: &'s mut Draw,
    number: i64,
    decided_on: Date,
    as_of: Date,
    written: Written,
}

/// What a record says, and those of its days by which it is in force.
pub struct Written {
    pub json: String,
    pub effective_from: Option<Date>,
    pub effective_until: Option<Date>,
}

impl<'s> Sheet<'s> {
    pub fn new(
        of: &'s Organisation,
        organ: &'s Department,
        draw: &'s mut Draw,
        number: i64,
        (decided_on, as_of): (Date, Date),
    ) -> Sheet<'s> {
        let json = String::with_capacity(1_536);
        let written = Written { json, effective_from: None, effective_until: None };
        let mut sheet = Sheet { of, organ, draw, number, decided_on, as_of, written };
        sheet.text("subject_name", &of.name);
        sheet.text("subject_kind", "organisation");
        sheet.text("subject_uscc", &of.uscc);
        sheet
    }

    /// What stands at the end of every record.
    pub fn done(mut self) -> Written {
        let (organ, code) = (self.organ, self.organ.uscc.as_deref().unwrap_or_default());
        self.day("decided_on", self.decided_on);
        self.text("deciding_organ", &organ.label.zh);
        self.text("deciding_organ_code", code);
        self.text("source_department", &organ.label.zh);
        self.text("source_department_code", code);
        if self.draw.per_mille(50) {
            self.text("note", "示例数据，由程序生成");
        }
        self.written.json.push('}');
        self.written
    }

    fn key(&mut self, name: &str) {
        let json = &mut self.written.json;
        json.push(if json.is_empty() { '{' } else { ',' });
        json.push('"');
        json.push_str(name);
        json.push_str("\":");
    }

    /// Nothing written here needs an escape.
    fn text(&mut self, name: &str, value: &str) {
        self.key(name);
        let json = &mut self.written.json;
        json.push('"');
        json.push_str(value);
        json.push('"');
    }

    fn whole(&mut self, name: &str, value: i64) {
        self.key(name);
        self.written.json.push_str(&value.to_string());
    }

    fn flag(&mut self, name: &str, value: bool) {
        self.key(name);
        self.written.json.push_str(if value { "true" } else { "false" });
    }

    fn codes(&mut self, name: &str, values: &[&str]) {
        self.key(name);
        self.written.json.push_str(&format!("[\"{}\"]", values.join("\",\"")));
    }

    fn day(&mut self, name: &str, value: Date) {
        self.text(name, &value.to_string());
    }

    /// One of some codes by its weight.
    fn code(&mut self, name: &str, values: &[(&str, i64)]) {
        let value = self.draw.weighted(values);
        self.text(name, value);
    }

    /// The number of a document of its organ: no two records share one.
    fn document(&mut self, name: &str, word: &str) {
        let (mark, year, number) = (&self.organ.mark, self.decided_on.year(), self.number);
        let value = format!("{mark}{word}〔{year}〕{number}号");
        self.text(name, &value);
    }

    /// What records of acts on an organisation say of it beside its code.
    fn described(&mut self) {
        let of = self.of;
        self.text("subject_org_code", &of.uscc[8..17]);
        self.text("subject_tax_no", &of.uscc);
        self.text("representative", &of.representative);
    }

    fn amount(&mut self) -> i64 {
        self.draw.pick(&AMOUNTS) * self.draw.between(1, 9)
    }

    /// A day behind the decision, where it has come.
    fn past(&mut self, low: i64, high: i64) -> Option<Date> {
        let day = plus(self.decided_on, self.draw.between(low, high));
        Some(day).filter(|day| *day < self.as_of)
    }

    /// Takes some entries of a list out of it; whether this one.
    fn removed(&mut self, per_mille: i64) -> bool {
        let removed_on = self.past(60, 900).filter(|_| self.draw.per_mille(per_mille));
        if let Some(removed_on) = removed_on {
            self.day("removed_on", removed_on);
        }
        removed_on.is_some()
    }

    fn removed_by_decision(&mut self, per_mille: i64) {
        if self.removed(per_mille) {
            self.document("removal_number", "移");
            self.text("removal_reason", "已履行义务并提交整改报告，经核查符合移出条件");
        }
    }
}

fn registration(sheet: &mut Sheet<'_>) {
    let of = sheet.of;
    sheet.text("subject_org_code", &of.uscc[8..17]);
    sheet.text("subject_type", of.form);
    sheet.text("representative", &of.representative);
    sheet.day("established_on", of.established_on);
    sheet.whole("registered_capital", of.capital);
    sheet.text("status", of.status);
    if of.ended {
        sheet.day("ended_on", sheet.decided_on);
    }
    sheet.text("address", &of.address);
    let scope = format!(
        "{}及相关技术服务、技术咨询；货物进出口；住房租赁；会议及展览服务；普通货物仓储服务；企业管理\
         （除依法须经批准的项目外，凭营业执照依法自主开展经营活动）",
        of.trade
    );
    sheet.text("scope", &scope);
    sheet.text("district", of.district);
    sheet.text("industry", of.industry);
}

fn licence(sheet: &mut Sheet<'_>) {
    sheet.described();
    let certificate = *sheet.draw.pick(&LICENCES);
    sheet.text("document_name", &format!("{certificate}准予许可决定书"));
    sheet.document("document_number", "许");
    sheet.code("licence_kind", &[("1", 700), ("4", 150), ("3", 100), ("2", 20), ("99", 30)]);
    sheet.text("certificate_name", certificate);
    let number = format!("SL{}{:010}", sheet.of.district, sheet.number);
    sheet.text("certificate_number", &number);
    let (trade, address) = (sheet.of.trade, &sheet.of.address);
    sheet.text("content", &format!("准予在{address}从事{trade}，许可范围以{certificate}所载为准"));
    let from = plus(sheet.decided_on, sheet.draw.between(0, 10));
    sheet.day("valid_from", from);
    sheet.written.effective_from = Some(from);
    if sheet.draw.per_mille(700) {
        let until = plus(from, 365 * sheet.draw.between(1, 5));
        sheet.day("valid_until", until);
        sheet.written.effective_until = Some(until);
    }
    sheet.code("status", &[("1", 930), ("2", 70)]);
}

fn penalty(sheet: &mut Sheet<'_>) {
    sheet.described();
    sheet.document("document_number", "罚");
    let (offence, grounds) = *sheet.draw.pick(&OFFENCES);
    sheet.text("violation_kind", offence);
    let (name, address) = (&sheet.of.name, &sheet.of.address);
    let seen = plus(sheet.decided_on, -sheet.draw.between(20, 120));
    let facts = format!(
        "{seen}，执法人员对{name}位于{address}的场所检查时发现，当事人{offence}，有现场笔录、照片和询问笔录为证"
    );
    sheet.text("facts", &facts);
    sheet.text("grounds", grounds);
    let mut kinds = vec![sheet.draw.weighted(&PENALTIES)];
    if sheet.draw.per_mille(200) {
        let second = sheet.draw.weighted(&PENALTIES);
        kinds.extend((second != kinds[0]).then_some(second));
    }
    let fine = kinds.contains(&"3").then(|| sheet.amount());
    sheet.codes("penalty_kinds", &kinds);
    let content = match fine {
        Some(fen) => format!("责令改正违法行为，罚款人民币{}元", fen / 100),
        None => "责令改正违法行为，并给予相应处罚".to_owned(),
    };
    sheet.text("content", &content);
    if let Some(fine) = fine {
        sheet.whole("fine", fine);
    }
    if kinds.contains(&"4") {
        let gains = sheet.amount();
        sheet.whole("confiscated", gains);
    }
    let simplified = kinds == ["1"] && sheet.draw.per_mille(300);
    sheet.flag("simplified_procedure", simplified);
    sheet.code("status", &[("0", 985), ("1", 10), ("3", 5)]);
}

fn inspection(sheet: &mut Sheet<'_>) {
    sheet.document("document_number", "检");
    let kinds =
        [("random", 500), ("routine", 350), ("special", 100), ("cause", 30), ("recheck", 20)];
    sheet.code("inspection_kind", &kinds);
    let matter = *sheet.draw.pick(&MATTERS);
    sheet.text("matter", matter);
    let result = sheet.draw.weighted(&INSPECTIONS);
    sheet.text("result", result);
    let clean = ["1", "8"].contains(&result);
    if !clean {
        let (one, other) = (*sheet.draw.pick(&FINDINGS), *sheet.draw.pick(&FINDINGS));
        sheet
            .text("findings", &format!("检查发现：{one}；{other}。已当场告知当事人，要求限期改正"));
    }
    let most = if clean { 1 } else { 4 };
    let score = sheet.draw.between(100 - 10 * most, 100);
    sheet.whole("score", score);
    for name in ["critical_count", "serious_count", "minor_count"] {
        let count = sheet.draw.below(most);
        sheet.whole(name, count);
    }
    sheet.code("risk", &[("低", 700), ("中", 250), ("高", 50)]);
    let of = sheet.of;
    sheet.text("premises", &of.name);
    sheet.text("address", &of.address);
}

fn tax_rating(sheet: &mut Sheet<'_>) {
    sheet.whole("year", i64::from(sheet.decided_on.year()) - 1);
    sheet.code("rating", &[("A", 200), ("B", 350), ("M", 250), ("C", 120), ("D", 80)]);
}

fn honour(sheet: &mut Sheet<'_>) {
    let kinds = [("contract_trustworthy", "守合同重信用企业"), ("integrity_model", "诚实守信典型")];
    let (kind, name) = *sheet.draw.pick(&kinds);
    sheet.text("honour_kind", kind);
    sheet.text("document_name", &format!("示例市{name}"));
    sheet.document("document_number", "表");
    let district = sheet.of.district_name;
    sheet.text("content", &format!("在{district}诚信经营、依法纳税，经推荐、评审和公示，予以认定"));
    if sheet.draw.per_mille(950) {
        let until = plus(sheet.decided_on, 365 * sheet.draw.between(1, 5));
        sheet.day("valid_until", until);
        sheet.written.effective_until = Some(until);
    }
}

fn contract_performance(sheet: &mut Sheet<'_>) {
    sheet.document("document_number", "合同");
    let project = *sheet.draw.pick(&PROJECTS);
    let district = sheet.of.district_name;
    sheet.text("project", &format!("{district}{project}项目（第{}标段）", 1 + sheet.number % 9));
    sheet.text("project_number", &format!("SLZB{:010}", sheet.number));
    sheet.text("counterparty", &sheet.organ.label.zh);
    let amount = sheet.amount() * 100;
    sheet.whole("amount", amount);
    let signed = plus(sheet.decided_on, -sheet.draw.between(60, 700));
    sheet.day("signed_on", signed);
    sheet.day("due_on", plus(signed, 400));
    let results = [
        ("fulfilled", 720),
        ("performing", 140),
        ("late", 70),
        ("partly", 25),
        ("breached", 25),
        ("terminated", 20),
    ];
    let result = sheet.draw.weighted(&results);
    sheet.text("result", result);
    if result == "breached" {
        sheet.document("finding_number", "认");
        sheet.text("facts", "未按合同约定的期限和质量履行义务，经书面催告后仍未履行");
    }
}

fn commitment_fulfilment(sheet: &mut Sheet<'_>) {
    sheet.described();
    sheet.document("document_number", "诺");
    let states = [("fulfilled", 760), ("performing", 110), ("partly", 50), ("breached", 80)];
    let state = sheet.draw.weighted(&states);
    sheet.text("state", state);
    if ["partly", "breached"].contains(&state) {
        sheet.document("finding_number", "认");
        let offence = sheet.draw.pick(&OFFENCES).0;
        sheet.text("facts", &format!("核查发现当事人承诺后{offence}，与所作承诺不符"));
    }
    sheet.text("result", "已核查，结果记入信用记录");
}

fn abnormal(sheet: &mut Sheet<'_>) {
    sheet.document("document_number", "异");
    sheet.code("reason", &[("1", 600), ("4", 300), ("2", 50), ("3", 40), ("9", 10)]);
    sheet.removed_by_decision(600);
}

fn judgment_debtor(sheet: &mut Sheet<'_>) {
    sheet.described();
    sheet.document("document_number", "执");
    sheet.document("basis_number", "民初");
    sheet.text("basis_organ", "示例市中级人民法院");
    let obligation =
        format!("支付申请执行人货款{}元及逾期利息，负担案件受理费", sheet.amount() / 100);
    sheet.text("obligation", &obligation);
    sheet.code("state", &[("none", 550), ("partly", 300), ("fulfilled", 150)]);
    sheet.text("conduct", "有履行能力而拒不履行生效法律文书确定义务");
    let filed = plus(sheet.decided_on, -sheet.draw.between(30, 200));
    sheet.day("filed_on", filed);
    if sheet.draw.per_mille(600) {
        let ends = plus(sheet.decided_on, 365 * sheet.draw.between(2, 4));
        sheet.day("ends_on", ends);
        sheet.written.effective_until = Some(ends);
    }
    sheet.removed(300);
}

fn serious_breach(sheet: &mut Sheet<'_>) {
    sheet.described();
    let lists =
        [("market_serious", 500), ("tax_major", 200), ("wage_arrears", 200), ("work_safety", 100)];
    sheet.code("list_kind", &lists);
    let (offence, grounds) = *sheet.draw.pick(&OFFENCES);
    sheet.text(
        "facts",
        &format!("当事人{offence}，性质恶劣、情节严重、社会危害较大，受到较重行政处罚"),
    );
    sheet.text("grounds", grounds);
    sheet.document("notice_number", "告");
    let served = plus(sheet.decided_on, -sheet.draw.between(10, 60));
    sheet.day("notice_served_on", served);
    sheet.text("hearing", "未提出陈述申辩");
    sheet.document("document_number", "列");
    sheet.day("decision_served_on", plus(sheet.decided_on, 5));
    sheet.text("measures", "列入期间依法依规实施相应管理措施");
    sheet.text("removal_conditions", "履行义务、纠正违法行为并消除影响后，可以申请提前移出");
    let ends = plus(sheet.decided_on, 1_095);
    sheet.day("ends_on", ends);
    sheet.written.effective_until = Some(ends);
    sheet.removed_by_decision(200);
}
