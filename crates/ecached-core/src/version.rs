//! Versions: the unique values that tags, prefixes and keys have at a time.

use crate::{Error, ErrorKind, Result};
use std::cell::Cell;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// Serial numbers that a thread takes at once.
const SERIALS: u64 = 1024;

thread_local! {
    /// The next serial number of this thread, and where those that it took end.
    static SERIAL: Cell<(u64, u64)> = const { Cell::new((0, 0)) };
}

/// A number that nobody else in this process gets, now or later; never 0. Those of a thread grow.
///
/// # Examples
///
/// ```
/// use ecached_core::version::serial;
///
/// let (one, two) = (serial(), std::thread::spawn(serial).join().unwrap());
/// assert_ne!(one, two);
/// assert!(serial() > one);
/// ```
#[must_use]
pub fn serial() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    // Threads that miss at the same time would otherwise hand this number to and fro.
    let take = || NEXT.fetch_add(SERIALS, Ordering::Relaxed);
    let own = SERIAL.try_with(|serial| {
        let (next, end) = match serial.get() {
            (next, end) if next < end => (next, end),
            _ => {
                let first = take();
                (first, first + SERIALS)
            }
        };
        serial.set((next + 1, end));
        next
    });
    // A thread that is ending.
    own.unwrap_or_else(|_| take())
}

/// The value a tag has now. Invalidating the tag gives it another one, and no value ever comes back.
///
/// 128 random bits by default, so that a lost version (evicted, flushed, expired) is replaced by one that no entry cites.
/// Never a bare counter, which restarts, and never a clock, which lies.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Version([u8; Self::LEN]);

impl Version {
    /// Bytes in a version.
    pub const LEN: usize = 16;

    /// A version that was never given before, and never will be again.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`] when the operating system has no random numbers.
    pub fn unique() -> Result<Self> {
        let mut bytes = [0; Self::LEN];
        match getrandom::fill(&mut bytes) {
            Ok(()) => Ok(Self(bytes)),
            Err(_) => Err(Error::new(
                ErrorKind::Unavailable,
                "the operating system gave no random numbers",
            )),
        }
    }

    /// The version that a store made of its own order.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// The stored form.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    /// Reads the stored form; bytes of another length are nobody's version.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Version({:032x})", u128::from_be_bytes(self.0))
    }
}
