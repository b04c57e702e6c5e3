//! What all threads of a worker share: the source, the log, the clock, and who they are.

use crate::chance::Chance;
use crate::model::{Function, Part, ROWS, Value};
use crate::record::{Record, Span};
use crate::source::Source;
use ecached::Clock;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{LazyLock, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

static CLOCK: LazyLock<Clock> = LazyLock::new(Clock::system);

static WORLD: OnceLock<World> = OnceLock::new();

/// Nanoseconds of `CLOCK_MONOTONIC`.
pub(crate) fn now() -> u64 {
    CLOCK.now().nanos()
}

/// Waits, because a history needs time to happen.
pub(crate) fn pause(time: Duration) {
    let deadline = CLOCK.now().after(time);
    while !CLOCK.has_passed(deadline) {
        thread::park_timeout(deadline.since(CLOCK.now()));
    }
}

/// Lets time pass, on a tokio runtime.
pub(crate) async fn pause_async(time: Duration) {
    let _elapsed = tokio::time::timeout(time, std::future::pending::<()>()).await;
}

/// What a worker's threads share.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) source: Source,
    /// The number of this process.
    pub(crate) by: u32,
    pub(crate) seed: u64,
    log: Mutex<BufWriter<File>>,
    is_over: AtomicBool,
}

/// The one of this process.
///
/// # Panics
///
/// Before [`World::begin`].
pub(crate) fn world() -> &'static World {
    WORLD.get().expect("invariant: a worker begins with its world")
}

impl World {
    /// Makes the world of this process.
    pub(crate) fn begin(folder: &Path, by: u32, seed: u64) -> std::io::Result<&'static Self> {
        let log = BufWriter::new(File::create(folder.join(format!("worker-{by}.log")))?);
        let source = Source::open(folder);
        let made = Self { source, by, seed, log: Mutex::new(log), is_over: AtomicBool::new(false) };
        Ok(WORLD.get_or_init(|| made))
    }

    /// Writes a record down.
    pub(crate) fn log(&self, record: &Record) {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(log, "{record}").expect("invariant: there is space for the log");
    }

    /// What is written down survives the end of this process from now on.
    pub(crate) fn flush(&self) {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.flush().expect("invariant: there is space for the log");
    }

    /// Writes a read down, if there was a value.
    pub(crate) fn log_read(&self, read: Read, value: Option<Value>) {
        let Some(value) = value else { return };
        let span = Span { start: read.start, end: now() };
        if (value.function, value.row) == (read.function, read.row) {
            self.log(&Record::Read { span, how: read.how, value });
        } else {
            let what = format!("{} of {} gave {value:?}", read.function.name(), read.row);
            self.log(&Record::Wrong(what.replace('\n', " ")));
        }
    }

    /// All stop.
    pub(crate) fn end(&self) {
        self.is_over.store(true, Ordering::SeqCst);
    }

    pub(crate) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }

    fn part(&self, row: u8) -> Part {
        let version = self.source.read(row).expect("invariant: the source is there");
        Part { row, version }
    }
}

/// A read that has begun.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Read {
    pub(crate) start: u64,
    pub(crate) how: crate::record::How,
    pub(crate) function: Function,
    pub(crate) row: u8,
}

/// Reads the source, as the body of a function does. Which rows a list has in it, only the value tells.
fn read(function: Function, row: u8) -> Value {
    let world = world();
    let computed = now();
    let mut parts = vec![world.part(row)];
    if matches!(function, Function::Listed | Function::ListedAsync) {
        let moved = 1 + parts[0].version % u64::from(ROWS - 1);
        let other = (u64::from(row) + moved) % u64::from(ROWS);
        parts.push(world.part(u8::try_from(other).unwrap_or_default()));
    }
    Value { function, row, computed, by: world.by, is_set: false, parts }
}

/// How long a computation takes after it has read: mostly nothing, now and then long enough for all sorts of things.
fn length(value: &Value) -> Duration {
    let mut chance = Chance::new(world().seed, value.computed);
    match chance.below(100) {
        0..70 => Duration::ZERO,
        70..95 => chance.micros(100, 3_000),
        _ => chance.micros(3_000, 30_000),
    }
}

/// The body of a blocking function.
pub(crate) fn compute(function: Function, row: u8) -> Value {
    let value = read(function, row);
    pause(length(&value));
    value
}

/// The body of an async function.
pub(crate) async fn compute_async(function: Function, row: u8) -> Value {
    let value = read(function, row);
    let length = length(&value);
    if !length.is_zero() {
        pause_async(length).await;
    }
    value
}

/// A value for `set`, as read just now.
pub(crate) fn value_to_set(row: u8) -> Value {
    Value { is_set: true, ..read(Function::Handle, row) }
}
