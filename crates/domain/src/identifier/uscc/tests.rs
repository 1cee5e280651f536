//! The worked examples and the traps.

use super::*;

/// The worked examples: an enterprise, another with letters, a state organ, three synthetic
/// ones of Pingdingshan, a synthetic village collective.
const EXAMPLES: [&str; 7] = [
    "91110000600037341L",
    "91230500MA1B3N1N2M",
    "11230500001755309F",
    "91410400123456788E",
    "914104001000004460",
    "9141040010000018XA",
    "N2410402MF1234567Q",
];

fn check(cases: &[(&str, Result<&str, InvalidCode>)]) {
    for (text, expected) in cases {
        let code = UnifiedCode::parse(text);
        assert_eq!(code.as_ref().map(UnifiedCode::as_str), expected.as_ref().copied(), "{text}");
    }
}

/// A folder of reference data that is not part of the repository.
#[expect(clippy::disallowed_methods, reason = "a test is told by its environment what it may use")]
fn shared_data(file: &str) -> Option<String> {
    let beside = "../../../shared/data";
    let folder = std::env::var("XINHENG_SHARED_DATA").unwrap_or_else(|_| beside.to_owned());
    let path = std::path::Path::new(&folder).join(file);
    let read = std::fs::read_to_string(&path);
    read.inspect_err(|why| println!("skipped: {}: {why}; set XINHENG_SHARED_DATA", path.display()))
        .ok()
}

#[test]
fn worked_examples_pass() {
    check(&EXAMPLES.map(|code| (code, Ok(code))));
    check(&[("91110000600037341l", Ok("91110000600037341L"))]);
}

#[test]
fn trap_02_a_sum_divisible_by_31_is_checked_by_zero() {
    assert_eq!(check_character("91410400100000446"), Some('0'));
    let values = "91410400100000446".bytes().map(|byte| u32::from(VALUES[usize::from(byte)]));
    let sum: u32 = values.zip(WEIGHTS).map(|(value, weight)| value * weight).sum();
    assert_eq!(sum % 31, 0);
}

#[test]
fn sums_of_the_worked_examples() {
    for (code, expected) in
        [(EXAMPLES[0], 538), (EXAMPLES[1], 2397), (EXAMPLES[2], 791), (EXAMPLES[3], 1102)]
    {
        let values = code.bytes().map(|byte| u32::from(VALUES[usize::from(byte)]));
        let sum: u32 = values.zip(WEIGHTS).map(|(value, weight)| value * weight).sum();
        assert_eq!(sum, expected, "{code}");
    }
}

#[test]
fn every_fault_is_named() {
    check(&[
        ("91110000600037341M", Err(InvalidCode::CheckDigit { expected: 'L' })),
        ("9111000060003734L", Err(InvalidCode::Length(17))),
        (" 91110000600037341L", Err(InvalidCode::Length(19))),
        ("91110000600037341I", Err(InvalidCode::Alphabet('I'))),
        ("911100006000373O1L", Err(InvalidCode::Alphabet('O'))),
        ("911100006000373s1L", Err(InvalidCode::Alphabet('s'))),
        ("91110000 00037341L", Err(InvalidCode::Alphabet(' '))),
        ("９１110000600037341L", Err(InvalidCode::Alphabet('９'))),
        ("平顶山市示例有限", Err(InvalidCode::Length(8))),
        ("示例示例示例", Err(InvalidCode::Length(6))),
        ("", Err(InvalidCode::Length(0))),
    ]);
}

#[test]
fn a_placeholder_is_never_a_code() {
    for text in
        ["00000000000000000X", "000000000000000000", "111111111111111111", "00000000000000000Y"]
    {
        check(&[(text, Err(InvalidCode::Placeholder))]);
        assert_eq!(UnifiedCode::parse_overridden(text), Err(InvalidCode::Placeholder), "{text}");
    }
}

#[test]
fn an_override_forgives_the_check_character_alone() {
    let code = UnifiedCode::parse_overridden("91110000600037341m").unwrap();
    assert_eq!(code.as_str(), "91110000600037341M");
    assert!(!code.check_fits());
    assert!(UnifiedCode::parse(EXAMPLES[0]).unwrap().check_fits());
    let alphabet = UnifiedCode::parse_overridden("91110000600037341Z");
    assert_eq!(alphabet, Err(InvalidCode::Alphabet('Z')));
    assert_eq!(UnifiedCode::parse_overridden("9111"), Err(InvalidCode::Length(4)));
}

#[test]
fn parts_and_kinds_are_read_off() {
    let code = UnifiedCode::parse(EXAMPLES[3]).unwrap();
    assert_eq!((code.authority(), code.class()), ('9', '1'));
    assert_eq!((code.division(), code.org_body()), ("410400", "123456788"));
    assert_eq!(code.parts(), ["91", "410400", "123456788", "E"]);
    for (code, kind, public_body) in [
        (EXAMPLES[0], "企业", false),
        (EXAMPLES[2], "机关", true),
        (EXAMPLES[6], "村级农村集体经济组织", false),
    ] {
        let code = UnifiedCode::parse(code).unwrap();
        assert_eq!((code.kind_label().zh.as_str(), code.is_public_body()), (kind, public_body));
    }
}

/// A code with a fitting check character.
fn made(first17: &str) -> UnifiedCode {
    let text = format!("{first17}{}", check_character(first17).unwrap());
    UnifiedCode::parse(&text).unwrap()
}

#[test]
fn an_individual_business_is_told_by_its_class() {
    assert!(made("92410402123456788").is_individual_business());
    assert!(!made("91410402123456788").is_individual_business());
}

#[test]
fn codes_a_narrow_pattern_would_refuse_are_taken_without_doubt() {
    // Forensic institutions, arbitration, the north-west, Hong Kong, villages, the army.
    for first17 in [
        "34410400123456788",
        "35410400123456788",
        "91610100123456788",
        "91650100123456788",
        "91810000123456788",
        "N1410402123456788",
        "N9410402123456788",
        "A1410402123456788",
        "Y1410402123456788",
    ] {
        assert_eq!(made(first17).doubts(), Doubts::default(), "{first17}");
    }
}

#[test]
fn doubts_warn_and_never_refuse() {
    for (first17, expected) in [
        ("94410400123456788", Doubts { unknown_authority_class: true, ..Doubts::default() }),
        ("BB410400123456788", Doubts { unknown_authority_class: true, ..Doubts::default() }),
        ("91410400123456789", Doubts { org_code_check_fails: true, ..Doubts::default() }),
        ("9141A400123456788", Doubts { division_not_digits: true, ..Doubts::default() }),
    ] {
        let doubts = made(first17).doubts();
        assert_eq!((doubts, doubts.any()), (expected, true), "{first17}");
    }
    for code in EXAMPLES {
        assert!(!UnifiedCode::parse(code).unwrap().doubts().org_code_check_fails, "{code}");
    }
}

#[test]
fn every_single_wrong_character_is_noticed() {
    for right in EXAMPLES {
        for position in 0..18 {
            for letter in ALPHABET.map(char::from) {
                let mut wrong: Vec<char> = right.chars().collect();
                wrong[position] = letter;
                let text: String = wrong.into_iter().collect();
                assert_eq!(UnifiedCode::parse(&text).is_ok(), text == right, "{text}");
            }
        }
    }
}

#[test]
fn every_swap_of_neighbours_is_noticed() {
    for right in EXAMPLES {
        for position in 1..18 {
            let mut letters: Vec<char> = right.chars().collect();
            letters.swap(position - 1, position);
            let text: String = letters.into_iter().collect();
            assert_eq!(UnifiedCode::parse(&text).is_ok(), text == right, "{text}");
        }
    }
}

#[test]
fn check_character_wants_seventeen_of_the_alphabet() {
    assert_eq!(check_character("91110000600037341"), Some('L'));
    assert_eq!(check_character("9111000060003734"), None);
    assert_eq!(check_character("91110000600037341L"), None);
    assert_eq!(check_character("9111000060003734I"), None);
    assert_eq!(check_character("平顶山市示例"), None);
}

#[test]
fn the_codes_of_python_stdnum_pass() {
    let Some(list) = shared_data("uscc_valid_stdnum.txt") else { return };
    let codes: Vec<&str> = list.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(codes.len(), 200);
    for code in codes {
        assert_eq!(UnifiedCode::parse(code).map(|code| code.to_string()), Ok(code.to_owned()));
    }
}

#[test]
fn the_codes_of_other_libraries_pass_or_need_an_override() {
    let Some(table) = shared_data("uscc_vectors_extra.csv") else { return };
    let mut counts = (0, 0);
    for line in table.lines().skip(1) {
        let [code, fits, ..] = line.split(',').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let parsed = UnifiedCode::parse(code);
        assert_eq!(parsed.is_ok(), fits == "true", "{line}");
        assert!(UnifiedCode::parse_overridden(code).is_ok(), "{line}");
        if parsed.is_ok() { counts.0 += 1 } else { counts.1 += 1 }
    }
    assert_eq!(counts, (12, 4));
}
