//! [hitbox](https://docs.rs/hitbox): its macro for functions over Redis. It has no tags.

use super::lasting;
use crate::machine;
use crate::remote::many::connection;
use crate::remote::turns::Turns;
use crate::remote::{RESIDENT, Servers, bare_key, hits, value};
use crate::row::{Row, Target};
use hitbox::policy::PolicyConfig;
use hitbox_fn::prelude::*;
use hitbox_redis::{ConnectionMode, RedisBackend};
use std::cell::Cell;
use std::hint::black_box;
use std::time::Duration;
use tokio::runtime::Runtime;

#[hitbox_fn::cached(prefix = "user")]
async fn load(id: i64) -> String {
    _ = id;
    value()
}

/// Measures it.
///
/// # Panics
///
/// If the server does not answer.
#[must_use]
pub fn measure(rounds: usize, servers: &Servers, runtime: &Runtime) -> Vec<Row> {
    eprintln!("  hitbox …");
    hits::fill_bare(servers);
    let mode = ConnectionMode::single(servers.redis.url());
    let backend = RedisBackend::builder().connection(mode).build().expect("a URL");
    let policy = PolicyConfig::builder().ttl(Duration::from_secs(3600)).build();
    let cache = Cache::builder().backend(backend).policy(policy).build();
    let call = |id: u64| {
        let id = i64::try_from(id).expect("small");
        runtime.block_on(async { load(id).cache(&cache).await })
    };
    (0..RESIDENT).for_each(|id| drop(call(id)));
    let next = Cell::new(1_000_000_u64);
    let mut bare = connection(runtime, servers);
    let name = format!("hitbox {}", machine::version("hitbox"));
    let (hit, miss) = (lasting(format!("{name}: hit")), lasting(format!("{name}: miss and store")));
    let compared = Turns::default()
        .with(hit, |id| _ = black_box(call(id)))
        .with(miss, |_| _ = black_box(call(next.replace(next.get() + 1))))
        .with("bare async `GET`", |id| {
            let mut command = redis::cmd("GET");
            command.arg(bare_key(id));
            let found = runtime.block_on(command.query_async::<String>(&mut bare));
            black_box(found.expect("a value"));
        })
        .run(rounds, RESIDENT);
    vec![
        compared.row(hit, "bare async `GET`", Target::None),
        compared.row(miss, "bare async `GET`", Target::None),
    ]
}
