//! How a memory store is made: the builder, and the URL `memory://?max_entries=10000`.

use crate::store::Memory;
use ecached_core::backend::Store;
use ecached_core::backend::objects::NewEntry;
use ecached_core::{BackendUrl, Clock, Error, ErrorKind, Result};
use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// Entries that a store holds when no bound is given.
const DEFAULT_MAX_ENTRIES: usize = 10_000;

/// What an entry takes beside key and value, bytes: header, table, a few tags. Measured, rounded.
const ENTRY_OVERHEAD_BYTES: u64 = 200;

/// Measures values: key, value, size in bytes.
pub(crate) type Weigher = Arc<dyn Fn(&str, &(dyn Any + Send + Sync)) -> u64 + Send + Sync>;

/// The bound of a store.
#[derive(Clone)]
pub(crate) enum Bound {
    Entries(usize),
    Bytes { max: u64, weigher: Option<Weigher> },
}

impl Bound {
    /// What an entry counts.
    pub(crate) fn weigh(&self, entry: &NewEntry<'_>) -> u64 {
        let (key, value) = (entry.key, &*entry.value);
        match self {
            Self::Entries(_) => 1,
            Self::Bytes { weigher: Some(weigher), .. } => weigher(key, value).max(1),
            Self::Bytes { weigher: None, .. } => {
                let value =
                    (entry.encoded_len)(&entry.value).unwrap_or(0).max(size_of_val(value) as u64);
                value + key.len() as u64 + ENTRY_OVERHEAD_BYTES
            }
        }
    }
}

/// Makes a [`Memory`].
///
/// # Examples
///
/// ```
/// use ecached_memory::Memory;
///
/// let small = Memory::builder().max_entries(500).build();
/// let by_size = Memory::builder().max_bytes(64 << 20).build();
/// ```
#[derive(Clone)]
#[must_use]
pub struct MemoryBuilder {
    bound: Bound,
    clock: Clock,
}

impl MemoryBuilder {
    pub(crate) fn new() -> Self {
        Self { bound: Bound::Entries(DEFAULT_MAX_ENTRIES), clock: Clock::system() }
    }

    /// Holds about `max` entries at most: a few more where the store's shards round up. Default: 10,000.
    pub fn max_entries(mut self, max: usize) -> Self {
        self.bound = Bound::Entries(max);
        self
    }

    /// Holds about `max` bytes at most, instead of a number of entries.
    ///
    /// An entry counts the length of its MessagePack encoding (for `local` functions: the size of the value itself,
    /// without what it points to), its key, and 200 bytes for the rest; or what the [`weigher`](Self::weigher) says.
    /// A single value over a sixteenth of `max` may not be kept.
    pub fn max_bytes(mut self, max: u64) -> Self {
        let weigher = match self.bound {
            Bound::Bytes { weigher, .. } => weigher,
            Bound::Entries(_) => None,
        };
        self.bound = Bound::Bytes { max, weigher };
        self
    }

    /// Measures values: gets the key and the value (for functions that return an `Arc`: what it points to), answers bytes. Only for stores bounded by bytes; call it after
    /// [`max_bytes`](Self::max_bytes). It runs once per stored value and under no lock.
    pub fn weigher(
        mut self,
        measure: impl Fn(&str, &(dyn Any + Send + Sync)) -> u64 + Send + Sync + 'static,
    ) -> Self {
        if let Bound::Bytes { weigher, .. } = &mut self.bound {
            *weigher = Some(Arc::new(measure));
        }
        self
    }

    /// Reads the time from `clock`. On a clock other than the system's, expired and invalidated entries are freed by
    /// [`Memory::sweep`] and by eviction only.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// The store. Clones of it are the same store.
    #[must_use]
    pub fn build(self) -> Memory {
        Memory::new(self.bound, self.clock)
    }
}

impl fmt::Debug for MemoryBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("MemoryBuilder");
        match &self.bound {
            Bound::Entries(max) => debug.field("max_entries", max),
            Bound::Bytes { max, weigher } => {
                debug.field("max_bytes", max).field("weigher", &weigher.is_some())
            }
        };
        debug.field("clock", &self.clock).finish()
    }
}

/// Opens `memory://`, with the options `max_entries` (a number) or `max_bytes` (a number, or one with `KiB`, `MiB`, `GiB`).
///
/// # Errors
///
/// [`ErrorKind::InvalidConfig`] for other options or values.
pub fn open_url(url: &BackendUrl) -> Result<Store> {
    if !url.place().is_empty() {
        return Err(Error::new(ErrorKind::InvalidConfig, "`memory://` has no host or path"));
    }
    let mut builder = Memory::builder();
    let mut bounds = 0;
    for (name, value) in url.options() {
        builder = match name {
            "max_entries" => builder.max_entries(value.parse().map_err(|_| not_a_number(name))?),
            "max_bytes" => builder.max_bytes(BackendUrl::option_size(name, value)? as u64),
            _ => {
                return Err(url.unknown_option(name, &["max_entries", "max_bytes"]));
            }
        };
        bounds += 1;
    }
    if bounds > 1 {
        return Err(Error::new(
            ErrorKind::InvalidConfig,
            "a memory store has either `max_entries` or `max_bytes`",
        ));
    }
    Ok(builder.build().into())
}

fn not_a_number(name: &str) -> Error {
    Error::new(ErrorKind::InvalidConfig, format!("`{name}` is a whole number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_say_what_is_wrong() {
        let open = |url: &str| url.parse().and_then(|url| open_url(&url));
        for url in ["memory://", "memory://?max_entries=5", "memory://?max_bytes=64MiB"] {
            assert!(open(url).is_ok(), "{url}");
        }
        for url in [
            "memory://x",
            "memory://?max=5",
            "memory://?max_entries=-1",
            "memory://?max_bytes=1TiBs",
            "memory://?max_entries=1&max_bytes=1",
        ] {
            assert_eq!(open(url).unwrap_err().kind(), ErrorKind::InvalidConfig, "{url}");
        }
    }
}
