//! Credit reports: issued, handed out again to whoever holds the code, and verified.
//!
//! A report keeps what stood when it was issued, also what has left publication since. Numbers run
//! on and could be counted through, so a report is told only to whoever has its code too.

use axum::extract::{Path, State};
use registry::{
    platform::Platform,
    report::{self, Standing, Wanted},
};
use serde::Serialize;

use crate::api::{
    answer::{self, Answer, address},
    asking::Params,
    problem::{Kind, Problem},
};

/// A report as its holder is told of it.
#[derive(Serialize)]
struct ReportMeta {
    number: String,
    verification_code: String,
    subject_name: String,
    issued_at: String,
    standing: Standing,
    /// 报告摘要, as the report prints it.
    data_digest: String,
    /// SM3 of every byte of the document.
    document_digest: String,
    links: Links,
}

/// Where the rest is.
#[derive(Serialize)]
struct Links {
    report: String,
    document: String,
    verify: String,
    /// The page for people.
    verify_page: String,
}

/// 出具公共信用信息报告
///
/// Issues a numbered snapshot of the subject's public file, by both clocks where they are set. Keep
/// the verification code: only with it is the report handed out again. Asked again on the same day
/// while nothing has changed, it is the same report.
#[utoipa::path(
    post, path = "/subjects/{code}/reports", tag = "reports",
    params(
        ("code" = String, Path, description = "主体代码 · code of the subject", example = "91419901MA0000023D"),
        ("as_of" = Option<String>, Query, format = Date, description = "按这一天 · as of this day", example = "2026-06-30"),
        ("known_at" = Option<String>, Query, format = DateTime, description = "按当时所知 · as known then", example = "2026-06-30T08:00:00Z"),
    ),
    responses(
        (status = 201, description = "已出具 · issued"), (status = 400, description = "参数有误 · bad parameter"),
        (status = 404, description = "没有或不公开 · not here, or not public"),
        (status = 503, description = "暂时忙 · busy"),
    )
)]
pub async fn issue_report(
    State(platform): State<Platform>,
    Path(slug): Path<String>,
    params: Params,
) -> Answer {
    params.only(&["as_of", "known_at"])?;
    let (as_of, known_at) = (params.date("as_of")?, params.instant("known_at")?);
    let wanted = Wanted { slug, as_of, known_at };
    let report = report::issue(&platform, &wanted, "api").await?;
    let meta = meta(&platform, &report.number, &report.verification_code).await?;
    answer::created(&meta.links.report, &meta)
}

/// 报告的出具时间和现状
///
/// When a report was issued, for whom, and whether it still stands.
#[utoipa::path(
    get, path = "/reports/{number}", tag = "reports",
    params(
        ("number" = String, Path, description = "报告编号 · number", example = "4199002026112200000001"),
        ("code" = String, Query, min_length = 1, description = "核验码 · verification code", example = "0123456789ABCDEFGHJKMNPQRS"),
    ),
    responses((status = 200, description = "报告 · report"), (status = 404, description = "编号与核验码不符 · number and code do not fit"))
)]
pub async fn report(
    State(platform): State<Platform>,
    Path(number): Path<String>,
    params: Params,
) -> Answer {
    params.only(&["code"])?;
    let meta = meta(&platform, &number, params.required("code")?).await?;
    Ok(answer::private(answer::json(&meta)?))
}

/// 报告原件（PDF），与出具时逐字节相同
///
/// The document as it was handed out, byte for byte. A revoked report is no longer handed out.
#[utoipa::path(
    get, path = "/reports/{number}/document", tag = "reports",
    params(
        ("number" = String, Path, description = "报告编号 · number", example = "4199002026112200000001"),
        ("code" = String, Query, min_length = 1, description = "核验码 · verification code", example = "0123456789ABCDEFGHJKMNPQRS"),
    ),
    responses(
        (status = 200, description = "原件 · document", content_type = "application/pdf", body = Vec<u8>),
        (status = 404, description = "编号与核验码不符 · number and code do not fit"), (status = 410, description = "已作废 · revoked"),
    )
)]
pub async fn report_document(
    State(platform): State<Platform>,
    Path(number): Path<String>,
    params: Params,
) -> Answer {
    params.only(&["code"])?;
    let held = meta(&platform, &number, params.required("code")?).await?;
    if held.standing == Standing::Revoked {
        return Err(Problem::new(Kind::Revoked));
    }
    let report = report::reproduce(&platform, &number).await?;
    answer::download("application/pdf", report.document, &format!("{number}.pdf"))
}

/// 核验报告
///
/// Whether a report was issued here and still stands: `valid`, `superseded` or `revoked`.
#[utoipa::path(
    get, path = "/verify/{code}", tag = "reports",
    params(("code" = String, Path, description = "核验码 · verification code", example = "0123456789ABCDEFGHJKMNPQRS")),
    responses((status = 200, description = "由本平台出具 · issued here"), (status = 404, description = "不是本平台出具的 · not issued here"))
)]
pub async fn verify(
    State(platform): State<Platform>,
    Path(code): Path<String>,
    params: Params,
) -> Answer {
    params.only(&[])?;
    answer::json(&report::verify(&platform, &code).await?)
}

async fn meta(platform: &Platform, number: &str, code: &str) -> Result<ReportMeta, Problem> {
    let verified = report::verify(platform, code).await?;
    if verified.number != number {
        return Err(Problem::new(Kind::NotFound));
    }
    let code: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    let code = code.to_uppercase();
    let with_code = format!("?code={code}");
    Ok(ReportMeta {
        links: Links {
            report: address("/reports/", number, &with_code),
            document: address("/reports/", number, &format!("/document{with_code}")),
            verify: address("/verify/", &code, ""),
            verify_page: format!("{}/verify/{code}", platform.public_url),
        },
        number: verified.number,
        verification_code: code,
        subject_name: verified.subject_name,
        issued_at: verified.issued_at,
        standing: verified.standing,
        data_digest: verified.data_digest,
        document_digest: verified.document_digest,
    })
}
