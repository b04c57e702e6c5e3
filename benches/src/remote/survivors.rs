//! Two runs that show whether an invalidation reaches every entry: with puts at the same time, and after evictions.

use super::subject::{Subject, Trouble};
use ecached_testing::servers::{Redis, Reply};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// Tasks that put, or read, at the same time.
pub const TASKS: u64 = 8;

/// The tag of the first run.
const TAG: &str = "racing";

/// Between two invalidations of the first run.
const PAUSE: Duration = Duration::from_millis(1);

/// Tags of the second run, and entries of each.
pub const TAGS: u64 = 200;
const ENTRIES: u64 = 20;

/// An entry of the second run. It is small: some write a byte as four, and everybody's entries must fit.
const VALUE_BYTES: usize = 100;

/// What the cold filler is made of.
const FILLER_BYTES: usize = 4_000;

/// Memory of the server of the second run: the entries take less than half, and one piece more of the filler than fits
/// evicts what was idle for longest.
const MEMORY: &str = "16mb";

/// How long the filler takes: Redis tells seconds of idleness apart.
const EVICTION_TIME: Duration = Duration::from_secs(12);

/// What the first run left.
#[derive(Clone, Copy, Debug)]
pub struct Raced {
    /// Entries that were put, each once.
    pub puts: u64,
    /// Invalidations meanwhile.
    pub invalidations: u64,
    /// Of the entries, so many could be read after a last, quiet invalidation that said it was done.
    pub readable: u64,
}

/// What the second run left.
#[derive(Clone, Copy, Debug)]
pub struct Evicted {
    /// Entries that were put.
    pub puts: u64,
    /// Tags that the server still knew after the evictions.
    pub tags: u64,
    /// Entries that could be read before the invalidations: the evictions may take some of them too.
    pub before: u64,
    /// Entries that could be read after all tags were invalidated.
    pub readable: u64,
}

/// Puts entries with one tag from several tasks, each entry once, and invalidates the tag all the time; then, when nobody
/// puts any more, once again. Each entry has a key of its own: the next put of a key would hide what became of the last.
///
/// # Panics
///
/// If the cache fails.
#[must_use]
pub fn racing<S: Subject>(runtime: &Runtime, subject: &S, puts: u64) -> Raced {
    runtime.block_on(works(subject)).expect("the cache works");
    let invalidations = runtime.block_on(race(subject, puts)).expect("the cache works");
    runtime.block_on(subject.invalidate(TAG)).expect("done");
    let keys: Arc<[String]> = (0..puts).map(racing_key).collect();
    Raced { puts, invalidations, readable: count_readable(runtime, subject, &keys) }
}

fn racing_key(id: u64) -> String {
    format!("racing:{id}")
}

/// Without company, an entry is there until its tag is invalidated: what is counted is not a cache that keeps nothing, or
/// an invalidation that does not know the tag.
async fn works<S: Subject>(subject: &S) -> Result<(), Trouble> {
    subject.put("alone", "value".into(), &[TAG]).await?;
    assert!(subject.get("alone").await?.is_some(), "{} keeps nothing", subject.name());
    subject.invalidate(TAG).await?;
    assert!(subject.get("alone").await?.is_none(), "{} does not invalidate", subject.name());
    Ok(())
}

/// How many invalidations ended while the entries were put.
async fn race<S: Subject>(subject: &S, puts: u64) -> Result<u64, Trouble> {
    let is_over = Arc::new(AtomicBool::new(false));
    let (mine, over) = (subject.clone(), Arc::clone(&is_over));
    let invalidator = tokio::spawn(async move {
        let mut count = 0;
        while !over.load(Ordering::Relaxed) {
            mine.invalidate(TAG).await?;
            count += 1;
            tokio::time::sleep(PAUSE).await;
        }
        Ok::<u64, Trouble>(count)
    });
    let written = put_all(subject, puts, |id| (racing_key(id), "value".into(), TAG.into())).await;
    is_over.store(true, Ordering::Relaxed);
    let invalidations = invalidator.await.expect("no panic")?;
    written.map(|()| invalidations)
}

/// Puts entries from several tasks; `entry` is the key, the value and the tag of a number.
async fn put_all<S: Subject>(
    subject: &S,
    entries: u64,
    entry: impl Fn(u64) -> (String, String, String) + Copy + Send + 'static,
) -> Result<(), Trouble> {
    let write = |first: u64| {
        let subject = subject.clone();
        tokio::spawn(async move {
            let mut id = first;
            while id < entries {
                let (key, value, tag) = entry(id);
                subject.put(&key, value, &[tag.as_str()]).await?;
                id += TASKS;
            }
            Ok::<(), Trouble>(())
        })
    };
    let tasks: Vec<_> = (0..TASKS).map(write).collect();
    for task in tasks {
        task.await.expect("no panic")?;
    }
    Ok(())
}

/// Fills a server beyond its memory with what nobody reads, while all entries are read all the time; then invalidates the
/// tag of each.
///
/// # Panics
///
/// If the cache fails.
#[must_use]
pub fn evicted<S: Subject>(runtime: &Runtime, open: impl FnOnce(&str) -> S) -> Evicted {
    let builder = Redis::builder().config("maxmemory", MEMORY);
    let builder = builder.config("maxmemory-policy", "allkeys-lru");
    let server = builder.config("maxmemory-samples", "10").start();
    let subject = open(&server.url());
    let puts = TAGS * ENTRIES;
    let entry = |id| (entry_key(id), "x".repeat(VALUE_BYTES), format!("tag{}", id / ENTRIES));
    runtime.block_on(put_all(&subject, puts, entry)).expect("the cache works");
    let keys: Arc<[String]> = (0..puts).map(entry_key).collect();
    assert_eq!(count_readable(runtime, &subject, &keys), puts, "the entries fit");
    push_out(&server, || _ = count_readable(runtime, &subject, &keys));
    let tags = match server.command(&["KEYS", subject.tag_pattern()]) {
        Reply::Array(keys) => keys.len() as u64,
        other => panic!("no keys: {other:?}"),
    };
    let before = count_readable(runtime, &subject, &keys);
    for tag in 0..TAGS {
        runtime.block_on(subject.invalidate(&format!("tag{tag}"))).expect("done");
    }
    Evicted { puts, tags, before, readable: count_readable(runtime, &subject, &keys) }
}

fn entry_key(id: u64) -> String {
    format!("entry:{id}")
}

/// Writes twice the memory, a part of it after each `read`.
fn push_out(server: &Redis, read: impl Fn()) {
    let client = redis::Client::open(server.url()).expect("a URL");
    let mut connection = client.get_connection().expect("the server listens");
    let filler = "-".repeat(FILLER_BYTES);
    let pieces_per_second = 32_000_000 / FILLER_BYTES as u64 / EVICTION_TIME.as_secs();
    let begin = Instant::now();
    let mut written = 0;
    while begin.elapsed() < EVICTION_TIME {
        read();
        // The first seconds only make idle what is not read.
        if begin.elapsed() < EVICTION_TIME / 4 {
            continue;
        }
        let due = begin.elapsed().as_millis() as u64 * pieces_per_second / 1_000;
        while written < due {
            let mut set = redis::cmd("SET");
            set.arg(format!("filler:{written}")).arg(&filler);
            set.exec(&mut connection).expect("evicts");
            written += 1;
        }
    }
}

/// How many of the entries can be read.
fn count_readable<S: Subject>(runtime: &Runtime, subject: &S, keys: &Arc<[String]>) -> u64 {
    let read = |first: usize| {
        let (subject, keys) = (subject.clone(), Arc::clone(keys));
        tokio::spawn(async move {
            let mut readable = 0;
            for key in keys.iter().skip(first).step_by(TASKS as usize) {
                readable += u64::from(subject.get(key).await.expect("an answer").is_some());
            }
            readable
        })
    };
    runtime.block_on(async {
        let tasks: Vec<_> = (0..TASKS as usize).map(read).collect();
        let mut readable = 0;
        for task in tasks {
            readable += task.await.expect("no panic");
        }
        readable
    })
}
