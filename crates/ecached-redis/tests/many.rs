//! Many async callers at once: their lookups share commands and answers.

use ecached_core::EntryOptions;
use ecached_core::aio::Cache;
use ecached_redis::Redis;
use ecached_testing::servers;
use tokio::runtime::{Builder, Runtime};

/// Entries, and callers at once: more than fit into one turn, and into one command.
const ENTRIES: u64 = 400;
const CALLERS: u64 = 3 * ENTRIES;

fn runtimes() -> [Runtime; 2] {
    let threads = Builder::new_multi_thread().worker_threads(2).enable_all().build();
    [Builder::new_current_thread().enable_all().build(), threads]
        .map(|runtime| runtime.expect("a runtime"))
}

fn options(id: u64) -> EntryOptions {
    EntryOptions::timeout(60).with_tags(["all".to_owned(), format!("tag{id}")])
}

/// Caller `number` wants the entry of that number, modulo their count.
async fn ask_all(cache: &Cache) -> Vec<Option<String>> {
    let ask = |number: u64| {
        let cache = cache.clone();
        tokio::spawn(async move { cache.get::<String>(&format!("key{}", number % ENTRIES)).await })
    };
    let tasks: Vec<_> = (0..CALLERS).map(ask).collect();
    let mut found = Vec::new();
    for task in tasks {
        found.push(task.await.expect("no panic").expect("the server answers"));
    }
    found
}

#[test]
fn each_caller_gets_its_own_entry_and_none_that_was_invalidated() {
    let server = servers::Redis::start();
    for runtime in runtimes() {
        let redis = Redis::open(&server.url()).unwrap();
        let cache = Cache::from(ecached_core::Cache::new(redis));
        runtime.block_on(async {
            for id in 0..ENTRIES {
                // The last ones are too large for answers that are shared.
                let size = if id < ENTRIES - 3 { 1 } else { 600_000 };
                let value = format!("{id}:{}", "x".repeat(size));
                cache.set(&format!("key{id}"), value, options(id)).await.unwrap();
            }
            for (number, found) in (0..).zip(ask_all(&cache).await) {
                let found = found.expect("all are there");
                assert_eq!(found.split(':').next(), Some(&*(number % ENTRIES).to_string()));
            }
            cache.invalidate_tags(&["tag1", "tag399"]).await.unwrap();
            for (number, found) in (0..).zip(ask_all(&cache).await) {
                assert_eq!(found.is_none(), [1, 399].contains(&(number % ENTRIES)), "{number}");
            }
            cache.invalidate_tags(&["all"]).await.unwrap();
            assert!(ask_all(&cache).await.iter().all(Option::is_none));
        });
    }
}
