use super::*;

const NUMBER: &str = "11010519491231002X";

fn random(first: u8) -> [u8; 48] {
    let mut bytes = [0; 48];
    for (byte, value) in bytes.iter_mut().zip(first..) {
        *byte = value;
    }
    bytes
}

fn keys(first: u8, id: &str) -> Keys {
    Keys::parse(&Keys::generate_text(&random(first), id)).unwrap()
}

fn bytes(hex: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap() as u8;
    hex.as_bytes().chunks(2).map(|pair| digit(pair[0]) * 16 + digit(pair[1])).collect()
}

#[test]
fn sm3_gives_the_digest_of_the_standard() {
    let expected = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0";
    assert_eq!(sm3_hex(b"abc"), expected);
    assert_eq!(hex(&sm3(b"abc")), expected);
}

#[test]
fn sm4_in_gcm_gives_the_example_of_rfc_8998() {
    let key: [u8; 16] = bytes("0123456789ABCDEFFEDCBA9876543210").try_into().unwrap();
    let nonce: [u8; 12] = bytes("00001234567800000000ABCD").try_into().unwrap();
    let plain = bytes(concat!(
        "AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDD",
        "EEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA",
    ));
    let aad = bytes("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2");
    let cipher = AesGcm::<Sm4, U12>::new(&key.into());
    let sealed = cipher.encrypt(&nonce.into(), Payload { msg: &plain, aad: &aad }).unwrap();
    assert_eq!(
        hex(&sealed).to_ascii_uppercase(),
        concat!(
            "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735",
            "D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D",
            "83DE3541E4C2B58177E065A9BF7B62EC",
        )
    );
}

#[test]
fn the_keyed_hash_is_the_one_other_tools_compute() {
    // printf 'cn_id\x1f11010519491231002X' | openssl dgst -sm3 -mac HMAC -macopt hexkey:1112…30
    let expected = "9d2ddb877408e95de50356c6719c0888887468aeb48d075c62d9f12158f97b46";
    assert_eq!(keys(1, "k1").lookup("cn_id", NUMBER), expected);
}

#[test]
fn what_is_sealed_opens_for_its_purpose() {
    let keys = keys(1, "k1");
    for plain in [NUMBER, "", "示例", &"长".repeat(1000)] {
        let sealed = keys.seal("person_id", plain);
        assert!(sealed.starts_with("k1:"));
        assert_eq!(keys.open("person_id", &sealed).unwrap().as_str(), plain);
        assert_eq!(keys.open("telephone", &sealed).unwrap_err(), OpenError::Refused);
    }
}

#[test]
fn equal_values_seal_equally_and_others_differ() {
    let keys = keys(1, "k1");
    let sealed = keys.seal("person_id", NUMBER);
    assert_eq!(sealed, keys.seal("person_id", NUMBER));
    assert!(!sealed.contains(NUMBER));
    let nonces = ["ab:c", "a:bc", ":abc"].map(|pair| {
        let (purpose, plain) = pair.split_once(':').unwrap();
        keys.seal(purpose, plain)[..19].to_owned()
    });
    assert!(nonces[0] != nonces[1] && nonces[1] != nonces[2] && nonces[0] != nonces[2]);
}

#[test]
fn every_altered_character_is_noticed() {
    let keys = keys(1, "k1");
    let sealed = keys.seal("person_id", NUMBER);
    for position in 3..sealed.len() {
        for letter in ["A", "B", "_", "=", "+"] {
            let mut altered = sealed.clone();
            altered.replace_range(position..=position, letter);
            assert_eq!(keys.open("person_id", &altered).is_ok(), altered == sealed, "{altered}");
        }
    }
    for length in 0..sealed.len() {
        assert!(keys.open("person_id", &sealed[..length]).is_err());
    }
}

#[test]
fn another_key_does_not_open() {
    let sealed = keys(1, "k1").seal("person_id", NUMBER);
    let other = keys(2, "k2").open("person_id", &sealed).unwrap_err();
    assert_eq!(other, OpenError::OtherKey("k1".to_owned()));
    assert_eq!(keys(2, "k1").open("person_id", &sealed).unwrap_err(), OpenError::Refused);
    assert_eq!(keys(1, "k1").open("person_id", NUMBER).unwrap_err(), OpenError::Malformed);
    assert_ne!(keys(1, "k1").lookup("cn_id", NUMBER), keys(2, "k1").lookup("cn_id", NUMBER));
    assert_ne!(keys(1, "k1").lookup("cn_id", NUMBER), keys(1, "k1").lookup("reg_no", NUMBER));
}

#[test]
fn a_key_file_says_what_is_wrong_with_it() {
    let seal = format!("seal = {}", "ab".repeat(16));
    let lookup = format!("lookup = {}", "cd".repeat(32));
    let parse = |lines: &[&str]| Keys::parse(&lines.join("\n")).map(|keys| keys.id().to_owned());
    assert_eq!(parse(&["# made by hand", "", " id = k1 ", &seal, &lookup]), Ok("k1".to_owned()));
    for (lines, expected) in [
        (&[seal.as_str(), &lookup][..], InvalidKeys::Missing("id")),
        (&["id = k1", &lookup], InvalidKeys::Missing("seal")),
        (&["id = k1", &seal], InvalidKeys::Missing("lookup")),
        (&["id = k1", "id = k2", &seal, &lookup], InvalidKeys::Twice("id")),
        (&["id = k:1", &seal, &lookup], InvalidKeys::Id),
        (&["id =", &seal, &lookup], InvalidKeys::Id),
        (&["id = k1", "seel = 1", &lookup], InvalidKeys::Line(2)),
        (&["id = k1", &seal, &lookup, "older = k0"], InvalidKeys::Older(4)),
        (&["id = k1", "seal", &lookup], InvalidKeys::Line(2)),
        (&["id = k1", "seal = ab", &lookup], InvalidKeys::Key { name: "seal", digits: 32 }),
        (&["id = k1", &seal, "lookup = xy"], InvalidKeys::Key { name: "lookup", digits: 64 }),
    ] {
        assert_eq!(parse(lines), Err(expected));
    }
    let zeros = Keys::generate_text(&[0; 48], "k1");
    let expected = InvalidKeys::Key { name: "seal", digits: 32 };
    assert_eq!(Keys::parse(&zeros).unwrap_err(), expected);
}

#[test]
fn a_renewed_file_opens_what_was_sealed_before() {
    let first = Keys::generate_text(&[1; 48], "k1");
    let second = Keys::renewed_text(&first, &[2; 16]).unwrap();
    let third = Keys::renewed_text(&second, &[3; 16]).unwrap();
    let [one, two, three] = [&first, &second, &third].map(|text| Keys::parse(text).unwrap());
    assert_eq!([one.id(), two.id(), three.id()], ["k1", "k2", "k3"]);
    let sealed = one.seal("person_id", NUMBER);
    assert_eq!(three.open("person_id", &sealed).unwrap().as_str(), NUMBER);
    assert_eq!(one.lookup("cn_id", NUMBER), three.lookup("cn_id", NUMBER), "still found");
    let anew = three.resealed("person_id", &sealed).unwrap().unwrap();
    assert!(anew.starts_with("k3:") && three.resealed("person_id", &anew) == Ok(None));
    let without = Keys::without_text(&third, "k1").unwrap().unwrap();
    let without = Keys::parse(&without).unwrap();
    assert!(without.open("person_id", &sealed).is_err());
    assert_eq!(without.open("person_id", &anew).unwrap().as_str(), NUMBER);
    assert_eq!(Keys::without_text(&third, "k3"), Ok(None), "the present key stays");
}

#[test]
fn a_purpose_has_a_key_that_other_tools_can_draw() {
    // printf 'xinheng seal 1\x1ftotp' | openssl dgst -sm3 -mac HMAC -macopt hexkey:0101…01 | cut -c1-32
    let apart = SealKey { id: "k1".to_owned(), key: Zeroizing::new([1; 16]), apart: true };
    let together = SealKey { id: "k1".to_owned(), key: Zeroizing::new([1; 16]), apart: false };
    let nonce = Nonce::<U12>::default();
    let sealed = |key: &SealKey, purpose| key.cipher(purpose).encrypt(&nonce, NUMBER.as_bytes());
    assert_ne!(sealed(&apart, "totp").unwrap(), sealed(&apart, "person_id").unwrap());
    assert_eq!(sealed(&together, "totp").unwrap(), sealed(&together, "person_id").unwrap());
}

#[test]
fn keys_are_never_printed() {
    assert_eq!(format!("{:?}", keys(1, "k1")), "Keys(k1)");
}

#[test]
fn base64url_is_that_of_rfc_4648() {
    for (plain, expected) in [
        ("", ""),
        ("f", "Zg"),
        ("fo", "Zm8"),
        ("foo", "Zm9v"),
        ("foob", "Zm9vYg"),
        ("fooba", "Zm9vYmE"),
        ("foobar", "Zm9vYmFy"),
    ] {
        assert_eq!(base64url(plain.as_bytes()), expected);
        assert_eq!(from_base64url(expected).as_deref(), Some(plain.as_bytes()));
    }
    assert_eq!(base64url(&[0xfb, 0xff]), "-_8");
    for text in ["Z", "Zh", "Zm9vY", "Zm 8", "Zg==", "+/8"] {
        assert_eq!(from_base64url(text), None, "{text}");
    }
}
