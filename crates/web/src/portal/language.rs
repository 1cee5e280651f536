//! The language of a page: asked for in the address, kept in a cookie, and carried on by the links
//! of the page where no cookie is kept.

use axum::http::{HeaderMap, Uri, header::COOKIE};
use domain::text::Lang;

use crate::person;

/// What a request says about language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    pub lang: Lang,
    /// Asked for in the address just now.
    pub chosen: Option<Lang>,
    /// True where the links of the page must carry it on.
    pub carried: bool,
}

impl Wish {
    #[must_use]
    pub fn read(uri: &Uri, headers: &HeaderMap) -> Wish {
        let chosen = uri.query().and_then(|query| word(query, '&'));
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let kept = cookies.filter_map(|line| word(line, ';')).next();
        let lang = chosen.or(kept).unwrap_or_default();
        Wish { lang, chosen, carried: chosen.is_some() && kept != chosen }
    }
}

/// The language that a query or a cookie line names.
fn word(line: &str, separator: char) -> Option<Lang> {
    let mut pairs = line.split(separator).filter_map(|pair| pair.trim().split_once('='));
    match pairs.find(|(key, _)| *key == "lang")?.1 {
        "en" => Some(Lang::En),
        "zh" => Some(Lang::Zh),
        _ => None,
    }
}

/// The same page in the other language; what may be an identity number is not repeated.
#[must_use]
pub fn other(uri: &Uri, lang: Lang) -> String {
    let pairs = uri.query().unwrap_or_default().split('&');
    let kept = pairs.filter(|pair| !pair.is_empty() && !pair.starts_with("lang="));
    let kept = kept.filter(|pair| !person::may_hold_id(&person::decoded(pair)));
    let other = format!("lang={}", lang.t("en", "zh"));
    let query: Vec<&str> = kept.chain(std::iter::once(other.as_str())).collect();
    format!("{}?{}", local(uri.path()), query.join("&"))
}

/// A path that leads nowhere else: two slashes at its beginning would name another site.
fn local(path: &str) -> String {
    format!("/{}", path.trim_start_matches(['/', '\\']))
}

/// An address of the site with the language carried on.
#[must_use]
pub fn carried(address: &str, lang: Lang) -> String {
    let (before, part) = match address.split_once('#') {
        Some((before, part)) => (before, format!("#{part}")),
        None => (address, String::new()),
    };
    let joint = if before.contains('?') { '&' } else { '?' };
    format!("{before}{joint}lang={}{part}", lang.t("zh", "en"))
}

/// The page with every link and form of its own carrying the language on.
#[must_use]
pub fn carry(html: &str, lang: Lang) -> String {
    let mut out = String::with_capacity(html.len() + html.len() / 16);
    let mut rest = html;
    while let Some(at) = rest.find("=\"/") {
        let (before, after) = rest.split_at(at + 2);
        let Some(end) = after.find('"') else { break };
        let (address, next) = after.split_at(end);
        let turned = (before.ends_with("href=\"") || before.ends_with("action=\""))
            && !address.starts_with("/static/")
            && !address.starts_with("/api/v1/openapi")
            && !address.contains("lang=");
        out.push_str(before);
        out.push_str(&if turned { carried(address, lang) } else { address.to_owned() });
        rest = next;
    }
    out.push_str(rest);
    // A form of a search or a filter sends its own fields only, and drops the query of its address.
    let field = format!("<input type=\"hidden\" name=\"lang\" value=\"{}\">", lang.t("zh", "en"));
    out.replace(" method=\"get\">", &format!(" method=\"get\">{field}"))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_address_comes_before_the_cookie() {
        for (address, cookie, lang, carried) in [
            ("/", "", Lang::Zh, false),
            ("/?lang=en", "", Lang::En, true),
            ("/?lang=en", "a=b; lang=en", Lang::En, false),
            ("/", "lang=en", Lang::En, false),
            ("/?lang=zh", "lang=en", Lang::Zh, true),
            ("/?lang=fr", "lang=en", Lang::En, false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(COOKIE, HeaderValue::from_static(cookie));
            let wish = Wish::read(&address.parse().unwrap(), &headers);
            assert_eq!((wish.lang, wish.carried), (lang, carried), "{address} {cookie}");
        }
    }

    #[test]
    fn the_way_to_the_other_language_stays_here_and_repeats_no_person() {
        for (address, link) in [
            ("/", "/?lang=en"),
            ("/public/penalty?from=2026-01-01&lang=zh", "/public/penalty?from=2026-01-01&lang=en"),
            ("//evil.example/x", "/evil.example/x?lang=en"),
            ("/search?q=11010519491231002X&a=b", "/search?a=b&lang=en"),
            ("/search?q=%EF%BC%91%31010519491231002X", "/search?lang=en"),
        ] {
            assert_eq!(other(&address.parse().unwrap(), Lang::Zh), link);
        }
    }

    #[test]
    fn links_and_forms_carry_the_language() {
        let page = "<link href=\"/static/a.css\"><a href=\"/rights#repair\">x</a>\
            <a href=\"/public/penalty?from=1\">y</a><a href=\"#main\">z</a>\
            <form action=\"/search\" method=\"get\"></form><form action=\"/x\" method=\"post\"></form>";
        let carried = "<link href=\"/static/a.css\"><a href=\"/rights?lang=en#repair\">x</a>\
            <a href=\"/public/penalty?from=1&lang=en\">y</a><a href=\"#main\">z</a>\
            <form action=\"/search?lang=en\" method=\"get\"><input type=\"hidden\" name=\"lang\" \
            value=\"en\"></form><form action=\"/x?lang=en\" method=\"post\"></form>";
        assert_eq!(carry(page, Lang::En), carried);
    }
}
