//! A worker process: threads and tasks that read, write and invalidate, until its input ends.

use crate::broken::{Broken, open_map};
use crate::chance::Chance;
use crate::functions::{self, ASYNC, BLOCKING, OWN, OWN_ASYNC};
use crate::model::{Function, Name, Part, group};
use crate::record::{How, Invalidation, Record, Span};
use crate::world::{self, Read, World, now, pause, pause_async, world};
use ecached::{Config, Error, caches};
use rustix::process::{Signal, set_parent_process_death_signal};
use std::io::Read as _;
use std::path::PathBuf;
use std::str::FromStr;
use std::thread;
use std::time::Duration;

/// How often a worker makes its log safe from its own end.
const FLUSH: Duration = Duration::from_millis(50);

/// How many flushes there are between two looks at the counters.
const COUNT_EACH: u32 = 4;

/// What a worker is told, on its command line and in this order.
#[derive(Clone, Debug)]
pub(crate) struct Role {
    pub(crate) url: String,
    pub(crate) folder: PathBuf,
    pub(crate) by: u32,
    pub(crate) seed: u64,
    /// Threads that read, and as many tasks.
    pub(crate) readers: u64,
    pub(crate) broken: Broken,
}

impl Role {
    /// The words of the command line.
    pub(crate) fn to_words(&self) -> Vec<String> {
        let Self { url, folder, by, seed, readers, broken } = self;
        let folder = folder.display().to_string();
        let numbers = [u64::from(*by), *seed, *readers].map(|number| number.to_string());
        let mut words = vec![url.clone(), folder];
        words.extend(numbers);
        words.push(broken.name().to_owned());
        words
    }

    /// Reads them.
    pub(crate) fn from_words(words: &[String]) -> Option<Self> {
        let [url, folder, by, seed, readers, broken] = words else { return None };
        Some(Self {
            url: url.clone(),
            folder: folder.into(),
            by: by.parse().ok()?,
            seed: seed.parse().ok()?,
            readers: readers.parse().ok()?,
            broken: Broken::from_str(broken).ok()?,
        })
    }
}

/// Works until the input ends: the parent closes it, or died.
pub(crate) fn run(role: &Role) -> Result<(), String> {
    // A worker that is frozen would not notice the end of its input.
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
    let described = |error: Error| error.to_string();
    caches().register_scheme("map", open_map);
    caches().configure(&Config::new().with_url("default", &role.url)).map_err(described)?;
    let world = World::begin(&role.folder, role.by, role.seed)
        .map_err(|error| format!("cannot write the log: {error}"))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| format!("no runtime: {error}"))?;
    let chance = |stream: u64| Chance::new(role.seed, u64::from(role.by) << 8 | stream);
    let mut tasks = Vec::new();
    let mut threads = Vec::new();
    for reader in 0..role.readers {
        let (blocking, asynchronous) = (chance(2 * reader), chance(2 * reader + 1));
        threads.push(thread::spawn(move || reads(blocking)));
        tasks.push(runtime.spawn(reads_async(asynchronous)));
    }
    let (blocking, asynchronous, broken) = (chance(100), chance(101), role.broken);
    threads.push(thread::spawn(move || writes(blocking, broken)));
    tasks.push(runtime.spawn(writes_async(asynchronous, broken)));
    thread::spawn(|| {
        let _ended = std::io::stdin().read_to_end(&mut Vec::new());
        world.end();
    });
    keep_log(world);
    let panicked = threads.into_iter().any(|thread| thread.join().is_err());
    for task in tasks {
        runtime.block_on(task).map_err(|error| format!("a task failed: {error}"))?;
    }
    count(world);
    world.flush();
    if panicked { Err("a thread panicked".to_owned()) } else { Ok(()) }
}

/// Makes the log safe, and counts, until it is over.
fn keep_log(world: &World) {
    let mut rounds = 0_u32;
    while !world.is_over() {
        if rounds.is_multiple_of(COUNT_EACH) {
            count(world);
        }
        world.flush();
        pause(FLUSH);
        rounds += 1;
    }
}

fn count(world: &World) {
    let Ok(cache) = caches().get("default") else { return };
    let stats = cache.stats();
    let numbers = [
        stats.hits,
        stats.misses,
        stats.shared,
        stats.computations,
        stats.stores,
        stats.doomed,
        stats.errors,
        stats.invalidations,
        stats.breaker_opened,
        stats.skipped_while_open,
    ];
    world.log(&Record::Counters { by: world.by, numbers });
}

/// What a reader does next.
enum Act {
    Read(How),
    Set,
}

impl Act {
    fn choose(chance: &mut Chance, function: Function) -> Self {
        match chance.below(100) {
            0..3 if function == Function::Handle => Self::Set,
            0..3 => Self::Read(How::Refresh),
            3..8 => Self::Read(How::Peek),
            _ => Self::Read(How::Call),
        }
    }
}

fn reads(mut chance: Chance) {
    let world = world();
    while !world.is_over() {
        let (function, row) = (BLOCKING[chance.index(BLOCKING.len())], chance.row());
        match Act::choose(&mut chance, function) {
            Act::Read(how) => {
                let read = Read { start: now(), how, function, row };
                world.log_read(read, functions::read(function, row, how));
            }
            Act::Set => {
                let value = world::value_to_set(row);
                let (start, computed) = (now(), value.computed);
                let is_ok = functions::set(row, value).is_ok();
                let span = Span { start, end: now() };
                world.log(&Record::Set { span, by: world.by, is_ok, computed });
            }
        }
        pause(chance.micros(100, 1_500));
    }
}

async fn reads_async(mut chance: Chance) {
    let world = world();
    while !world.is_over() {
        let (function, row) = (ASYNC[chance.index(ASYNC.len())], chance.row());
        match Act::choose(&mut chance, function) {
            Act::Read(how) => {
                let read = Read { start: now(), how, function, row };
                let reading = functions::read_async(function, row, how);
                // Some callers give up.
                let patience = if chance.percent(3) { chance.micros(0, 2_000) } else { PATIENCE };
                if let Ok(value) = tokio::time::timeout(patience, reading).await {
                    world.log_read(read, value);
                }
            }
            Act::Set => {
                let value = world::value_to_set(row);
                let (start, computed) = (now(), value.computed);
                let is_ok = functions::set_async(row, value).await.is_ok();
                let span = Span { start, end: now() };
                world.log(&Record::Set { span, by: world.by, is_ok, computed });
            }
        }
        pause_async(chance.micros(100, 1_500)).await;
    }
}

/// Longer than any call takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a writer invalidates after it has committed a row.
fn choose(chance: &mut Chance, broken: Broken, row: u8, own: &[Function]) -> Name {
    // By name, nothing is broken then.
    let limit = if broken == Broken::StaleStore { 40 } else { 100 };
    match chance.below(limit) {
        0..40 => Name::Key(Function::ALL[chance.index(Function::ALL.len())], row),
        40..60 => Name::Row(row),
        60..80 => Name::InValue(row),
        80..88 => Name::Shelf(group(row)),
        88..94 => Name::Group(group(row)),
        94..97 => Name::Function(own[chance.index(own.len())]),
        97..99 => Name::Shared,
        _ => Name::All,
    }
}

/// Writes of one row in a row, at most.
const BURST: u64 = 4;

/// Between those.
fn gap(chance: &mut Chance) -> Duration {
    chance.micros(200, 6_000)
}

/// Between two rows of one writer.
fn rest(chance: &mut Chance) -> Duration {
    chance.micros(2_000, 60_000)
}

fn writes(mut chance: Chance, broken: Broken) {
    let world = world();
    while !world.is_over() {
        let row = chance.row();
        let name = choose(&mut chance, broken, row, &OWN);
        // One right after the other, so that it meets computations that the other has caused.
        for _ in 0..=chance.below(BURST) {
            if broken == Broken::Nothing && chance.percent(15) {
                let ((part, start), is_ok) =
                    functions::commit_and_invalidate(row, || (commit(row), now()));
                for name in [Name::Row(row), Name::InValue(row)] {
                    log_invalidation(start, is_ok, name, part);
                }
            } else {
                write(&mut chance, broken, row, name);
            }
            pause(gap(&mut chance));
        }
        pause(rest(&mut chance));
    }
}

/// Commits and invalidates.
fn write(chance: &mut Chance, broken: Broken, row: u8, name: Name) {
    let part = commit(row);
    let start = now();
    let (is_ok, is_late) = match broken {
        Broken::SkipInvalidation if chance.percent(10) => (true, false),
        Broken::Late => (true, true),
        _ => (functions::invalidate(name).is_ok(), false),
    };
    log_invalidation(start, is_ok, name, part);
    if is_late {
        pause(chance.micros(2_000, 10_000));
        let _late = functions::invalidate(name);
    }
}

async fn writes_async(mut chance: Chance, broken: Broken) {
    let world = world();
    while !world.is_over() {
        let row = chance.row();
        let name = choose(&mut chance, broken, row, &OWN_ASYNC);
        for _ in 0..=chance.below(BURST) {
            write_async(&mut chance, broken, row, name).await;
            pause_async(gap(&mut chance)).await;
        }
        pause_async(rest(&mut chance)).await;
    }
}

async fn write_async(chance: &mut Chance, broken: Broken, row: u8, name: Name) {
    let part = commit(row);
    let start = now();
    if broken == Broken::SkipInvalidation && chance.percent(10) {
        return log_invalidation(start, true, name, part);
    }
    // One that is given up promises nothing.
    let patience = if chance.percent(5) { chance.micros(0, 500) } else { PATIENCE };
    let invalidating = functions::invalidate_async(name);
    if let Ok(result) = tokio::time::timeout(patience, invalidating).await {
        log_invalidation(start, result.is_ok(), name, part);
    }
}

/// Commits a row's next version.
fn commit(row: u8) -> Part {
    let world = world();
    let start = now();
    let version = world.source.bump(row).expect("invariant: the source is there");
    let part = Part { row, version };
    world.log(&Record::Write { span: Span { start, end: now() }, by: world.by, part });
    part
}

fn log_invalidation(start: u64, is_ok: bool, name: Name, part: Part) {
    let world = world();
    let span = Span { start, end: now() };
    world.log(&Record::Invalidation(Invalidation { span, by: world.by, is_ok, name, part }));
}
