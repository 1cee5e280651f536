use std::{task::Context, time::Duration};

use super::*;
use crate::samples::{Sample, each, tamper};

/// Longer than anything here takes, on the busiest machine.
const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn readers_and_writers_do_not_keep_each_other_waiting() {
    for Sample { register, folder: _folder } in each().await {
        let mut readers = Vec::new();
        for _ in 0..READERS {
            let mut reader = register.pool.begin().await.unwrap();
            let count = "select count(*) from subject";
            sqlx::query_scalar::<_, i64>(count).fetch_one(&mut *reader).await.unwrap();
            readers.push(reader);
        }
        let write = tokio::time::timeout(PATIENCE, register.write()).await;
        let write = write.expect("a writer waits for no reader").unwrap();
        readers.clear();
        let waiting: Vec<_> = (0..10)
            .map(|_| {
                let register = register.clone();
                tokio::spawn(async move { register.write().await.unwrap().commit().await })
            })
            .collect();
        let read = crate::feed::last(&register);
        let read = tokio::time::timeout(PATIENCE, read).await;
        assert_eq!(read.expect("a reader waits for no writer").unwrap(), 0);
        write.commit().await.unwrap();
        for writer in waiting {
            writer.await.unwrap().unwrap();
        }
    }
}

#[tokio::test]
async fn a_register_of_another_version_or_half_restored_is_left_alone() {
    for Sample { register, folder: _folder } in each().await {
        let engine = || register.engine().clone();
        let opened = || async { Register::open(engine()).await.err().map(|why| why.to_string()) };
        let told = |why: &Error| Some(why.to_string());
        assert_eq!(opened().await, None);
        tamper(&register, "update _sqlx_migrations set version = 99 where version = 6").await;
        assert_eq!(opened().await, told(&Error::NewVersion));
        tamper(&register, "update _sqlx_migrations set version = 6 where version = 99").await;
        tamper(&register, "insert into counter (name, next) values ('restoring', 0)").await;
        assert_eq!(opened().await, told(&Error::HalfRestored));
        assert!(Register::open_to_restore(engine()).await.is_ok());
    }
}

#[tokio::test]
async fn a_register_whose_making_was_killed_is_made_ready_and_one_in_use_is_left_alone() {
    for (written, opens) in [(false, true), (true, false)] {
        let folder = tempfile::tempdir().unwrap();
        let engine = Engine::Sqlite(folder.path().join("register.db"));
        let register = Register::connect(engine.clone(), 1).await.unwrap();
        let first = MIGRATOR.iter().take(3).cloned().collect();
        let mut connection = register.writers.acquire().await.unwrap();
        Migrator::with_migrations(first).run(&mut *connection).await.unwrap();
        drop(connection);
        if written {
            tamper(&register, "update counter set next = 2 where name = 'subject'").await;
        }
        register.close().await;
        let opened = Register::open(engine).await;
        assert_eq!(opened.is_ok(), opens, "written: {written}");
    }
}

#[tokio::test]
async fn whoever_writes_after_somebody_who_gave_up_finds_the_register_free() {
    for Sample { register, folder: _folder } in each().await {
        let mut held = Vec::new();
        for turn in 0..200 {
            // Read first, then written: SQLite lets no such writer wait for another.
            let mut write = register.write().await.unwrap();
            let count = "select count(*) from subject";
            sqlx::query_scalar::<_, i64>(count).fetch_one(&mut *write.tx).await.unwrap();
            held.push(take_numbers(&mut write, "subject", 1).await.unwrap());
            if turn % 2 == 0 {
                drop(write);
            } else {
                write.commit().await.unwrap();
            }
        }
        // What was given up left no number taken.
        assert_eq!(held.last().unwrap() - held.first().unwrap(), 99);
    }
}

#[tokio::test]
async fn what_is_to_be_kept_is_kept_though_nobody_waits_for_it() {
    for Sample { register, folder: _folder } in each().await {
        for expected in 1..=200 {
            let mut write = register.write().await.unwrap();
            assert_eq!(take_numbers(&mut write, "subject", 1).await.unwrap(), expected);
            let kept = write.commit();
            if expected % 2 == 0 {
                // Asked for, and given up while it is on its way.
                let none = std::task::Waker::noop();
                let mut asked = std::pin::pin!(kept);
                assert!(asked.as_mut().poll(&mut Context::from_waker(none)).is_pending());
            } else {
                kept.await.unwrap();
            }
        }
    }
}
