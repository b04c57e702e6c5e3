//! The trait for blocking backends that hold bytes.

use super::{Capabilities, Invalidating, Item, Opening, Storing, Written, basic};
use crate::Result;
use crate::version::Version;

/// A blocking key-value store with expiry. Four methods make a backend; the others have defaults made of these four.
///
/// With the defaults P1 to P6 hold, see [`basic`]; they cost more round trips. A store that can compare and set, or run
/// several commands as one, overrides them. All methods may be called from any thread at any time.
///
/// # Concurrency
///
/// What a returned write wrote must be what a later read in any process reads: the promise is kept on stores where a read
/// sees the last acknowledged write, and only there. Writes of several keys need not be atomic.
///
/// # Examples
///
/// ```
/// use ecached_core::backend::{Backend, Item};
/// use ecached_core::{Result, caches};
/// use std::collections::HashMap;
/// use std::sync::Mutex;
///
/// /// A store in a map. It keeps no ttl, as `capabilities` (by default) says.
/// #[derive(Default)]
/// struct Map(Mutex<HashMap<String, Vec<u8>>>);
///
/// impl Backend for Map {
///     fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
///         Ok(self.0.lock().unwrap().get(key).cloned())
///     }
///     fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Vec<u8>>>> {
///         keys.iter().map(|key| self.get(key)).collect()
///     }
///     fn set_many(&self, items: &[Item]) -> Result<()> {
///         self.0.lock().unwrap().extend(items.iter().map(|item| (item.key.clone(), item.value.clone())));
///         Ok(())
///     }
///     fn delete(&self, keys: &[&str]) -> Result<()> {
///         keys.iter().for_each(|key| drop(self.0.lock().unwrap().remove(*key)));
///         Ok(())
///     }
/// }
///
/// caches().register("map", Map::default())?;
/// let cache = caches().get("map")?;
/// cache.set("answer", 42_u64, 60)?;
/// assert_eq!(cache.get("answer")?, Some(42_u64));
/// # Ok::<(), ecached_core::Error>(())
/// ```
pub trait Backend: Send + Sync + 'static {
    /// The value of `key`, if it is there and has not expired.
    ///
    /// # Errors
    ///
    /// When the store cannot tell. Absence is not an error.
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>>;

    /// The values of `keys`, in their order, one answer per key.
    ///
    /// # Errors
    ///
    /// When the store cannot tell.
    fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Vec<u8>>>>;

    /// Stores all items, replacing what is there. [`Item::ttl`] is when the store may forget.
    ///
    /// # Errors
    ///
    /// When not all of them are stored; some may be.
    fn set_many(&self, items: &[Item]) -> Result<()>;

    /// Removes `keys`; those that are absent are no error.
    ///
    /// # Errors
    ///
    /// When not all of them are known to be gone.
    fn delete(&self, keys: &[&str]) -> Result<()>;

    /// What this backend can do, and its limits.
    fn capabilities(&self) -> Capabilities {
        Capabilities::basic()
    }

    /// Creates the versions that are absent; answers what is there now, in the order of [`Opening::items`].
    ///
    /// Default: writes, then reads again. Not atomic: a version that another opener made at the same time may be
    /// replaced, which costs a recomputation.
    ///
    /// # Errors
    ///
    /// When the store cannot tell.
    fn open(&self, opening: &Opening) -> Result<Vec<Option<Version>>> {
        basic::run(self, basic::Open::new(opening))
    }

    /// Stores an entry, unless its lease is gone.
    ///
    /// Default: stores it; see [`Capabilities::conditional_store`] for why nothing is lost.
    ///
    /// # Errors
    ///
    /// When it is not known to be stored.
    fn store(&self, storing: &Storing) -> Result<Written> {
        basic::run(self, basic::Store::new(storing))
    }

    /// Changes versions and removes entries.
    ///
    /// Default: the counter first, then the rest: two round trips.
    ///
    /// # Errors
    ///
    /// When not all of it is known to be done. Never `Ok` for what was not done.
    fn invalidate(&self, invalidating: &Invalidating) -> Result<()> {
        basic::run(self, basic::Invalidate::new(invalidating))
    }

    /// Removes the lock at `key`, if it has this token.
    ///
    /// Default: looks, and removes: one or two round trips. A lock that is not removed is over when its life is.
    ///
    /// # Errors
    ///
    /// When it is not known to be gone.
    fn release(&self, key: &str, token: &Version) -> Result<()> {
        basic::run(self, basic::Release::new(key, token))
    }
}
