//! Alarms without a runtime: one thread for the process that wakes tasks and runs housekeeping at given times.
//!
//! Async callers who wait for somebody else's computation need a limit, and this crate knows no runtime that could give
//! them one. The thread starts with the first alarm and sleeps until the next is due.

use parking_lot::{Condvar, Mutex};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Weak};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

/// Runs `job` on the housekeeping thread after `delay`, at most once. It must be short. Best effort: when the system has
/// no thread to give, it never runs.
pub fn run_after(delay: Duration, job: impl FnOnce() + Send + 'static) {
    SCHEDULE.add(delay, Job::Run(Box::new(job)));
}

/// Wakes a task at a given time.
pub(crate) struct Alarm(Arc<Bell>);

struct Bell {
    rung: AtomicBool,
    task: Mutex<Option<Waker>>,
}

impl Alarm {
    pub(crate) fn after(delay: Duration) -> Self {
        let bell = Arc::new(Bell { rung: AtomicBool::new(false), task: Mutex::new(None) });
        // Weak: an alarm that nobody waits for any more is thrown out.
        SCHEDULE.add(delay, Job::Ring(Arc::downgrade(&bell)));
        Self(bell)
    }

    /// Whether the time has come; if not, the task is woken then.
    pub(crate) fn poll_rung(&mut self, cx: &Context<'_>) -> bool {
        if self.0.rung.load(Ordering::Acquire) {
            return true;
        }
        *self.0.task.lock() = Some(cx.waker().clone());
        // It may have rung between the look and the note.
        self.0.rung.load(Ordering::Acquire)
    }
}

/// Blocks the thread for so long.
pub(crate) fn pause(delay: Duration) {
    let (lock, never) = (Mutex::new(()), Condvar::new());
    never.wait_for(&mut lock.lock(), delay);
}

/// Suspends the task for so long.
pub(crate) async fn pause_async(delay: Duration) {
    let mut alarm = Alarm::after(delay);
    std::future::poll_fn(|cx| if alarm.poll_rung(cx) { Poll::Ready(()) } else { Poll::Pending })
        .await;
}

enum Job {
    Run(Box<dyn FnOnce() + Send>),
    Ring(Weak<Bell>),
}

impl Job {
    fn is_wanted(&self) -> bool {
        match self {
            Self::Run(_) => true,
            Self::Ring(bell) => bell.strong_count() > 0,
        }
    }

    fn run(self) {
        match self {
            // A job that panics must not take the others along.
            Self::Run(job) => drop(std::panic::catch_unwind(std::panic::AssertUnwindSafe(job))),
            Self::Ring(bell) => bell.upgrade().iter().for_each(|bell| bell.ring()),
        }
    }
}

impl Bell {
    fn ring(&self) {
        self.rung.store(true, Ordering::Release);
        if let Some(task) = self.task.lock().take() {
            task.wake();
        }
    }
}

struct Due {
    at: Instant,
    number: u64,
    job: Job,
}

impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.number) == (other.at, other.number)
    }
}
impl Eq for Due {}
impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Due {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

#[derive(Default)]
struct Queue {
    due: BinaryHeap<Reverse<Due>>,
    next_number: u64,
    is_running: bool,
    /// How many there may be before those that nobody waits for are thrown out.
    tidy_at: usize,
}

/// So few are not worth a look.
const MIN_TIDY: usize = 1024;

struct Schedule {
    queue: Mutex<Queue>,
    changed: Condvar,
}

static SCHEDULE: LazyLock<Schedule> =
    LazyLock::new(|| Schedule { queue: Mutex::default(), changed: Condvar::new() });

impl Schedule {
    fn add(&'static self, delay: Duration, job: Job) {
        // A time that the system cannot express never comes.
        let Some(at) = now().checked_add(delay) else { return };
        let mut queue = self.queue.lock();
        if queue.due.len() >= queue.tidy_at {
            queue.due.retain(|due| due.0.job.is_wanted());
            queue.tidy_at = MIN_TIDY.max(queue.due.len() * 2);
        }
        let number = queue.next_number;
        queue.next_number += 1;
        let is_next = queue.due.peek().is_none_or(|next| at < next.0.at);
        queue.due.push(Reverse(Due { at, number, job }));
        if !queue.is_running {
            let builder = thread::Builder::new().name("ecached-housekeeping".to_owned());
            queue.is_running = builder.spawn(|| self.run()).is_ok();
        }
        // The thread wakes for the one before in any case, and then looks for the next.
        if is_next {
            self.changed.notify_one();
        }
    }

    fn run(&self) {
        let mut queue = self.queue.lock();
        loop {
            let Some(next) = queue.due.peek().map(|next| next.0.at) else {
                self.changed.wait(&mut queue);
                continue;
            };
            if next > now() {
                self.changed.wait_until(&mut queue, next);
                continue;
            }
            if let Some(Reverse(due)) = queue.due.pop() {
                parking_lot::MutexGuard::unlocked(&mut queue, || due.job.run());
            }
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "threads really sleep: a manual clock could not wake them"
)]
fn now() -> Instant {
    Instant::now()
}

impl fmt::Debug for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Alarm").field("rung", &self.0.rung).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn jobs_run_in_the_order_of_their_times_and_survive_a_panic() {
        let (sender, receiver) = mpsc::channel();
        for delay in [900, 300, 600] {
            let sender = sender.clone();
            run_after(Duration::from_millis(delay), move || {
                sender.send(delay).unwrap();
                assert_ne!(delay, 300, "the first one panics");
            });
        }
        let order: Vec<u64> = receiver.iter().take(3).collect();
        assert_eq!(order, [300, 600, 900]);
    }
}
