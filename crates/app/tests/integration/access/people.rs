//! Made-up people at the small site, each signed in with one role.

use axum::{
    body::Body,
    http::{Request, Response, StatusCode},
};
use domain::{
    ids::{AccountId, OrganisationId, SubjectId},
    role::{Membership, OrganisationKind, Role},
};
use registry::session::{self, Browser, SignedIn};
use store::organisation::NewOrganisation;
use tower::ServiceExt as _;

use crate::site::{Site, business};

/// Somebody signed in.
pub struct Person {
    pub token: String,
}

/// An answer with its body as text.
pub struct Seen {
    pub status: StatusCode,
    pub location: String,
    /// The line that sets a cookie.
    pub cookie: String,
    pub body: String,
}

impl Site {
    /// Somebody who holds a role in an organisation that fits it, signed in with both factors.
    pub async fn person(&self, role: Role) -> Person {
        let kind = OrganisationKind::ALL.into_iter().find(|kind| kind.roles().contains(&role));
        let kind = kind.expect("every role has its kind of organisation");
        let (code, department, subject) = match kind {
            OrganisationKind::Department => ("scjg".to_owned(), Some("scjg"), None),
            OrganisationKind::Company => {
                let code = business(2).code;
                let subject = self.subject(&code).await;
                (code, None, Some(subject))
            }
            kind => (format!("示例-{}", kind.code()), None, None),
        };
        let organisation = self.organisation(kind, &code, department, subject).await;
        let account = self.account(role.code()).await;
        self.grant(account, organisation, role).await;
        let browser = Browser::default();
        let open = session::open(&self.platform, account, Some(organisation), true, &browser);
        Person { token: open.await.expect("a session") }
    }

    pub async fn subject(&self, code: &str) -> SubjectId {
        let found = store::subject::find(&self.platform.register, "uscc", code).await;
        found.expect("the register").expect("a subject of the site")
    }

    pub async fn organisation(
        &self,
        kind: OrganisationKind,
        code: &str,
        department: Option<&str>,
        subject: Option<SubjectId>,
    ) -> OrganisationId {
        let register = &self.platform.register;
        if let Some(known) = store::organisation::by_code(register, kind, code).await.unwrap() {
            return known.id;
        }
        let new = NewOrganisation {
            kind,
            code: code.to_owned(),
            name: format!("示例{}", kind.label(domain::text::Lang::Zh)),
            department: department.map(str::to_owned),
            subject,
        };
        let mut write = register.write().await.unwrap();
        let now = self.platform.now();
        let id = store::organisation::insert(&mut write, &new, now).await.unwrap();
        write.commit().await.unwrap();
        id.expect("a new organisation")
    }

    pub async fn account(&self, login: &str) -> AccountId {
        let register = &self.platform.register;
        if let Some(known) = store::account::by_login(register, login).await.unwrap() {
            return known.id;
        }
        let mut write = register.write().await.unwrap();
        let now = self.platform.now();
        let name = format!("示例{login}");
        let id = store::account::insert(&mut write, login, &name, now).await.unwrap();
        write.commit().await.unwrap();
        id.expect("a new account")
    }

    pub async fn grant(&self, account: AccountId, organisation: OrganisationId, role: Role) {
        let mut write = self.platform.register.write().await.unwrap();
        let membership = Membership { account, organisation, role };
        let now = self.platform.now();
        store::account::grant(&mut write, &membership, "示例", now).await.unwrap();
        write.commit().await.unwrap();
    }

    /// Who holds a token.
    pub async fn signed_in(&self, person: &Person) -> SignedIn {
        let found = session::find(&self.platform, &person.token).await.unwrap();
        found.expect("a session that holds")
    }

    /// Looks at a page as somebody, or as nobody.
    pub async fn look(&self, person: Option<&Person>, path: &str) -> Seen {
        self.ask(person, "GET", path, "").await
    }

    /// Sends a form as somebody; its token comes first.
    pub async fn send(&self, person: &Person, path: &str, form: &str) -> Seen {
        let token = self.signed_in(person).await.form_token;
        self.ask(Some(person), "POST", path, &format!("form_token={token}&{form}")).await
    }

    /// Any request to a page.
    pub async fn ask(&self, person: Option<&Person>, method: &str, path: &str, form: &str) -> Seen {
        self.ask_from(person, method, path, form, "http://portal.example").await
    }

    /// The same from a page of some site.
    pub async fn ask_from(
        &self,
        person: Option<&Person>,
        method: &str,
        path: &str,
        form: &str,
        origin: &str,
    ) -> Seen {
        let router = web::router(self.platform.clone());
        let kind = "application/x-www-form-urlencoded";
        self.request(&router, person, method, path, (kind, origin), form).await
    }

    /// The same through a router that goes on from request to request.
    pub async fn through(
        &self,
        router: &axum::Router,
        person: &Person,
        method: &str,
        path: &str,
        kind: &str,
        body: &str,
    ) -> Seen {
        let sent = (kind, "http://portal.example");
        self.request(router, Some(person), method, path, sent, body).await
    }

    async fn request(
        &self,
        router: &axum::Router,
        person: Option<&Person>,
        method: &str,
        path: &str,
        (kind, origin): (&str, &str),
        body: &str,
    ) -> Seen {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "portal.example")
            .header("content-type", kind);
        if method != "GET" {
            request = request.header("origin", origin);
        }
        if let Some(person) = person {
            request = request.header("cookie", format!("xinheng={}", person.token));
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        seen(router.clone().oneshot(request).await.unwrap()).await
    }
}

async fn seen(response: Response<Body>) -> Seen {
    let (parts, body) = response.into_parts();
    let location = parts.headers.get("location").and_then(|value| value.to_str().ok());
    let cookie = parts.headers.get("set-cookie").and_then(|value| value.to_str().ok());
    let cookie = cookie.unwrap_or_default().to_owned();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    Seen {
        status: parts.status,
        cookie,
        location: location.unwrap_or_default().to_owned(),
        body: String::from_utf8_lossy(&bytes).into_owned(),
    }
}
