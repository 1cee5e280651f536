//! Deliveries of departments: handed in with a key, answered with a receipt and every fault.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, Request, State},
    http::StatusCode,
};
use domain::{fault::Fault, ids::SubmissionId, mending::RowState, text::Lang};
use registry::{
    api_use,
    import::{self, Delivery, Imported, Unwatched},
    mending,
    platform::Platform,
    receipt::{self as receipts, Counts},
};
use serde::Serialize;
use tokio::{runtime::Handle, sync::Semaphore};

use crate::api::{
    answer::{self, Answer, address, instant},
    asking::{self, Asker, Params},
    key::Sender,
    problem::{Kind, Problem},
    spool::{self, DELIVERY_MAX},
};

/// Room for the deliveries that are taken in at the same moment.
#[derive(Clone, Debug)]
pub struct Uploads(Arc<Semaphore>);

impl Default for Uploads {
    fn default() -> Self {
        Uploads(Arc::new(Semaphore::new(spool::AT_ONCE)))
    }
}

/// Faults in the answer itself; all of them are under `links.faults`.
const FAULTS_FIRST: i64 = 20;

/// Faults one row can have, more or less: a row is never split between pages.
const FAULTS_OF_A_ROW: i64 = 5_000;

/// A receipt.
#[derive(Serialize)]
struct Receipt {
    receipt: String,
    item: String,
    item_label: String,
    department: String,
    department_label: String,
    pack: Option<String>,
    mode: String,
    file_name: String,
    file_digest: String,
    /// With it the digest that the public is told can be checked.
    file_salt: String,
    file_bytes: i64,
    received_at: String,
    accepted_at: Option<String>,
    policy_version: String,
    counts: Counts,
    faults_by_rule: Vec<RuleCount>,
    /// The first; all of them are under the link.
    faults: Vec<FaultView>,
    links: Links,
}

#[derive(Serialize)]
struct RuleCount {
    rule: String,
    level: String,
    count: i64,
}

#[derive(Serialize)]
struct FaultView {
    /// Line of the file, the heading being line 1; 0 where the whole file is meant.
    row: u64,
    column: String,
    rule: &'static str,
    level: domain::fault::Level,
    /// What is wrong and how to mend it.
    message: String,
    /// What was written; masked where the field is sealed.
    raw: String,
    /// Where its row stands: `open`, `mended`, `explained` or `given_up`.
    state: &'static str,
}

#[derive(Serialize)]
struct Links {
    receipt: String,
    faults: String,
    rejected_csv: String,
    rejected_xlsx: String,
}

/// One page of a department's receipts.
#[derive(Serialize)]
struct ReceiptPage {
    submissions: Vec<Brief>,
    /// Ask for those before this receipt next; none where this is all.
    next: Option<String>,
}

/// A receipt in a list.
#[derive(Serialize)]
struct Brief {
    receipt: String,
    item: String,
    item_label: String,
    mode: String,
    file_name: String,
    received_at: String,
    accepted_at: Option<String>,
    counts: Counts,
    link: String,
}

/// What a delivery would come to; nothing was written.
#[derive(Serialize)]
struct Trial {
    dry_run: bool,
    item: String,
    pack: Option<String>,
    department: String,
    rows: u64,
    passed: u64,
    rejected: u64,
    warned: u64,
    fault_count: u64,
    faults: Vec<FaultView>,
    /// Columns of the file that no field takes.
    unused_columns: Vec<String>,
}

/// One page of faults.
#[derive(Serialize)]
struct FaultPage {
    receipt: String,
    faults: Vec<FaultView>,
    /// Ask from this row next; none where this is all.
    next_row: Option<u64>,
}

/// 报送一个文件
///
/// Hands a file in: CSV, TSV, XLSX, JSON lines or Parquet, as the body or as the `file` of a form.
/// Every row is checked and every fault returned; rows that pass are taken in together. The
/// department is the key's own. Sent again, the same file changes nothing.
#[utoipa::path(
    post, path = "/submissions", tag = "submissions", security(("key" = [])),
    params(
        ("item" = Option<String>, Query, description = "信息项；映射包已指明时可不写 · item, unless the pack says it", example = "penalty"),
        ("pack" = Option<String>, Query, description = "映射包 · pack", example = "double_publicity_2016_penalty"),
        ("mode" = Option<String>, Query, description = "报送方式，默认 changes · changes if not given", example = "changes"),
        ("confirm" = Option<bool>, Query, description = "被问后确认：撤回、重复或报送量异常属实 · asked, and meant", example = false),
        ("reason" = Option<String>, Query, description = "报送量异常时写明原因 · why an unusual volume is right", example = "年度补报"),
        ("mends" = Option<String>, Query, description = "补正哪一批退回的行 · the receipt whose rows it mends", example = "示市监-20261122-000001"),
        ("dry_run" = Option<bool>, Query, description = "只检查，不写入 · check only", example = false),
        ("file_name" = Option<String>, Query, description = "文件名 · name of the file", example = "处罚20261122.csv"),
    ),
    request_body(description = "文件，或表单里名为 file 的文件 · the file, or the field file of a form", content_type = "text/csv", content = String),
    responses(
        (status = 200, description = "试检结果 · outcome of the dry run"),
        (status = 201, description = "回执 · receipt"), (status = 401, description = "需要密钥 · a key is needed"),
        (status = 409, description = "等待确认，或同一文件正在归集 · waits for a confirmation, or is being taken in"), (status = 413, description = "超过 2 GiB · over 2 GiB"),
        (status = 415, description = "不支持的内容类型 · unsupported type"), (status = 422, description = "文件不能读取，或依规则不能办理 · unreadable, or refused by rule"),
        (status = 503, description = "正在归集的太多，按 Retry-After 再来 · too many at once"),
    )
)]
pub async fn deliver(
    State(platform): State<Platform>,
    Extension(uploads): Extension<Uploads>,
    Sender(department, label): Sender,
    asker: Asker,
    params: Params,
    request: Request,
) -> Answer {
    params.only(&["item", "pack", "mode", "confirm", "reason", "mends", "dry_run", "file_name"])?;
    let mode = api_use::mode(params.text("mode").unwrap_or("changes"));
    let mode = mode.ok_or_else(|| {
        let modes = "changes / full / withdraw";
        asking::expected("mode", modes, modes).allowing(&["changes", "full", "withdraw"])
    })?;
    let dry_run = params.flag("dry_run")?;
    let text = |name| params.text(name).map(str::to_owned);
    let confirmed = params.flag("confirm")?.then(|| text("reason").unwrap_or_default());
    let (item, pack) = (text("item"), text("pack"));
    let _upload = uploads.0.try_acquire_owned().map_err(|_| Problem::new(Kind::Busy))?;
    let at = platform.clone();
    let folder = tokio::task::spawn_blocking(move || api_use::spool_folder(&at)).await;
    let folder = folder.map_err(registry::error::Error::from)??;
    let spooled = spool::spool(&folder, request, params.text("file_name"), DELIVERY_MAX).await?;
    let actor = format!("key:{department}/{label}");
    let (path, file_name) = (spooled.path.to_path_buf(), spooled.file_name.clone());
    let (of, department) = (department.clone(), Some(department));
    let mends = match text("mends") {
        Some(receipt) => Some(receipts::find(&platform, &receipt, &of).await?.receipt),
        None => None,
    };
    let delivery = Delivery {
        path,
        file_name,
        item,
        pack,
        department,
        mode,
        confirmed,
        dry_run,
        actor,
        mends,
        piecemeal: false,
    };
    // On a thread of its own: a caller that hangs up leaves a finished delivery, not half of one,
    // and the bulk load of SQLite stays on one thread.
    let (worker, runtime) = (platform.clone(), Handle::current());
    let task = tokio::task::spawn_blocking(move || {
        let imported = runtime.block_on(import::import(&worker, &delivery, &mut Unwatched));
        drop(spooled);
        imported
    });
    let imported = task.await.map_err(registry::error::Error::from)??;
    let Some(receipt) = imported.receipt.clone() else {
        return answer::once(StatusCode::OK, &trial(imported, asker.lang));
    };
    let receipt = view(&platform, &receipt, &imported.department, asker.lang).await?;
    answer::created(&receipt.links.receipt, &receipt)
}

/// 本单位的归集批次，新的在前
///
/// The deliveries of the key's own department, newest first.
#[utoipa::path(
    get, path = "/submissions", tag = "submissions", security(("key" = [])),
    params(
        ("before" = Option<String>, Query, description = "上一页的 next · next of the page before", example = "示市监-20261122-000005"),
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 100, description = "每页条数，1–100，默认 20 · 1–100, 20 if not given", example = 20),
    ),
    responses(
        (status = 200, description = "一页 · one page"), (status = 400, description = "参数有误 · bad parameter"),
        (status = 401, description = "需要密钥 · a key is needed"),
        (status = 404, description = "before 不是本单位的回执 · before is no receipt of the department"),
    )
)]
pub async fn submissions(
    State(platform): State<Platform>,
    Sender(department, _): Sender,
    asker: Asker,
    params: Params,
) -> Answer {
    params.only(&["before", "limit"])?;
    let limit = params.number("limit", 20, 1, 100)?;
    let before = params.text("before");
    let mut found = receipts::list(&platform, &department, before, limit + 1).await?;
    let more = limit < i64::try_from(found.len()).unwrap_or_default();
    found.truncate(usize::try_from(limit).unwrap_or_default());
    let next = found.last().filter(|_| more).map(|last| last.receipt.clone());
    let briefs = found.into_iter().map(|one| brief(&platform, one, asker.lang));
    answer::json(&ReceiptPage { submissions: briefs.collect(), next })
}

/// 归集批次的回执
///
/// The receipt of a delivery of the key's own department.
#[utoipa::path(
    get, path = "/submissions/{receipt}", tag = "submissions", security(("key" = [])),
    params(("receipt" = String, Path, description = "回执编号 · number of the receipt", example = "示市监-20261122-000005")),
    responses(
        (status = 200, description = "回执 · receipt"), (status = 401, description = "需要密钥 · a key is needed"),
        (status = 404, description = "没有，或是别的单位的 · not here, or of another department"),
    )
)]
pub async fn submission(
    State(platform): State<Platform>,
    Sender(department, _): Sender,
    Path(receipt): Path<String>,
    asker: Asker,
    params: Params,
) -> Answer {
    params.only(&[])?;
    answer::json(&view(&platform, &receipt, &department, asker.lang).await?)
}

/// 疑问数据，按行续读
///
/// The faults of a delivery by row. A row is never split between pages, so a page may be longer
/// than asked.
#[utoipa::path(
    get, path = "/submissions/{receipt}/faults", tag = "submissions", security(("key" = [])),
    params(
        ("receipt" = String, Path, description = "回执编号 · number of the receipt", example = "示市监-20261122-000005"),
        ("from_row" = Option<i64>, Query, minimum = 0, description = "从这一行起 · first row", example = 0),
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 1000, description = "每页条数，1–1000，默认 100 · 1–1000, 100 if not given", example = 100),
    ),
    responses(
        (status = 200, description = "一页 · one page"), (status = 401, description = "需要密钥 · a key is needed"),
        (status = 404, description = "没有，或是别的单位的 · not here, or of another department"),
    )
)]
pub async fn faults(
    State(platform): State<Platform>,
    Sender(department, _): Sender,
    Path(receipt): Path<String>,
    asker: Asker,
    params: Params,
) -> Answer {
    params.only(&["from_row", "limit"])?;
    let from_row = params.number("from_row", 0, 0, i64::MAX)?;
    let limit = params.number("limit", 100, 1, 1_000)?;
    let found = receipts::find(&platform, &receipt, &department).await?;
    let mut faults = receipts::faults(&platform, found.id, from_row, limit).await?;
    let full = i64::try_from(faults.len()).unwrap_or_default() == limit;
    let last = faults.last().map(|fault| fault.row).filter(|_| full);
    if let Some(last) = last {
        let from = i64::try_from(last).unwrap_or_default();
        let rest = receipts::faults(&platform, found.id, from, FAULTS_OF_A_ROW).await?;
        faults.retain(|fault| fault.row != last);
        faults.extend(rest.into_iter().filter(|fault| fault.row == last));
    }
    let views = stated(&platform, found.id, &faults, asker.lang).await?;
    let next_row = last.map(|last| last + 1);
    answer::json(&FaultPage { receipt: found.receipt, faults: views, next_row })
}

/// 退回的行（CSV），改好可直接再报
///
/// The rows sent back with what is wrong in each; mended, the file is handed in as it is.
#[utoipa::path(
    get, path = "/submissions/{receipt}/rejected.csv", tag = "submissions", security(("key" = [])),
    params(("receipt" = String, Path, description = "回执编号 · number of the receipt", example = "示市监-20261122-000005")),
    responses(
        (status = 200, description = "退回的行 · rows sent back", content_type = "text/csv", body = String),
        (status = 401, description = "需要密钥 · a key is needed"), (status = 404, description = "没有，或是别的单位的 · not here, or of another department"),
    )
)]
pub async fn rejected_csv(
    State(platform): State<Platform>,
    Sender(department, _): Sender,
    Path(receipt): Path<String>,
    params: Params,
) -> Answer {
    params.only(&[])?;
    let found = receipts::find(&platform, &receipt, &department).await?;
    let bytes = api_use::rejected_csv(&platform, &found).await?;
    answer::download("text/csv; charset=utf-8", bytes, &format!("rejected-{}.csv", found.id))
}

/// 退回的行（XLSX），改好可直接再报
///
/// The rows sent back as a workbook, the faulty cells marked.
#[utoipa::path(
    get, path = "/submissions/{receipt}/rejected.xlsx", tag = "submissions", security(("key" = [])),
    params(("receipt" = String, Path, description = "回执编号 · number of the receipt", example = "示市监-20261122-000005")),
    responses(
        (status = 200, description = "退回的行 · rows sent back", body = Vec<u8>,
            content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 401, description = "需要密钥 · a key is needed"), (status = 404, description = "没有，或是别的单位的 · not here, or of another department"),
    )
)]
pub async fn rejected_xlsx(
    State(platform): State<Platform>,
    Sender(department, _): Sender,
    Path(receipt): Path<String>,
    params: Params,
) -> Answer {
    const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    params.only(&[])?;
    let found = receipts::find(&platform, &receipt, &department).await?;
    let bytes = api_use::rejected_xlsx(&platform, &found).await?;
    answer::download(XLSX, bytes, &format!("rejected-{}.xlsx", found.id))
}

async fn view(
    platform: &Platform,
    receipt: &str,
    department: &str,
    lang: Lang,
) -> Result<Receipt, Problem> {
    let found = receipts::find(platform, receipt, department).await?;
    let faults = receipts::faults(platform, found.id, 0, FAULTS_FIRST).await?;
    let by_rule = api_use::faults_by_rule(platform, &found).await?;
    let faults = stated(platform, found.id, &faults, lang).await?;
    let at = |after: &str| address("/submissions/", &found.receipt, after);
    Ok(Receipt {
        links: Links {
            receipt: at(""),
            faults: at("/faults"),
            rejected_csv: at("/rejected.csv"),
            rejected_xlsx: at("/rejected.xlsx"),
        },
        item_label: item_label(platform, &found.item, lang),
        department_label: platform.department_label(&found.department, lang),
        receipt: found.receipt,
        item: found.item,
        department: found.department,
        pack: found.pack,
        mode: found.mode,
        file_name: found.file_name,
        file_digest: found.file_digest,
        file_salt: found.file_salt,
        file_bytes: found.file_bytes,
        received_at: instant(platform, found.received_at),
        accepted_at: found.accepted_at.map(|at| instant(platform, at)),
        policy_version: found.policy_version.get(..8).unwrap_or_default().to_owned(),
        counts: Counts::of(&found.counts),
        faults_by_rule: by_rule
            .into_iter()
            .map(|(rule, level, count)| RuleCount { rule, level, count })
            .collect(),
        faults,
    })
}

fn brief(platform: &Platform, found: receipts::Brief, lang: Lang) -> Brief {
    Brief {
        link: address("/submissions/", &found.receipt, ""),
        item_label: item_label(platform, &found.item, lang),
        receipt: found.receipt,
        item: found.item,
        mode: found.mode,
        file_name: found.file_name,
        received_at: instant(platform, found.received_at),
        accepted_at: found.accepted_at.map(|at| instant(platform, at)),
        counts: found.counts,
    }
}

fn item_label(platform: &Platform, item: &str, lang: Lang) -> String {
    platform.policy.item(item).map_or(item, |item| item.label.get(lang)).to_owned()
}

fn trial(imported: Imported, lang: Lang) -> Trial {
    let first = usize::try_from(FAULTS_FIRST).unwrap_or_default();
    Trial {
        dry_run: true,
        faults: imported.faults.iter().take(first).map(|fault| fault_view(fault, lang)).collect(),
        item: imported.item,
        pack: imported.pack,
        department: imported.department,
        rows: imported.counts.rows,
        passed: imported.passed,
        rejected: imported.counts.rejected,
        warned: imported.counts.warned,
        fault_count: imported.fault_count,
        unused_columns: imported.unused,
    }
}

fn fault_view(fault: &Fault, lang: Lang) -> FaultView {
    FaultView {
        row: fault.row,
        column: fault.column.clone(),
        rule: fault.rule.id(),
        level: fault.level,
        message: fault.message(lang),
        raw: fault.raw.clone(),
        state: RowState::Open.code(),
    }
}

/// The faults with where their rows stand.
async fn stated(
    platform: &Platform,
    submission: SubmissionId,
    faults: &[Fault],
    lang: Lang,
) -> Result<Vec<FaultView>, Problem> {
    let from = faults.first().map_or(0, |fault| i64::try_from(fault.row).unwrap_or_default());
    let states = mending::states(platform, submission, from).await?;
    let view = |fault: &Fault| {
        let state = states.get(&fault.row).copied().unwrap_or(RowState::Open).code();
        FaultView { state, ..fault_view(fault, lang) }
    };
    Ok(faults.iter().map(view).collect())
}
