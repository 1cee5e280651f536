//! The table of routes is complete, and the guard does what the table says.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use domain::{
    access::{Action, Principal},
    role::Role,
};
use syn::{Expr, ExprLit, ExprMethodCall, Lit, visit::Visit};
use web::routes::ROUTES;

use super::people::{Person, Seen};
use crate::{
    site::{self, Site},
    tidy::source,
};

/// Every route a source file adds: method and path.
#[derive(Default)]
struct Added(BTreeSet<(String, String)>);

impl<'s> Visit<'s> for Added {
    fn visit_expr_method_call(&mut self, call: &'s ExprMethodCall) {
        syn::visit::visit_expr_method_call(self, call);
        if call.method != "route" {
            return;
        }
        let (Some(Expr::Lit(ExprLit { lit: Lit::Str(path), .. })), Some(handler)) =
            (call.args.first(), call.args.get(1))
        else {
            return;
        };
        let mut methods = Methods::default();
        methods.visit_expr(handler);
        for method in methods.0 {
            self.0.insert((method, path.value()));
        }
    }
}

/// The methods a handler is for: `get(…)`, `.post(…)`.
#[derive(Default)]
struct Methods(Vec<String>);

impl Methods {
    fn add(&mut self, name: &str) {
        if ["get", "post", "put", "delete", "patch", "any"].contains(&name) {
            self.0.push(name.to_uppercase());
        }
    }
}

impl<'s> Visit<'s> for Methods {
    fn visit_expr_call(&mut self, call: &'s syn::ExprCall) {
        if let Expr::Path(path) = &*call.func
            && let Some(last) = path.path.segments.last()
        {
            self.add(&last.ident.to_string());
        }
        syn::visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &'s ExprMethodCall) {
        self.add(&call.method.to_string());
        syn::visit::visit_expr_method_call(self, call);
    }
}

#[test]
fn every_route_stands_in_the_table() {
    let mut added = BTreeSet::new();
    for source in source::all() {
        if !source.path.starts_with("crates/web/src/") || source.is_test {
            continue;
        }
        let mut routes = Added::default();
        for item in source.file.items.iter().filter(|item| !is_test(item)) {
            routes.visit_item(item);
        }
        let nested = source.path == "crates/web/src/api.rs";
        for (method, path) in routes.0 {
            let path = match path.as_str() {
                path if path.starts_with("/api/v1") => path.to_owned(),
                "/" if nested => "/api/v1".to_owned(),
                path if nested => format!("/api/v1{path}"),
                path => path.to_owned(),
            };
            added.insert((method, path));
        }
    }
    let listed: BTreeSet<(String, String)> =
        ROUTES.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
    assert_eq!(listed.len(), ROUTES.len(), "a route stands in the table twice");
    let missing: Vec<_> = added.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&added).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "web/src/routes.rs: no row for {missing:?}; no route for {gone:?}"
    );
}

fn is_test(item: &syn::Item) -> bool {
    matches!(item, syn::Item::Mod(module) if module.ident == "tests")
}

/// The path with something in every place.
fn filled(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "1" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// Everybody who is signed in meets every page: whoever may not is refused, whoever may is not.
#[tokio::test]
async fn the_guard_does_what_the_table_says() {
    let site = site::site().await;
    let pages = || ROUTES.iter().filter(|(_, path, _)| !path.starts_with("/api/"));
    for role in Role::ALL {
        for (method, path, action) in pages().filter(|route| route.2 != Action::ReadPublic) {
            if *path == "/sign-out" {
                continue;
            }
            // A page may end a session, so that everybody comes anew.
            let person = site.person(role).await;
            let may = site.platform.gate.ever(Principal::Role(role), *action, true);
            let seen = site.ask(Some(&person), method, &filled(path), "").await;
            let refused = seen.status == StatusCode::FORBIDDEN;
            assert!(may || refused, "{role:?} {method} {path}: {}", seen.status);
            // What is let in may still find nothing there, or ask for a form's token.
            let sent_away = seen.location.starts_with("/sign-in");
            assert!(!(may && sent_away), "{role:?} {method} {path} was sent to sign in");
        }
    }
}

#[tokio::test]
async fn nobody_gets_to_a_workplace_without_signing_in() {
    let site = site::site().await;
    let guarded = ROUTES
        .iter()
        .filter(|(_, path, action)| !path.starts_with("/api/") && *action != Action::ReadPublic);
    for (method, path, _) in guarded {
        let seen = site.ask(None, method, &filled(path), "").await;
        let told = match *method {
            "GET" => seen.location.starts_with("/sign-in?next="),
            _ => seen.status == StatusCode::UNAUTHORIZED,
        };
        assert!(told, "{method} {path}: {} {}", seen.status, seen.location);
    }
}

/// Addresses whose form brings a file.
const WITH_A_FILE: [&str; 8] = [
    "/centre/cases/{id}/complete",
    "/centre/cases/{id}/papers",
    "/centre/records/{record}/objection",
    "/centre/records/{record}/repair",
    "/console/cases/{id}/papers",
    "/console/cases/propose",
    "/console/collection/{department}/{item}/ledger",
    "/console/submissions",
];

/// Sends a form of nothing but its token, or the file beside it where the address takes one.
async fn sent(
    site: &Site,
    person: &Person,
    (path, takes_a_file): (&str, bool),
    token: Option<&str>,
) -> Seen {
    if !takes_a_file {
        let form = token.map_or_else(String::new, |token| format!("form_token={token}"));
        return site.ask(Some(person), "POST", path, &form).await;
    }
    let part = |name: &str, value: &str| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let token = token.map_or_else(String::new, |token| part("form_token", token));
    let file = part("file\"; filename=\"a.csv", "x,y");
    let router = web::router(site.platform.clone());
    let kind = "multipart/form-data; boundary=b";
    site.through(&router, person, "POST", path, kind, &format!("{token}{file}--b--\r\n")).await
}

/// A form sent from elsewhere, or without the token of its session, changes nothing.
#[tokio::test]
async fn every_form_asks_for_its_token() {
    let site = site::site().await;
    for role in Role::ALL {
        for (_, path, action) in ROUTES.iter().filter(|(method, path, action)| {
            *method == "POST" && !path.starts_with("/api/") && *action != Action::ReadPublic
        }) {
            let person = site.person(role).await;
            if !site.platform.gate.ever(Principal::Role(role), *action, true) {
                continue;
            }
            let takes_a_file = WITH_A_FILE.contains(path);
            let path = filled(path);
            for token in [None, Some(""), Some("0000")] {
                let seen = sent(&site, &person, (&path, takes_a_file), token).await;
                let told = seen.body.contains("不是从本平台的页面提交的");
                assert!(
                    seen.status == StatusCode::BAD_REQUEST && told,
                    "{role:?} {path} {token:?}: {} {}",
                    seen.status,
                    seen.body
                );
            }
        }
    }
}
