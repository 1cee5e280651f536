//! Identifiers of made-up subjects, valid in every check character.
//!
//! Computed here and not taken from `domain::identifier` on purpose: the city must not share a
//! mistake with the checker it tries. All lie in division 4199xx, which does not exist.

/// Alphabet of GB 32100: no I, O, S, V, Z.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// Weights of GB 32100: 3 to the power of the position, modulo 31.
const WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/// How many organisation codes [`org_code`] can give.
pub const ORG_CODES: u64 = 31 * 31 * 31 * 31 * 31 * 31;

/// The unified social credit code of a class (`91`), a division and an organisation code.
#[must_use]
pub fn uscc(class: &str, division: &str, org_code: &str) -> String {
    let mut code = format!("{class}{division}{org_code}");
    let sum: u32 = code.bytes().zip(WEIGHTS).map(|(byte, weight)| rank(byte) * weight).sum();
    let check = (31 - sum % 31) % 31;
    code.push(char::from(ALPHABET[check as usize]));
    code
}

fn rank(byte: u8) -> u32 {
    ALPHABET.iter().position(|letter| *letter == byte).map_or(0, |place| place as u32)
}

/// The organisation code (GB 11714) of a number below [`ORG_CODES`]: `MA`, six characters, check.
#[must_use]
pub fn org_code(number: u64) -> String {
    let mut body = *b"MA000000";
    let mut rest = number;
    for place in body.iter_mut().skip(2).rev() {
        *place = ALPHABET[(rest % 31) as usize];
        rest /= 31;
    }
    let weights = [3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.iter().zip(weights).map(|(byte, weight)| base36(*byte) * weight).sum();
    let mut code: String = body.iter().map(|byte| char::from(*byte)).collect();
    code.push(match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from(b'0' + digit as u8),
    });
    code
}

fn base36(byte: u8) -> u32 {
    char::from(byte).to_digit(36).unwrap_or_default()
}

/// The 15-digit registration number (GS 15) of a division and a sequence number.
#[must_use]
pub fn reg_no(division: &str, sequence: u64) -> String {
    let mut code = format!("{division}{:08}", sequence % 100_000_000);
    let product = code.bytes().fold(10, |product, byte| {
        let sum = (product + u32::from(byte - b'0')) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    code.push(char::from(b'0' + ((11 - product) % 10) as u8));
    code
}

/// A resident identity number of nobody: the division 419900 issues none.
#[must_use]
pub fn person_id(birth: &str, sequence: u64) -> String {
    let mut code = format!("419900{birth}{:03}", sequence % 1000);
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 =
        code.bytes().zip(weights).map(|(byte, weight)| u32::from(byte - b'0') * weight).sum();
    code.push(char::from(b"10X98765432"[(sum % 11) as usize]));
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_the_check_characters_of_known_codes() {
        assert_eq!(uscc("91", "110000", "600037341"), "91110000600037341L");
        assert_eq!(uscc("91", "410400", "100000446"), "914104001000004460");
        assert_eq!(uscc("N2", "410402", "MF1234567"), "N2410402MF1234567Q");
        assert_eq!(reg_no("110108", 1), "110108000000016");
    }

    #[test]
    fn gives_an_organisation_code_of_nine_characters() {
        assert_eq!(org_code(0).len(), 9);
        assert_ne!(org_code(1), org_code(ORG_CODES - 1));
    }
}
