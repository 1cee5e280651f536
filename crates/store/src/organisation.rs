//! Organisations that people act for.

use domain::{
    ids::{AccountId, OrganisationId, SubjectId},
    role::{OrganisationKind, Role},
};
use jiff::Timestamp;
use sqlx::{Row as _, any::AnyRow};

use crate::{
    error::Error,
    register::{Register, Write, take_numbers},
    stamp,
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    pub id: OrganisationId,
    pub kind: OrganisationKind,
    /// Department of the place, unified code of a company, or a short word.
    pub code: String,
    pub name: String,
    pub department: Option<String>,
    pub subject: Option<SubjectId>,
    pub closed: bool,
}

/// What is told of an organisation when it is opened.
#[derive(Clone, Debug)]
pub struct NewOrganisation {
    pub kind: OrganisationKind,
    pub code: String,
    pub name: String,
    pub department: Option<String>,
    pub subject: Option<SubjectId>,
}

/// Opens an organisation; none where one of this kind and code is there.
pub async fn insert(
    write: &mut Write,
    new: &NewOrganisation,
    at: Timestamp,
) -> Result<Option<OrganisationId>, Error> {
    let id = take_numbers(write, "organisation", 1).await?;
    let statement = "\
        insert into organisation (id, kind, code, name, department, subject_id, created_at)
        values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing";
    let done = sqlx::query(statement)
        .bind(id)
        .bind(new.kind.code())
        .bind(&new.code)
        .bind(&new.name)
        .bind(new.department.as_deref())
        .bind(new.subject.map(|subject| subject.0))
        .bind(stamp::instant(at))
        .execute(&mut *write.tx)
        .await?;
    Ok((done.rows_affected() == 1).then_some(OrganisationId(id)))
}

pub async fn get(register: &Register, id: OrganisationId) -> Result<Option<Organisation>, Error> {
    let row = sqlx::query("select * from organisation where id = $1")
        .bind(id.0)
        .fetch_optional(&register.pool)
        .await?;
    row.as_ref().map(read).transpose()
}

/// The open organisations an account acts for, each with the roles it holds there.
pub async fn acted_for(
    register: &Register,
    account: AccountId,
) -> Result<Vec<(Organisation, Vec<Role>)>, Error> {
    let statement = format!(
        "select {COLUMNS} from membership m join organisation o on o.id = m.organisation_id
         where m.account_id = $1 and o.closed_at is null order by o.id, m.role"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(statement)).bind(account.0);
    with_roles(&query.fetch_all(&register.pool).await?)
}

/// An organisation `o` and a role `m` in it, told apart from what is read beside them.
pub(crate) const COLUMNS: &str = "\
    o.id as o_id, o.kind as o_kind, o.code as o_code, o.name as o_name, o.department as o_department,
    o.subject_id as o_subject_id, o.closed_at as o_closed_at, m.role as o_role";

/// Organisations with their roles, of rows in their order; a row may hold none.
pub(crate) fn with_roles(rows: &[AnyRow]) -> Result<Vec<(Organisation, Vec<Role>)>, Error> {
    let mut found: Vec<(Organisation, Vec<Role>)> = Vec::new();
    for row in rows {
        if row.try_get::<Option<i64>, _>("o_id")?.is_none() {
            continue;
        }
        let (organisation, word) = (read_as(row, "o_")?, row.try_get::<String, _>("o_role")?);
        let role = Role::from_code(&word).ok_or_else(|| Error::Corrupt(format!("role {word}")))?;
        match found.last_mut().filter(|(last, _)| last.id == organisation.id) {
            Some((_, roles)) => roles.push(role),
            None => found.push((organisation, vec![role])),
        }
    }
    Ok(found)
}

pub async fn by_code(
    register: &Register,
    kind: OrganisationKind,
    code: &str,
) -> Result<Option<Organisation>, Error> {
    let row = sqlx::query("select * from organisation where kind = $1 and code = $2")
        .bind(kind.code())
        .bind(code)
        .fetch_optional(&register.pool)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Every organisation but the companies, of which there may be very many, by kind and name.
pub async fn institutions(register: &Register) -> Result<Vec<Organisation>, Error> {
    let rows = sqlx::query("select * from organisation where kind <> $1 order by kind, name, id")
        .bind(OrganisationKind::Company.code())
        .fetch_all(&register.pool)
        .await?;
    rows.iter().map(read).collect()
}

/// Closes an organisation; false where it was closed, or is none.
pub async fn close(write: &mut Write, id: OrganisationId, at: Timestamp) -> Result<bool, Error> {
    let statement = "update organisation set closed_at = $2 where id = $1 and closed_at is null";
    let done =
        sqlx::query(statement).bind(id.0).bind(stamp::instant(at)).execute(&mut *write.tx).await?;
    Ok(done.rows_affected() == 1)
}

fn read(row: &AnyRow) -> Result<Organisation, Error> {
    read_as(row, "")
}

fn read_as(row: &AnyRow, prefix: &str) -> Result<Organisation, Error> {
    let name = |column: &str| format!("{prefix}{column}");
    let kind: String = row.try_get(name("kind").as_str())?;
    let subject: Option<i64> = row.try_get(name("subject_id").as_str())?;
    let closed_at: Option<String> = row.try_get(name("closed_at").as_str())?;
    Ok(Organisation {
        id: OrganisationId(row.try_get(name("id").as_str())?),
        kind: OrganisationKind::from_code(&kind)
            .ok_or_else(|| Error::Corrupt(format!("kind of organisation {kind}")))?,
        code: row.try_get(name("code").as_str())?,
        name: row.try_get(name("name").as_str())?,
        department: row.try_get(name("department").as_str())?,
        subject: subject.map(SubjectId),
        closed: closed_at.is_some(),
    })
}
