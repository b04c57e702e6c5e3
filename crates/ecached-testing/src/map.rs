//! The simplest backends there can be: a map, and the four required methods.

use ecached_core::Result;
use ecached_core::backend::{AsyncBackend, Backend, Capabilities, Item, Opening, Storing, Written};
use ecached_core::clock::{Clock, Tick};
use ecached_core::version::Version;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A blocking backend in a map. Clones share the map, as processes share a server.
#[derive(Clone, Default)]
pub struct Map(Arc<Mutex<HashMap<String, Vec<u8>>>>);

impl Map {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is in it, sorted.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        let mut keys: Vec<_> = self.lock().keys().cloned().collect();
        keys.sort_unstable();
        keys
    }

    /// The bytes of a key.
    #[must_use]
    pub fn bytes(&self, key: &str) -> Option<Vec<u8>> {
        self.lock().get(key).cloned()
    }

    /// Replaces the bytes of a key, as a stranger would.
    pub fn plant(&self, key: &str, bytes: Vec<u8>) {
        self.lock().insert(key.to_owned(), bytes);
    }

    /// Forgets what `forgets` says, as an eviction would.
    pub fn forget(&self, forgets: impl Fn(&str) -> bool) {
        self.lock().retain(|key, _| !forgets(key));
    }
}

impl fmt::Debug for Map {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Map({} keys)", self.lock().len())
    }
}

impl Backend for Map {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.bytes(key))
    }

    fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Vec<u8>>>> {
        Ok(keys.iter().map(|key| self.bytes(key)).collect())
    }

    fn set_many(&self, items: &[Item]) -> Result<()> {
        self.lock().extend(items.iter().map(|item| (item.key.clone(), item.value.clone())));
        Ok(())
    }

    fn delete(&self, keys: &[&str]) -> Result<()> {
        let mut map = self.lock();
        keys.iter().for_each(|key| drop(map.remove(*key)));
        Ok(())
    }
}

/// A blocking backend in a map that can add, and compare and store, in one step: what a server with scripts can do.
///
/// It keeps ttls only if it is given a clock.
#[derive(Clone, Debug, Default)]
pub struct ConditionalMap {
    map: Map,
    clock: Option<Clock>,
    deadlines: Arc<Mutex<HashMap<String, Tick>>>,
}

impl ConditionalMap {
    /// An empty map that forgets what is past its ttl by `clock`.
    #[must_use]
    pub fn with_clock(clock: Clock) -> Self {
        Self { clock: Some(clock), ..Self::default() }
    }

    /// The map.
    #[must_use]
    pub const fn map(&self) -> &Map {
        &self.map
    }

    /// Locks the map, without what is past its ttl.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Vec<u8>>> {
        let mut map = self.map.lock();
        if let Some(clock) = &self.clock {
            self.deadlines().retain(|key, deadline| {
                let lives = !clock.has_passed(*deadline);
                if !lives {
                    map.remove(key);
                }
                lives
            });
        }
        map
    }

    fn deadlines(&self) -> MutexGuard<'_, HashMap<String, Tick>> {
        self.deadlines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin_life(&self, item: &Item) {
        let Some(clock) = &self.clock else { return };
        match item.ttl {
            Some(ttl) => self.deadlines().insert(item.key.clone(), clock.now().after(ttl)),
            None => self.deadlines().remove(&item.key),
        };
    }
}

impl Backend for ConditionalMap {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.lock().get(key).cloned())
    }

    fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Vec<u8>>>> {
        let map = self.lock();
        Ok(keys.iter().map(|key| map.get(*key).cloned()).collect())
    }

    fn set_many(&self, items: &[Item]) -> Result<()> {
        items.iter().for_each(|item| self.begin_life(item));
        Backend::set_many(&self.map, items)
    }

    fn delete(&self, keys: &[&str]) -> Result<()> {
        Backend::delete(&self.map, keys)
    }

    fn capabilities(&self) -> Capabilities {
        let basic = Capabilities::basic().with_conditional_store();
        if self.clock.is_some() { basic.with_expiry() } else { basic }
    }

    fn open(&self, opening: &Opening) -> Result<Vec<Option<Version>>> {
        let mut map = self.lock();
        let mut add = |item: &Item| {
            map.entry(item.key.clone())
                .or_insert_with(|| {
                    self.begin_life(item);
                    item.value.clone()
                })
                .clone()
        };
        Ok(opening.items().map(|item| Version::read(&add(item))).collect())
    }

    fn store(&self, storing: &Storing) -> Result<Written> {
        let mut map = self.lock();
        let has = |map: &HashMap<String, Vec<u8>>, (key, version): &(String, Version)| {
            map.get(key).and_then(|bytes| Version::read(bytes)) == Some(*version)
        };
        if storing.lease.as_ref().is_some_and(|lease| !has(&map, lease)) {
            return Ok(Written::Doomed);
        }
        self.begin_life(&storing.entry);
        map.insert(storing.entry.key.clone(), storing.entry.value.clone());
        if let Some((lease, _)) = storing.lease.as_ref().filter(|_| storing.supersedes) {
            map.remove(lease);
        }
        if let Some((lock, _)) = storing.unlock.as_ref().filter(|lock| has(&map, lock)) {
            map.remove(lock);
        }
        Ok(Written::Stored)
    }
}

/// An async backend in a map. It lets other tasks run at each call, as a network would.
#[derive(Clone, Debug, Default)]
pub struct AsyncMap(Map);

impl AsyncMap {
    /// The map.
    #[must_use]
    pub const fn map(&self) -> &Map {
        &self.0
    }
}

impl AsyncBackend for AsyncMap {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        yield_once().await;
        Backend::get(&self.0, key)
    }

    async fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Vec<u8>>>> {
        yield_once().await;
        Backend::get_many(&self.0, keys)
    }

    async fn set_many(&self, items: &[Item]) -> Result<()> {
        yield_once().await;
        Backend::set_many(&self.0, items)
    }

    async fn delete(&self, keys: &[&str]) -> Result<()> {
        yield_once().await;
        Backend::delete(&self.0, keys)
    }
}

async fn yield_once() {
    let mut has_yielded = false;
    std::future::poll_fn(|cx| {
        if std::mem::replace(&mut has_yielded, true) {
            return std::task::Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}
