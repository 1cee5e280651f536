//! Whoever sees on a page what the public does not see has left an entry in its subject's log.

use domain::{access::Action, role::Role};
use registry::matter::{self, NewMatter};
use web::routes::ROUTES;

use crate::site::{self, Site, business, utility_payment};

/// What the second business owes for water: it stands in no page for the public.
const RESTRICTED: &str = "731.40";

async fn entries(site: &Site, code: &str) -> usize {
    let subject = site.subject(code).await;
    let all = store::access_log::of_subject(&site.platform.register, subject, None, 10_000).await;
    all.unwrap().len()
}

/// Every page there is, looked at by everybody: where the restricted value appears, the log grew.
#[tokio::test]
async fn a_restricted_value_never_leaves_without_an_entry() {
    let site = site::site().await;
    let owing = business(2);
    let rows = [utility_payment(&owing, "示例-0001")];
    site.accept_from("shuiwujituan", "utility_payment", &rows).await;
    let mut met = 0;
    for role in Role::ALL {
        let person = site.person(role).await;
        let signed = site.signed_in(&person).await;
        if domain::role::OrganisationKind::Department.roles().contains(&role) {
            let new =
                NewMatter { kind: "funds".into(), number: "1".into(), slug: owing.code.clone() };
            matter::register(&site.platform, &signed.access(), &new).await.unwrap();
        }
        for (method, path, action) in ROUTES {
            if *method != "GET" || path.starts_with("/api/") || *action == Action::ReadPublic {
                continue;
            }
            for filling in ["1", &owing.code] {
                let parts =
                    path.split('/').map(|part| if part.starts_with('{') { filling } else { part });
                let path = parts.collect::<Vec<_>>().join("/");
                let before = entries(&site, &owing.code).await;
                let seen = site.look(Some(&person), &path).await;
                if seen.body.contains(RESTRICTED) {
                    met += 1;
                    let after = entries(&site, &owing.code).await;
                    assert!(before < after, "{role:?} {path}: seen and not logged");
                    assert!(
                        matches!(role, Role::Representative | Role::Agent),
                        "{role:?} {path}: what the subject alone may release"
                    );
                }
            }
        }
    }
    assert!(0 < met, "no page showed it to anybody");
}
