//! Waiting for a process of its own: there is no event to wait for, so it is asked again and again.

use ecached_core::clock::Clock;
use std::sync::LazyLock;
use std::thread;
use std::time::Duration;

/// Nothing that is waited for here takes this long on a machine that works.
pub(super) const LIMIT: Duration = Duration::from_secs(10);

/// Short beside what a server takes to start, long beside what a question costs it.
const PAUSE: Duration = Duration::from_millis(10);

static CLOCK: LazyLock<Clock> = LazyLock::new(Clock::system);

/// Asks until there is an answer; `None` when there is none within the limit.
pub(super) fn until<T>(limit: Duration, mut question: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = CLOCK.now().after(limit);
    loop {
        if let Some(answer) = question() {
            return Some(answer);
        }
        if CLOCK.has_passed(deadline) {
            return None;
        }
        thread::park_timeout(PAUSE);
    }
}
