//! [cached](https://docs.rs/cached): its macro over Redis. It has no tags there.

use super::lasting;
use crate::machine;
use crate::remote::turns::Turns;
use crate::remote::{RESIDENT, Servers, bare_key, hits, value};
use crate::row::{Row, Target};
use cached::RedisCache;
use cached::macros::concurrent_cached;
use std::cell::Cell;
use std::hint::black_box;
use std::sync::OnceLock;
use std::time::Duration;

static URL: OnceLock<String> = OnceLock::new();

#[concurrent_cached(
    map_error = r##"|error| format!("{error:?}")"##,
    ty = "cached::RedisCache<u64, String>",
    create = r##" {
        RedisCache::builder("user")
            .ttl(Duration::from_secs(3600))
            .connection_string(URL.get().expect("set before the first call"))
            .build()
            .expect("the server listens")
    } "##
)]
fn load(id: u64) -> Result<String, String> {
    _ = id;
    Ok(value())
}

/// Measures it.
///
/// # Panics
///
/// If the server does not answer.
#[must_use]
pub fn measure(rounds: usize, servers: &Servers) -> Vec<Row> {
    _ = URL.set(servers.redis.url());
    eprintln!("  cached …");
    hits::fill_bare(servers);
    (0..RESIDENT).for_each(|id| drop(load(id).expect("a value")));
    let next = Cell::new(1_000_000_u64);
    let absent = || next.replace(next.get() + 1);
    let (mut bare, mut bare_miss) = (servers.connection(), servers.connection());
    let name = format!("cached {}, `redis_store`", machine::version("cached"));
    let (hit, miss) = (lasting(format!("{name}: hit")), lasting(format!("{name}: miss and store")));
    let compared = Turns::default()
        .with(hit, |id| _ = black_box(load(id)))
        .with(miss, |_| _ = black_box(load(absent())))
        .with("bare `GET`", |id| {
            let found = redis::cmd("GET").arg(bare_key(id)).query::<String>(&mut bare);
            black_box(found.expect("a value"));
        })
        .with("bare `GET` and `SET`", |_| {
            let key = bare_key(absent());
            let found = redis::cmd("GET").arg(&key).query::<Option<String>>(&mut bare_miss);
            assert!(found.expect("an answer").is_none(), "a miss");
            let mut set = redis::cmd("SET");
            set.arg(&key).arg(value()).arg("EX").arg(3600).exec(&mut bare_miss).expect("stored");
        })
        .run(rounds, RESIDENT);
    vec![
        compared.row(hit, "bare `GET`", Target::None),
        compared.row(miss, "bare `GET` and `SET`", Target::None),
    ]
}
