//! Breaches of industry, building and transport, which departments other than the market
//! regulator punish for the most part.

use super::offences::{
    Gravity::{Closure, Fine, FineAndGains, Suspension, Warning, WarningAndFine},
    Offence, offence,
};

pub const MAKING: &[Offence] = &[
    offence(
        "shengtai",
        "未按规定进行环境影响登记备案",
        "建设项目投入生产前未备案环境影响登记表",
        "《中华人民共和国环境影响评价法》第三十一条第三款",
        Fine,
        (50, 500),
    ),
    offence(
        "shengtai",
        "超过排放标准排放大气污染物",
        "排气筒排放的颗粒物浓度超过排放标准",
        "《中华人民共和国大气污染防治法》第九十九条第二项",
        Fine,
        (1000, 5000),
    ),
    offence(
        "shengtai",
        "未按规定管理工业固体废物",
        "一般工业固体废物露天堆放，未采取防扬散措施",
        "《中华人民共和国固体废物污染环境防治法》第一百零二条第一款第十项",
        Fine,
        (500, 3000),
    ),
    offence(
        "yingji",
        "未按规定对从业人员进行安全生产教育和培训",
        "新上岗人员未经安全生产教育和培训即上岗作业",
        "《中华人民共和国安全生产法》第九十七条第三项",
        Fine,
        (30, 500),
    ),
    offence(
        "yingji",
        "未设置安全警示标志",
        "有较大危险因素的设备上未设置明显的安全警示标志",
        "《中华人民共和国安全生产法》第九十九条第一项",
        WarningAndFine,
        (30, 300),
    ),
    offence(
        "renshe",
        "未按规定支付加班工资",
        "安排劳动者延长工作时间未依法支付加班工资，逾期未改正",
        "《劳动保障监察条例》第二十六条",
        Warning,
        (0, 0),
    ),
];

pub const CHEMICALS: &[Offence] = &[
    offence(
        "yingji",
        "未按规定储存危险化学品",
        "危险化学品未储存在专用仓库内",
        "《危险化学品安全管理条例》第八十条第一款第四项",
        Closure,
        (500, 1000),
    ),
    offence(
        "yingji",
        "未按规定开展隐患排查治理",
        "未如实记录事故隐患排查治理情况",
        "《中华人民共和国安全生产法》第九十七条第五项",
        Fine,
        (100, 900),
    ),
    offence(
        "shengtai",
        "未按规定制定突发环境事件应急预案",
        "未按规定备案突发环境事件应急预案",
        "《突发环境事件应急管理办法》第三十八条",
        WarningAndFine,
        (100, 300),
    ),
    offence(
        "yingji",
        "安全生产许可证有效期内降低安全生产条件",
        "取得安全生产许可证后降低安全生产条件",
        "《安全生产许可证条例》第十四条第二款",
        Suspension,
        (0, 0),
    ),
];

pub const BUILDING: &[Offence] = &[
    offence(
        "zhujian",
        "未取得施工许可证擅自施工",
        "工程未取得施工许可证即开工建设",
        "《建设工程质量管理条例》第五十七条",
        Fine,
        (500, 5000),
    ),
    offence(
        "zhujian",
        "未按工程设计图纸施工",
        "部分构件未按工程设计图纸和施工技术标准施工",
        "《建设工程质量管理条例》第六十四条",
        Fine,
        (1000, 8000),
    ),
    offence(
        "chengguan",
        "施工现场未采取扬尘防治措施",
        "施工工地未设置硬质围挡，未采取覆盖措施",
        "《中华人民共和国大气污染防治法》第一百一十五条第一款第一项",
        Fine,
        (100, 1000),
    ),
    offence(
        "renshe",
        "未按规定存储农民工工资保证金",
        "未按规定存储工资保证金，责令限期改正后逾期未改",
        "《保障农民工工资支付条例》第五十五条第一项",
        Fine,
        (500, 1000),
    ),
    offence(
        "zhujian",
        "施工单位安全防护措施不到位",
        "脚手架未按方案搭设，临边防护缺失",
        "《建设工程安全生产管理条例》第六十二条",
        Closure,
        (500, 1500),
    ),
];

pub const TRANSPORT: &[Offence] = &[
    offence(
        "jiaotong",
        "未取得道路运输经营许可擅自从事货运经营",
        "未取得道路运输经营许可从事道路货物运输",
        "《中华人民共和国道路运输条例》第六十三条",
        FineAndGains,
        (300, 1000),
    ),
    offence(
        "jiaotong",
        "未按规定维护和检测运输车辆",
        "运输车辆未按规定的周期维护和检测",
        "《中华人民共和国道路运输条例》第七十条第一款",
        WarningAndFine,
        (10, 50),
    ),
    offence(
        "jiaotong",
        "放任超限超载车辆出场",
        "为车辆超标准装载货物并放行出场",
        "《公路安全保护条例》第六十八条",
        Fine,
        (50, 300),
    ),
    offence(
        "jiaotong",
        "未按规定携带道路运输证",
        "车辆未随车携带车辆营运证",
        "《中华人民共和国道路运输条例》第六十八条",
        Warning,
        (0, 0),
    ),
];
