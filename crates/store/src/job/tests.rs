use super::*;
use crate::samples::{Sample, each, must_verify, now, number};

async fn put(register: &Register, payload: &str, run_at: Timestamp) {
    let mut write = register.write().await.unwrap();
    enqueue(&mut write, "refresh_figures", payload, run_at).await.unwrap();
    write.commit().await.unwrap();
}

async fn taken(register: &Register, at: Timestamp) -> Option<(String, i64)> {
    take(register, at).await.unwrap().map(|job| (job.payload, job.attempt))
}

fn after(seconds: i64) -> Timestamp {
    now() + SignedDuration::from_secs(seconds)
}

const COUNT: &str = "select count(*) from job";

#[tokio::test]
async fn one_of_a_kind_waits_and_one_worker_gets_it() {
    for Sample { register, folder: _folder } in each().await {
        put(&register, "penalty", after(5)).await;
        put(&register, "penalty", now()).await;
        put(&register, "licence", after(5)).await;
        assert_eq!(number(&register, COUNT).await, 2);
        let mut workers = tokio::task::JoinSet::new();
        for _ in 0..6 {
            let register = register.clone();
            workers.spawn(async move { taken(&register, now()).await });
        }
        let got: Vec<_> = workers.join_all().await.into_iter().flatten().collect();
        assert_eq!(got, [("penalty".to_owned(), 1)]);
        // What comes while one runs waits for the next run.
        put(&register, "penalty", now()).await;
        put(&register, "penalty", now()).await;
        assert_eq!(number(&register, COUNT).await, 3);
        must_verify(&register).await;
    }
}

#[tokio::test]
async fn a_job_is_free_again_when_its_lease_has_run_out() {
    for Sample { register, folder: _folder } in each().await {
        put(&register, "penalty", now()).await;
        let first = take(&register, now()).await.unwrap().unwrap();
        let lease = LEASE.as_secs();
        assert_eq!(taken(&register, after(lease - 1)).await, None);
        let second = take(&register, after(lease)).await.unwrap().unwrap();
        assert_eq!((second.id, second.attempt), (first.id, 2));
        // The first is heard of again: a failure of it changes nothing, being done ends the job.
        failed(&register, &first, after(lease), "late").await.unwrap();
        assert_eq!(taken(&register, after(lease + 1)).await, None);
        done(&register, &first).await.unwrap();
        assert_eq!(number(&register, COUNT).await, 0);

        put(&register, "penalty", now()).await;
        for attempt in 1..=ATTEMPTS {
            let at = after(attempt * lease);
            assert_eq!(taken(&register, at).await, Some(("penalty".to_owned(), attempt)));
        }
        assert_eq!(taken(&register, after(100 * lease)).await, None);
        let given_up = "select count(*) from job where state = 'failed' and last_error <> ''";
        assert_eq!(number(&register, given_up).await, 1);
    }
}

#[tokio::test]
async fn a_failing_job_waits_longer_each_time() {
    for Sample { register, folder: _folder } in each().await {
        put(&register, "penalty", now()).await;
        let mut at = 0;
        for (attempt, wait) in (1..ATTEMPTS).zip([10, 40, 160, 640]) {
            let job = take(&register, after(at)).await.unwrap().unwrap();
            assert_eq!(job.attempt, attempt);
            failed(&register, &job, after(at), "示例").await.unwrap();
            assert_eq!(taken(&register, after(at + wait - 1)).await, None);
            at += wait;
        }
        let last = take(&register, after(at)).await.unwrap().unwrap();
        failed(&register, &last, after(at), "示例").await.unwrap();
        assert_eq!(taken(&register, after(1_000_000)).await, None);

        // One that waits already does for the one that failed.
        put(&register, "licence", now()).await;
        let job = take(&register, now()).await.unwrap().unwrap();
        put(&register, "licence", now()).await;
        failed(&register, &job, now(), "示例").await.unwrap();
        assert_eq!(
            number(&register, "select count(*) from job where payload = 'licence'").await,
            1
        );
    }
}
