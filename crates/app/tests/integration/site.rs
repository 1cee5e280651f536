//! A small site for tests: a temporary SQLite register under the law of the repository, the
//! fictional place, a clock that stands still, and three made-up businesses with their records.

use std::{
    path::Path,
    sync::{
        Arc, LazyLock, OnceLock,
        atomic::{AtomicI64, Ordering},
    },
};

use domain::{
    identifier::{org_code, uscc},
    policy::Policy,
    sealed::Keys,
};
use jiff::{Timestamp, tz::TimeZone};
use registry::{
    audit::LogKey,
    import::{self, Delivery, Imported, Unwatched},
    platform::Platform,
};
use rules::access::Gate;
use store::{
    load::Mode,
    register::{Engine, Register},
    search::NameIndex,
};
use tempfile::TempDir;

/// When the tests take place, in the fictional city: 2026-11-22 10:30:00.
pub const NOW: &str = "2026-11-22T10:30:00+08:00";

pub static LAW: LazyLock<(Arc<Policy>, Arc<Gate>)> = LazyLock::new(|| {
    let loaded = rules::load(Path::new("../../policy"));
    let policy = loaded.policy.unwrap_or_else(|| panic!("policy: {:?}", loaded.faults));
    (Arc::new(policy.at(&policy.places["shili"])), loaded.gate.expect("policies of access"))
});

/// The platform and what it stands on; gone when dropped.
pub struct Site {
    pub platform: Platform,
    pub dir: TempDir,
    seconds: Arc<AtomicI64>,
}

/// A made-up business.
#[derive(Clone, Debug)]
pub struct Business {
    pub name: String,
    pub code: String,
}

/// Everything the platform says, kept where `make test` looks for secrets afterwards.
fn keep_the_log() {
    let Ok(folder) = std::env::var("XINHENG_TEST_LOG") else { return };
    let path = Path::new(&folder).join(format!("{}.log", std::process::id()));
    if let Ok(file) = std::fs::File::create_new(path) {
        let told = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE);
        let _ = told.with_ansi(false).with_writer(std::sync::Mutex::new(file)).try_init();
    }
}

/// A site without a record.
pub async fn empty_site() -> Site {
    keep_the_log();
    let dir = TempDir::new().expect("a temporary folder");
    let now: Timestamp = NOW.parse().expect("an instant");
    let seconds = Arc::new(AtomicI64::new(now.as_second()));
    let clock = Arc::clone(&seconds);
    let register = Register::open(Engine::Sqlite(dir.path().join("register.db"))).await;
    let keys = Keys::parse(&Keys::generate_text(&[7; 48], "k1")).expect("keys");
    let platform = Platform {
        register: register.expect("a register"),
        policy: Arc::clone(&LAW.0),
        gate: Arc::clone(&LAW.1),
        place: Arc::clone(&LAW.0.places["shili"]),
        keys: Some(Arc::new(keys)),
        log_key: LogKey::parse("xinheng-audit-shili", &"07".repeat(32)).map(Arc::new),
        oidc: None,
        names: Some(Arc::new(NameIndex::open(&dir.path().join("names")).expect("an index"))),
        inbox: dir.path().join("inbox"),
        libraries: Arc::default(),
        lake: url::Url::from_directory_path(dir.path().join("lake")).expect("a folder"),
        public_url: "http://portal.example".to_owned(),
        clock: Arc::new(move || {
            // Finer than the register keeps, as a real clock is.
            Timestamp::new(clock.load(Ordering::SeqCst), 789).expect("an instant")
        }),
        proxies: Arc::default(),
        zone: TimeZone::fixed(jiff::tz::offset(8)),
        font_paths: render::fonts::default_font_paths(),
        fonts: Arc::new(OnceLock::new()),
        submissions: registry::platform::Submissions::default(),
        meter: registry::meter::Meter::default(),
    };
    Site { platform, dir, seconds }
}

/// A site with three businesses: one in good standing with a licence, one with two penalties, one
/// listed as abnormal; every document is of 2026 and in publication.
pub async fn site() -> Site {
    let site = empty_site().await;
    let registrations: Vec<Row> = (1..=3).map(|n| registration(&business(n))).collect();
    site.accept("registration", &registrations).await;
    site.accept("licence", &[licence(&business(1), "示市监许〔2026〕1号", "2026-03-02")]).await;
    let second = business(2);
    let penalties = [
        penalty(&second, "示市监罚〔2026〕7号", "2026-05-12"),
        penalty(&second, "示市监罚〔2026〕8号", "2026-06-18"),
    ];
    site.accept("penalty", &penalties).await;
    site.accept("abnormal", &[abnormal(&business(3), "示市监异〔2026〕3号", "2026-07-08")]).await;
    site
}

impl Site {
    /// Lets time pass.
    pub fn later(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Hands rows in as 示例市市场监督管理局 and expects every one to be taken.
    pub async fn accept(&self, item: &str, rows: &[Row]) -> Imported {
        self.accept_from("scjg", item, rows).await
    }

    /// The same from another department.
    pub async fn accept_from(&self, department: &str, item: &str, rows: &[Row]) -> Imported {
        let imported = self.import(item, department, Mode::Changes, &csv(rows)).await;
        let imported = imported.expect("an accepted file");
        assert_eq!(imported.counts.rejected, 0, "{:?}", imported.faults);
        self.index().await;
        imported
    }

    /// Takes a record back.
    pub async fn withdraw(&self, item: &str, row: Row) {
        let taken_back = self.import(item, "scjg", Mode::Withdraw, &csv(&[row])).await;
        assert_eq!(taken_back.expect("a withdrawal").counts.withdrawn, 1);
        self.index().await;
    }

    /// Does what the worker does when it starts, and every job that is due.
    pub async fn work(&self) {
        registry::figures::ask_for_missing(&self.platform).await.expect("jobs");
        while registry::work::step(&self.platform).await.expect("a step") {}
    }

    /// Hands a file in.
    pub async fn import(
        &self,
        item: &str,
        department: &str,
        mode: Mode,
        content: &str,
    ) -> Result<Imported, registry::error::Error> {
        self.offer(item, department, mode, content, Some("示例：测试")).await
    }

    /// The same, having been asked and said why, or not.
    pub async fn offer(
        &self,
        item: &str,
        department: &str,
        mode: Mode,
        content: &str,
        confirmed: Option<&str>,
    ) -> Result<Imported, registry::error::Error> {
        self.later(60);
        let path = self.dir.path().join(format!("{item}.csv"));
        std::fs::write(&path, content).expect("a written file");
        let delivery = Delivery {
            path,
            file_name: format!("{item}.csv"),
            item: Some(item.to_owned()),
            pack: None,
            department: Some(department.to_owned()),
            mode,
            confirmed: confirmed.map(str::to_owned),
            dry_run: false,
            actor: "test".to_owned(),
            mends: None,
            piecemeal: false,
        };
        // In a box: as part of every test's own future it would be compiled anew with each.
        Box::pin(import::import(&self.platform, &delivery, &mut Unwatched)).await
    }

    /// Brings the name index up to the change feed, as the worker does.
    pub async fn index(&self) {
        let names = self.platform.names.as_ref().expect("an index");
        names.follow(&self.platform.register, 10_000).await.expect("an index");
    }
}

/// The business of a number, with a code of division 419901 that fits every check.
pub fn business(number: u8) -> Business {
    let trade = ["商贸", "食品", "建材"][usize::from(number.saturating_sub(1)) % 3];
    let organ = format!("MA0000{number:02}");
    let digit = org_code::check_character(&organ).expect("a check character");
    let first = format!("91419901{organ}{digit}");
    let last = uscc::check_character(&first).expect("a check character");
    Business { name: format!("示例{trade}有限公司"), code: format!("{first}{last}") }
}

/// A row of a file: column and value.
pub type Row = Vec<(&'static str, String)>;

/// Rows of the same columns as CSV.
pub fn csv(rows: &[Row]) -> String {
    let line = |cells: Vec<&str>| {
        let quoted: Vec<String> =
            cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
        quoted.join(",") + "\n"
    };
    let heading = rows.first().map(|row| line(row.iter().map(|(name, _)| *name).collect()));
    let body = rows.iter().map(|row| line(row.iter().map(|(_, value)| value.as_str()).collect()));
    heading.into_iter().chain(body).collect()
}

/// The row with another value in one column.
pub fn with(mut row: Row, column: &str, value: &str) -> Row {
    let cell = row.iter_mut().find(|(name, _)| *name == column).expect("a column of the row");
    cell.1 = value.to_owned();
    row
}

const ORGAN: &str = "示例市市场监督管理局";
const ORGAN_CODE: &str = "11419900419900016T";

fn row(cells: &[(&'static str, &str)]) -> Row {
    cells.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

pub fn registration(business: &Business) -> Row {
    row(&[
        ("DJ_ZTMC", &business.name),
        ("DJ_ZTLB", "法人及非法人组织"),
        ("DJ_SHXYM", &business.code),
        ("DJ_LX", "有限责任公司"),
        ("DJ_FRDB", "示例甲"),
        ("DJ_CLRQ", "2020-03-05"),
        ("DJ_ZCZB", "100"),
        ("DJ_ZT", "1"),
        ("DJ_HZRQ", "2020-03-05"),
        ("DJ_JG", ORGAN),
        ("DJ_JGDM", ORGAN_CODE),
        ("DJ_ZS", "示例市示例东区一号"),
        ("DJ_QH", "419901"),
        ("DJ_SJLY", ORGAN),
        ("DJ_SJLYDM", ORGAN_CODE),
    ])
}

/// The registration once the business has been struck off.
pub fn struck_off(business: &Business, on: &str) -> Row {
    let mut row = with(with(registration(business), "DJ_ZT", "4"), "DJ_HZRQ", on);
    row.push(("DJ_ZXRQ", on.to_owned()));
    row
}

pub fn penalty(business: &Business, number: &str, decided_on: &str) -> Row {
    row(&[
        ("CF_XDR_MC", &business.name),
        ("CF_XDR_LB", "法人及非法人组织"),
        ("CF_XDR_SHXYM", &business.code),
        ("CF_FRDB", "示例甲"),
        ("CF_WSH", number),
        ("CF_WFXW", "未按规定公示价格"),
        ("CF_SY", "当事人销售商品未明码标价"),
        ("CF_YJ", "《中华人民共和国价格法》第四十二条"),
        ("CF_CFLB", "罚款"),
        ("CF_NR", "罚款2000元"),
        ("CF_NR_FK", "0.2"),
        ("CF_JDRQ", decided_on),
        ("CF_YXQ", "2099-12-31"),
        ("CF_CFJG", ORGAN),
        ("CF_CFJGDM", ORGAN_CODE),
        ("CF_SJLY", ORGAN),
        ("CF_SJLYDM", ORGAN_CODE),
    ])
}

/// An entry in a serious-breach list with every document of its procedure.
pub fn listing(business: &Business, number: &str) -> Row {
    row(&[
        ("SX_XDR_MC", &business.name),
        ("SX_XDR_LB", "法人及非法人组织"),
        ("SX_XDR_SHXYM", &business.code),
        ("SX_FRDB", "示例甲"),
        ("SX_MDLX", "market_serious"),
        ("SX_LRSY", "销售不合格商品，受到较重行政处罚"),
        ("SX_LRYJ", "国家市场监督管理总局令第44号"),
        ("SX_GZWSH", "示市监列告〔2026〕1号"),
        ("SX_GZRQ", "2026-06-01"),
        ("SX_SBQK", "未提出陈述申辩"),
        ("SX_WSH", number),
        ("SX_JDRQ", "2026-06-20"),
        ("SX_SDRQ", "2026-06-22"),
        ("SX_CSTS", "限制参加评先评优"),
        ("SX_YCTJ", "履行义务、纠正违法行为后可以申请提前移出"),
        ("SX_QXZ", "2029-06-20"),
        ("SX_LRJG", ORGAN),
        ("SX_LRJGDM", ORGAN_CODE),
        ("SX_SJLY", ORGAN),
        ("SX_SJLYDM", ORGAN_CODE),
    ])
}

/// An honour, good for three years.
pub fn honour(business: &Business, number: &str) -> Row {
    row(&[
        ("RY_XDR_MC", &business.name),
        ("RY_XDR_LB", "法人及非法人组织"),
        ("RY_XDR_SHXYM", &business.code),
        ("RY_LX", "tax_a"),
        ("RY_MC", "示例诚信单位"),
        ("RY_WSH", number),
        ("RY_RDRQ", "2026-06-20"),
        ("RY_YXQZ", "2029-06-20"),
        ("RY_RDJG", ORGAN),
        ("RY_RDJGDM", ORGAN_CODE),
        ("RY_SJLY", ORGAN),
        ("RY_SJLYDM", ORGAN_CODE),
    ])
}

/// A number of nobody: its division, 419900, issues none.
pub const PERSON: &str = "419900198001010017";

/// A penalty of a natural person who does not exist.
pub fn person_penalty(name: &str, number: &str, decided_on: &str) -> Row {
    let nobody = Business { name: name.to_owned(), code: String::new() };
    let mut row = with(penalty(&nobody, number, decided_on), "CF_XDR_LB", "自然人");
    row.retain(|(column, _)| *column != "CF_FRDB");
    let person = [("CF_XDR_ZJLX", "身份证"), ("CF_XDR_ZJHM", PERSON), ("CF_JYCX", "否")];
    row.extend(person.map(|(column, value)| (column, value.to_owned())));
    row
}

/// What an account owes for water: for the subject and on its consent only.
pub fn utility_payment(business: &Business, account: &str) -> Row {
    const WATER: &str = "示例市水务集团有限公司";
    row(&[
        ("GY_XDR_MC", &business.name),
        ("GY_XDR_LB", "法人及非法人组织"),
        ("GY_XDR_SHXYM", &business.code),
        ("GY_LX", "供水"),
        ("GY_HH", account),
        ("GY_SSQ", "2026-09-01"),
        ("GY_SSZ", "2026-09-30"),
        ("GY_YJ", "731.40"),
        ("GY_ZT", "欠缴"),
        ("GY_GYDW", WATER),
        ("GY_GYDWDM", "914199004199003316"),
        ("GY_SJLY", WATER),
        ("GY_SJLYDM", "914199004199003316"),
    ])
}

pub fn licence(business: &Business, number: &str, decided_on: &str) -> Row {
    row(&[
        ("XK_XDR_MC", &business.name),
        ("XK_XDR_LB", "法人及非法人组织"),
        ("XK_XDR_SHXYM", &business.code),
        ("XK_FRDB", "示例甲"),
        ("XK_XKWS", "食品经营许可决定书"),
        ("XK_WSH", number),
        ("XK_XKLB", "普通"),
        ("XK_NR", "预包装食品销售"),
        ("XK_JDRQ", decided_on),
        ("XK_YXQZ", decided_on),
        ("XK_YXQZI", "2031-03-01"),
        ("XK_XKJG", ORGAN),
        ("XK_XKJGDM", ORGAN_CODE),
        ("XK_ZT", "1"),
        ("XK_LYDW", ORGAN),
        ("XK_LYDWDM", ORGAN_CODE),
    ])
}

pub fn abnormal(business: &Business, number: &str, listed_on: &str) -> Row {
    row(&[
        ("YC_XDR_MC", &business.name),
        ("YC_XDR_LB", "法人及非法人组织"),
        ("YC_XDR_SHXYM", &business.code),
        ("YC_WSH", number),
        ("YC_LRYY", "无法联系"),
        ("YC_LRRQ", listed_on),
        ("YC_LRJG", ORGAN),
        ("YC_LRJGDM", ORGAN_CODE),
        ("YC_SJLY", ORGAN),
        ("YC_SJLYDM", ORGAN_CODE),
    ])
}
