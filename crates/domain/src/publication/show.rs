//! A value as people read it: money in yuan, codes by their labels.

use serde_json::Value;

use crate::{
    catalogue::{Field, FieldKind},
    money::Fen,
    policy::Policy,
    text::Lang,
};

pub(super) fn text(policy: &Policy, field: &Field, value: &Value, lang: Lang) -> String {
    let code_label = |list: &str, code: &str| {
        let list = policy.codes.get(list);
        list.map_or_else(|| code.to_owned(), |list| list.label(code, lang).to_owned())
    };
    match (&field.kind, value) {
        (FieldKind::MoneyWan | FieldKind::MoneyYuan, value) => {
            value.as_i64().map_or_else(|| value.to_string(), |fen| Fen(fen).yuan_text(lang))
        }
        (FieldKind::Code { list }, Value::String(code)) => code_label(list, code),
        (FieldKind::Codes { list }, Value::Array(codes)) => {
            let labels =
                codes.iter().filter_map(|code| code.as_str()).map(|code| code_label(list, code));
            labels.collect::<Vec<_>>().join(lang.t("；", "; "))
        }
        (FieldKind::Flag, Value::Bool(flag)) => {
            if *flag { lang.t("是", "yes") } else { lang.t("否", "no") }.to_owned()
        }
        (_, Value::String(text)) => text.clone(),
        (_, other) => other.to_string(),
    }
}
