//! What only Rust has: async calls that move between threads, and callers who share one computation.

use ecached::prelude::*;
use ecached::{Memory, caches};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

static RUNS: AtomicU64 = AtomicU64::new(0);

#[derive(Clone)]
struct Shop {
    id: u64,
}

impl Shop {
    #[cached("<self.id>:<name>:<years:?>", 60, tags = ["shop:<self.id>"], prefix = "spawned", alias = "spawned")]
    async fn orders(&self, name: &str, years: &[u16]) -> Result<Vec<u16>, std::io::Error> {
        tokio::task::yield_now().await;
        RUNS.fetch_add(1, Ordering::SeqCst);
        Ok(years.iter().map(|year| year + u16::try_from(name.len()).unwrap()).collect())
    }
}

#[tokio::test]
async fn async_methods_with_borrowed_arguments_can_be_spawned() {
    caches().register("spawned", Memory::builder().build()).unwrap();
    let shop = Arc::new(Shop { id: 7 });
    let tasks: Vec<_> = (0..10)
        .map(|_| {
            let shop = Arc::clone(&shop);
            tokio::spawn(async move {
                let (name, years) = (String::from("abc"), vec![2025, 2026]);
                let orders = shop.orders(&name, &years).await.unwrap();
                assert_eq!(shop.orders_peek(&name, &years).await.unwrap(), Some(orders.clone()));
                orders
            })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), [2028, 2029]);
    }
    assert_eq!(RUNS.load(Ordering::SeqCst), 1, "ten callers share one computation");
    let companions = tokio::spawn(async move {
        let name = String::from("abc");
        shop.orders_refresh_cache(&name, &[1]).await.unwrap();
        shop.orders_precache_value(vec![5], &name, &[2]).await.unwrap();
        shop.orders_invalidate_cache_by_key(&name, &[1]).await.unwrap();
        shop.orders_invalidate_cache_by_tags(&name, &[1]).await.unwrap();
        shop.orders_invalidate_cache_by_prefix(&name, &[1]).await.unwrap();
        Shop::orders_invalidate_all().await.unwrap();
        shop.orders_uncached(&name, &[1]).await.unwrap()
    });
    assert_eq!(companions.await.unwrap(), [4]);
}
