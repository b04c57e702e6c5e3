//! The one who writes: commits a change, invalidates what shows it, then promises that it will be seen.

use crate::Failure;
use crate::args::{Options, Pace};
use crate::board::FIGURES;
use crate::cached::{load, load_async};
use crate::database::{Writable, Written};
use crate::progress::now;
use crate::run::Shared;
use crate::workload::Object;
use ecached::{aio, invalidate_tags, tag};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;

/// How long it waits when nothing is to be done.
const PAUSE: Duration = Duration::from_millis(1);

/// How long it waits before it tries an invalidation again.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(20);

/// Of so many invalidations it forgets one, if it is told to.
const FORGETS_ONE_OF: u64 = 100;

/// What was written.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) writes: u64,
    pub(crate) rows: u64,
    pub(crate) by_object: u64,
    pub(crate) by_key: u64,
    pub(crate) by_shelf: u64,
    pub(crate) by_type: u64,
    pub(crate) forgotten: u64,
    /// Invalidations that returned an `Err` and were tried again.
    pub(crate) failed: u64,
    /// One whose last try had failed when the run ended: nothing was promised.
    pub(crate) undone: u64,
}

impl Tally {
    pub(crate) fn numbers(&self) -> [u64; FIGURES] {
        let Self { writes, rows, by_object, by_key, by_shelf, by_type, .. } = *self;
        let Self { forgotten, failed, undone, .. } = *self;
        [writes, rows, by_object, by_key, by_shelf, by_type, forgotten, failed, undone, 0, 0, 0, 0]
    }

    pub(crate) fn from_numbers(numbers: [u64; FIGURES]) -> Self {
        let [writes, rows, by_object, by_key, by_shelf, by_type, forgotten, failed, undone, ..] =
            numbers;
        Self { writes, rows, by_object, by_key, by_shelf, by_type, forgotten, failed, undone }
    }
}

/// What a write invalidates.
enum Invalidation {
    /// The tag that only one object has.
    ObjectTag(Object),
    /// The key of one object.
    Key(Object),
    /// A tag that rows brought with them.
    Shelf(u32),
    /// The tag of a type: far more than what was written.
    TypeTag(Object),
}

/// See the module.
pub(crate) struct Writer<'a> {
    shared: &'a Shared,
    rows: Writable,
    random: fastrand::Rng,
    pace: Pace,
    forgets: bool,
    /// Where the async functions run; without it, blocking ones are called.
    runtime: Option<Handle>,
    started: Instant,
    tally: Tally,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(
        shared: &'a Shared,
        options: &Options,
        runtime: Option<Handle>,
    ) -> rusqlite::Result<Self> {
        Ok(Self {
            shared,
            rows: shared.db.writable()?,
            random: fastrand::Rng::with_seed(7),
            pace: options.pace,
            forgets: options.forgets,
            runtime,
            started: now(),
            tally: Tally::default(),
        })
    }

    /// Writes at its pace until `stop` is disconnected.
    pub(crate) fn run(mut self, stop: &Receiver<()>) -> Result<Tally, Failure> {
        loop {
            let is_late = self.tally.writes < self.due();
            let pause = if is_late { Duration::ZERO } else { PAUSE };
            if stop.recv_timeout(pause) == Err(RecvTimeoutError::Disconnected) {
                return Ok(self.tally);
            }
            if is_late {
                self.write(stop)?;
                self.shared.wrote(self.tally.writes);
            }
        }
    }

    /// How many writes there should be by now.
    fn due(&self) -> u64 {
        match self.pace {
            Pace::PerSecond(rate) => (self.started.elapsed().as_secs_f64() * rate as f64) as u64,
            Pace::EveryAccesses(accesses) => self.shared.accesses() / accesses,
        }
    }

    fn write(&mut self, stop: &Receiver<()>) -> Result<(), Failure> {
        let (written, invalidation) = self.change()?; // committed
        self.tally.writes += 1;
        self.tally.rows += written.len() as u64;
        if self.forgets && self.tally.writes.is_multiple_of(FORGETS_ONE_OF) {
            self.tally.forgotten += 1;
        } else if self.insist(&invalidation, stop) {
            self.count(&invalidation);
        } else {
            self.tally.undone += 1;
            return Ok(());
        }
        Ok(self.shared.oracle.promise(&written)?)
    }

    /// Invalidates until that returns `Ok`, and only then says that it is done. Not done: the run is over.
    fn insist(&mut self, invalidation: &Invalidation, stop: &Receiver<()>) -> bool {
        loop {
            let result = match &self.runtime {
                None => self.invalidate(invalidation),
                Some(runtime) => runtime.block_on(self.invalidate_async(invalidation)),
            };
            let Err(error) = result else { return true };
            self.tally.failed += 1;
            self.shared.failed(&error);
            if stop.recv_timeout(PAUSE_AFTER_FAILURE) == Err(RecvTimeoutError::Disconnected) {
                return false;
            }
        }
    }

    /// Changes rows in one of several ways; says what that makes invalid.
    fn change(&mut self) -> rusqlite::Result<(Vec<Written>, Invalidation)> {
        let object = self.shared.workload.recent(&mut self.random, self.shared.accesses());
        Ok(match self.random.u32(0..1000) {
            0 => (self.rows.touch(object)?, Invalidation::TypeTag(object)),
            1..250 => (self.rows.touch(object)?, Invalidation::Key(object)),
            250..350 => {
                let shelf = self.rows.shelf(object)?;
                (self.rows.touch_shelf(shelf)?, Invalidation::Shelf(shelf))
            }
            350..450 => {
                let shelf = self.rows.shelf(object)?;
                let other = self.random.u32(0..self.rows.shelves);
                (self.rows.put_on_shelf(object, other)?, Invalidation::Shelf(shelf))
            }
            _ => (self.rows.touch(object)?, Invalidation::ObjectTag(object)),
        })
    }

    fn invalidate(&self, invalidation: &Invalidation) -> ecached::Result<()> {
        match invalidation {
            Invalidation::Key(object) => load::invalidate_cache_by_key(&self.shared.db, *object),
            tagged => invalidate_tags(&[tagged.tag()]),
        }
    }

    async fn invalidate_async(&self, invalidation: &Invalidation) -> ecached::Result<()> {
        match invalidation {
            Invalidation::Key(object) => {
                load_async::invalidate_cache_by_key(&self.shared.db, *object).await
            }
            tagged => aio::invalidate_tags(&[tagged.tag()]).await,
        }
    }

    fn count(&mut self, invalidation: &Invalidation) {
        let count = match invalidation {
            Invalidation::ObjectTag(_) => &mut self.tally.by_object,
            Invalidation::Key(_) => &mut self.tally.by_key,
            Invalidation::Shelf(_) => &mut self.tally.by_shelf,
            Invalidation::TypeTag(_) => &mut self.tally.by_type,
        };
        *count += 1;
    }
}

impl Invalidation {
    fn tag(&self) -> String {
        match self {
            Self::ObjectTag(object) | Self::Key(object) => tag!("obj:<object.id>"),
            Self::Shelf(shelf) => tag!("shelf:<shelf>"),
            Self::TypeTag(object) => tag!("type:<object.kind>"),
        }
    }
}
