//! Settings, and what a command says that cannot begin.

use std::{fs, process::Stdio};

use crate::home::{Home, homes};

#[test]
fn every_wrong_setting_is_named_at_once() {
    let home = Home::sqlite();
    fs::write(home.path("xinheng.toml"), "colour = \"red\"\nkeys = 7\nlog = \"=,=\"\n").unwrap();
    fs::write(home.path("keys"), "id = k1\n").unwrap();
    let output = home
        .command(&["policy", "check"])
        .env_remove("XINHENG_KEYS")
        .env("XINHENG_PLACE", "nowhere")
        .env("XINHENG_PUBLIC_URL", "ftp://example")
        .env("XINHENG_PROXIES", "127.0.0.1, 10.0.0.0/8, proxy.example")
        .env("DATABASE_URL", "postgres:/secret@host")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    for word in [
        "colour",
        "`keys` is integer",
        "nowhere",
        "ftp://example",
        "proxies has proxy.example",
        "DATABASE_URL",
        "seal",
        "log is",
    ] {
        assert!(said.contains(word), "{word}: {said}");
    }
    let said = said.replace("oidc_secret", "");
    assert!(!said.contains("secret"), "{said}");
}

#[test]
fn whoever_has_seen_enough_of_an_answer_may_go() {
    let home = Home::sqlite();
    let mut child = home.command(&["policy", "check"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_register_is_opened_under_its_own_keys_alone() {
    for home in homes() {
        home.must(&["key", "add", "--department", "scjg", "--label", "示例"], 0);
        let (keys, aside) = (home.path("keys"), home.path("keys.aside"));
        fs::rename(&keys, &aside).unwrap();
        let lost = home.must(&["subject", "91419901MA0000015J"], 5);
        assert!(lost["error"].to_string().contains("not here"), "{lost}");
        assert!(!fs::exists(&keys).unwrap(), "no other keys were made");
        // A new register makes keys of its own, where these were.
        home.another().must(&["key", "add", "--department", "scjg", "--label", "示例"], 0);
        let wrong = home.must(&["subject", "91419901MA0000015J"], 5);
        assert!(wrong["error"].to_string().contains("not written under this"), "{wrong}");
        fs::rename(&aside, &keys).unwrap();
        home.must(&["subject", "91419901MA0000015J"], 1);
    }
}

#[test]
fn keys_that_a_setting_gives_are_changed_in_no_file() {
    let home = Home::sqlite();
    home.must(&["keys", "add"], 0);
    let before = fs::read_to_string(home.path("keys")).unwrap();
    for arguments in [&["keys", "add"][..], &["keys", "remove", "k1"]] {
        let mut command = home.command(arguments);
        let output = command.env("XINHENG_SEAL_KEYS", &before).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.code() == Some(1) && said.contains("XINHENG_SEAL_KEYS"), "{said}");
        assert_eq!(fs::read_to_string(home.path("keys")).unwrap(), before);
    }
}
