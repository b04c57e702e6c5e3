//! The backend that stores nothing.

use super::{Backend, Invalidating, Item, Opening, Store, Storing, Written};
use crate::Result;
use crate::version::Version;

/// Stores nothing: every call computes, though callers who were there before a computation began still share it.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing to add to nothing")]
pub struct Null;

impl From<Null> for Store {
    fn from(_: Null) -> Self {
        Self::both(Nothing, Nothing)
    }
}

struct Nothing;

impl Backend for Nothing {
    fn get(&self, _: &str) -> Result<Option<Vec<u8>>> {
        Ok(None)
    }

    fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Vec<u8>>>> {
        Ok(vec![None; keys.len()])
    }

    fn set_many(&self, _: &[Item]) -> Result<()> {
        Ok(())
    }

    fn delete(&self, _: &[&str]) -> Result<()> {
        Ok(())
    }

    fn open(&self, opening: &Opening) -> Result<Vec<Option<Version>>> {
        // Nobody can see an invalidation here, so nobody may join a computation by what was seen: versions are new each time.
        let new = opening.missing.iter().chain(&opening.lease);
        let new = new.map(|_| Version::unique().map(Some));
        // Nobody else is here to have the lock.
        new.chain(opening.lock.iter().map(|lock| Ok(Version::read(&lock.value)))).collect()
    }

    fn store(&self, _: &Storing) -> Result<Written> {
        Ok(Written::Doomed)
    }

    fn invalidate(&self, _: &Invalidating) -> Result<()> {
        Ok(())
    }
}

/// Nothing waits, so an async caller may use it as it is.
impl super::AsyncBackend for Nothing {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        Backend::get(self, key)
    }

    async fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Vec<u8>>>> {
        Backend::get_many(self, keys)
    }

    async fn set_many(&self, items: &[Item]) -> Result<()> {
        Backend::set_many(self, items)
    }

    async fn delete(&self, keys: &[&str]) -> Result<()> {
        Backend::delete(self, keys)
    }

    async fn open(&self, opening: &Opening) -> Result<Vec<Option<Version>>> {
        Backend::open(self, opening)
    }

    async fn store(&self, storing: &Storing) -> Result<Written> {
        Backend::store(self, storing)
    }

    async fn invalidate(&self, invalidating: &Invalidating) -> Result<()> {
        Backend::invalidate(self, invalidating)
    }
}
