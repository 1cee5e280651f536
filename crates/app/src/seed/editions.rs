//! Columns of the edition of 2016, of withdrawals and of the benchmark.

use super::row::Column;

/// The columns of an item in the edition of 2016.
#[must_use]
pub fn of_2016(item: &str) -> Option<&'static [Column]> {
    match item {
        "licence" => Some(LICENCE_2016),
        "penalty" => Some(PENALTY_2016),
        _ => None,
    }
}

/// The subject and the natural key, by which a row is taken back.
#[must_use]
pub fn keys_of(item: &str) -> Option<&'static [Column]> {
    Some(match item {
        "licence" => LICENCE_KEYS,
        "penalty" => PENALTY_KEYS,
        "inspection" => INSPECTION_KEYS,
        "honour" => HONOUR_KEYS,
        "commitment" => COMMITMENT_KEYS,
        "commitment_fulfilment" => COMMITMENT_FULFILMENT_KEYS,
        "tax_rating" => TAX_RATING_KEYS,
        "social_insurance" => SOCIAL_INSURANCE_KEYS,
        "utility_payment" => UTILITY_PAYMENT_KEYS,
        _ => return None,
    })
}

const LICENCE_KEYS: &[Column] = &[
    ("XK_XDR_MC", "行政相对人名称"),
    ("XK_XDR_LB", "行政相对人类别"),
    ("XK_XDR_SHXYM", "行政相对人代码_1(统一社会信用代码)"),
    ("XK_XDR_GSZC", "行政相对人代码_2(工商注册号)"),
    ("XK_WSH", "行政许可决定文书号"),
    ("XK_XKJGDM", "许可机关统一社会信用代码"),
];

const PENALTY_KEYS: &[Column] = &[
    ("CF_XDR_MC", "行政相对人名称"),
    ("CF_XDR_LB", "行政相对人类别"),
    ("CF_XDR_SHXYM", "行政相对人代码_1(统一社会信用代码)"),
    ("CF_XDR_GSZC", "行政相对人代码_2(工商注册号)"),
    ("CF_WSH", "行政处罚决定书文号"),
    ("CF_CFJGDM", "处罚机关统一社会信用代码"),
];

const INSPECTION_KEYS: &[Column] = &[
    ("JC_XDR_MC", "主体名称"),
    ("JC_XDR_LB", "主体类别"),
    ("JC_XDR_SHXYM", "统一社会信用代码"),
    ("JC_XDR_GSZC", "工商注册号"),
    ("JC_BH", "检查编号"),
    ("JC_JCJGDM", "检查机关统一社会信用代码"),
];

const HONOUR_KEYS: &[Column] = &[
    ("RY_XDR_MC", "主体名称"),
    ("RY_XDR_LB", "主体类别"),
    ("RY_XDR_SHXYM", "统一社会信用代码"),
    ("RY_XDR_GSZC", "工商注册号"),
    ("RY_WSH", "认定文书号"),
    ("RY_MC", "荣誉名称"),
    ("RY_RDJGDM", "认定机关统一社会信用代码"),
];

const COMMITMENT_KEYS: &[Column] = &[
    ("CN_XDR_MC", "行政相对人名称"),
    ("CN_XDR_LB", "行政相对人类别"),
    ("CN_XDR_SHXYM", "行政相对人代码_1(统一社会信用代码)"),
    ("CN_XDR_GSZC", "行政相对人代码_2(工商注册号)"),
    ("CN_BH", "承诺编号"),
    ("CN_SLDWDM", "承诺受理单位统一社会信用代码"),
];

const COMMITMENT_FULFILMENT_KEYS: &[Column] = &[
    ("LX_XDR_MC", "行政相对人名称"),
    ("LX_XDR_LB", "行政相对人类别"),
    ("LX_XDR_SHXYM", "行政相对人代码_1(统一社会信用代码)"),
    ("LX_XDR_GSZC", "行政相对人代码_2(工商注册号)"),
    ("LX_BH", "承诺编号"),
    ("LX_RDDWDM", "认定单位统一社会信用代码"),
];

const TAX_RATING_KEYS: &[Column] = &[
    ("NS_XDR_MC", "主体名称"),
    ("NS_XDR_LB", "主体类别"),
    ("NS_XDR_SHXYM", "统一社会信用代码"),
    ("NS_XDR_GSZC", "工商注册号"),
    ("NS_ND", "评价年度"),
];

const SOCIAL_INSURANCE_KEYS: &[Column] = &[
    ("SB_XDR_MC", "主体名称"),
    ("SB_XDR_LB", "主体类别"),
    ("SB_XDR_SHXYM", "统一社会信用代码"),
    ("SB_XDR_GSZC", "工商注册号"),
    ("SB_XZ", "险种"),
    ("SB_SSQ", "费款所属期起"),
];

const UTILITY_PAYMENT_KEYS: &[Column] = &[
    ("GY_XDR_MC", "主体名称"),
    ("GY_XDR_LB", "主体类别"),
    ("GY_XDR_SHXYM", "统一社会信用代码"),
    ("GY_XDR_GSZC", "工商注册号"),
    ("GY_LX", "公用事业类型"),
    ("GY_HH", "用户号"),
    ("GY_SSQ", "账期起"),
];

/// What a penalty cannot do without.
pub const PENALTY_MANDATORY: &[Column] = &[
    ("CF_XDR_MC", "行政相对人名称"),
    ("CF_XDR_LB", "行政相对人类别"),
    ("CF_XDR_SHXYM", "行政相对人代码_1(统一社会信用代码)"),
    ("CF_FRDB", "法定代表人"),
    ("CF_WSH", "行政处罚决定书文号"),
    ("CF_WFXW", "违法行为类型"),
    ("CF_SY", "违法事实"),
    ("CF_YJ", "处罚依据"),
    ("CF_CFLB", "处罚类别"),
    ("CF_NR", "处罚内容"),
    ("CF_NR_FK", "罚款金额(万元)"),
    ("CF_NR_WFFF", "没收违法所得、没收非法财物的金额(万元)"),
    ("CF_NR_ZKDX", "暂扣或吊销证照名称及编号"),
    ("CF_JDRQ", "处罚决定日期"),
    ("CF_YXQ", "处罚有效期"),
    ("CF_CFJG", "处罚机关"),
    ("CF_CFJGDM", "处罚机关统一社会信用代码"),
    ("CF_SJLY", "数据来源单位"),
    ("CF_SJLYDM", "数据来源单位统一社会信用代码"),
];

/// The edition of 2016; departments stopped sending it at the end of 2018.
pub const LICENCE_2016: &[Column] = &[
    ("XK_WSH", "行政许可决定书文号"),
    ("XK_XMMC", "项目名称"),
    ("XK_SPLB", "审批类别"),
    ("XK_NR", "许可内容"),
    ("XK_XDR", "行政相对人名称"),
    ("XK_XDR_SHXYM", "行政相对人代码_1(统一社会信用代码)"),
    ("XK_XDR_ZDM", "行政相对人代码_2(组织机构代码)"),
    ("XK_XDR_GSDJ", "行政相对人代码_3(工商登记码)"),
    ("XK_XDR_SWDJ", "行政相对人代码_4(税务登记号)"),
    ("XK_XDR_SFZ", "行政相对人代码_5(居民身份证号)"),
    ("XK_FR", "法定代表人姓名"),
    ("XK_JDRQ", "许可决定日期"),
    ("XK_JZQ", "许可截止期"),
    ("XK_XZJG", "许可机关"),
    ("XK_ZT", "当前状态"),
    ("DFBM", "地方编码"),
    ("SJC", "数据更新时间戳"),
    ("BZ", "备注"),
];

pub const PENALTY_2016: &[Column] = &[
    ("CF_WSH", "行政处罚决定书文号"),
    ("CF_CFMC", "处罚名称"),
    ("CF_CFLB1", "处罚类别1"),
    ("CF_CFLB2", "处罚类别2"),
    ("CF_SY", "处罚事由"),
    ("CF_YJ", "处罚依据"),
    ("CF_XDR", "行政相对人名称"),
    ("CF_XDR_SHXYM", "行政相对人代码_1(统一社会信用代码)"),
    ("CF_XDR_ZDM", "行政相对人代码_2(组织机构代码)"),
    ("CF_XDR_GSDJ", "行政相对人代码_3(工商登记码)"),
    ("CF_XDR_SWDJ", "行政相对人代码_4(税务登记号)"),
    ("CF_XDR_SFZ", "行政相对人代码_5(居民身份证号)"),
    ("CF_FR", "法定代表人姓名"),
    ("CF_JG", "处罚结果"),
    ("CF_JDRQ", "处罚决定日期"),
    ("CF_XZJG", "处罚机关"),
    ("CF_ZT", "当前状态"),
    ("GSQX", "公示期限"),
    ("DFBM", "地方编码"),
    ("SJC", "数据更新时间戳"),
    ("BZ", "备注"),
];
