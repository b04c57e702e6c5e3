//! [cached](https://docs.rs/cached): its macro over Redis. It has no tags there.

use super::bare::Bare;
use super::run::{Function, Run};
use crate::machine;
use crate::remote::subject::TIMEOUT;
use crate::remote::value;
use cached::macros::concurrent_cached;
use cached::{AsyncRedisCache, RedisCache};
use std::hint::black_box;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

static URL: OnceLock<String> = OnceLock::new();

static LOADED: AtomicU64 = AtomicU64::new(0);

fn loaded() -> u64 {
    LOADED.load(Ordering::Relaxed)
}

fn url() -> &'static str {
    URL.get().expect("set before the first call")
}

#[concurrent_cached(
    map_error = r##"|error| format!("{error:?}")"##,
    ty = "cached::RedisCache<u64, String>",
    create = r##" {
        RedisCache::builder("user")
            .ttl(TIMEOUT)
            .connection_string(url())
            .build()
            .expect("the server listens")
    } "##
)]
fn load(id: u64) -> Result<String, String> {
    _ = id;
    LOADED.fetch_add(1, Ordering::Relaxed);
    Ok(value())
}

#[concurrent_cached(
    map_error = r##"|error| format!("{error:?}")"##,
    ty = "cached::AsyncRedisCache<u64, String>",
    create = r##" {
        AsyncRedisCache::builder("user_async")
            .ttl(TIMEOUT)
            .connection_string(url())
            .build()
            .await
            .expect("the server listens")
    } "##
)]
async fn load_async(id: u64) -> Result<String, String> {
    _ = id;
    LOADED.fetch_add(1, Ordering::Relaxed);
    Ok(value())
}

/// Measures both of its faces: what blocks has a pool of connections, and asks one whether it is well before each use; what
/// does not block shares one connection.
///
/// # Panics
///
/// If the server does not answer.
pub fn measure(run: &mut Run<'_>) {
    let (servers, runtime) = (run.servers, run.runtime);
    _ = URL.set(servers.redis.url());
    let version = machine::version("cached");
    let call = |id| _ = black_box(load(id).expect("a value"));
    let function = Function { name: format!("cached {version}, function"), call: &call, loaded };
    run.function(&function, Bare::blocking(servers));
    let call = |id| _ = black_box(runtime.block_on(load_async(id)).expect("a value"));
    let function =
        Function { name: format!("cached {version}, async function"), call: &call, loaded };
    run.function(&function, Bare::asynchronous(servers, runtime));
}
