//! What administrators do to accounts, roles and organisations, and what one of them cannot do alone.

use crate::home::{Home, homes};

/// Opens the first account of the role at the machine.
fn first(home: &Home, login: &str, code: i32) {
    let open = ["account", "first", "--role", "system_administrator", "--name", "示例甲"];
    home.must(&[&open[..], &["--login", login]].concat(), code);
}

#[tokio::test]
async fn whoever_has_the_machine_replaces_the_last_administrator() {
    for home in homes() {
        first(&home, "admin1", 0);
        first(&home, "admin2", 5);
        let register = home.register().await;
        let found = store::account::by_login(&register, "admin1").await.unwrap().unwrap();
        let mut write = register.write().await.unwrap();
        store::account::close(&mut write, found.id, found.created_at).await.unwrap();
        write.commit().await.unwrap();
        first(&home, "admin2", 0);
        register.close().await;
    }
}

#[tokio::test]
async fn whoever_has_the_machine_takes_a_second_factor_away() {
    for home in homes() {
        first(&home, "admin1", 0);
        let register = home.register().await;
        let account = async || store::account::by_login(&register, "admin1").await;
        let before = account().await.unwrap().unwrap();
        let mut write = register.write().await.unwrap();
        store::account::set_totp(&mut write, before.id, Some("sealed")).await.unwrap();
        write.commit().await.unwrap();
        home.must(&["account", "reset", "--factor", "admin1"], 0);
        let after = account().await.unwrap().unwrap();
        assert_eq!((after.totp, after.password), (None, before.password), "{}", home.engine);
        let told = store::audit::from(&register, 0, 100).await.unwrap();
        assert!(told.iter().any(|one| one.event == "factor_reset"), "{}", home.engine);
        register.close().await;
    }
}
