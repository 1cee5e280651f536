//! The real files of the world: what each becomes, counted so that a person can explain it.

use serde_json::Value;

use crate::{
    city::word,
    home::{Home, homes, shared_data, text},
};

/// One real file and what becomes of its rows.
struct Real {
    pack: &'static str,
    file: &'static str,
    rows: u64,
    taken: u64,
    returned: u64,
    warned: u64,
    /// Faults by rule.
    faults: &'static [(&'static str, i64)],
}

const FILES: &[Real] = &[
    // 2,846 lines are inspections without a licence: seven cells are missing, and the account.
    // 7,324 lines repeat a licence for another inspection of it, which leaves 17,430 licences. 146
    // accounts stand under a second name, most of them where the legal name is empty.
    Real {
        pack: "chicago_licences",
        file: "chicago_business_licences.csv",
        rows: 27_600,
        taken: 17_430,
        returned: 10_170,
        warned: 146,
        faults: &[
            ("duplicate", 7_324),
            ("name_differs", 146),
            ("required", 7 * 2_846),
            ("subject_missing", 2_846),
        ],
    },
    // 195 inspections name another shop than the first one met under their licence.
    Real {
        pack: "chicago_inspections",
        file: "chicago_food_inspections.csv",
        rows: 27_600,
        taken: 27_600,
        returned: 0,
        warned: 195,
        faults: &[("name_differs", 195)],
    },
    Real {
        pack: "sf_businesses",
        file: "sf_businesses.csv",
        rows: 6_399,
        taken: 6_399,
        returned: 0,
        warned: 0,
        faults: &[],
    },
    // Two businesses were inspected twice on a day, and the file has nothing to tell the two apart.
    Real {
        pack: "sf_inspections",
        file: "sf_inspections.csv",
        rows: 14_233,
        taken: 14_231,
        returned: 2,
        warned: 0,
        faults: &[("duplicate", 2)],
    },
    // Twelve findings stand twice in one inspection, word for word.
    Real {
        pack: "sf_violations",
        file: "sf_violations.csv",
        rows: 39_006,
        taken: 38_994,
        returned: 12,
        warned: 0,
        faults: &[("duplicate", 12)],
    },
    // 54 entries come a second time: 11 in the same writing, 43 with other brackets, （株） for (株).
    // Seven were listed before the day of prosecution they give; one of them comes a second time.
    Real {
        pack: "jp_labour_violations",
        file: "jp_labour_violation_list_2016_2026.tsv",
        rows: 3_435,
        taken: 3_381,
        returned: 54,
        warned: 6,
        faults: &[("date_order", 7), ("duplicate", 54)],
    },
    Real {
        pack: "csrc_measures",
        file: "csrc_measures_org_headers.psv",
        rows: 676,
        taken: 676,
        returned: 0,
        warned: 0,
        faults: &[],
    },
];

#[tokio::test]
async fn real_files_of_the_city_give_counts_that_can_be_explained() {
    let Some(folder) = shared_data() else { return };
    for home in homes() {
        println!("{}: pack, rows, taken, returned, warned", home.engine);
        let mut wrong = Vec::new();
        for real in FILES {
            let path = folder.join(real.file);
            if path.is_file() {
                wrong.extend(differences(&home, real, &text(&path)).await);
            } else {
                println!("skipped: there is no {}", path.display());
            }
        }
        assert!(wrong.is_empty(), "{}:\n{}", home.engine, wrong.join("\n"));
        home.must_verify();
    }
}

/// Imports a file twice and tells what is not as expected.
async fn differences(home: &Home, real: &Real, path: &str) -> Vec<String> {
    let arguments = ["import", "--pack", real.pack, path];
    let code = if real.returned == 0 { 0 } else { 3 };
    let (answer, again) = (home.must(&arguments, code), home.must(&arguments, code));
    let number = |answer: &Value, key: &str| answer[key].as_u64().unwrap();
    let register = home.register().await;
    let submission = store::submission::by_receipt(&register, word(&answer, "receipt")).await;
    let id = submission.unwrap().unwrap().id;
    let mut faults = store::fault::by_rule(&register, id).await.unwrap();
    register.close().await;
    faults.sort();
    let faults: Vec<(String, i64)> = faults.into_iter().map(|(rule, _, n)| (rule, n)).collect();
    let [rows, taken, returned, warned] =
        ["rows", "created", "rejected", "warned"].map(|key| number(&answer, key));
    println!("  {}: {rows}, {taken}, {returned}, {warned}; {faults:?}", real.pack);
    let counts = (real.rows, real.taken, real.returned, real.warned);
    let mut wrong = Vec::new();
    let mut differs = |what: &str, here: String, expected: String| {
        if here != expected {
            wrong.push(format!("{}: {what}: {here}, expected {expected}", real.pack));
        }
    };
    let text = |counts: (u64, u64, u64, u64)| format!("{counts:?}");
    differs("counts", text((rows, taken, returned, warned)), text(counts));
    differs("faults", format!("{faults:?}"), format!("{:?}", real.faults));
    let counts = ["created", "changed", "unchanged", "rejected"].map(|key| number(&again, key));
    let (created, changed, unchanged, rejected) = (counts[0], counts[1], counts[2], counts[3]);
    let second = (created, changed, unchanged, rejected);
    differs("sent again", text(second), text((0, 0, taken, returned)));
    wrong
}
