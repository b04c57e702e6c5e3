//! Ways to break the promise on purpose: the checker must find each of them.

use ecached::Result;
use ecached::backend::{
    AsyncBackend, Backend, Capabilities, Item, Opening, Store, Storing, Written,
};
use ecached::{BackendUrl, Version};
use ecached_testing::ConditionalMap;
use std::str::FromStr;
use tokio::task::yield_now;

/// What is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// Nothing.
    Nothing,
    /// One invalidation in ten is called done and never sent.
    SkipInvalidation,
    /// Invalidations are called done some milliseconds before they are sent.
    Late,
    /// A store that ignores the lease; only for the backend `map`.
    StaleStore,
}

impl Broken {
    /// All of them, as they are named on the command line.
    pub(crate) const NAMES: [(&'static str, Self); 3] = [
        ("skip-invalidation", Self::SkipInvalidation),
        ("late", Self::Late),
        ("stale-store", Self::StaleStore),
    ];

    /// As on the command line.
    pub(crate) fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, broken)| *broken == self).map_or("nothing", |(name, _)| name)
    }
}

impl FromStr for Broken {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        if text == "nothing" {
            return Ok(Self::Nothing);
        }
        let known = || Self::NAMES.map(|(name, _)| name).join(", ");
        let found = Self::NAMES.iter().find(|(name, _)| *name == text);
        found.map(|(_, broken)| *broken).ok_or_else(|| format!("`--break` takes {}", known()))
    }
}

/// Opens `map://` and `map://stale-store`: a map in this process that does what a server with scripts can.
pub(crate) fn open_map(url: &BackendUrl) -> Result<Store> {
    let map = Map { map: ConditionalMap::default(), minds_leases: url.place() != "stale-store" };
    Ok(Store::both(map.clone(), Later(map)))
}

/// A map that may store whatever became of the lease.
#[derive(Clone)]
struct Map {
    map: ConditionalMap,
    minds_leases: bool,
}

impl Backend for Map {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        self.map.get(key)
    }

    fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Vec<u8>>>> {
        self.map.get_many(keys)
    }

    fn set_many(&self, items: &[Item]) -> Result<()> {
        self.map.set_many(items)
    }

    fn delete(&self, keys: &[&str]) -> Result<()> {
        self.map.delete(keys)
    }

    fn capabilities(&self) -> Capabilities {
        self.map.capabilities()
    }

    fn open(&self, opening: &Opening) -> Result<Vec<Option<Version>>> {
        self.map.open(opening)
    }

    fn store(&self, storing: &Storing) -> Result<Written> {
        let mut storing = storing.clone();
        if !self.minds_leases {
            storing.lease = None;
        }
        self.map.store(&storing)
    }
}

/// The async side: other tasks run before each operation, as they do when it goes over a network.
struct Later(Map);

impl AsyncBackend for Later {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        yield_now().await;
        self.0.get(key)
    }

    async fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Vec<u8>>>> {
        yield_now().await;
        self.0.get_many(keys)
    }

    async fn set_many(&self, items: &[Item]) -> Result<()> {
        yield_now().await;
        self.0.set_many(items)
    }

    async fn delete(&self, keys: &[&str]) -> Result<()> {
        yield_now().await;
        self.0.delete(keys)
    }

    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }

    async fn open(&self, opening: &Opening) -> Result<Vec<Option<Version>>> {
        yield_now().await;
        self.0.open(opening)
    }

    async fn store(&self, storing: &Storing) -> Result<Written> {
        yield_now().await;
        self.0.store(storing)
    }
}
