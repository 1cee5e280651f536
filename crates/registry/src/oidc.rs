//! Signing in at a provider of identities (OpenID Connect): authorisation code with PKCE, state and
//! nonce. Nobody is recognised by an address or a name: an identity counts once its owner, signed in
//! by password, linked it to the account. What the provider says about how somebody signed in
//! there (`acr`, `amr`) decides nothing; the second factor is shown here.

use std::{sync::Arc, time::Duration};

use domain::{audit::Event, text::Text};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest,
    HttpResponse, IssuerUrl, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, Scope, TokenResponse as _,
    core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata},
};
use serde::{Deserialize, Serialize};
use ureq::tls::{PemItem, RootCerts, TlsConfig};

use crate::{
    error::Error,
    platform::Platform,
    session::{Browser, SignedIn},
    sign_in::{self, Outcome},
};

/// Where the provider sends people back to.
const CALLBACK: &str = "/sign-in/oidc/callback";

/// Purpose under which a round is sealed in the browser.
const PURPOSE: &str = "oidc_round";
/// Seconds a round may take.
const ROUND_SECONDS: i64 = 600;
/// Seconds the provider has for each answer.
const ANSWER_SECONDS: u64 = 10;
/// Bytes an answer of the provider may have.
const ANSWER_MAX: u64 = 1 << 20;

/// A provider of identities, and who the platform is there.
pub struct Provider {
    issuer: IssuerUrl,
    client: ClientId,
    secret: ClientSecret,
    agent: ureq::Agent,
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provider").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// What goes with the browser to the provider and back, sealed: it opens for this platform only, so
/// that nobody can finish in another's browser what they began in their own.
#[derive(Serialize, Deserialize)]
struct Round {
    state: String,
    nonce: String,
    verifier: String,
    next: String,
    /// Session that links an identity; none where somebody signs in.
    links: Option<String>,
    began: i64,
}

/// Where to send the browser, and what it is to hold meanwhile.
pub struct Begun {
    pub url: String,
    pub round: String,
}

/// What came back from the provider.
#[derive(Debug)]
pub enum Finished {
    SignedIn {
        outcome: Outcome,
        next: String,
    },
    Linked,
    /// No account goes by this identity.
    Unlinked,
}

impl Provider {
    /// A provider by its address; `roots` are certificates in PEM that are trusted. An address
    /// without encryption is taken on this very machine only.
    pub fn new(
        issuer: &str,
        client: &str,
        secret: &str,
        roots: &[u8],
    ) -> Result<Provider, &'static str> {
        let url = IssuerUrl::new(issuer.to_owned()).map_err(|_| "expected an address")?;
        if !is_safe(url.url()) {
            return Err("expected https://…, or http:// on this machine");
        }
        let roots = ureq::tls::parse_pem(roots).filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        });
        let ring = Arc::new(rustls::crypto::ring::default_provider());
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::Specific(Arc::new(roots.collect())))
            .unversioned_rustls_crypto_provider(ring)
            .build();
        // A redirect could lead the platform to any address inside its own network.
        let config = ureq::Agent::config_builder()
            .tls_config(tls)
            .max_redirects(0)
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(Duration::from_secs(ANSWER_SECONDS)))
            .build();
        Ok(Provider {
            issuer: url,
            client: ClientId::new(client.to_owned()),
            secret: ClientSecret::new(secret.to_owned()),
            agent: config.new_agent(),
        })
    }

    fn ask(&self, request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
        let (parts, mut body) = self.agent.run(request)?.into_parts();
        let bytes = body.with_config().limit(ANSWER_MAX).read_to_vec()?;
        Ok(HttpResponse::from_parts(parts, bytes))
    }

    fn metadata(&self) -> Result<CoreProviderMetadata, Error> {
        let http = |request| self.ask(request);
        let found = CoreProviderMetadata::discover(&self.issuer, &http);
        found.map_err(|why| unreachable("discovery", &why))
    }
}

/// Begins a round; `links` is somebody signed in who wants to link an identity.
pub async fn begin(
    platform: &Platform,
    links: Option<&SignedIn>,
    next: &str,
) -> Result<Begun, Error> {
    let provider = Arc::clone(platform.oidc.as_ref().ok_or(Error::NotFound)?);
    let keys = platform.keys.as_ref().ok_or(Error::NotFound)?;
    let back = redirect(platform)?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let asked = tokio::task::spawn_blocking(move || {
        let metadata = provider.metadata()?;
        let (id, secret) = (provider.client.clone(), provider.secret.clone());
        let client = CoreClient::from_provider_metadata(metadata, id, Some(secret));
        let client = client.set_redirect_uri(back);
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let asked = client.authorize_url(flow, CsrfToken::new_random, Nonce::new_random);
        let asked = asked.add_scope(Scope::new("openid".to_owned()));
        Ok::<_, Error>(asked.set_pkce_challenge(challenge).url())
    });
    let (url, state, nonce) = asked.await??;
    let round = Round {
        state: state.secret().clone(),
        nonce: nonce.secret().clone(),
        verifier: verifier.secret().clone(),
        next: next.to_owned(),
        links: links.map(|signed| signed.session.clone()),
        began: platform.now().as_second(),
    };
    let text = serde_json::to_string(&round).map_err(|why| unreachable("round", &why))?;
    Ok(Begun { url: url.to_string(), round: keys.seal(PURPOSE, &text) })
}

/// Ends a round with what the provider sent back through the browser.
pub async fn finish(
    platform: &Platform,
    signed: Option<&SignedIn>,
    round: &str,
    state: &str,
    code: String,
    browser: &Browser,
) -> Result<Finished, Error> {
    let keys = platform.keys.as_ref().ok_or(Error::NotFound)?;
    let round = keys.open(PURPOSE, round).map_err(|_| stale())?;
    let round: Round = serde_json::from_str(&round).map_err(|_| stale())?;
    let age = platform.now().as_second() - round.began;
    if round.state != state || ROUND_SECONDS < age {
        return Err(stale());
    }
    let (issuer, subject) =
        identify(platform, code, round.verifier.clone(), round.nonce.clone()).await?;
    if let Some(session) = &round.links {
        let signed = signed.filter(|signed| signed.session == *session).ok_or_else(stale)?;
        link(platform, signed, &issuer, &subject).await?;
        return Ok(Finished::Linked);
    }
    let found = store::outside_identity::account(&platform.register, &issuer, &subject).await?;
    let account = match found {
        Some(id) => store::account::get(&platform.register, id).await?,
        None => None,
    };
    match account.filter(|account| sign_in::may_try(platform, account).is_ok()) {
        Some(account) => {
            let outcome = sign_in::begin(platform, &account, browser).await?;
            Ok(Finished::SignedIn { outcome, next: round.next })
        }
        None => Ok(Finished::Unlinked),
    }
}

/// Takes every outside identity away from one's own account.
pub async fn unlink(platform: &Platform, signed: &SignedIn) -> Result<(), Error> {
    let mut write = platform.register.write().await?;
    if 0 < store::outside_identity::unlink(&mut write, signed.id()).await? {
        let (now, actor) = (platform.now(), signed.access().actor.to_string());
        let (event, object) = (Event::IdentityUnlinked, signed.id().to_string());
        store::audit::append(&mut write, now, &actor, event, &object, "").await?;
    }
    write.commit().await?;
    Ok(())
}

/// How many outside identities one's own account has.
pub async fn linked(platform: &Platform, signed: &SignedIn) -> Result<i64, Error> {
    Ok(store::outside_identity::count(&platform.register, signed.id()).await?)
}

async fn link(
    platform: &Platform,
    signed: &SignedIn,
    issuer: &str,
    subject: &str,
) -> Result<(), Error> {
    let (now, actor) = (platform.now(), signed.access().actor.to_string());
    let mut write = platform.register.write().await?;
    if !store::outside_identity::link(&mut write, issuer, subject, signed.id(), now).await? {
        return Err(Error::Refused(Text::new(
            "这个外部身份已经关联了账号",
            "this identity is linked to an account already",
        )));
    }
    let (event, object) = (Event::IdentityLinked, signed.id().to_string());
    store::audit::append(&mut write, now, &actor, event, &object, issuer).await?;
    write.commit().await?;
    Ok(())
}

/// Exchanges the code and checks what comes for it; answers issuer and subject.
async fn identify(
    platform: &Platform,
    code: String,
    verifier: String,
    nonce: String,
) -> Result<(String, String), Error> {
    let provider = Arc::clone(platform.oidc.as_ref().ok_or(Error::NotFound)?);
    let back = redirect(platform)?;
    let asked = tokio::task::spawn_blocking(move || {
        let metadata = provider.metadata()?;
        let (id, secret) = (provider.client.clone(), provider.secret.clone());
        let client = CoreClient::from_provider_metadata(metadata, id, Some(secret));
        let client = client.set_redirect_uri(back);
        let http = |request| provider.ask(request);
        let exchange = client.exchange_code(AuthorizationCode::new(code));
        let exchange = exchange.map_err(|why| unreachable("token endpoint", &why))?;
        let exchange = exchange.set_pkce_verifier(PkceCodeVerifier::new(verifier));
        let tokens = exchange.request(&http).map_err(|why| unreachable("token", &why))?;
        let id_token = tokens.id_token().ok_or_else(stale)?;
        let judge = client.id_token_verifier();
        let claims = id_token.claims(&judge, &Nonce::new(nonce));
        let claims = claims.map_err(|why| unreachable("claims", &why))?;
        if let Some(expected) = claims.access_token_hash() {
            let algorithm = id_token.signing_alg().map_err(|why| unreachable("token", &why))?;
            let key = id_token.signing_key(&judge).map_err(|why| unreachable("token", &why))?;
            let hash = AccessTokenHash::from_token(tokens.access_token(), algorithm, key);
            if hash.map_err(|why| unreachable("token", &why))? != *expected {
                return Err(stale());
            }
        }
        Ok((claims.issuer().to_string(), claims.subject().to_string()))
    });
    asked.await?
}

fn redirect(platform: &Platform) -> Result<RedirectUrl, Error> {
    let back = format!("{}{CALLBACK}", platform.public_url);
    RedirectUrl::new(back).map_err(|why| unreachable("public address", &why))
}

fn is_safe(url: &openidconnect::url::Url) -> bool {
    let here = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    url.scheme() == "https" || (url.scheme() == "http" && here)
}

/// The person is told no more than that it did not work; the log says at which step.
fn unreachable(step: &'static str, why: &dyn std::error::Error) -> Error {
    tracing::warn!(step, reason = %why, "sign-in at the provider of identities failed");
    stale()
}

fn stale() -> Error {
    Error::Refused(Text::new(
        "统一身份登录没有完成，请从登录页重新开始。",
        "Signing in at the provider of identities was not completed; begin again from the sign-in page.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_line_is_taken_on_this_machine_only() {
        let made = |issuer| Provider::new(issuer, "xinheng", "示例", b"").is_ok();
        for issuer in ["https://id.example", "http://127.0.0.1:9000", "http://localhost:9000/op"] {
            assert!(made(issuer), "{issuer}");
        }
        for issuer in ["http://id.example", "http://127.0.0.1.example", "ftp://localhost", "id"] {
            assert!(!made(issuer), "{issuer}");
        }
    }

    #[test]
    fn the_secret_is_never_printed() {
        let provider = Provider::new("https://id.example", "xinheng", "very-secret", b"").unwrap();
        assert!(!format!("{provider:?}").contains("very-secret"));
    }
}
