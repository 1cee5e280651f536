use super::*;
use crate::name::forms::{BranchWords, FormWords, Words};

/// A few words of each kind; the whole list is `policy/names.toml`.
fn forms() -> Forms {
    let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let form = |id: &str, list: &[&str], leading| FormWords {
        id: id.to_owned(),
        words: words(list),
        leading,
    };
    let listed = Words {
        form: vec![
            form("limited", &["有限责任公司", "有限公司", "Ltd", "Co., Ltd.", "Limited"], false),
            form("shares", &["股份有限公司"], false),
            form("partnership", &["(有限合伙)"], false),
            form("kabushiki", &["株式会社", "(株)", "㈱", "K.K."], true),
            form("corporation", &["Inc", "Corp", "S.A.", "GmbH"], false),
        ],
        branch: vec![
            BranchWords {
                words: words(&["分公司", "分店", "营业部", "Branch"]),
                only_numbered: false,
            },
            BranchWords { words: words(&["门店", "店"]), only_numbered: true },
        ],
        former: words(&["曾用名", "原"]),
        trading: words(&["DBA", "d/b/a"]),
        filler: words(&["The", "And", "集团"]),
        numbered: words(&["#", "No", "Store"]),
        division_ending: words(&["省", "市", "县", "区"]),
        traditional: words(&["東东 號号"]),
    };
    let divisions = ["河南省", "平顶山市", "宝丰县", "北京市"];
    Forms::new(&listed, divisions).expect("no writing stands for two forms")
}

/// Core, division, form, place of the branch, number; `-` for none.
fn written(name: &str) -> String {
    let forms = forms();
    let parts = forms.parts(name);
    let none = || "-".to_owned();
    [
        parts.core,
        parts.division.unwrap_or_else(none),
        parts.form.map_or_else(none, |form| forms.form(form).to_owned()),
        parts.branch.map_or_else(none, |branch| format!("<{}", branch.place)),
        parts.number.map_or_else(none, |number| number.to_string()),
    ]
    .join("|")
}

fn check(rows: &[(&str, &str)]) {
    for (name, expected) in rows {
        assert_eq!(written(name), *expected, "{name}");
    }
}

#[test]
fn a_chinese_name_comes_apart() {
    check(&[
        ("示例東方商贸有限责任公司", "示例东方商贸|-|limited|-|-"),
        ("河南省平顶山市示例东方商贸有限公司", "示例东方商贸|河南 平顶山|limited|-|-"),
        ("平顶山示例东方股份有限公司", "示例东方|平顶山|shares|-|-"),
        ("示例东方（北京）科技有限公司", "示例东方科技|北京|limited|-|-"),
        ("示例东方集团有限公司", "示例东方|-|limited|-|-"),
        ("示例东方投资中心（有限合伙）", "示例东方投资中心|-|partnership|-|-"),
        ("株式会社示例", "示例|-|kabushiki|-|-"),
        ("㈱示例", "示例|-|kabushiki|-|-"),
        ("示例", "示例|-|-|-|-"),
    ]);
}

#[test]
fn a_branch_names_its_parent_and_its_number() {
    check(&[
        ("示例东方商贸有限公司第一分公司", "示例东方商贸|-|limited|<|1"),
        ("示例东方商贸有限公司宝丰分公司", "示例东方商贸|-|limited|<宝丰|-"),
        ("示例餐饮一分店", "示例餐饮|-|-|<|1"),
        ("示例餐饮二店", "示例餐饮|-|-|<|2"),
        ("示例餐饮第3门店", "示例餐饮|-|-|<|3"),
        ("示例餐饮(人民路店)", "示例餐饮|-|-|<人民路|-"),
        ("示例餐饮（二店）", "示例餐饮|-|-|<|2"),
        ("示例便利店", "示例便利店|-|-|-|-"),
        ("Example Bank, Lincoln Branch", "EXAMPLE BANK LINCOLN|-|-|<|-"),
    ]);
    let branch = forms().parts("示例東方商贸有限公司宝丰分公司").branch.expect("a branch");
    assert_eq!(branch.parent, "示例东方商贸有限公司");
    assert!(branch.divided);
    let depth = |name: &str| forms().parts(name).branch.map(|branch| branch.depth);
    assert_eq!(depth("示例餐饮二店第三分公司"), Some(2), "a branch of a branch");
    assert_eq!(depth("示例餐饮二店"), Some(1));
}

#[test]
fn a_latin_name_comes_apart() {
    check(&[
        ("The Example & Sons Co., Ltd.", "EXAMPLE SONS|-|limited|-|-"),
        ("Exämple GmbH", "EXAMPLE|-|corporation|-|-"),
        ("Exemple S.A.", "EXEMPLE|-|corporation|-|-"),
        ("EXAMPLE FOODS #1234", "EXAMPLE FOODS|-|-|-|1234"),
        ("Example Foods Store No. 7", "EXAMPLE FOODS|-|-|-|7"),
        ("Example Foods 12", "EXAMPLE FOODS|-|-|-|12"),
        ("7 Example", "7 EXAMPLE|-|-|-|-"),
        ("Inc", "INC|-|-|-|-"),
    ]);
}

#[test]
fn former_and_trading_names_are_told_apart() {
    let forms = forms();
    let rows = [
        ("示例东方有限公司(曾用名:示例西方有限公司)", "示例东方有限公司", "示例西方有限公司"),
        ("示例东方有限公司（原示例西方有限公司）", "示例东方有限公司", "示例西方有限公司"),
        ("示例东方有限公司曾用名：示例西方", "示例东方有限公司", "示例西方"),
        ("示例（原平）有限公司", "示例原平有限公司", ""),
    ];
    for (name, key, former) in rows {
        let parts = forms.parts(name);
        assert_eq!((parts.key.as_str(), parts.former.concat().as_str()), (key, former), "{name}");
    }
    let parts = forms.parts("Example Holdings Inc D/B/A Corner Shop");
    assert_eq!(
        (parts.core.as_str(), parts.trading.as_deref()),
        ("EXAMPLE HOLDINGS", Some("CORNER SHOP"))
    );
}

#[test]
fn a_writing_of_two_forms_is_refused() {
    let form = |id: &str| FormWords {
        id: id.to_owned(),
        words: vec!["有限公司".to_owned()],
        leading: false,
    };
    let listed = Words { form: vec![form("one"), form("two")], ..Words::default() };
    assert_eq!(Forms::new(&listed, []).err(), Some(vec!["有限公司".to_owned()]));
}
