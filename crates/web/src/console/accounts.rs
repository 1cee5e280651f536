//! Organisations and accounts, for the system administrator; roles, for the security administrator.

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query},
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use domain::{
    access::Action,
    ids::{AccountId, OrganisationId},
    role::{Membership, OrganisationKind, Role},
    text::{Lang, Text},
};
use registry::{
    account::{self, Change},
    organisation,
    platform::Platform,
};
use serde::Deserialize;

use crate::{
    desk::{Bench, Desk},
    error::Error,
    portal::draw,
    signed::Sent,
    view::Frame,
};

/// Accounts shown at a time; beyond these one searches.
const SHOWN_MAX: i64 = 100;

pub fn router() -> Router<Platform> {
    Router::new()
        .route("/console/accounts", get(accounts).post(open))
        .route("/console/accounts/{id}", post(change))
        .route("/console/organisations", post(open_organisation))
        .route("/console/organisations/{id}/close", post(close_organisation))
        .route("/console/roles", get(roles).post(grant))
        .route("/console/roles/factor", post(reset_factor))
        .route("/console/roles/withdraw", post(withdraw))
}

/// An account as administrators see it.
struct AccountView {
    id: i64,
    login: String,
    name: String,
    roles: Vec<RoleView>,
    factor: bool,
    locked: bool,
    closed: bool,
}

struct RoleView {
    organisation: i64,
    organisation_name: String,
    role: &'static str,
    label: &'static str,
}

struct OrganisationView {
    id: i64,
    name: String,
    code: String,
    kind: &'static str,
    /// Word and label of each role somebody may hold there.
    roles: Vec<(&'static str, &'static str)>,
    closed: bool,
    /// All but the centre itself.
    closable: bool,
}

#[derive(Template)]
#[template(path = "console/accounts.html")]
struct Page {
    f: Frame,
    l: Lang,
    d: Bench,
    query: String,
    /// There are more than are shown.
    cut: bool,
    accounts: Vec<AccountView>,
    organisations: Vec<OrganisationView>,
    kinds: Vec<(&'static str, &'static str)>,
    departments: Vec<(String, String)>,
    /// A first password, shown this once: of whom, and what.
    first: Option<(String, String)>,
    wrong: Option<Text>,
    /// True on the page of roles.
    grants: bool,
}

#[derive(Deserialize)]
struct Asked {
    /// Part of a login or a name.
    #[serde(default)]
    q: String,
}

#[derive(Deserialize)]
struct NewAccount {
    login: String,
    name: String,
}

#[derive(Deserialize)]
struct NewOrganisation {
    kind: String,
    code: String,
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct Nothing {}

#[derive(Deserialize)]
struct Wanted {
    change: String,
}

#[derive(Deserialize)]
struct Whose {
    account: i64,
}

#[derive(Deserialize)]
struct Grant {
    account: i64,
    /// `organisation/role`.
    role: String,
}

async fn accounts(desk: Desk, Query(asked): Query<Asked>) -> Result<Response, Error> {
    page(&desk, Action::ManageAccounts, &asked.q, None, None).await
}

async fn roles(desk: Desk, Query(asked): Query<Asked>) -> Result<Response, Error> {
    page(&desk, Action::ManageRoles, &asked.q, None, None).await
}

async fn open(desk: Desk, Sent(sent): Sent<NewAccount>) -> Result<Response, Error> {
    let access = desk.signed.access();
    match account::open(desk.platform(), &access, &sent.login, &sent.name).await {
        Ok((_, first)) => {
            page(&desk, Action::ManageAccounts, "", Some((sent.login, first)), None).await
        }
        Err(why) => told(&desk, Action::ManageAccounts, why).await,
    }
}

async fn open_organisation(
    desk: Desk,
    Sent(sent): Sent<NewOrganisation>,
) -> Result<Response, Error> {
    let access = desk.signed.access();
    let kind = OrganisationKind::from_code(&sent.kind).ok_or(Error::NotFound)?;
    let opened = organisation::open(desk.platform(), &access, kind, &sent.code, &sent.name).await;
    match opened {
        Ok(_) => Ok(Redirect::to("/console/accounts").into_response()),
        Err(why) => told(&desk, Action::ManageAccounts, why).await,
    }
}

async fn close_organisation(
    desk: Desk,
    Path(id): Path<i64>,
    Sent(Nothing {}): Sent<Nothing>,
) -> Result<Response, Error> {
    let (access, id) = (desk.signed.access(), OrganisationId(id));
    match organisation::close(desk.platform(), &access, id).await {
        Ok(()) => Ok(Redirect::to("/console/accounts").into_response()),
        Err(why) => told(&desk, Action::ManageAccounts, why).await,
    }
}

async fn change(
    desk: Desk,
    Path(id): Path<i64>,
    Sent(sent): Sent<Wanted>,
) -> Result<Response, Error> {
    let change = match sent.change.as_str() {
        "close" => Change::Close,
        "unlock" => Change::Unlock,
        "password" => Change::ResetPassword,
        _ => return Err(Error::NotFound),
    };
    let access = desk.signed.access();
    match account::change(desk.platform(), &access, AccountId(id), change).await {
        Ok(Some(first)) => {
            let login = account::login(desk.platform(), AccountId(id)).await?;
            page(&desk, Action::ManageAccounts, "", Some((login, first)), None).await
        }
        Ok(None) => Ok(Redirect::to("/console/accounts").into_response()),
        Err(why) => told(&desk, Action::ManageAccounts, why).await,
    }
}

async fn grant(desk: Desk, Sent(sent): Sent<Grant>) -> Result<Response, Error> {
    let membership = membership(&sent)?;
    match account::grant(desk.platform(), &desk.signed.access(), &membership).await {
        Ok(()) => Ok(Redirect::to("/console/roles").into_response()),
        Err(why) => told(&desk, Action::ManageRoles, why).await,
    }
}

async fn withdraw(desk: Desk, Sent(sent): Sent<Grant>) -> Result<Response, Error> {
    let membership = membership(&sent)?;
    match account::withdraw(desk.platform(), &desk.signed.access(), &membership).await {
        Ok(()) => Ok(Redirect::to("/console/roles").into_response()),
        Err(why) => told(&desk, Action::ManageRoles, why).await,
    }
}

async fn reset_factor(desk: Desk, Sent(sent): Sent<Whose>) -> Result<Response, Error> {
    let (access, id) = (desk.signed.access(), AccountId(sent.account));
    match account::change(desk.platform(), &access, id, Change::ResetFactor).await {
        Ok(_) => Ok(Redirect::to("/console/roles").into_response()),
        Err(why) => told(&desk, Action::ManageRoles, why).await,
    }
}

fn membership(sent: &Grant) -> Result<Membership, Error> {
    let (organisation, role) = sent.role.split_once('/').ok_or(Error::NotFound)?;
    Ok(Membership {
        account: AccountId(sent.account),
        organisation: OrganisationId(organisation.parse().map_err(|_| Error::NotFound)?),
        role: Role::from_code(role).ok_or(Error::NotFound)?,
    })
}

/// The page again, with what is to be mended.
async fn told(desk: &Desk, action: Action, why: registry::error::Error) -> Result<Response, Error> {
    match why {
        registry::error::Error::Question { text, .. } | registry::error::Error::Refused(text) => {
            let page = page(desk, action, "", None, Some(text)).await?;
            Ok((axum::http::StatusCode::BAD_REQUEST, page).into_response())
        }
        why => Err(why.into()),
    }
}

async fn page(
    desk: &Desk,
    action: Action,
    query: &str,
    first: Option<(String, String)>,
    wrong: Option<Text>,
) -> Result<Response, Error> {
    let (platform, lang, access) = (desk.platform(), desk.lang(), desk.signed.access());
    let organisations = organisation::institutions(platform, &access, action).await?;
    let mut accounts = account::find(platform, &access, action, query, SHOWN_MAX + 1).await?;
    let shown = usize::try_from(SHOWN_MAX).unwrap_or(usize::MAX);
    let cut = shown < accounts.len();
    accounts.truncate(shown);
    let now = platform.now();
    let accounts = accounts.into_iter().map(|(one, held)| AccountView {
        id: one.id.0,
        login: one.login,
        name: one.name,
        factor: one.totp.is_some(),
        locked: one.locked_until.is_some_and(|until| now < until),
        closed: one.closed_at.is_some(),
        roles: held.into_iter().map(|(held, name)| role_view(&held, name, lang)).collect(),
    });
    let grants = action == Action::ManageRoles;
    let labelled = |role: &Role| (role.code(), role.label(lang));
    let kinds = OrganisationKind::ALL.into_iter();
    let kinds = kinds.filter(|kind| *kind != OrganisationKind::Company);
    draw(&Page {
        f: desk.frame(),
        l: lang,
        d: desk.console(if grants { "roles" } else { "accounts" }),
        query: query.to_owned(),
        cut,
        accounts: accounts.collect(),
        kinds: kinds.map(|kind| (kind.code(), kind.label(lang))).collect(),
        departments: platform
            .place
            .departments
            .iter()
            .map(|one| (one.id.clone(), one.label.get(lang).to_owned()))
            .collect(),
        organisations: organisations
            .into_iter()
            .map(|one| OrganisationView {
                id: one.id.0,
                name: one.name,
                code: one.code,
                kind: one.kind.label(lang),
                roles: one.kind.roles().iter().map(labelled).collect(),
                closed: one.closed,
                closable: one.kind != OrganisationKind::Centre,
            })
            .collect(),
        first,
        wrong,
        grants,
    })
}

fn role_view(held: &Membership, organisation_name: String, lang: Lang) -> RoleView {
    RoleView {
        organisation: held.organisation.0,
        organisation_name,
        role: held.role.code(),
        label: held.role.label(lang),
    }
}
