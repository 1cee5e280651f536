//! Faults (疑问数据): one problem in one row, said so that a clerk can mend it.

use serde::{Deserialize, Serialize};

use crate::text::{Lang, Text};

/// Whether a fault keeps its row out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The row is returned.
    Error,
    /// The row is taken and the doubt kept with it.
    Warning,
}

/// One problem in one row of a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Line of the file, the heading being line 1; 0 where the whole file is meant.
    pub row: u64,
    /// Heading of the column in the file, or the field's label where the file has no such column.
    pub column: String,
    pub rule: Rule,
    pub level: Level,
    /// What the rule expected: a code list, a date, another field.
    pub detail: Text,
    /// What was written; numbers of persons are masked in it.
    pub raw: String,
}

/// Stands between the two wordings of a stored detail.
const APART: char = '\u{1f}';

impl Fault {
    /// The detail as the register keeps it: one text, both wordings in it where they differ.
    #[must_use]
    pub fn stored_detail(&self) -> String {
        let Text { zh, en } = &self.detail;
        if zh == en { zh.clone() } else { format!("{zh}{APART}{en}") }
    }

    #[must_use]
    pub fn detail_from(stored: &str) -> Text {
        let (zh, en) = stored.split_once(APART).unwrap_or((stored, stored));
        Text::new(zh, en)
    }

    /// The whole sentence for the clerk: what is wrong and how to mend it.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        self.rule.message(lang, &self.column, &self.raw, self.detail.get(lang))
    }
}

macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident $id:literal $zh:literal $en:literal;)*) => {
        /// The rules a row is checked by; each id is stable and appears in receipts and statistics.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule { $($(#[$doc])* $name,)* }

        impl Rule {
            pub const ALL: &[Rule] = &[$(Rule::$name,)*];

            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Rule::$name => $id,)* }
            }

            fn template(self, lang: Lang) -> &'static str {
                match self { $(Rule::$name => lang.t($zh, $en),)* }
            }
        }
    };
}

rules! {
    /// Bytes that are no text in the file's encoding.
    Encoding "encoding" "这一行不是{detail}编码的文字；请把整个文件另存为 UTF-8 或 GB18030 后重报"
        "this row is not text in {detail}; save the whole file as UTF-8 or GB18030 and send it again";
    Columns "columns" "这一行有 {raw} 列，表头有 {detail} 列；请检查是否多写或漏写了分隔符、引号"
        "this row has {raw} columns and the heading {detail}; look for a missing or extra delimiter or quote";
    TooLong "row_too_long" "这一行超过 {detail} 字节，多半是引号没有配对；请检查这一行及其前一行的引号"
        "this row is longer than {detail} bytes, most likely an unpaired quote; check the quotes of this row and the one before";
    Required "required" "“{column}”必须填写" "“{column}” must be filled in";
    RequiredWhen "required_when" "“{column}”在{detail}时必须填写" "“{column}” must be filled in when {detail}";
    EmptyWhen "empty_when" "“{column}”在{detail}时不得填写，写的是“{raw}”"
        "“{column}” must be empty when {detail}, but says “{raw}”";
    Placeholder "placeholder" "“{column}”写的是“{raw}”，是占位字样；没有内容请留空，有内容请写实际内容"
        "“{column}” says “{raw}”, a placeholder; leave it empty or write the real content";
    Markup "markup" "“{column}”含有网页标记或控制字符；请只留文字" "“{column}” holds markup or control characters; keep the text only";
    Length "length" "“{column}”最多 {detail} 个字，写了更多" "“{column}” takes at most {detail} characters";
    Date "date" "“{column}”写的是“{raw}”，不是日期；请写成 2026-01-31 或 2026/01/31"
        "“{column}” says “{raw}”, which is no date; write 2026-01-31 or 2026/01/31";
    Money "money" "“{column}”写的是“{raw}”，不是{detail}；只写数字，不写单位"
        "“{column}” says “{raw}”, which is no {detail}; write figures only, without a unit";
    Number "number" "“{column}”写的是“{raw}”，不是{detail}" "“{column}” says “{raw}”, which is no {detail}";
    Flag "flag" "“{column}”写的是“{raw}”；请写 是 或 否" "“{column}” says “{raw}”; write 是 or 否 (1 or 0)";
    Code "code" "“{column}”写的是“{raw}”，不在代码集“{detail}”内" "“{column}” says “{raw}”, which is not in the code list “{detail}”";
    CodeExpired "code_expired" "“{column}”写的是“{raw}”，这个代码在文书日期已停用或尚未启用（{detail}）"
        "“{column}” says “{raw}”, a code not in use on the date of the document ({detail})";
    UsccLength "uscc_length" "统一社会信用代码应为 18 位，“{raw}”是 {detail} 位" "a unified social credit code has 18 characters; “{raw}” has {detail}";
    UsccAlphabet "uscc_alphabet" "统一社会信用代码“{raw}”含有不该有的字符“{detail}”（不用 I、O、S、V、Z）"
        "the unified social credit code “{raw}” holds “{detail}”, which the code never uses (no I, O, S, V, Z)";
    UsccCheckDigit "uscc_check_digit" "统一社会信用代码“{raw}”校验码不符，按前 17 位应为“{detail}”；请核对营业执照"
        "the check character of the unified social credit code “{raw}” does not fit, it should be “{detail}”; compare with the licence";
    UsccAuthority "uscc_authority" "统一社会信用代码“{raw}”前两位“{detail}”不在登记管理部门与机构类别表内，请核对"
        "the first two characters “{detail}” of “{raw}” are no known authority and class";
    UsccOrgCode "uscc_org_code" "统一社会信用代码“{raw}”内含的组织机构代码校验位不符，请核对"
        "the organisation code inside “{raw}” fails its own check";
    OrgCode "org_code" "组织机构代码“{raw}”不对：{detail}" "the organisation code “{raw}” is wrong: {detail}";
    RegNo "reg_no" "工商注册号“{raw}”不对：{detail}" "the registration number “{raw}” is wrong: {detail}";
    PersonId "person_id" "“{column}”不是有效的证件号码（已遮盖）：{detail}" "“{column}” is no valid number of an identity document (masked): {detail}";
    AmbiguousId "ambiguous_id" "“{column}”的 18 位值像是身份证号，又写在统一社会信用代码的位置，或没有写明证件类型（已遮盖）；请按类型填入对应的列，确为单位代码的请信用中心登记"
        "the 18 characters in “{column}” look like an identity number where a credit code is expected, or without a kind of document (masked); put them in the column of their type, or have the credit centre register the code if it is an organisation’s";
    DateOrder "date_order" "“{column}”（{raw}）早于“{detail}”" "“{column}” ({raw}) is before “{detail}”";
    FutureDate "future_date" "“{column}”（{raw}）晚于收到日 {detail}" "“{column}” ({raw}) is after the day of receipt, {detail}";
    TooEarly "too_early" "“{column}”（{raw}）早于 {detail}，不可能有这样的文书" "“{column}” ({raw}) is before {detail}, when no such document can exist";
    AmountUnit "amount_unit" "“{column}”的单位是万元，写的是 {raw} 万元，而{detail}；请核对是否把元写成了万元"
        "“{column}” is in units of 10,000 yuan and says {raw}, while {detail}; check whether yuan were written";
    PersonalData "personal_data" "“{column}”里像是有{detail}，公示前必须去掉" "“{column}” seems to hold {detail}; take it out before publication";
    UnknownDepartment "unknown_department" "“{column}”（{raw}）不是本地登记的单位代码" "“{column}” ({raw}) is no code of a department registered here";
    CodeKind "code_kind" "代码“{raw}”与类别“{detail}”不符" "the code “{raw}” does not fit the category “{detail}”";
    SubjectMissing "subject_missing" "没有可以认定主体的代码：{detail}" "no code by which the subject can be found: {detail}";
    ByName "by_name" "没有代码，暂按名称“{raw}”记下；找到是哪个主体之前，不进入任何主体的档案；补上代码重报即可"
        "there is no code, and the row is kept under the name “{raw}”; it stands in nobody’s file until it is known whose it is: send it again with the code";
    SubjectKind "subject_kind" "这一信息项不收“{raw}”的记录" "this catalogue item takes no record about “{raw}”";
    NameDiffers "name_differs" "名称“{raw}”与此代码已有的名称“{detail}”不同，请核对代码" "the name “{raw}” differs from “{detail}” held for this code; check the code";
    Duplicate "duplicate" "与第 {detail} 行是同一条记录（关键字段相同）" "is the same record as row {detail} (same key fields)";
    Refused "refused" "依法不予归集：{detail}" "may not be collected by law: {detail}";
    Minor "minor" "当事人在文书日期未满 {detail} 周岁，依法不予归集" "the person was under {detail} on the date of the document; may not be collected";
    Forbidden "forbidden" "含有依法不得归集的内容“{detail}”，整行退回" "holds matter that may not be recorded, “{detail}”";
    Contrary "contrary" "“{raw}”现有“{detail}”公示中，交叉比对不通过，依规不予授予和公布"
        "“{detail}” is published of “{raw}”: compared with it, this is not to be given or published";
    OtherDepartment "other_department" "这条记录由“{detail}”报送并负责，别的单位不能变更或撤回；请与该单位核对"
        "this record was handed in by “{detail}”, which answers for it; no other department may change it or take it back: settle it with them";
    NotFound "not_found" "要撤回的记录不存在或已撤回" "the record to withdraw does not exist or is withdrawn already";
}

impl Rule {
    #[must_use]
    pub fn from_id(id: &str) -> Option<Rule> {
        Rule::ALL.iter().copied().find(|rule| rule.id() == id)
    }

    #[must_use]
    pub fn message(self, lang: Lang, column: &str, raw: &str, detail: &str) -> String {
        self.template(lang)
            .replace("{column}", column)
            .replace("{raw}", raw)
            .replace("{detail}", detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detail_comes_back_from_the_register_in_both_languages() {
        for detail in [Text::new("行政处罚", "penalties"), Text::new("18", "18"), Text::default()]
        {
            let fault = Fault {
                row: 2,
                column: "名称".to_owned(),
                rule: Rule::Code,
                level: Level::Error,
                detail: detail.clone(),
                raw: String::new(),
            };
            assert_eq!(Fault::detail_from(&fault.stored_detail()), detail);
        }
    }

    #[test]
    fn every_message_names_what_it_was_given() {
        for rule in Rule::ALL {
            assert_eq!(Rule::from_id(rule.id()), Some(*rule));
            for lang in [Lang::Zh, Lang::En] {
                let message = rule.message(lang, "列", "写", "细");
                assert!(!message.contains(['{', '}']), "{message}");
            }
        }
    }
}
