//! Ways to break the promise on purpose: the checker must find each of them.

use ecached::Result;
use ecached::backend::{Backend, Capabilities, Item, Opening, Store, Storing, Written};
use ecached::{BackendUrl, Version};
use ecached_testing::ConditionalMap;
use std::str::FromStr;

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
    let map = ConditionalMap::default();
    Ok(match url.place() {
        "stale-store" => Store::blocking(Unconditional(map)),
        _ => Store::blocking(map),
    })
}

/// Stores whatever became of the lease.
struct Unconditional(ConditionalMap);

impl Backend for Unconditional {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        self.0.get(key)
    }

    fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Vec<u8>>>> {
        self.0.get_many(keys)
    }

    fn set_many(&self, items: &[Item]) -> Result<()> {
        self.0.set_many(items)
    }

    fn delete(&self, keys: &[&str]) -> Result<()> {
        self.0.delete(keys)
    }

    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }

    fn open(&self, opening: &Opening) -> Result<Vec<Option<Version>>> {
        self.0.open(opening)
    }

    fn store(&self, storing: &Storing) -> Result<Written> {
        let mut storing = storing.clone();
        storing.lease = None;
        self.0.store(&storing)
    }
}
