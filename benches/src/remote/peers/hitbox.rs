//! [hitbox](https://docs.rs/hitbox): its macro for functions over Redis. It has no tags.

use super::bare::Bare;
use super::run::{Function, Run};
use crate::machine;
use crate::remote::subject::TIMEOUT;
use crate::remote::value;
use hitbox::policy::PolicyConfig;
use hitbox_fn::prelude::*;
use hitbox_redis::{ConnectionMode, RedisBackend};
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};

static LOADED: AtomicU64 = AtomicU64::new(0);

fn loaded() -> u64 {
    LOADED.load(Ordering::Relaxed)
}

#[hitbox_fn::cached(prefix = "user")]
async fn load(id: i64) -> String {
    _ = id;
    LOADED.fetch_add(1, Ordering::Relaxed);
    value()
}

/// Measures it.
///
/// # Panics
///
/// If the server does not answer.
pub fn measure(run: &mut Run<'_>) {
    let (servers, runtime) = (run.servers, run.runtime);
    let mode = ConnectionMode::single(servers.redis.url());
    let backend = RedisBackend::builder().connection(mode).build().expect("a URL");
    let policy = PolicyConfig::builder().ttl(TIMEOUT).build();
    let cache = Cache::builder().backend(backend).policy(policy).build();
    let call = |id: u64| {
        let id = i64::try_from(id).expect("small");
        black_box(runtime.block_on(async { load(id).cache(&cache).await }));
    };
    let name = format!("hitbox {}, async function", machine::version("hitbox"));
    run.function(&Function { name, call: &call, loaded }, Bare::asynchronous(servers, runtime));
}
