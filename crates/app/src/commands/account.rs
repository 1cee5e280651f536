//! `xinheng account`: the first administrators, and what must be possible without one.

use clap::{Args, Subcommand};
use domain::{
    access::{Access, Action},
    role::Role,
    text::Lang,
};
use registry::account::Change;
use serde_json::json;

use crate::{
    exit::{Exit, output, say},
    settings::{Settings, language},
    wiring,
};

#[derive(Debug, Args)]
pub struct Account {
    #[command(subcommand)]
    command: AccountCommand,
}

#[derive(Debug, Subcommand)]
enum AccountCommand {
    /// Open the first account of an administrator's role; refused once somebody holds the role
    First {
        /// system_administrator, security_administrator or audit_administrator
        #[arg(long)]
        role: String,
        #[arg(long)]
        login: String,
        #[arg(long)]
        name: String,
    },
    /// Let somebody try again who was locked after failed sign-ins
    Unlock { login: String },
    /// Give a new first password, shown once, and end every session
    Reset {
        login: String,
        /// Take the second factor away instead, to be set up anew
        #[arg(long)]
        factor: bool,
    },
    /// Every account with its roles
    List,
}

pub async fn run(settings: &Settings, given: &Account, json: bool) -> anyhow::Result<Exit> {
    let platform = wiring::platform(settings, false).await?;
    let access = Access::operator(&super::actor());
    match &given.command {
        AccountCommand::First { role, login, name } => {
            let administrators =
                [Role::SystemAdministrator, Role::SecurityAdministrator, Role::AuditAdministrator];
            let role = administrators.into_iter().find(|one| one.code() == role.as_str());
            let role = role.ok_or_else(|| {
                anyhow::anyhow!("--role: expected {}", administrators.map(Role::code).join(", "))
            })?;
            let first =
                registry::account::first_administrator(&platform, &access, role, login, name)
                    .await?;
            told(json, login, Some(role), &first);
        }
        AccountCommand::Unlock { login } => {
            let id = registry::account::by_login(&platform, login).await?;
            registry::account::change(&platform, &access, id, Change::Unlock).await?;
            output(say("已解锁", "unlocked"));
        }
        AccountCommand::Reset { login, factor: true } => {
            let id = registry::account::by_login(&platform, login).await?;
            registry::account::change(&platform, &access, id, Change::ResetFactor).await?;
            output(say("已重置第二因素", "second factor reset"));
        }
        AccountCommand::Reset { login, factor: false } => {
            let id = registry::account::by_login(&platform, login).await?;
            let change = Change::ResetPassword;
            let first = registry::account::change(&platform, &access, id, change).await?;
            told(json, login, None, &first.unwrap_or_default());
        }
        AccountCommand::List => {
            let (action, all) = (Action::ManageAccounts, i64::MAX);
            let found = registry::account::find(&platform, &access, action, "", all).await?;
            for (account, held) in found {
                let roles = held.iter().map(|(one, _)| one.role);
                let labels: Vec<&str> = roles.clone().map(|role| role.label(language())).collect();
                if json {
                    let roles: Vec<&str> = roles.map(Role::code).collect();
                    let (login, closed) = (&account.login, account.closed_at.is_some());
                    output(json!({ "login": login, "roles": roles, "closed": closed }));
                } else {
                    output(format_args!("{} {}", account.login, labels.join("、")));
                }
            }
        }
    }
    Ok(Exit::Done)
}

fn told(json: bool, login: &str, role: Option<Role>, first: &str) {
    if json {
        let role = role.map(Role::code);
        output(json!({ "login": login, "role": role, "first_password": first }));
        return;
    }
    let label = role.map_or("", |role| role.label(Lang::Zh));
    output(format_args!("{login} {label}"));
    output(first);
    eprintln!(
        "{}",
        say(
            "初始口令只显示这一次，首次登录必须修改",
            "the first password is shown this once and must be changed at sign-in"
        )
    );
}
