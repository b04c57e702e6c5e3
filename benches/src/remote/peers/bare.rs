//! The bare client, as the baseline of everybody's hits and misses.

use crate::remote::many::connection;
use crate::remote::turns::Operation;
use crate::remote::{Servers, TIMEOUT_SECONDS, bare_key, value};
use redis::Cmd;
use std::hint::black_box;
use tokio::runtime::Runtime;

/// A hit and a miss, by the commands that they need.
pub struct Bare<'a> {
    /// What a hit is called.
    pub hit_name: &'static str,
    /// What a miss is called.
    pub miss_name: &'static str,
    /// Reads an entry that is there.
    pub hit: Operation<'a>,
    /// Reads one that is not there, and stores it.
    pub miss: Operation<'a>,
}

impl std::fmt::Debug for Bare<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bare").field("hit", &self.hit_name).finish_non_exhaustive()
    }
}

fn get(id: u64) -> Cmd {
    let mut get = redis::cmd("GET");
    get.arg(bare_key(id));
    get
}

fn set(id: u64) -> Cmd {
    let mut set = redis::cmd("SET");
    set.arg(bare_key(id)).arg(value()).arg("EX").arg(TIMEOUT_SECONDS);
    set
}

impl<'a> Bare<'a> {
    /// The client that blocks.
    #[must_use]
    pub fn blocking(servers: &Servers) -> Self {
        let (mut of_hits, mut of_misses) = (servers.connection(), servers.connection());
        Self {
            hit_name: "bare `GET`",
            miss_name: "bare `GET` and `SET`",
            hit: Box::new(move |id| {
                black_box(get(id).query::<String>(&mut of_hits).expect("a value"));
            }),
            miss: Box::new(move |id| {
                let found = get(id).query::<Option<String>>(&mut of_misses);
                assert!(found.expect("an answer").is_none(), "a miss");
                set(id).exec(&mut of_misses).expect("stored");
            }),
        }
    }

    /// The async client.
    #[must_use]
    pub fn asynchronous(servers: &Servers, runtime: &'a Runtime) -> Self {
        let mut of_hits = connection(runtime, servers);
        let mut of_misses = of_hits.clone();
        Self {
            hit_name: "bare async `GET`",
            miss_name: "bare async `GET` and `SET`",
            hit: Box::new(move |id| {
                let found = runtime.block_on(get(id).query_async::<String>(&mut of_hits));
                black_box(found.expect("a value"));
            }),
            miss: Box::new(move |id| {
                runtime.block_on(async {
                    let found = get(id).query_async::<Option<String>>(&mut of_misses).await;
                    assert!(found.expect("an answer").is_none(), "a miss");
                    set(id).exec_async(&mut of_misses).await.expect("stored");
                });
            }),
        }
    }
}
