//! Consents (授权) given to the organisation of a key, and the files they open.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use domain::ids::ConsentId;
use registry::{
    consent::{self, ConsentView},
    platform::Platform,
    reading,
};
use serde::Serialize;

use crate::api::{
    answer::{self, Answer},
    asking::{Asker, Params},
    key::Keyed,
    matter::OpenedFile,
    problem::{Kind, Problem},
};

#[derive(Serialize)]
struct Consents {
    consents: Vec<Granted>,
}

/// A consent as the organisation it was given to reads it.
#[derive(Serialize)]
struct Granted {
    consent: i64,
    subject_name: String,
    purpose: String,
    purpose_label: String,
    /// Items of the catalogue that it opens.
    items: Vec<String>,
    from: String,
    until: String,
    single_use: bool,
    /// SM3 of the terms.
    digest: String,
    /// Whether it opens the file now.
    open: bool,
}

/// 授权给本机构的查询
///
/// The consents that subjects have given to the organisation of the key, newest first.
#[utoipa::path(
    get, path = "/consents", tag = "consents", security(("key" = [])),
    responses(
        (status = 200, description = "新的在前 · newest first"), (status = 401, description = "密钥无效 · no key in force"),
        (status = 403, description = "密钥无此权限 · not for this key"),
    )
)]
pub async fn consents(
    State(platform): State<Platform>,
    Keyed(key): Keyed,
    asker: Asker,
    params: Params,
) -> Answer {
    params.only(&[])?;
    let granted = consent::granted(&platform, &key.access, asker.lang).await?;
    let consents = granted.into_iter().map(|one| told(&platform, one)).collect();
    Ok(answer::private(answer::json(&Consents { consents })?))
}

/// 凭授权打开主体档案（记入主体的查询记录）
///
/// Opens what the consent releases. Each look is written into the subject's log, and a consent good
/// for one look is used up by it. A consent that was taken back, used or is over opens nothing.
#[utoipa::path(
    post, path = "/consents/{consent}/file", tag = "consents", security(("key" = [])),
    params(("consent" = i64, Path, description = "授权编号 · number of the consent", example = 1)),
    responses(
        (status = 200, description = "档案 · file"), (status = 401, description = "密钥无效 · no key in force"),
        (status = 403, description = "密钥无此权限 · not for this key"),
        (status = 404, description = "没有这份授权，或已失效 · no such consent, or not in force"),
    )
)]
pub async fn consent_file(
    State(platform): State<Platform>,
    Keyed(key): Keyed,
    Path(id): Path<String>,
    asker: Asker,
    params: Params,
) -> Answer {
    params.only(&[])?;
    let id = id.parse().map(ConsentId).map_err(|_| Problem::new(Kind::NotFound))?;
    let opened = reading::on_consent(&platform, &key.access, id, asker.lang).await?;
    answer::once(StatusCode::OK, &OpenedFile::of(opened))
}

fn told(platform: &Platform, granted: ConsentView) -> Granted {
    Granted {
        consent: granted.id.0,
        subject_name: granted.subject_name,
        purpose: granted.terms.purpose,
        purpose_label: granted.purpose,
        items: granted.terms.items,
        from: answer::instant(platform, granted.from),
        until: answer::instant(platform, granted.until),
        single_use: granted.single_use,
        digest: granted.digest,
        open: granted.void.is_empty(),
    }
}
