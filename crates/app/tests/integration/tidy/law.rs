//! No number of the law in Rust: periods and deadlines are dated rows of `policy/`.

use syn::{Expr, ExprMethodCall, Lit, LitStr, visit::Visit};

use super::{none, source};

/// Methods that make a span of a number.
const SPANS: &[&str] = &["days", "weeks", "months", "years"];

/// Words of the law that, with a number beside them, make a rule.
const TERMS: &[&str] = &["公示期", "工作日", "个月", "周岁", "日内", "年内"];

#[test]
fn no_period_is_written_in_rust() {
    let mut findings = Vec::new();
    for source in product() {
        let mut reader = Numbers::default();
        source::visit_product(&source, &mut reader);
        for (line, what) in reader.found {
            findings.push(format!("{}:{line}: {what}", source.path));
        }
    }
    none(&findings, "Write the number in policy/parameters/ with its day, instrument and article.");
}

/// What decides about anybody; the synthetic city of `seed` makes facts up and decides nothing.
fn product() -> Vec<source::Source> {
    let mut sources = source::all();
    sources.retain(|source| !source.path.starts_with("crates/app/src/seed"));
    sources
}

#[derive(Default)]
struct Numbers {
    found: Vec<(usize, String)>,
}

impl<'s> Visit<'s> for Numbers {
    fn visit_expr_method_call(&mut self, call: &'s ExprMethodCall) {
        let method = call.method.to_string();
        let operands = std::iter::once(&*call.receiver).chain(&call.args);
        if SPANS.contains(&method.as_str()) {
            for number in operands.filter_map(number) {
                let line = call.method.span().start().line;
                self.found.push((line, format!("{number} {method}")));
            }
        }
        syn::visit::visit_expr_method_call(self, call);
    }

    fn visit_lit_str(&mut self, literal: &'s LitStr) {
        let text = literal.value();
        for term in TERMS {
            if text.match_indices(term).any(|(at, _)| touches_number(&text, at, at + term.len())) {
                let line = literal.span().start().line;
                self.found.push((line, format!("a number beside {term}: {text}")));
            }
        }
    }
}

/// The number a literal is; one day or one month is counting, not law.
fn number(expression: &Expr) -> Option<u64> {
    match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(number) => number.base10_parse().ok().filter(|number| 1 < *number),
            _ => None,
        },
        Expr::Unary(unary) => number(&unary.expr),
        Expr::Paren(inner) => number(&inner.expr),
        _ => None,
    }
}

fn touches_number(text: &str, first: usize, end: usize) -> bool {
    let numeral = |one: char| one.is_ascii_digit() || "一二三四五六七八九十两".contains(one);
    let before = text[..first].trim_end().chars().next_back();
    let after = text[end..].trim_start().chars().next();
    before.is_some_and(numeral) || after.is_some_and(numeral)
}

#[test]
fn the_test_itself_sees_numbers() {
    let file = syn::parse_file(
        "fn f() { let _ = (day + 3.months(), Span::new().years(5), g(\"满 3 个月\")); }",
    );
    let file = file.expect("a function");
    let mut reader = Numbers::default();
    reader.visit_file(&file);
    let found: Vec<String> = reader.found.into_iter().map(|(_, what)| what).collect();
    assert_eq!(found, ["3 months", "5 years", "a number beside 个月: 满 3 个月"]);
}
