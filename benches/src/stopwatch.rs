//! How long something took, and whether the thread had a core to itself all the time.

use rustix::time::{ClockId, clock_gettime};
use std::fs;
use std::time::{Duration, Instant};

/// The part of the time that a thread must have run to be said to have had a core.
const OWN_CORE: f64 = 0.95;

/// Runs.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch {
    begin: Instant,
    processor: Duration,
    queued: Option<Duration>,
}

impl Stopwatch {
    /// From now on.
    #[must_use]
    pub fn start() -> Self {
        let queued = queued_time();
        Self { queued, processor: processor_time(), begin: Instant::now() }
    }

    /// Until now. On the thread that started it.
    #[must_use]
    pub fn stop(self) -> Timed {
        let end = Instant::now();
        let processor = processor_time().saturating_sub(self.processor);
        let queued = queued_time().zip(self.queued).map(|(now, then)| now.saturating_sub(then));
        Timed { begin: self.begin, end, processor, queued }
    }
}

/// What was measured.
#[derive(Clone, Copy, Debug)]
pub struct Timed {
    /// When it began.
    pub begin: Instant,
    /// When it ended.
    pub end: Instant,
    processor: Duration,
    queued: Option<Duration>,
}

impl Timed {
    /// How long it took.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.end - self.begin
    }

    /// Whether the thread hardly ever had to wait for a core.
    #[must_use]
    pub fn had_a_core(&self) -> bool {
        self.processor.as_secs_f64() >= OWN_CORE * self.elapsed().as_secs_f64()
    }

    /// Whether the thread had a core nearly whenever it wanted one: it did not while it slept until another one gave back a
    /// lock. Where the system does not tell, as [`Self::had_a_core`].
    #[must_use]
    pub fn had_a_core_when_awake(&self) -> bool {
        let is_little = |queued: Duration| {
            queued.as_secs_f64() <= (1.0 - OWN_CORE) * self.elapsed().as_secs_f64()
        };
        self.queued.map_or_else(|| self.had_a_core(), is_little)
    }
}

/// How long this thread has run.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// How long this thread could have run, and had to wait for a core; Linux counts it.
fn queued_time() -> Option<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(text.split_whitespace().nth(1)?.parse().ok()?))
}
