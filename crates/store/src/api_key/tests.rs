use super::*;

async fn holder(register: &Register, digest: &str) -> Result<Option<Holder>, Error> {
    Ok(by_digest(register, digest).await?.map(|key| key.holder))
}

use crate::samples::{Sample, each, now};

async fn kept(register: &Register, digest: &str, department: &str, label: &str) -> bool {
    let mut write = register.write().await.unwrap();
    let holder = of(department, label);
    let kept = insert(&mut write, digest, &holder, &Terms::default(), now()).await.unwrap();
    let kept = kept.is_some();
    write.commit().await.unwrap();
    kept
}

fn of(department: &str, label: &str) -> Holder {
    Holder { department: department.to_owned(), label: label.to_owned() }
}

#[tokio::test]
async fn a_label_is_a_departments_own() {
    for Sample { register, folder: _folder } in each().await {
        assert!(kept(&register, "1", "甲", "办案系统").await);
        assert!(kept(&register, "2", "乙", "办案系统").await);
        assert!(!kept(&register, "3", "甲", "办案系统").await, "one in force of a label");
        let mut write = register.write().await.unwrap();
        assert!(revoke(&mut write, &of("甲", "办案系统"), now()).await.unwrap());
        assert!(!revoke(&mut write, &of("甲", "办案系统"), now()).await.unwrap());
        assert!(!revoke(&mut write, &of("乙", "其他"), now()).await.unwrap());
        write.commit().await.unwrap();
        assert_eq!(holder(&register, "1").await.unwrap(), None);
        assert_eq!(holder(&register, "2").await.unwrap(), Some(of("乙", "办案系统")));
        assert_eq!(holder(&register, "3").await.unwrap(), None);
        assert!(kept(&register, "4", "甲", "办案系统").await, "the label is free again");
        assert_eq!(holder(&register, "4").await.unwrap(), Some(of("甲", "办案系统")));
    }
}
