//! The examples of the description, made by asking: `XINHENG_WRITE_EXAMPLES=1` writes them anew.

use axum::http::Method;
use domain::{
    access::Access,
    role::{OrganisationKind, Role},
};
use registry::{
    api_key::{self, NewKey},
    consent::{self, Wanted},
};
use serde_json::{Map, Value, json};

use super::{
    Api, api,
    reading::{escaped, section},
};
use crate::site::{
    Business, business, csv, listing, penalty, person_penalty, registration, struck_off, with,
};

/// The examples of one file: a name and an answer each.
type Examples = Vec<(&'static str, Value)>;

/// What makes an answer show everything it may hold.
async fn eventful() -> Api {
    let api = api().await;
    let site = &api.site;
    let row = penalty(&business(2), "示市监罚〔2026〕7号", "2026-05-12");
    let mut changed = with(with(row, "CF_NR_FK", "0.3"), "CF_NR", "罚款3000元");
    changed.push(("CF_JYCX", "否".to_owned()));
    site.accept("penalty", &[changed]).await;
    let renamed = Business { name: "示例惠民商贸有限公司".to_owned(), ..business(1) };
    site.accept("registration", &[with(registration(&renamed), "DJ_HZRQ", "2026-09-01")]).await;
    let person = person_penalty("示例丙", "示市监罚〔2026〕91号", "2026-05-12");
    site.accept("penalty", &[person]).await;
    site.accept("penalty", &[penalty(&business(3), "示市监罚〔2026〕11号", "2026-05-13")]).await;
    site.withdraw("penalty", penalty(&business(3), "示市监罚〔2026〕11号", "2026-05-13")).await;
    let fourth = Business { name: "示例迁建有限公司".to_owned(), ..business(4) };
    site.accept("penalty", &[penalty(&fourth, "示市监罚〔2026〕12号", "2026-05-14")]).await;
    site.accept("registration", &[struck_off(&fourth, "2026-11-20")]).await;
    site.work().await;
    api
}

async fn reading(api: &Api) -> Vec<(&'static str, Examples)> {
    let get = async |path: &str| api.send(Method::GET, path, &[], "").await.json();
    let code = business(2).code;
    let search = async |name: &str| get(&format!("/search?q={}", escaped(name))).await;
    let file = get(&format!("/subjects/{code}/file")).await;
    let numbered = |number: &str| {
        let penalties = section(&file, "penalties").iter();
        penalties.clone().find(|one| one["document_number"] == number).expect("a record")["record"]
            .clone()
    };
    let record = numbered("示市监罚〔2026〕7号");
    let licences = get("/public/licence").await;
    let licence = &licences["records"][0]["record"];
    let feed = get("/changes").await;
    let last = feed["last"].as_i64().expect("a number");
    vec![
        (
            "search",
            vec![("found", search("示例商贸").await), ("nothing", search("查无此店").await)],
        ),
        (
            "subject",
            vec![
                ("organisation", get(&format!("/subjects/{code}")).await),
                ("renamed", get(&format!("/subjects/{}", business(1).code)).await),
            ],
        ),
        ("file", vec![("organisation", file.clone())]),
        (
            "record",
            vec![
                ("corrected", get(&format!("/subjects/{code}/records/{record}")).await),
                ("licence", get(&format!("/records/{licence}")).await),
            ],
        ),
        (
            "list",
            vec![
                ("penalties", get("/public/penalty?limit=1").await),
                ("licences", licences.clone()),
            ],
        ),
        (
            "changes",
            vec![
                ("page", get("/changes?from=3&limit=3").await),
                ("endings", get(&format!("/changes?from={}", last - 4)).await),
                ("nothing_new", get(&format!("/changes?from={}", last + 1)).await),
            ],
        ),
    ]
}

/// The catalogue, cut to what shows its shape.
async fn catalogue(api: &Api) -> Vec<(&'static str, Examples)> {
    let get = async |path: &str| api.send(Method::GET, path, &[], "").await.json();
    let mut catalogue = get("/catalogue").await;
    catalogue["items"].as_array_mut().expect("items").truncate(3);
    let mut penalty = get("/catalogue/penalty").await;
    let mut kinds: Vec<Value> = Vec::new();
    penalty["fields"].as_array_mut().expect("fields").retain(|field| {
        let new = !kinds.contains(&field["kind"]);
        kinds.push(field["kind"].clone());
        new
    });
    vec![
        ("catalogue", vec![("catalogue", catalogue)]),
        ("catalogue_item", vec![("penalty", penalty)]),
    ]
}

async fn asking(api: &Api) -> Vec<(&'static str, Examples)> {
    let json = [("content-type", "application/json")];
    let matter = "食品经营许可新办";
    let check =
        async |body: Value| api.send(Method::POST, "/check", &json, body.to_string()).await.json();
    let issue = async |code: String| {
        api.send(Method::POST, &format!("/subjects/{code}/reports"), &[], "").await.json()
    };
    let verify = async |report: &Value| {
        let code = report["verification_code"].as_str().expect("a code");
        api.send(Method::GET, &format!("/verify/{code}"), &[], "").await.json()
    };
    let checks = vec![
        (
            "hint",
            check(json!({"code": business(3).code, "matter": matter, "case": "示2026-0001"})).await,
        ),
        (
            "nothing_to_say",
            check(json!({"code": business(2).code, "matter": matter, "purpose": "许可审查"})).await,
        ),
        (
            "another_name",
            check(json!({"code": business(2).code, "name": "示例别家有限公司", "matter": matter}))
                .await,
        ),
        ("unknown_code", check(json!({"code": "91419901MA00009900", "matter": matter})).await),
    ];
    let [valid, superseded, revoked] = [
        issue(business(2).code).await,
        issue(business(3).code).await,
        issue(business(1).code).await,
    ];
    let number = revoked["number"].as_str().expect("a number");
    let done = registry::report::revoke(&api.site.platform, number, "出具有误", "test").await;
    done.expect("a revocation");
    api.site
        .accept("penalty", &[penalty(&business(3), "示市监罚〔2026〕13号", "2026-05-15")])
        .await;
    let verified = vec![
        ("valid", verify(&valid).await),
        ("superseded", verify(&superseded).await),
        ("revoked", verify(&revoked).await),
    ];
    vec![("check", checks), ("report", vec![("report", valid)]), ("verify", verified)]
}

async fn handing_in(api: &Api) -> Vec<(&'static str, Examples)> {
    let key = api_key::create(&api.site.platform, "scjg", "examples", "test").await;
    let bearer = format!("Bearer {}", key.expect("a key"));
    let headers = [("authorization", bearer.as_str()), ("content-type", "text/csv")];
    let bad =
        with(penalty(&business(2), "示市监罚〔2026〕22号", "2026-05-12"), "CF_JDRQ", "2026-13-40");
    let mut good = penalty(&business(2), "示市监罚〔2026〕21号", "2026-05-12");
    let mut bad = bad;
    for row in [&mut good, &mut bad] {
        row.push(("BY_BZ", "多出来的一列".to_owned()));
    }
    let file = csv(&[good, bad]);
    let send = async |query: &str| {
        let path = format!("/submissions?item=penalty&file_name=a.csv{query}");
        api.send(Method::POST, &path, &headers, file.clone()).await.json()
    };
    let trial = send("&dry_run=true").await;
    let receipt = send("").await;
    let get = async |path: String| api.send(Method::GET, &path, &headers, "").await.json();
    let link = receipt["links"]["faults"].as_str().expect("a link");
    let link = link.trim_start_matches("/api/v1").to_owned();
    vec![
        ("dry_run", vec![("faults", trial)]),
        ("receipt", vec![("faults", receipt.clone())]),
        (
            "faults",
            vec![
                ("page", get(format!("{link}?limit=1")).await),
                ("last_page", get(format!("{link}?from_row=900")).await),
            ],
        ),
        (
            "submissions",
            vec![
                ("page", get("/submissions?limit=1".to_owned()).await),
                ("all", get("/submissions?limit=2".to_owned()).await),
            ],
        ),
    ]
}

/// A department's matter and the file it opens, and a consent given to a bank.
async fn admitted(api: &Api) -> Vec<(&'static str, Examples)> {
    let (site, operator) = (&api.site, Access::operator("examples"));
    let make = async |organisation, scopes: &[&str]| {
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let new = NewKey { label: "示例系统".to_owned(), scopes, ..NewKey::default() };
        api_key::make(&site.platform, &operator, organisation, &new).await.expect("a key").key
    };
    let department = api_key::of_department(&site.platform, &operator, "scjg").await;
    let key = make(
        department.expect("a department"),
        &["register_matter", "read_for_matter", "check", "follow_feed"],
    )
    .await;
    let bearer = format!("Bearer {key}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let code = business(2).code;
    let body = json!({"kind": "licence", "number": "示2026-0001", "code": code}).to_string();
    let post =
        async |path: &str, body: String| api.send(Method::POST, path, &headers, body).await.json();
    let registered = post("/matters", body).await;
    let place = format!("/matters/{}", registered["matter"]);
    let opened = post(&format!("{place}/file"), String::new()).await;
    let closed = post(&format!("{place}/close"), String::new()).await;
    let confirmed = post("/changes/confirmed", json!({"position": 3}).to_string()).await;
    let joint = joint(api, &headers).await;

    let bank = site.organisation(OrganisationKind::Bank, "示例-bank", None, None).await;
    let person = site.person(Role::Representative).await;
    let wanted = Wanted {
        organisation: bank,
        purpose: "loan".to_owned(),
        items: vec!["registration".to_owned(), "utility_payment".to_owned()],
        days: Some(30),
        single_use: false,
    };
    let own = site.signed_in(&person).await.own_access();
    consent::grant(&site.platform, &own, &wanted).await.expect("a consent");
    let bearer = format!("Bearer {}", make(bank, &["read_on_consent"]).await);
    let granted = api.send(Method::GET, "/consents", &[("authorization", &bearer)], "").await;
    vec![
        ("matter", vec![("registered", registered), ("closed", closed)]),
        ("opened_file", vec![("for_a_matter", opened)]),
        ("consents", vec![("granted", granted.json())]),
        ("measures", joint),
        ("confirmed", vec![("confirmed", confirmed)]),
    ]
}

/// What an entry in a list asks for in a matter: asked, told, and lifted once the entry is taken back.
async fn joint(api: &Api, headers: &[(&str, &str)]) -> Examples {
    let entry = listing(&business(2), "示市监列〔2026〕1号");
    api.site.accept("serious_breach", std::slice::from_ref(&entry)).await;
    let post = async |path: &str, body: Value| {
        api.send(Method::POST, path, headers, body.to_string()).await
    };
    let check = json!({
        "code": business(2).code, "matter": "评先评优", "kind": "honour", "case": "示2026-0002",
    });
    let advice = post("/check", check).await.json();
    let record = advice["items"][0]["record"].clone();
    let asked = api.send(Method::GET, "/measures", headers, "").await.json();
    let place = format!("/matters/{}", asked["measures"][0]["matter"]);
    let told = json!({
        "record": record, "measure": "awards", "outcome": "taken", "document": "示评〔2026〕1号",
    });
    let told = post(&format!("{place}/feedback"), told).await.json();
    api.site.withdraw("serious_breach", entry).await;
    registry::reconcile::run(&api.site.platform).await.expect("a reconciled register");
    let to_lift = api.send(Method::GET, &format!("{place}/measures"), headers, "").await.json();
    let lifted = json!({ "record": record, "measure": "awards" });
    let lifted = post(&format!("{place}/lifted"), lifted).await.json();
    vec![("asked", asked), ("told", told), ("to_lift", to_lift), ("lifted", lifted)]
}

#[tokio::test]
async fn the_examples_have_the_shape_of_the_answers() {
    let api = eventful().await;
    let mut made = reading(&api).await;
    made.extend(catalogue(&api).await);
    made.extend(asking(&api).await);
    made.extend(handing_in(&api).await);
    made.extend(admitted(&api).await);
    let folder = crate::home::root().join("crates/web/src/api/examples");
    let write = crate::home::setting("XINHENG_WRITE_EXAMPLES").is_some();
    let mut named = Vec::new();
    for (name, examples) in made {
        let path = folder.join(format!("{name}.json"));
        named.push(format!("{name}.json"));
        let examples: Map<String, Value> =
            examples.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        if write {
            let text = serde_json::to_string_pretty(&examples).expect("JSON");
            std::fs::write(&path, text + "\n").expect("a written file");
        }
        let kept = std::fs::read_to_string(&path).expect("a file of examples");
        let kept: Map<String, Value> = serde_json::from_str(&kept).expect("JSON");
        let shape = |examples: &Map<String, Value>| {
            web::api::schema::of(&examples.values().collect::<Vec<_>>())
        };
        assert_eq!(
            shape(&kept),
            shape(&examples),
            "{name}: XINHENG_WRITE_EXAMPLES=1 writes it anew"
        );
    }
    let kept = std::fs::read_dir(&folder).expect("the folder of examples");
    for entry in kept {
        let name = entry.expect("an entry").file_name().into_string().expect("a name");
        assert!(named.contains(&name), "{name} is an example of nothing");
    }
}
