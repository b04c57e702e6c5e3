//! A backend that fails, or writes without saying so, when the test says so.

use ecached_core::backend::{Backend, Item};
use ecached_core::{Error, ErrorKind, Result};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A blocking backend with faults. Clones share backend and faults.
#[derive(Clone, Debug)]
pub struct Faults<B> {
    backend: Arc<B>,
    switches: Arc<Switches>,
}

#[derive(Default)]
struct Switches {
    reads_fail: AtomicBool,
    writes_fail: AtomicBool,
    replies_are_lost: AtomicBool,
    calls: AtomicU64,
}

impl fmt::Debug for Switches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Switches").field("calls", &self.calls).finish_non_exhaustive()
    }
}

impl<B: Backend> Faults<B> {
    /// A backend without faults, yet.
    pub fn new(backend: B) -> Self {
        Self { backend: Arc::new(backend), switches: Arc::default() }
    }

    /// The backend itself.
    #[must_use]
    pub fn backend(&self) -> &B {
        &self.backend
    }

    /// Reads fail from now on, or work again.
    pub fn fail_reads(&self, fail: bool) {
        self.switches.reads_fail.store(fail, Ordering::SeqCst);
    }

    /// Writes fail from now on and change nothing, or work again.
    pub fn fail_writes(&self, fail: bool) {
        self.switches.writes_fail.store(fail, Ordering::SeqCst);
    }

    /// Writes are done and reported as failed from now on, or work again.
    pub fn lose_replies(&self, lose: bool) {
        self.switches.replies_are_lost.store(lose, Ordering::SeqCst);
    }

    /// Calls of the backend so far.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.switches.calls.load(Ordering::SeqCst)
    }

    fn read<T>(&self, read: impl FnOnce(&B) -> Result<T>) -> Result<T> {
        self.switches.calls.fetch_add(1, Ordering::SeqCst);
        if self.switches.reads_fail.load(Ordering::SeqCst) {
            return Err(Error::new(ErrorKind::Unavailable, "the test says that reads fail"));
        }
        read(&self.backend)
    }

    fn write<T>(&self, write: impl FnOnce(&B) -> Result<T>) -> Result<T> {
        self.switches.calls.fetch_add(1, Ordering::SeqCst);
        if self.switches.writes_fail.load(Ordering::SeqCst) {
            return Err(Error::new(ErrorKind::Unavailable, "the test says that writes fail"));
        }
        let written = write(&self.backend)?;
        if self.switches.replies_are_lost.load(Ordering::SeqCst) {
            return Err(Error::new(ErrorKind::Timeout, "the test says that replies are lost"));
        }
        Ok(written)
    }
}

impl<B: Backend> Backend for Faults<B> {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        self.read(|backend| backend.get(key))
    }

    fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Vec<u8>>>> {
        self.read(|backend| backend.get_many(keys))
    }

    fn set_many(&self, items: &[Item]) -> Result<()> {
        self.write(|backend| backend.set_many(items))
    }

    fn delete(&self, keys: &[&str]) -> Result<()> {
        self.write(|backend| backend.delete(keys))
    }
}
