//! The worker of the platform.

use std::time::Duration;

use domain::text::Lang;
use registry::{platform::Platform, search, work};

use crate::site::{business, empty_site, registration, site};

async fn found(platform: &Platform, name: &str) -> usize {
    search::search(platform, name, Lang::Zh, 9).await.expect("an answer").hits.len()
}

#[tokio::test]
async fn an_index_ahead_of_a_restored_register_is_built_again() {
    let (full, restored) = (site().await, empty_site().await);
    restored.accept("registration", &[registration(&business(4))]).await;
    // The register of an older backup comes in the place of the one the index was built of.
    let platform = Platform { names: full.platform.names.clone(), ..restored.platform.clone() };
    let names = platform.names.as_ref().expect("an index");
    assert!(1 < names.position());
    while work::step(&platform).await.expect("a step") {}
    assert_eq!(names.position(), 1);
    let kept: Vec<String> =
        names.search("示例", 9).expect("an answer").into_iter().map(|hit| hit.name).collect();
    assert_eq!(kept, [business(4).name]);
    assert_eq!(found(&platform, &business(4).name).await, 1);
}

#[tokio::test]
async fn the_worker_outlives_a_register_that_is_away() {
    let site = site().await;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    site.platform.register.close().await;
    let platform = site.platform.clone();
    assert!(work::step(&platform).await.is_err());
    let mut worker = tokio::spawn(async move { work::run(&platform, stopped).await });
    let ended = tokio::time::timeout(Duration::from_millis(200), &mut worker).await;
    assert!(ended.is_err(), "a failure is no end");
    stop.send(true).expect("a worker that listens");
    worker.await.expect("an end when told");
}
