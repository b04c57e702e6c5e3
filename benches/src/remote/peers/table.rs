//! All caches that have tags, through the same few operations.

use super::{Found, lasting};
use crate::remote::invalidations::{Bystander, MANY, fill};
use crate::remote::many::connection;
#[cfg(any(feature = "peer-armature", feature = "peer-fnct", feature = "peer-skp"))]
use crate::remote::subject::Trouble;
use crate::remote::subject::{Ecached, Subject, TIMEOUT};
use crate::remote::turns::Turns;
use crate::remote::{RESIDENT, Servers, bare_key, current_thread, functions, hits, value};
use crate::row::Target;
use std::cell::Cell;
#[cfg(any(feature = "peer-armature", feature = "peer-fnct", feature = "peer-skp"))]
use std::future::Future;
use std::hint::black_box;
use std::time::Duration;
use tokio::runtime::Runtime;

/// Entries of the tags that are invalidated.
const SIZES: [u64; 3] = [10, 1_000, MANY];

/// Invalidations of a tag of that size; the median counts.
const fn times(entries: u64) -> usize {
    if entries == MANY { 1 } else { 5 }
}

/// Measures all that were built.
///
/// # Panics
///
/// If a server does not answer.
#[must_use]
pub fn measure(rounds: usize, servers: &Servers) -> Found {
    let runtime = current_thread();
    let mut run = Run { rounds, servers, runtime: &runtime, found: Found::default() };
    run.function();
    run.subject(&Ecached(ecached::aio::caches().get("redis").expect("registered")));
    #[cfg(feature = "peer-fnct")]
    run.subject(&run.opened(super::fnct::Fnct::open(&servers.redis.url())));
    #[cfg(feature = "peer-skp")]
    run.subject(&run.opened(super::skp::Skp::open(&servers.redis.url())));
    #[cfg(feature = "peer-armature")]
    run.subject(&run.opened(super::armature::Armature::open(&servers.redis.url())));
    #[cfg(feature = "peer-cached")]
    run.found.rows.extend(super::cached::measure(rounds, servers));
    #[cfg(feature = "peer-hitbox")]
    run.found.rows.extend(super::hitbox::measure(rounds, servers, &runtime));
    run.found
}

struct Run<'a> {
    rounds: usize,
    servers: &'a Servers,
    runtime: &'a Runtime,
    found: Found,
}

impl Run<'_> {
    #[cfg(any(feature = "peer-armature", feature = "peer-fnct", feature = "peer-skp"))]
    fn opened<S>(&self, opening: impl Future<Output = Result<S, Trouble>>) -> S {
        let opened = self.runtime.block_on(opening);
        opened.unwrap_or_else(|trouble| panic!("a peer does not connect: {trouble}"))
    }

    /// ecached's function with its tags declared; a `get` by key alone does not know them, and asks twice.
    fn function(&mut self) {
        hits::fill_bare(self.servers);
        let runtime = self.runtime;
        (0..RESIDENT).for_each(|id| drop(runtime.block_on(functions::tags3_async(id))));
        let mut bare = connection(runtime, self.servers);
        let (own, other) = ("ecached: async function, 3 tags", "bare async `GET`");
        let compared = Turns::default()
            .with(own, |id| _ = black_box(runtime.block_on(functions::tags3_async(id))))
            .with(other, |id| {
                let mut command = redis::cmd("GET");
                command.arg(bare_key(id));
                let found = runtime.block_on(command.query_async::<String>(&mut bare));
                black_box(found.expect("a value"));
            })
            .run(self.rounds, RESIDENT);
        self.found.rows.push(compared.row(own, other, Target::None));
    }

    fn subject<S: Subject>(&mut self, subject: &S) {
        eprintln!("  {} …", subject.name());
        self.hits(subject);
        self.invalidations(subject);
        self.servers.redis.flush();
    }

    fn hits<S: Subject>(&mut self, subject: &S) {
        let (runtime, servers) = (self.runtime, self.servers);
        hits::fill_bare(servers);
        let tags = |id: u64| ["users".to_owned(), format!("user:{id}"), format!("group:{id}")];
        let put = async |key: String, id: u64| {
            let tags = tags(id);
            let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
            subject.put(&key, value(), &tags).await.expect("stored");
        };
        let get = async |key: &str| subject.get(key).await.expect("an answer");
        runtime.block_on(async {
            for id in 0..RESIDENT {
                put(format!("tagged:{id}"), id).await;
                subject.put(&format!("plain:{id}"), value(), &[]).await.expect("stored");
            }
        });
        let mut bare = connection(runtime, servers);
        let mut bare_miss = bare.clone();
        let next = Cell::new(1_000_000_u64);
        let absent = || next.replace(next.get() + 1);
        let name = subject.name();
        let [plain, tagged, missed] = ["get, no tags", "get, 3 tags", "get and put, 3 tags"]
            .map(|what| lasting(format!("{name}: {what}")));
        let (of_get, of_miss) = ("bare async `GET`", "bare async `GET` and `SET`");
        let compared = Turns::default()
            .with(plain, |id| {
                let found = runtime.block_on(get(&format!("plain:{id}")));
                black_box(found.expect("a value"));
            })
            .with(tagged, |id| {
                let found = runtime.block_on(get(&format!("tagged:{id}")));
                black_box(found.expect("a value"));
            })
            .with(missed, |_| {
                let id = absent();
                runtime.block_on(async {
                    let key = format!("tagged:{id}");
                    assert!(get(&key).await.is_none(), "a miss");
                    put(key, id).await;
                });
            })
            .with(of_get, |id| {
                let mut command = redis::cmd("GET");
                command.arg(bare_key(id));
                let found = runtime.block_on(command.query_async::<String>(&mut bare));
                black_box(found.expect("a value"));
            })
            .with(of_miss, |_| {
                let key = bare_key(absent());
                let (mut get, mut set) = (redis::cmd("GET"), redis::cmd("SET"));
                get.arg(&key);
                set.arg(&key).arg(value()).arg("EX").arg(TIMEOUT.as_secs());
                runtime.block_on(async {
                    let found = get.query_async::<Option<String>>(&mut bare_miss).await;
                    assert!(found.expect("an answer").is_none(), "a miss");
                    set.exec_async(&mut bare_miss).await.expect("stored");
                });
            })
            .run(self.rounds, RESIDENT);
        self.found.rows.extend([
            compared.row(plain, of_get, Target::None),
            compared.row(tagged, of_get, Target::None),
            compared.row(missed, of_miss, Target::None),
        ]);
    }

    fn invalidations<S: Subject>(&mut self, subject: &S) {
        let bystander = Bystander::start(self.servers);
        let mut row = format!("| {}", subject.name());
        let mut last = Duration::ZERO;
        for entries in SIZES {
            let mut all: Vec<_> = (0..times(entries))
                .map(|time| {
                    let tag = format!("big{entries}-{time}");
                    fill(self.runtime, subject, &tag, entries, &[tag.clone()]);
                    bystander.watch(|| {
                        let done = self.runtime.block_on(subject.invalidate(&tag));
                        done.unwrap_or_else(|trouble| panic!("{}: {trouble}", subject.name()));
                    })
                })
                .collect();
            all.sort_unstable();
            let [elapsed, worst] = all[all.len() / 2];
            last = worst;
            row += &format!(" | {:.2} ms", elapsed.as_secs_f64() * 1e3);
        }
        row += &format!(" | {:.2} ms |", last.as_secs_f64() * 1e3);
        self.found.invalidations.push(row);
    }
}
