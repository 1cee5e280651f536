//! Keys of systems, and codes somebody answers for.

use clap::{Args, Subcommand};
use domain::{access::Access, role::OrganisationKind};
use registry::{
    api_key::{self, Made, NewKey},
    platform::Platform,
};
use serde_json::json;

use crate::{
    exit::{Exit, output, say},
    settings::Settings,
    wiring,
};

#[derive(Debug, Args)]
pub struct Key {
    #[command(subcommand)]
    command: KeyCommand,
}

#[derive(Debug, Subcommand)]
enum KeyCommand {
    /// Make a key; it is shown once and kept as a digest only
    Add(Add),
    /// Make a key of the same terms; the one before goes on for some hours
    Rotate {
        #[command(flatten)]
        holder: Holder,
        /// Hours for which the key before goes on; those of the policy where none are given
        #[arg(long)]
        overlap: Option<i64>,
    },
    /// Make a key useless from now on
    Revoke(Holder),
    /// Every key with its scopes, end and last use
    List,
}

#[derive(Debug, Args)]
struct Holder {
    /// Department of the place, or kind:code of another organisation, such as hall:dating
    #[arg(long)]
    department: String,
    /// By what the key is known: the system that uses it
    #[arg(long)]
    label: String,
}

#[derive(Debug, Args)]
struct Add {
    #[command(flatten)]
    holder: Holder,
    /// What it may be used for: deliver, read_submission, check, register_matter, read_for_matter, follow_feed,
    /// read_on_consent; a department's own deliveries where none is given
    #[arg(long)]
    scope: Vec<String>,
    /// Address or network it may come from; any where none is given
    #[arg(long)]
    address: Vec<String>,
    /// Days until it expires; the longest life of a key where none is given
    #[arg(long)]
    days: Option<i64>,
    /// Requests in a minute, at most
    #[arg(long)]
    per_minute: Option<i64>,
    /// Requests on a day, at most
    #[arg(long)]
    per_day: Option<i64>,
    /// Make a shared secret with which requests are signed (HMAC-SM3)
    #[arg(long)]
    secret: bool,
    /// Public key with which requests are signed (SM2, uncompressed point in hexadecimal)
    #[arg(long)]
    sm2: Option<String>,
    /// Accept signed requests only
    #[arg(long)]
    signed_only: bool,
}

/// A code that fails its check digit, or looks like a person's number, and that somebody answers for.
#[derive(Debug, Args)]
pub struct Override {
    code: String,
    /// On what document or inquiry it rests
    #[arg(long)]
    reason: String,
}

pub async fn run(settings: &Settings, key: &Key, json: bool) -> anyhow::Result<Exit> {
    let platform = wiring::platform(settings, false).await?;
    let access = Access::operator(&super::actor());
    match &key.command {
        KeyCommand::Add(add) => {
            let made = make(&platform, &access, add).await?;
            told(json, &add.holder, &made);
        }
        KeyCommand::Rotate { holder, overlap } => {
            let Holder { department, label } = holder;
            let made = api_key::rotate(&platform, &access, department, label, *overlap).await?;
            told(json, holder, &made);
        }
        KeyCommand::Revoke(holder) => revoke(&platform, &access, holder, json).await?,
        KeyCommand::List => {
            for key in api_key::all(&platform, &access).await? {
                let (holder, terms) = (&key.holder, &key.terms);
                let expires = terms.expires_at.map(|at| at.to_string()).unwrap_or_default();
                let used = key.last_used_at.map(|at| at.to_string()).unwrap_or_default();
                let scopes = terms.scopes.join(" ");
                if json {
                    output(json!({
                        "department": holder.department, "label": holder.label, "scopes": terms.scopes,
                        "expires_at": expires, "last_used_at": used, "revoked": key.revoked_at.is_some(),
                    }));
                } else {
                    let state = if key.revoked_at.is_some() {
                        say("已作废", "revoked")
                    } else {
                        expires
                    };
                    let Holder { department, label } = &Holder {
                        department: holder.department.clone(),
                        label: holder.label.clone(),
                    };
                    output(format_args!("{department} {label} [{scopes}] {state} {used}"));
                }
            }
        }
    }
    Ok(Exit::Done)
}

async fn make(platform: &Platform, access: &Access, add: &Add) -> anyhow::Result<Made> {
    let Holder { department, label } = &add.holder;
    let organisation = match department.split_once(':') {
        None => api_key::of_department(platform, access, department).await?,
        Some((kind, code)) => {
            let kind = OrganisationKind::from_code(kind).ok_or_else(|| {
                anyhow::anyhow!("--department: no kind of organisation is called {kind}")
            })?;
            registry::organisation::by_code(platform, kind, code).await?
        }
    };
    let new = NewKey {
        label: label.clone(),
        scopes: add.scope.clone(),
        addresses: add.address.clone(),
        days: add.days,
        per_minute: add.per_minute,
        per_day: add.per_day,
        secret: add.secret,
        public_key: add.sm2.clone(),
        signed_only: add.signed_only,
    };
    Ok(api_key::make(platform, access, organisation, &new).await?)
}

async fn revoke(
    platform: &Platform,
    access: &Access,
    holder: &Holder,
    json: bool,
) -> anyhow::Result<()> {
    let Holder { department, label } = holder;
    if !api_key::revoke_by(platform, access, department, label).await? {
        let why = say(
            "“{department}”没有名为“{label}”的有效密钥",
            "“{department}” has no key in force called “{label}”",
        );
        let why = why.replace("{department}", department).replace("{label}", label);
        return Err(anyhow::Error::msg(why));
    }
    if json {
        let told = json!({ "department": department, "label": label, "revoked": true });
        output(format_args!("{told}"));
    } else {
        output(format_args!("{}{department} {label}", say("已作废：", "revoked: ")));
    }
    Ok(())
}

fn told(json: bool, holder: &Holder, made: &Made) {
    let Holder { department, label } = holder;
    let Made { id, key, secret } = made;
    if json {
        output(json!({
            "department": department, "label": label, "id": id, "key": key, "secret": secret,
        }));
        return;
    }
    output(format_args!("{key}"));
    if let Some(secret) = secret {
        output(format_args!("key={id} secret={secret}"));
    }
    eprintln!("{}", say("此密钥只显示这一次", "this key is shown this once"));
}

pub async fn run_override(
    settings: &Settings,
    given: &Override,
    json: bool,
) -> anyhow::Result<Exit> {
    let platform = wiring::platform(settings, false).await?;
    let (code, reason) = (&given.code, &given.reason);
    let code =
        registry::code_override::answer_for(&platform, code, reason, &super::actor()).await?;
    if json {
        output(json!({ "code": code.as_str(), "reason": given.reason }));
    } else {
        output(format_args!("{}{}", say("已记录：", "recorded: "), code.as_str()));
    }
    Ok(Exit::Done)
}
