//! No number of the law in Rust: periods and deadlines are dated rows of `policy/`.

use std::collections::BTreeMap;

use syn::{Expr, ExprBinary, ExprCall, ExprMethodCall, ItemConst, Lit, LitStr, visit::Visit};

use super::{none, source};

/// Methods that make a span of a number.
const SPANS: &[&str] = &["days", "weeks", "months", "years"];

/// Words of the law that, with a number beside them, make a rule.
const TERMS: &[&str] = &["公示期", "工作日", "个月", "周岁", "日内", "年内"];

/// Numbers that are a form of the exchange and no law.
const FORMS: [&str; 1] = [
    // 双公示 files write 2099-12-31 and later last days of a year for “no end”.
    "crates/domain/src/date.rs: the year 2099",
];

#[test]
fn no_period_is_written_in_rust() {
    let mut findings = Vec::new();
    for source in product() {
        let mut constants = Constants::default();
        source::visit_product(&source, &mut constants);
        let mut reader = Numbers { constants: constants.0, found: Vec::new() };
        source::visit_product(&source, &mut reader);
        for (line, what) in reader.found {
            if FORMS.contains(&format!("{}: {what}", source.path).as_str()) {
                continue;
            }
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

/// Constants of a file that are whole numbers.
#[derive(Default)]
struct Constants(BTreeMap<String, u64>);

impl<'s> Visit<'s> for Constants {
    fn visit_item_const(&mut self, constant: &'s ItemConst) {
        if let Some(value) = literal(&constant.expr) {
            self.0.insert(constant.ident.to_string(), value);
        }
    }
}

struct Numbers {
    constants: BTreeMap<String, u64>,
    found: Vec<(usize, String)>,
}

impl Numbers {
    /// The number an expression is, by itself or by its name; one day or one month is counting.
    fn number(&self, expression: &Expr) -> Option<u64> {
        let named = match expression {
            Expr::Path(path) => {
                path.path.get_ident().and_then(|name| self.constants.get(&name.to_string()))
            }
            _ => None,
        };
        literal(expression).or(named.copied()).filter(|number| 1 < *number)
    }
}

impl<'s> Visit<'s> for Numbers {
    fn visit_expr_method_call(&mut self, call: &'s ExprMethodCall) {
        let method = call.method.to_string();
        let operands = std::iter::once(&*call.receiver).chain(&call.args);
        if SPANS.contains(&method.trim_start_matches("try_")) {
            let numbers: Vec<u64> = operands.filter_map(|operand| self.number(operand)).collect();
            for number in numbers {
                let line = call.method.span().start().line;
                self.found.push((line, format!("{number} {method}")));
            }
        }
        syn::visit::visit_expr_method_call(self, call);
    }

    /// A date made of a year: the law of that day.
    fn visit_expr_call(&mut self, call: &'s ExprCall) {
        if let (Expr::Path(function), Some(year)) = (&*call.func, call.args.first()) {
            let names = function.path.segments.iter().map(|name| name.ident.to_string());
            let names: Vec<String> = names.collect();
            let date = names.last().is_some_and(|last| last == "date")
                || names.iter().any(|name| name == "Date");
            if date
                && 1 < call.args.len()
                && let Some(year) = self.number(year)
            {
                let line = function.path.segments[0].ident.span().start().line;
                self.found.push((line, format!("the year {year}")));
            }
        }
        syn::visit::visit_expr_call(self, call);
    }

    /// A year or an age compared with a number.
    fn visit_expr_binary(&mut self, binary: &'s ExprBinary) {
        for (side, other) in [(&binary.left, &binary.right), (&binary.right, &binary.left)] {
            let Expr::MethodCall(call) = &**side else { continue };
            let method = call.method.to_string();
            let what = match method.as_str() {
                "year" => "year",
                _ if method.starts_with("age") => "age",
                _ => continue,
            };
            if let Some(number) = self.number(other) {
                let line = call.method.span().start().line;
                self.found.push((line, format!("the {what} {number}")));
            }
        }
        syn::visit::visit_expr_binary(self, binary);
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

fn literal(expression: &Expr) -> Option<u64> {
    match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(number) => number.base10_parse().ok(),
            _ => None,
        },
        Expr::Unary(unary) => literal(&unary.expr),
        Expr::Paren(inner) => literal(&inner.expr),
        Expr::Cast(cast) => literal(&cast.expr),
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
    let rows = [
        ("fn f() { day + 3.months() }", "3 months"),
        ("fn f() { Span::new().years(5) }", "5 years"),
        ("fn f() { Span::new().try_days(30) }", "30 try_days"),
        ("fn f() { g(\"满 3 个月\") }", "a number beside 个月: 满 3 个月"),
        ("const N: i64 = 36; fn f() { N.months() }", "36 months"),
        ("fn f() { const N: i64 = 36; day + Span::new().months(N) }", "36 months"),
        ("fn f() { date(2026, 4, 1) < day }", "the year 2026"),
        ("fn f() { Date::new(2026, 4, 1) }", "the year 2026"),
        ("fn f() { 2099 <= day.year() }", "the year 2099"),
        ("const ADULT: i64 = 18; fn f() { id.age_on(day) < ADULT }", "the age 18"),
        ("fn f() { day + 1.months() }", ""),
        ("const N: usize = 36; fn f() { list.take(N) }", ""),
        ("fn f() { store::by_date(2026) }", ""),
    ];
    for (text, expected) in rows {
        let file = syn::parse_file(text).expect("a function");
        let mut constants = Constants::default();
        constants.visit_file(&file);
        let mut reader = Numbers { constants: constants.0, found: Vec::new() };
        reader.visit_file(&file);
        let found: Vec<String> = reader.found.into_iter().map(|(_, what)| what).collect();
        assert_eq!(found.join("; "), expected, "{text}");
    }
}
