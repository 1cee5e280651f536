//! Breaches of each sector: what is found, under which article, with what penalty.
//!
//! The articles name the law that deals with such conduct; they serve as texts of made-up
//! decisions and are no source of law.

use super::{
    offences_of_industry::{BUILDING, CHEMICALS, MAKING, TRANSPORT},
    trades::Sector,
};

use Gravity::{
    Closure, Criticism, Fine, FineAndGains, FineAndGoods, Revocation, Warning, WarningAndFine,
};

/// One kind of breach.
#[derive(Clone, Copy, Debug)]
pub struct Offence {
    /// Department that punishes it.
    pub department: &'static str,
    /// 违法行为类型
    pub title: &'static str,
    /// What the subject did.
    pub matter: &'static str,
    pub grounds: &'static str,
    pub gravity: Gravity,
    /// Lowest and highest fine in hundreds of yuan; zero where none is due.
    pub fine: (i64, i64),
}

/// How a breach is punished; the kinds of penalty follow from it and from the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gravity {
    /// 警告
    Warning,
    /// 通报批评, before 2021-07-15 警告
    Criticism,
    /// 警告;罚款
    WarningAndFine,
    /// 罚款
    Fine,
    /// 罚款;没收违法所得
    FineAndGains,
    /// 罚款;没收非法财物
    FineAndGoods,
    /// 暂扣许可证件
    Suspension,
    /// 责令停产停业;罚款
    Closure,
    /// 吊销许可证件
    Revocation,
}

/// One entry of a table of breaches.
#[must_use]
pub const fn offence(
    department: &'static str,
    title: &'static str,
    matter: &'static str,
    grounds: &'static str,
    gravity: Gravity,
    fine: (i64, i64),
) -> Offence {
    Offence { department, title, matter, grounds, gravity, fine }
}

/// What subjects of a sector are punished for.
#[must_use]
pub fn of(sector: Sector) -> &'static [Offence] {
    match sector {
        Sector::Food => FOOD,
        Sector::Drugs => DRUGS,
        Sector::Retail => RETAIL,
        Sector::Making => MAKING,
        Sector::Chemicals => CHEMICALS,
        Sector::Building => BUILDING,
        Sector::Transport => TRANSPORT,
        Sector::Farming => FARMING,
        Sector::Learning => LEARNING,
        Sector::Services => SERVICES,
    }
}

const FOOD: &[Offence] = &[
    offence(
        "scjg",
        "未按规定查验供货者许可证和食品合格证明",
        "购进食品原料未查验供货者的许可证和产品合格证明",
        "《中华人民共和国食品安全法》第一百二十六条第一款第三项",
        WarningAndFine,
        (50, 200),
    ),
    offence(
        "scjg",
        "未按规定进行食品经营人员健康管理",
        "未建立并执行从业人员健康管理制度",
        "《中华人民共和国食品安全法》第一百二十六条第一款第二项",
        Warning,
        (0, 0),
    ),
    offence(
        "scjg",
        "经营超过保质期的食品",
        "货架上摆放并销售超过保质期的预包装食品",
        "《中华人民共和国食品安全法》第一百二十四条第一款第五项",
        FineAndGains,
        (100, 800),
    ),
    offence(
        "scjg",
        "生产经营标签不符合规定的食品",
        "生产的预包装食品标签未标明生产日期和保质期",
        "《中华人民共和国食品安全法》第一百二十五条第一款第二项",
        FineAndGoods,
        (60, 500),
    ),
    offence(
        "scjg",
        "未经许可从事食品生产经营活动",
        "许可有效期届满未延续而继续从事食品生产经营",
        "《中华人民共和国食品安全法》第一百二十二条第一款",
        FineAndGains,
        (500, 1000),
    ),
    offence(
        "scjg",
        "生产经营不符合食品安全标准的食品",
        "抽样检验的食品微生物限量不符合食品安全国家标准，且拒不停止生产",
        "《中华人民共和国食品安全法》第一百二十四条第一款",
        Closure,
        (500, 2000),
    ),
];

const DRUGS: &[Offence] = &[
    offence(
        "yaojian",
        "未遵守药品经营质量管理规范",
        "阴凉柜温度记录缺失，未遵守药品经营质量管理规范",
        "《中华人民共和国药品管理法》第一百二十六条",
        Warning,
        (0, 0),
    ),
    offence(
        "yaojian",
        "销售劣药",
        "销售超过有效期的药品",
        "《中华人民共和国药品管理法》第一百一十七条第一款",
        FineAndGoods,
        (100, 1000),
    ),
    offence(
        "yaojian",
        "未按规定凭处方销售处方药",
        "未核对处方即销售处方药，责令改正后仍未改正",
        "《药品流通监督管理办法》第三十八条",
        WarningAndFine,
        (5, 10),
    ),
    offence(
        "yaojian",
        "经营未依法注册的医疗器械",
        "经营未取得医疗器械注册证的第二类医疗器械",
        "《医疗器械监督管理条例》第八十一条第一款第一项",
        Revocation,
        (0, 0),
    ),
];

const RETAIL: &[Offence] = &[
    offence(
        "xiaofang",
        "占用、堵塞疏散通道、安全出口",
        "在疏散通道内堆放货物，占用疏散通道",
        "《中华人民共和国消防法》第六十条第一款第三项",
        Fine,
        (50, 300),
    ),
    offence(
        "scjg",
        "未按规定明码标价",
        "经营场所内部分商品未标明价格",
        "《中华人民共和国价格法》第四十二条",
        Fine,
        (2, 40),
    ),
    offence(
        "scjg",
        "发布虚假广告",
        "在店堂广告中使用无法证实的数据宣传商品功效",
        "《中华人民共和国广告法》第五十五条第一款",
        Fine,
        (50, 600),
    ),
    offence(
        "scjg",
        "销售侵犯注册商标专用权的商品",
        "销售的商品经商标权人鉴别为侵犯注册商标专用权的商品",
        "《中华人民共和国商标法》第六十条第二款",
        FineAndGoods,
        (30, 500),
    ),
    offence(
        "scjg",
        "销售不合格产品",
        "抽查的产品不符合国家强制性标准",
        "《中华人民共和国产品质量法》第四十九条",
        FineAndGains,
        (40, 800),
    ),
    offence(
        "scjg",
        "未按规定公示营业执照",
        "未在经营场所显著位置亮明营业执照",
        "《中华人民共和国市场主体登记管理条例》第四十八条第一款",
        Criticism,
        (0, 0),
    ),
];

const FARMING: &[Offence] = &[
    offence(
        "nongye",
        "经营标签不符合规定的种子",
        "销售的种子标签内容不全",
        "《中华人民共和国种子法》第七十九条第二项",
        Fine,
        (20, 100),
    ),
    offence(
        "nongye",
        "未建立农产品生产记录",
        "未按规定建立和保存农产品生产记录",
        "《中华人民共和国农产品质量安全法》第六十九条",
        WarningAndFine,
        (5, 20),
    ),
    offence(
        "nongye",
        "未按规定建立兽药使用记录",
        "未建立真实完整的用药记录",
        "《兽药管理条例》第六十二条",
        FineAndGoods,
        (100, 300),
    ),
];

const LEARNING: &[Offence] = &[
    offence(
        "jiaoyu",
        "擅自改变办学地址",
        "未经批准在登记地址以外开展培训",
        "《中华人民共和国民办教育促进法》第六十二条第一项",
        FineAndGains,
        (50, 300),
    ),
    offence(
        "jiaoyu",
        "未按规定公示收费项目和标准",
        "招生简章未载明收费项目和标准",
        "《校外培训行政处罚暂行办法》第二十七条",
        Warning,
        (0, 0),
    ),
    offence(
        "jiaoyu",
        "预收费用未全部进入专用账户",
        "预收的培训费用未全部进入资金监管专用账户",
        "《校外培训行政处罚暂行办法》第二十六条",
        WarningAndFine,
        (50, 300),
    ),
];

const SERVICES: &[Offence] = &[
    offence(
        "weijian",
        "未按规定对公共场所进行卫生检测",
        "经营的公共场所未按规定对空气、用品用具进行卫生检测",
        "《公共场所卫生管理条例实施细则》第三十六条第一项",
        WarningAndFine,
        (5, 20),
    ),
    offence(
        "renshe",
        "未按规定订立书面劳动合同",
        "自用工之日起超过一个月未与劳动者订立书面劳动合同",
        "《劳动保障监察条例》第二十四条",
        Warning,
        (0, 0),
    ),
    offence(
        "wenlv",
        "未按规定与旅游者签订合同",
        "组织旅游活动未与旅游者签订书面合同",
        "《旅行社条例》第五十五条第一项",
        Fine,
        (200, 1000),
    ),
    offence(
        "scjg",
        "利用不公平格式条款侵害消费者权益",
        "以格式条款排除消费者依法享有的权利",
        "《侵害消费者权益行为处罚办法》第十五条",
        WarningAndFine,
        (10, 300),
    ),
    offence(
        "scjg",
        "未按规定明示服务收费",
        "未在经营场所公示服务项目和收费标准",
        "《中华人民共和国价格法》第四十二条",
        Fine,
        (2, 40),
    ),
    offence(
        "renshe",
        "未经许可擅自从事职业中介活动",
        "未取得人力资源服务许可从事职业中介",
        "《人力资源市场暂行条例》第四十二条第一款",
        FineAndGains,
        (200, 500),
    ),
];
