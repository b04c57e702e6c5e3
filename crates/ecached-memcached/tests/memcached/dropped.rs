//! Futures that are dropped half-way.

use crate::support::{item, on, servers};
use ecached_core::backend::{AsyncBackend, Invalidating};
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use tokio::runtime::Builder;

/// Polls a future so often, with time for others in between, and drops it.
async fn give_up<F: Future>(future: F, polls: usize) {
    let mut future = pin!(future);
    for _ in 0..polls {
        let is_done =
            poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_ready())).await;
        if is_done {
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// An answer that nobody waits for any more must not be taken for the next one's.
#[test]
fn answers_are_never_mixed_up() {
    let servers = servers(3);
    let backend = on(&servers).asynchronous();
    let runtimes = [
        Builder::new_current_thread().enable_all().build().unwrap(),
        Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap(),
    ];
    let keys: Vec<String> = (0..64).map(|number| format!("k{number}")).collect();
    let value = |key: &str| key.repeat(100).into_bytes();
    let mut invalidating = Invalidating::default();
    invalidating.versions = (0..10).map(|number| format!("v{number}")).collect();
    invalidating.clock = Some("clock".to_owned());
    for runtime in runtimes {
        runtime.block_on(async {
            let items: Vec<_> = keys.iter().map(|key| item(key, &value(key))).collect();
            AsyncBackend::set_many(&backend, &items).await.unwrap();
            for round in 0..2000 {
                let key = |offset: usize| keys[(round * 7 + offset) % keys.len()].as_str();
                match round % 3 {
                    0 => give_up(AsyncBackend::get(&backend, key(0)), round % 5).await,
                    1 => {
                        let asked = [key(0), key(9), key(3)];
                        give_up(AsyncBackend::get_many(&backend, &asked), round % 7).await;
                    }
                    _ => {
                        let invalidation = AsyncBackend::invalidate(&backend, &invalidating);
                        give_up(invalidation, round % 6).await;
                    }
                }
                let asked = [key(1), key(2), key(1)];
                let values = AsyncBackend::get_many(&backend, &asked).await.unwrap();
                let expected = asked.map(|key| Some(value(key)));
                assert_eq!(values, expected, "round {round}");
            }
        });
    }
}
