//! The second factor: codes of time (TOTP, RFC 6238) and recovery codes.

use domain::{audit::Event, ids::AccountId, sealed::sm3_hex, text::Text};
use store::account::Account;
use totp_rs::{Builder, Secret, Totp};

use crate::{
    account,
    api_key::random_letters,
    error::Error,
    platform::Platform,
    session::{self, Browser, SignedIn, limit},
    sign_in,
};

/// Purpose under which secrets are sealed.
const PURPOSE: &str = "totp";
/// Bytes of a secret: those of the hash.
const SECRET_BYTES: usize = 20;
/// Letters of a recovery code.
const RECOVERY_LETTERS: usize = 16;

/// A secret that is not set up yet: shown to its owner, who answers with a code.
#[derive(Clone)]
pub struct Setup {
    /// In base 32, as apps take it by hand.
    pub secret: String,
    /// `otpauth://…`, as apps take it by a picture.
    pub url: String,
}

/// Makes a secret; it is worth nothing until a code of it was shown.
pub fn propose(account: &Account) -> Result<Setup, Error> {
    let mut bytes = [0u8; SECRET_BYTES];
    getrandom::fill(&mut bytes).map_err(|_| Error::Io(std::io::Error::other("no random bytes")))?;
    setup(account, &Secret::new(Box::new(bytes)).to_base32())
}

/// The same secret again, where the first code was mistyped.
pub fn setup(account: &Account, secret: &str) -> Result<Setup, Error> {
    let url = totp(account, secret)?.to_url().map_err(|_| wrong())?;
    Ok(Setup { secret: secret.to_owned(), url })
}

/// Sets the second factor up, or another in its place, for which the password is asked again; the
/// session goes on under a new token, with both factors shown.
pub async fn set_up(
    platform: &Platform,
    signed: &SignedIn,
    password: String,
    (secret, code): (&str, &str),
    browser: &Browser,
) -> Result<(String, Vec<String>), Error> {
    let account = &signed.account;
    if account.totp.is_some() && !signed.second_factor {
        return Err(Error::NotFound);
    }
    if account.totp.is_some() {
        confirm(platform, account, password).await?;
    }
    let now = platform.now();
    let step = check(&totp(account, secret)?, code, now.as_second()).ok_or_else(wrong)?;
    let keys = platform.keys.as_ref().ok_or(Error::NotFound)?;
    let sealed = keys.seal(PURPOSE, secret);
    let (codes, digests) = recovery_codes(platform)?;
    let mut write = platform.register.write().await?;
    store::account::set_totp(&mut write, account.id, Some(&sealed)).await?;
    store::account::use_step(&mut write, account.id, step).await?;
    store::account::set_recovery_codes(&mut write, account.id, &digests).await?;
    tell(platform, &mut write, account.id, Event::FactorSet).await?;
    write.commit().await?;
    let organisation = signed.acting.as_ref().map(|acting| acting.id);
    let token = session::rotate(platform, signed, organisation, true, browser).await?;
    Ok((token, codes))
}

/// Shows the second factor: a code of time, or a recovery code, which works once.
pub async fn show(
    platform: &Platform,
    signed: &SignedIn,
    code: &str,
    browser: &Browser,
) -> Result<String, Error> {
    let code: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    let code = code.to_uppercase();
    let now = platform.now();
    let mut write = platform.register.write().await?;
    // Tries wait for each other here, so that each counts those before it.
    let account = store::account::held(&mut write, signed.id()).await?.ok_or(Error::NotFound)?;
    sign_in::may_try(platform, &account)?;
    let shown = if code.len() == RECOVERY_LETTERS {
        let digest = sm3_hex(code.as_bytes());
        let used = store::account::use_recovery_code(&mut write, account.id, &digest, now).await?;
        if used {
            tell(platform, &mut write, account.id, Event::RecoveryUsed).await?;
        }
        used
    } else {
        match step_of(platform, &account, &code)? {
            Some(step) => store::account::use_step(&mut write, account.id, step).await?,
            None => false,
        }
    };
    if !shown {
        sign_in::fail_in(platform, &mut write, &account).await?;
        write.commit().await?;
        return Err(wrong());
    }
    store::account::set_failed(&mut write, account.id, 0, None).await?;
    write.commit().await?;
    let organisation = signed.acting.as_ref().map(|acting| acting.id);
    session::rotate(platform, signed, organisation, true, browser).await
}

/// Recovery codes still to be used.
pub async fn codes_left(platform: &Platform, signed: &SignedIn) -> Result<i64, Error> {
    Ok(store::account::recovery_codes(&platform.register, signed.id()).await?)
}

/// New recovery codes, shown once, for which the password is asked again; those before are worth
/// nothing from here on.
pub async fn renew_codes(
    platform: &Platform,
    signed: &SignedIn,
    password: String,
) -> Result<Vec<String>, Error> {
    if !signed.second_factor {
        return Err(Error::NotFound);
    }
    confirm(platform, &signed.account, password).await?;
    let (codes, digests) = recovery_codes(platform)?;
    let mut write = platform.register.write().await?;
    store::account::set_recovery_codes(&mut write, signed.id(), &digests).await?;
    tell(platform, &mut write, signed.id(), Event::FactorSet).await?;
    write.commit().await?;
    Ok(codes)
}

/// Whoever signs in elsewhere (OpenID Connect) has no password here to be asked for.
async fn confirm(platform: &Platform, account: &Account, password: String) -> Result<(), Error> {
    match account.password {
        Some(_) => account::confirm_password(platform, account, password).await,
        None => Ok(()),
    }
}

fn step_of(platform: &Platform, account: &Account, code: &str) -> Result<Option<i64>, Error> {
    let (Some(sealed), Some(keys)) = (&account.totp, &platform.keys) else { return Ok(None) };
    let secret = keys.open(PURPOSE, sealed).map_err(|_| wrong())?;
    let totp = totp(account, &secret)?;
    Ok(check(&totp, code, platform.now().as_second()))
}

fn check(totp: &Totp, code: &str, now: i64) -> Option<i64> {
    let digits = code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
    let step = digits.then(|| totp.check(code, u64::try_from(now).ok()?)).flatten()?;
    i64::try_from(step).ok()
}

fn totp(account: &Account, secret: &str) -> Result<Totp, Error> {
    let secret = Secret::try_from_base32(secret).map_err(|_| wrong())?;
    let name = account.login.replace(':', "-");
    let builder = Builder::new().with_secret(secret).with_account_name(name);
    builder.with_issuer(Some("Xinheng")).build().map_err(|_| wrong())
}

/// Codes to be shown, and the digests to be kept: of 80 random bits, so that a plain digest hides
/// them.
fn recovery_codes(platform: &Platform) -> Result<(Vec<String>, Vec<String>), Error> {
    let count = limit(platform, "recovery_codes")?;
    (0..count).map(|_| random_letters(RECOVERY_LETTERS)).collect::<Result<Vec<_>, _>>().map(
        |codes| {
            let digests = codes.iter().map(|code| sm3_hex(code.as_bytes())).collect();
            (codes, digests)
        },
    )
}

async fn tell(
    platform: &Platform,
    write: &mut store::register::Write,
    account: AccountId,
    event: Event,
) -> Result<(), Error> {
    let (now, object) = (platform.now(), account.to_string());
    let actor = format!("account:{account}");
    store::audit::append(write, now, &actor, event, &object, "").await?;
    Ok(())
}

fn wrong() -> Error {
    let text = Text::new(
        "验证码不对，或已经用过。请等下一个验证码再试。",
        "The code is wrong, or was used already. Wait for the next one and try again.",
    );
    Error::Question { name: "code", text }
}

/// The picture of a secret that an app takes with its camera.
pub fn picture(setup: &Setup) -> Result<String, Error> {
    Ok(render::qr::svg(&setup.url)?)
}
