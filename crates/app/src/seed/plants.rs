//! Which defects are planted in which item.
//!
//! A defect spoils one cell or one line and breaks one rule only; the fault must name the
//! column given here, which for dates the wrong way round is the later one.

use domain::fault::Rule;

use super::{
    ledger::Kind,
    plant::{How, Plant},
};

/// A code of division 4199xx with valid check characters that no department bears.
const UNKNOWN_DEPARTMENT: &str = "11419900999999998C";

const LINE: [Plant; 3] = [
    Plant::error(Rule::Duplicate, "", How::Twice),
    Plant::error(Rule::Columns, "", How::ExtraCell),
    Plant::error(Rule::Encoding, "", How::OtherEncoding),
];

const PENALTY: &[Plant] = &[
    LINE[0],
    LINE[1],
    LINE[2],
    Plant::error(Rule::UsccCheckDigit, "CF_XDR_SHXYM", How::WrongCheck),
    Plant::error(Rule::UsccLength, "CF_XDR_SHXYM", How::Short),
    Plant::error(Rule::UsccAlphabet, "CF_XDR_SHXYM", How::Letter),
    Plant::error(Rule::OrgCode, "CF_XDR_ZZJG", How::WrongCheck),
    Plant::error(Rule::RegNo, "CF_XDR_GSZC", How::WrongCheck),
    Plant::error(Rule::Required, "CF_YJ", How::Clear),
    Plant::error(Rule::Required, "CF_JDRQ", How::Clear),
    Plant::error(Rule::RequiredWhen, "CF_NR_FK", How::Clear),
    Plant::error(Rule::Placeholder, "CF_SY", How::Write("详见附件")),
    Plant::error(Rule::Date, "CF_JDRQ", How::Write("2025-02-30")),
    Plant::error(Rule::FutureDate, "CF_JDRQ", How::Future("CF_YXQ")),
    Plant::error(Rule::DateOrder, "CF_YXQ", How::Before("CF_JDRQ")),
    Plant::warning(Rule::DateOrder, "CF_GSJZQ", How::Before("CF_JDRQ")),
    Plant::error(Rule::Code, "CF_CFLB", How::Write("批评教育")),
    Plant::error(Rule::Code, "CF_XDR_LB", How::Write("其他组织形式")),
    Plant::error(Rule::AmountUnit, "CF_NR_FK", How::Yuan),
    Plant::error(Rule::AmountUnit, "CF_NR_FK", How::Yuan),
    Plant::error(Rule::Money, "CF_NR_FK", How::Append("万元整")),
    Plant::error(Rule::PersonalData, "CF_SY", How::Append("联系电话13000000000。")),
    Plant::warning(Rule::PersonalData, "BZ", How::Fill("经办电话13000000000")),
    Plant::error(Rule::Forbidden, "CF_WFXW", How::Write("越级信访")),
    Plant::error(Rule::Length, "CF_WSH", How::Longer(64)),
    Plant::error(Rule::Flag, "CF_JYCX", How::Write("简易")),
    Plant::error(Rule::Refused, "", How::Person),
    Plant::warning(Rule::UnknownDepartment, "CF_SJLYDM", How::Write(UNKNOWN_DEPARTMENT)),
];

const LICENCE: &[Plant] = &[
    LINE[0],
    LINE[1],
    LINE[2],
    Plant::error(Rule::UsccCheckDigit, "XK_XDR_SHXYM", How::WrongCheck),
    Plant::error(Rule::UsccLength, "XK_XDR_SHXYM", How::Short),
    Plant::error(Rule::UsccAlphabet, "XK_XDR_SHXYM", How::Letter),
    Plant::error(Rule::OrgCode, "XK_XDR_ZZJG", How::WrongCheck),
    Plant::error(Rule::RegNo, "XK_XDR_GSZC", How::WrongCheck),
    Plant::error(Rule::Required, "XK_NR", How::Clear),
    Plant::error(Rule::RequiredWhen, "XK_FRDB", How::Clear),
    Plant::error(Rule::Placeholder, "XK_WSH", How::Write("无")),
    Plant::error(Rule::Date, "XK_YXQZ", How::Write("长期")),
    Plant::error(Rule::Date, "XK_JDRQ", How::Write("2024年13月1日")),
    Plant::error(Rule::FutureDate, "XK_JDRQ", How::Future("XK_YXQZI")),
    Plant::error(Rule::DateOrder, "XK_YXQZI", How::StartsAfter("XK_YXQZ")),
    Plant::error(Rule::Code, "XK_XKLB", How::Write("审批类")),
    Plant::error(Rule::Code, "XK_ZT", How::Write("7")),
    Plant::error(Rule::Length, "XK_XKZS", How::Longer(64)),
    Plant::error(Rule::PersonalData, "XK_NR", How::Append("，联系电话13000000000")),
    Plant::warning(Rule::UnknownDepartment, "XK_LYDWDM", How::Write(UNKNOWN_DEPARTMENT)),
];

const REGISTRATION: &[Plant] = &[
    LINE[0],
    LINE[1],
    LINE[2],
    Plant::error(Rule::UsccCheckDigit, "DJ_SHXYM", How::WrongCheck),
    Plant::error(Rule::UsccLength, "DJ_SHXYM", How::Short),
    Plant::error(Rule::UsccAlphabet, "DJ_SHXYM", How::Letter),
    Plant::warning(Rule::UnknownDepartment, "DJ_SJLYDM", How::Write(UNKNOWN_DEPARTMENT)),
    Plant::warning(Rule::PersonalData, "BZ", How::Fill("经办电话13000000000")),
    Plant::error(Rule::RegNo, "DJ_ZCH", How::WrongCheck),
    Plant::error(Rule::OrgCode, "DJ_ZZJG", How::WrongCheck),
    Plant::error(Rule::Required, "DJ_ZS", How::Clear),
    Plant::error(Rule::Required, "DJ_CLRQ", How::Clear),
    Plant::error(Rule::Date, "DJ_CLRQ", How::Write("不是日期")),
    Plant::error(Rule::Money, "DJ_ZCZB", How::Append("万元")),
    Plant::error(Rule::Code, "DJ_ZT", How::Write("营业中")),
    Plant::warning(Rule::Code, "DJ_HY", How::Write("9999")),
    Plant::error(Rule::Code, "DJ_QH", How::Write("419999")),
    Plant::error(Rule::DateOrder, "DJ_HZRQ", How::Before("DJ_CLRQ")),
    Plant::error(Rule::Placeholder, "DJ_FRDB", How::Write("暂无")),
];

const INSPECTION: &[Plant] = &[
    LINE[0],
    LINE[1],
    LINE[2],
    Plant::error(Rule::UsccCheckDigit, "JC_XDR_SHXYM", How::WrongCheck),
    Plant::error(Rule::UsccLength, "JC_XDR_SHXYM", How::Short),
    Plant::error(Rule::UsccAlphabet, "JC_XDR_SHXYM", How::Letter),
    Plant::warning(Rule::UnknownDepartment, "JC_SJLYDM", How::Write(UNKNOWN_DEPARTMENT)),
    Plant::warning(Rule::PersonalData, "BZ", How::Fill("经办电话13000000000")),
    Plant::error(Rule::RegNo, "JC_XDR_GSZC", How::WrongCheck),
    Plant::error(Rule::Required, "JC_SX", How::Clear),
    Plant::error(Rule::RequiredWhen, "JC_QK", How::Clear),
    Plant::error(Rule::Code, "JC_JG", How::Write("基本合格")),
    Plant::error(Rule::Code, "JC_LX", How::Write("随访")),
    Plant::error(Rule::FutureDate, "JC_RQ", How::Future("")),
    Plant::error(Rule::Date, "JC_RQ", How::Write("2025-06-31")),
    Plant::error(Rule::PersonalData, "JC_SX", How::Append("（联系电话13000000000）")),
    Plant::error(Rule::Placeholder, "JC_SX", How::Write("略")),
    Plant::error(Rule::Length, "JC_BH", How::Longer(64)),
];

const ABNORMAL: &[Plant] = &[
    LINE[0],
    LINE[1],
    LINE[2],
    Plant::error(Rule::UsccCheckDigit, "YC_XDR_SHXYM", How::WrongCheck),
    Plant::error(Rule::UsccLength, "YC_XDR_SHXYM", How::Short),
    Plant::error(Rule::UsccAlphabet, "YC_XDR_SHXYM", How::Letter),
    Plant::warning(Rule::UnknownDepartment, "YC_SJLYDM", How::Write(UNKNOWN_DEPARTMENT)),
    Plant::warning(Rule::PersonalData, "BZ", How::Fill("经办电话13000000000")),
    Plant::error(Rule::RegNo, "YC_XDR_GSZC", How::WrongCheck),
    Plant::error(Rule::Required, "YC_LRRQ", How::Clear),
    Plant::error(Rule::Code, "YC_LRYY", How::Write("7")),
    Plant::error(Rule::DateOrder, "YC_YCRQ", How::Before("YC_LRRQ")),
    Plant::error(Rule::RequiredWhen, "YC_YCRQ", How::Clear),
    Plant::error(Rule::FutureDate, "YC_YCRQ", How::Future("")),
    Plant::error(Rule::Placeholder, "YC_WSH", How::Write("无")),
];

const SERIOUS_BREACH: &[Plant] = &[
    LINE[0],
    LINE[1],
    LINE[2],
    Plant::error(Rule::UsccCheckDigit, "SX_XDR_SHXYM", How::WrongCheck),
    Plant::error(Rule::UsccLength, "SX_XDR_SHXYM", How::Short),
    Plant::error(Rule::UsccAlphabet, "SX_XDR_SHXYM", How::Letter),
    Plant::warning(Rule::UnknownDepartment, "SX_SJLYDM", How::Write(UNKNOWN_DEPARTMENT)),
    Plant::warning(Rule::PersonalData, "BZ", How::Fill("经办电话13000000000")),
    Plant::error(Rule::RegNo, "SX_XDR_GSZC", How::WrongCheck),
    Plant::error(Rule::Required, "SX_GZWSH", How::Clear),
    Plant::error(Rule::Required, "SX_SDRQ", How::Clear),
    Plant::error(Rule::DateOrder, "SX_SDRQ", How::Before("SX_JDRQ")),
    Plant::error(Rule::Code, "SX_MDLX", How::Write("重点关注名单")),
];

const HONOUR: &[Plant] = &[
    LINE[0],
    LINE[1],
    LINE[2],
    Plant::error(Rule::UsccCheckDigit, "RY_XDR_SHXYM", How::WrongCheck),
    Plant::error(Rule::UsccLength, "RY_XDR_SHXYM", How::Short),
    Plant::error(Rule::UsccAlphabet, "RY_XDR_SHXYM", How::Letter),
    Plant::warning(Rule::UnknownDepartment, "RY_SJLYDM", How::Write(UNKNOWN_DEPARTMENT)),
    Plant::warning(Rule::PersonalData, "BZ", How::Fill("经办电话13000000000")),
    Plant::error(Rule::RegNo, "RY_XDR_GSZC", How::WrongCheck),
    Plant::error(Rule::Required, "RY_WSH", How::Clear),
    Plant::error(Rule::DateOrder, "RY_YXQZ", How::Before("RY_RDRQ")),
    Plant::error(Rule::Code, "RY_LX", How::Write("红榜")),
    Plant::error(Rule::PersonalData, "RY_NR", How::Append("，联系电话13000000000")),
];

const JUDGMENT_DEBTOR: &[Plant] = &[
    LINE[0],
    LINE[1],
    LINE[2],
    Plant::error(Rule::UsccCheckDigit, "ZX_XDR_SHXYM", How::WrongCheck),
    Plant::error(Rule::UsccLength, "ZX_XDR_SHXYM", How::Short),
    Plant::error(Rule::UsccAlphabet, "ZX_XDR_SHXYM", How::Letter),
    Plant::warning(Rule::UnknownDepartment, "ZX_SJLYDM", How::Write(UNKNOWN_DEPARTMENT)),
    Plant::warning(Rule::PersonalData, "BZ", How::Fill("经办电话13000000000")),
    Plant::error(Rule::RegNo, "ZX_XDR_GSZC", How::WrongCheck),
    Plant::error(Rule::Required, "ZX_AH", How::Clear),
    Plant::error(Rule::DateOrder, "ZX_YCRQ", How::Before("ZX_FBRQ")),
    Plant::error(Rule::Code, "ZX_LXQK", How::Write("履行一半")),
    Plant::error(Rule::PersonalData, "ZX_YW", How::Append("，联系电话13000000000")),
];

const COMMITMENT: &[Plant] = &[
    LINE[0],
    LINE[1],
    LINE[2],
    Plant::error(Rule::UsccCheckDigit, "CN_XDR_SHXYM", How::WrongCheck),
    Plant::error(Rule::UsccLength, "CN_XDR_SHXYM", How::Short),
    Plant::error(Rule::UsccAlphabet, "CN_XDR_SHXYM", How::Letter),
    Plant::warning(Rule::UnknownDepartment, "CN_SJLYDM", How::Write(UNKNOWN_DEPARTMENT)),
    Plant::warning(Rule::PersonalData, "BZ", How::Fill("经办电话13000000000")),
    Plant::error(Rule::RegNo, "CN_XDR_GSZC", How::WrongCheck),
    Plant::error(Rule::OrgCode, "CN_XDR_ZZJG", How::WrongCheck),
    Plant::error(Rule::Required, "CN_WNZR", How::Clear),
    Plant::error(Rule::Code, "CN_LX", How::Write("口头承诺")),
    Plant::error(Rule::Code, "CN_GKLX", How::Write("7")),
    Plant::error(Rule::DateOrder, "CN_YXQ", How::Before("CN_ZCRQ")),
    Plant::error(Rule::Date, "CN_ZCRQ", How::Write("三月一日")),
    Plant::error(Rule::Placeholder, "CN_SY", How::Write("测试")),
    Plant::error(Rule::PersonalData, "CN_NR", How::Append("，联系电话13000000000")),
];

const COMMITMENT_FULFILMENT: &[Plant] = &[
    LINE[0],
    LINE[1],
    LINE[2],
    Plant::error(Rule::UsccCheckDigit, "LX_XDR_SHXYM", How::WrongCheck),
    Plant::error(Rule::UsccLength, "LX_XDR_SHXYM", How::Short),
    Plant::error(Rule::UsccAlphabet, "LX_XDR_SHXYM", How::Letter),
    Plant::warning(Rule::UnknownDepartment, "LX_SJLYDM", How::Write(UNKNOWN_DEPARTMENT)),
    Plant::warning(Rule::PersonalData, "BZ", How::Fill("经办电话13000000000")),
    Plant::error(Rule::RegNo, "LX_XDR_GSZC", How::WrongCheck),
    Plant::error(Rule::OrgCode, "LX_XDR_ZZJG", How::WrongCheck),
    Plant::error(Rule::Required, "LX_RDRQ", How::Clear),
    Plant::error(Rule::RequiredWhen, "LX_WNSS", How::Clear),
    Plant::error(Rule::Code, "LX_ZT", How::Write("良好")),
    Plant::error(Rule::FutureDate, "LX_RDRQ", How::Future("")),
    Plant::error(Rule::Date, "LX_RDRQ", How::Write("2025-11-31")),
];

const TAX_RATING: &[Plant] = &[
    LINE[0],
    LINE[1],
    LINE[2],
    Plant::error(Rule::UsccCheckDigit, "NS_XDR_SHXYM", How::WrongCheck),
    Plant::error(Rule::UsccLength, "NS_XDR_SHXYM", How::Short),
    Plant::error(Rule::UsccAlphabet, "NS_XDR_SHXYM", How::Letter),
    Plant::warning(Rule::UnknownDepartment, "NS_SJLYDM", How::Write(UNKNOWN_DEPARTMENT)),
    Plant::warning(Rule::PersonalData, "BZ", How::Fill("经办电话13000000000")),
    Plant::error(Rule::RegNo, "NS_XDR_GSZC", How::WrongCheck),
    Plant::error(Rule::Code, "NS_JB", How::Write("优")),
    Plant::error(Rule::Number, "NS_ND", How::Append("年度")),
    Plant::error(Rule::Required, "NS_JB", How::Clear),
    Plant::error(Rule::Required, "NS_PJRQ", How::Clear),
    Plant::error(Rule::FutureDate, "NS_PJRQ", How::Future("")),
    Plant::error(Rule::Date, "NS_PJRQ", How::Write("2025.4")),
];

const SOCIAL_INSURANCE: &[Plant] = &[
    LINE[0],
    LINE[1],
    LINE[2],
    Plant::error(Rule::UsccCheckDigit, "SB_XDR_SHXYM", How::WrongCheck),
    Plant::error(Rule::UsccLength, "SB_XDR_SHXYM", How::Short),
    Plant::error(Rule::UsccAlphabet, "SB_XDR_SHXYM", How::Letter),
    Plant::warning(Rule::UnknownDepartment, "SB_SJLYDM", How::Write(UNKNOWN_DEPARTMENT)),
    Plant::warning(Rule::PersonalData, "BZ", How::Fill("经办电话13000000000")),
    Plant::error(Rule::RegNo, "SB_XDR_GSZC", How::WrongCheck),
    Plant::error(Rule::Code, "SB_XZ", How::Write("综合险")),
    Plant::error(Rule::Code, "SB_ZT", How::Write("不清楚")),
    Plant::error(Rule::Number, "SB_RS", How::Append("人")),
    Plant::error(Rule::Money, "SB_YJ", How::Append("元")),
    Plant::error(Rule::Required, "SB_ZT", How::Clear),
    Plant::error(Rule::Date, "SB_SSQ", How::Write("2025-09")),
    Plant::error(Rule::DateOrder, "SB_SSZ", How::Before("SB_SSQ")),
    Plant::error(Rule::Required, "SB_SSZ", How::Clear),
];

const UTILITY_PAYMENT: &[Plant] = &[
    LINE[0],
    LINE[1],
    LINE[2],
    Plant::error(Rule::UsccCheckDigit, "GY_XDR_SHXYM", How::WrongCheck),
    Plant::error(Rule::UsccLength, "GY_XDR_SHXYM", How::Short),
    Plant::error(Rule::UsccAlphabet, "GY_XDR_SHXYM", How::Letter),
    Plant::warning(Rule::UnknownDepartment, "GY_SJLYDM", How::Write(UNKNOWN_DEPARTMENT)),
    Plant::warning(Rule::PersonalData, "BZ", How::Fill("经办电话13000000000")),
    Plant::warning(Rule::ByName, "", How::NoCode),
    Plant::error(Rule::RegNo, "GY_XDR_GSZC", How::WrongCheck),
    Plant::warning(Rule::ByName, "", How::NoCode),
    Plant::warning(Rule::ByName, "", How::NoCode),
    Plant::error(Rule::Code, "GY_ZT", How::Write("不清楚")),
    Plant::error(Rule::Code, "GY_LX", How::Write("宽带")),
    Plant::error(Rule::Number, "GY_YL", How::Append("度")),
    Plant::error(Rule::Number, "GY_YQTS", How::Append("天")),
    Plant::error(Rule::Money, "GY_SJ", How::Write("一百元")),
    Plant::error(Rule::Required, "GY_HH", How::Clear),
    Plant::error(Rule::Date, "GY_SSZ", How::Write("2025-09")),
    Plant::error(Rule::DateOrder, "GY_SSZ", How::Before("GY_SSQ")),
];

const CONTRACT_PERFORMANCE: &[Plant] = &[
    LINE[0],
    LINE[1],
    LINE[2],
    Plant::error(Rule::UsccCheckDigit, "HT_XDR_SHXYM", How::WrongCheck),
    Plant::error(Rule::UsccLength, "HT_XDR_SHXYM", How::Short),
    Plant::error(Rule::UsccAlphabet, "HT_XDR_SHXYM", How::Letter),
    Plant::warning(Rule::UnknownDepartment, "HT_SJLYDM", How::Write(UNKNOWN_DEPARTMENT)),
    Plant::warning(Rule::PersonalData, "BZ", How::Fill("经办电话13000000000")),
    Plant::error(Rule::RegNo, "HT_XDR_GSZC", How::WrongCheck),
    Plant::error(Rule::Required, "HT_XM", How::Clear),
    Plant::error(Rule::Code, "HT_LXQK", How::Write("尚可")),
    Plant::error(Rule::Money, "HT_JE", How::Append("万")),
    Plant::error(Rule::DateOrder, "HT_LYQX", How::Before("HT_QDRQ")),
    Plant::error(Rule::DateOrder, "HT_PJRQ", How::Before("HT_QDRQ")),
    Plant::error(Rule::Required, "HT_CGR", How::Clear),
];

/// The defects planted in the files of each item.
pub const ITEMS: [(&str, &[Plant]); 14] = [
    ("licence", LICENCE),
    ("penalty", PENALTY),
    ("registration", REGISTRATION),
    ("inspection", INSPECTION),
    ("abnormal", ABNORMAL),
    ("serious_breach", SERIOUS_BREACH),
    ("honour", HONOUR),
    ("judgment_debtor", JUDGMENT_DEBTOR),
    ("commitment", COMMITMENT),
    ("commitment_fulfilment", COMMITMENT_FULFILMENT),
    ("tax_rating", TAX_RATING),
    ("social_insurance", SOCIAL_INSURANCE),
    ("utility_payment", UTILITY_PAYMENT),
    ("contract_performance", CONTRACT_PERFORMANCE),
];

/// Every kind of defect that a city large enough has.
#[must_use]
pub fn kinds() -> Vec<Kind> {
    let of = |(item, plants): &(&'static str, &'static [Plant])| {
        let item = *item;
        plants.iter().map(move |plant| Kind { item, column: plant.column, rule: plant.rule.id() })
    };
    ITEMS.iter().flat_map(of).collect()
}
