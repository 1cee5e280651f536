//! Organisations: opened and closed by the system administrator; companies come by a claim.

use domain::{
    access::{Access, Action},
    audit::Event,
    ids::OrganisationId,
    role::OrganisationKind,
    text::Text,
};
use store::organisation::{NewOrganisation, Organisation};

use crate::{error::Error, gate, platform::Platform, question::question};

/// Characters of a name, at most.
const NAME_MAX: usize = 100;

/// Opens an organisation.
pub async fn open(
    platform: &Platform,
    access: &Access,
    kind: OrganisationKind,
    code: &str,
    name: &str,
) -> Result<OrganisationId, Error> {
    gate::admit(platform, access, Action::ManageAccounts, true)?;
    let (code, name) = (code.trim(), name.trim());
    let department = (kind == OrganisationKind::Department).then(|| code.to_owned());
    let known = department.as_ref().and_then(|id| platform.place.department(id));
    if department.is_some() && known.is_none() {
        return Err(question("code", "没有这个信源单位", "there is no such department"));
    }
    if kind == OrganisationKind::Company {
        return Err(question(
            "kind",
            "经营主体由认领产生，不在这里登记",
            "companies come by a claim, and are not opened here",
        ));
    }
    let name = known.map_or(name, |department| department.label.zh.as_str());
    if code.is_empty() || name.is_empty() || NAME_MAX < name.chars().count() {
        return Err(question("name", "请填写代码和名称", "give a code and a name"));
    }
    let new = NewOrganisation {
        kind,
        code: code.to_owned(),
        name: name.to_owned(),
        department,
        subject: None,
    };
    let mut write = platform.register.write().await?;
    let id = store::organisation::insert(&mut write, &new, platform.now()).await?;
    let id = id
        .ok_or_else(|| question("code", "这个机构已经登记", "this organisation is here already"))?;
    let detail = format!("kind={} code={code}", kind.code());
    let (now, actor, object) = (platform.now(), access.actor.to_string(), id.to_string());
    let event = Event::OrganisationCreated;
    store::audit::append(&mut write, now, &actor, event, &object, &detail).await?;
    write.commit().await?;
    Ok(id)
}

/// Closes an organisation: from here on nobody acts for it, and none of its keys opens anything.
pub async fn close(platform: &Platform, access: &Access, id: OrganisationId) -> Result<(), Error> {
    gate::admit(platform, access, Action::ManageAccounts, true)?;
    let found = store::organisation::get(&platform.register, id).await?;
    let found = found.filter(|one| one.kind != OrganisationKind::Company).ok_or(Error::NotFound)?;
    if found.kind == OrganisationKind::Centre {
        return Err(Error::Refused(Text::new(
            "信用中心运行本平台，不能停用",
            "the credit centre runs the platform and is not closed",
        )));
    }
    let mut write = platform.register.write().await?;
    let (now, actor, object) = (platform.now(), access.actor.to_string(), id.to_string());
    if !store::organisation::close(&mut write, id, now).await? {
        return Err(Error::NotFound);
    }
    store::session::end_acting(&mut write, id).await?;
    let detail = format!("kind={} code={}", found.kind.code(), found.code);
    let event = Event::OrganisationClosed;
    store::audit::append(&mut write, now, &actor, event, &object, &detail).await?;
    write.commit().await?;
    Ok(())
}

/// The organisation of a kind and code.
pub async fn by_code(
    platform: &Platform,
    kind: OrganisationKind,
    code: &str,
) -> Result<OrganisationId, Error> {
    let found = store::organisation::by_code(&platform.register, kind, code).await?;
    Ok(found.ok_or(Error::NotFound)?.id)
}

/// Every organisation but the companies, for administrators.
pub async fn institutions(
    platform: &Platform,
    access: &Access,
    action: Action,
) -> Result<Vec<Organisation>, Error> {
    gate::admit(platform, access, action, true)?;
    Ok(store::organisation::institutions(&platform.register).await?)
}
