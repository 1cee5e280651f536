//! What is licensed in each sector, by whom and for how long.

use super::trades::Sector;

/// One kind of licence.
#[derive(Debug)]
pub struct Permit {
    pub department: &'static str,
    /// Name of the decision and of the certificate.
    pub decision: &'static str,
    pub certificate: &'static str,
    /// Letters that open the certificate's number.
    pub letters: &'static str,
    pub kind: &'static str,
    pub content: &'static str,
    /// Years of validity; zero where open-ended.
    pub years: i64,
}

const fn permit(
    department: &'static str,
    names: (&'static str, &'static str, &'static str),
    kind: &'static str,
    content: &'static str,
    years: i64,
) -> Permit {
    let (decision, certificate, letters) = names;
    Permit { department, decision, certificate, letters, kind, content, years }
}

/// What subjects of a sector are licensed for, and how many in a thousand are.
#[must_use]
pub fn of(sector: Sector) -> (&'static [Permit], u64) {
    match sector {
        Sector::Food => (FOOD, 820),
        Sector::Drugs => (DRUGS, 850),
        Sector::Retail => (RETAIL, 190),
        Sector::Making => (MAKING, 260),
        Sector::Chemicals => (CHEMICALS, 850),
        Sector::Building => (BUILDING, 620),
        Sector::Transport => (TRANSPORT, 700),
        Sector::Farming => (FARMING, 240),
        Sector::Learning => (LEARNING, 800),
        Sector::Services => (SERVICES, 110),
    }
}

const FOOD: &[Permit] = &[
    permit(
        "scjg",
        ("食品经营许可决定书", "食品经营许可证", "JY"),
        "普通",
        "准予从事食品经营：预包装食品销售、热食类食品制售",
        5,
    ),
    permit("scjg", ("食品生产许可决定书", "食品生产许可证", "SC"), "普通", "准予从事食品生产", 5),
];
const DRUGS: &[Permit] = &[
    permit(
        "yaojian",
        ("药品经营许可决定书", "药品经营许可证", "YA"),
        "普通",
        "准予从事药品零售：处方药、非处方药",
        5,
    ),
    permit(
        "yaojian",
        ("第三类医疗器械经营许可决定书", "医疗器械经营许可证", "QX"),
        "普通",
        "准予从事第三类医疗器械经营",
        5,
    ),
];
const RETAIL: &[Permit] = &[
    permit(
        "scjg",
        ("食品经营许可决定书", "食品经营许可证", "JY"),
        "普通",
        "准予从事食品经营：预包装食品销售",
        5,
    ),
    permit(
        "wenlv",
        ("出版物零售许可决定书", "出版物经营许可证", "CB"),
        "普通",
        "准予从事出版物零售",
        0,
    ),
    permit(
        "xiaofang",
        ("公众聚集场所投入使用、营业前消防安全检查意见书", "公众聚集场所消防安全检查合格证", "XF"),
        "核准",
        "准予公众聚集场所投入使用、营业",
        0,
    ),
];
const MAKING: &[Permit] = &[
    permit(
        "shengtai",
        ("排污许可决定书", "排污许可证", "PW"),
        "普通",
        "准予按照许可证载明的种类、浓度和总量排放污染物",
        5,
    ),
    permit(
        "scjg",
        ("工业产品生产许可决定书", "全国工业产品生产许可证", "XK"),
        "核准",
        "准予生产列入目录的工业产品",
        5,
    ),
    permit(
        "chengguan",
        ("城镇污水排入排水管网许可决定书", "排水许可证", "PS"),
        "普通",
        "准予向城镇排水设施排放污水",
        5,
    ),
];
const CHEMICALS: &[Permit] = &[
    permit(
        "yingji",
        ("危险化学品经营许可决定书", "危险化学品经营许可证", "WH"),
        "普通",
        "准予从事危险化学品经营（带储存设施）",
        3,
    ),
    permit(
        "yingji",
        ("安全生产许可决定书", "安全生产许可证", "AQ"),
        "普通",
        "准予从事危险化学品生产",
        3,
    ),
    permit(
        "shengtai",
        ("排污许可决定书", "排污许可证", "PW"),
        "普通",
        "准予按照许可证载明的种类、浓度和总量排放污染物",
        5,
    ),
];
const BUILDING: &[Permit] = &[
    permit(
        "zhujian",
        ("建筑业企业资质认定决定书", "建筑业企业资质证书", "ZZ"),
        "认可",
        "准予承接相应等级的建筑工程",
        5,
    ),
    permit(
        "zhujian",
        ("建筑工程施工许可决定书", "建筑工程施工许可证", "SG"),
        "普通",
        "准予建设工程开工",
        0,
    ),
    permit(
        "zhujian",
        ("安全生产许可决定书", "安全生产许可证", "AQ"),
        "普通",
        "准予从事建筑施工",
        3,
    ),
];
const TRANSPORT: &[Permit] = &[
    permit(
        "jiaotong",
        ("道路运输经营许可决定书", "道路运输经营许可证", "YS"),
        "普通",
        "准予从事道路普通货物运输",
        4,
    ),
    permit(
        "jiaotong",
        ("超限运输车辆通行许可决定书", "超限运输车辆通行证", "CX"),
        "普通",
        "准予超限运输车辆按照指定路线通行",
        1,
    ),
];
const FARMING: &[Permit] = &[
    permit(
        "nongye",
        ("农作物种子生产经营许可决定书", "农作物种子生产经营许可证", "ZZ"),
        "普通",
        "准予从事农作物种子生产经营",
        5,
    ),
    permit(
        "nongye",
        ("动物防疫条件审查决定书", "动物防疫条件合格证", "DF"),
        "核准",
        "场所符合动物防疫条件",
        0,
    ),
];
const LEARNING: &[Permit] = &[permit(
    "jiaoyu",
    ("民办学校设立许可决定书", "民办学校办学许可证", "BX"),
    "普通",
    "准予举办民办学校",
    3,
)];
const SERVICES: &[Permit] = &[
    permit(
        "weijian",
        ("公共场所卫生许可决定书", "公共场所卫生许可证", "WS"),
        "普通",
        "准予经营公共场所",
        4,
    ),
    permit(
        "renshe",
        ("人力资源服务许可决定书", "人力资源服务许可证", "RL"),
        "普通",
        "准予从事职业中介活动",
        5,
    ),
    permit(
        "wenlv",
        ("旅行社业务经营许可决定书", "旅行社业务经营许可证", "LX"),
        "普通",
        "准予经营境内旅游业务和入境旅游业务",
        0,
    ),
    permit(
        "wenlv",
        ("营业性演出许可决定书", "营业性演出许可证", "YC"),
        "普通",
        "准予从事营业性演出经纪",
        2,
    ),
];
