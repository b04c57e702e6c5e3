//! How long a line of memory takes from one core to another: what threads pay for whatever they all write.
//!
//! The cores of a virtual machine may share a cache, or be on two chips, and its host may change that at any time.

use crate::threads::together;
use std::sync::atomic::{AtomicU64, Ordering};

/// Handovers in one sample.
const HANDOVERS: u64 = 20_000;

/// Nanoseconds for one; `None` if the threads had no core each.
#[must_use]
pub fn nanos() -> Option<f64> {
    let turn = AtomicU64::new(0);
    let pass = |thread: usize| {
        for own in (thread as u64..HANDOVERS).step_by(2) {
            while turn.load(Ordering::Acquire) != own {
                std::hint::spin_loop();
            }
            turn.store(own + 1, Ordering::Release);
        }
    };
    together(2, |_| (), pass).map(|nanos| nanos / HANDOVERS as f64)
}
