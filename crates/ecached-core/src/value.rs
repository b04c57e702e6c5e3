//! Values while they are shared: one allocation that holds the value and what an in-process store knows of it.

use crate::clock::Tick;
use serde::Serialize;
use serde::de::DeserializeOwned;
use smol_str::SmolStr;
use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What a value must be to be cached in this process: `Clone + Send + Sync + 'static`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be cached",
    label = "this type must be `Clone + Send + Sync + 'static`",
    note = "callers share one cached value: return an owned type that implements `Clone`, for example `Arc<…>`"
)]
pub trait LocalValue: Clone + Send + Sync + 'static {}

impl<T: Clone + Send + Sync + 'static> LocalValue for T {}

/// What a value must be to be cached in any backend: a [`LocalValue`] that serde can write and read.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be cached in every backend",
    label = "this type must be `Clone + Send + Sync + 'static` and implement serde's `Serialize` and `Deserialize`",
    note = "derive `Serialize` and `Deserialize`, or write `local` in the attribute to use in-process caches only"
)]
pub trait CacheValue: LocalValue + Serialize + DeserializeOwned {}

impl<T: LocalValue + Serialize + DeserializeOwned> CacheValue for T {}

/// What an entry of an in-process store stays valid by.
pub trait Dependencies: Send + Sync {
    /// Whether everything is as it was when the computation began.
    fn are_current(&self) -> bool;

    /// What the entry counts in a store that is bounded by bytes.
    fn weight(&self) -> u64;
}

/// What an in-process store knows of a value.
///
/// What a hit reads comes first and in this order, next to the reference counts in front of it: 64 bytes together.
#[repr(C)]
pub struct Header {
    /// The last epoch of the store at which the dependencies were looked at and found current.
    checked: AtomicU64,
    /// When it stops being served.
    pub expires: Tick,
    /// The identity of the tag set under which it was stored.
    pub tag_set: u64,
    /// The full key, in here up to 23 bytes.
    pub key: SmolStr,
    /// What it stays valid by. `None`: it was never stored.
    pub dependencies: Option<Box<dyn Dependencies>>,
}

impl Header {
    /// The header of a value that no in-process store holds.
    #[must_use]
    pub fn detached() -> Self {
        Self::new("", 0, Tick::NEVER)
    }

    /// The header of a value about to be stored.
    #[must_use]
    pub fn new(key: &str, tag_set: u64, expires: Tick) -> Self {
        let checked = AtomicU64::new(u64::MAX);
        Self { checked, expires, tag_set, key: SmolStr::new(key), dependencies: None }
    }

    /// Whether the dependencies are current at `epoch`, a number that the store changes after each invalidation.
    ///
    /// While no invalidation happens, this is one comparison, however many dependencies there are.
    #[inline]
    #[must_use]
    pub fn is_current(&self, epoch: u64) -> bool {
        self.checked.load(Ordering::Relaxed) == epoch || self.check(epoch)
    }

    #[cold]
    fn check(&self, epoch: u64) -> bool {
        let current =
            self.dependencies.as_ref().is_some_and(|dependencies| dependencies.are_current());
        if current {
            // A slower thread may write an older epoch over a newer one; the next reader then looks once more.
            self.checked.store(epoch, Ordering::Relaxed);
        }
        current
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Header").field("expires", &self.expires).finish_non_exhaustive()
    }
}

/// A value and its header in one allocation.
#[repr(C)]
pub struct Object<V: ?Sized> {
    header: Header,
    value: V,
}

/// A shared value of any type.
pub type Value = Arc<Object<dyn Any + Send + Sync>>;

impl<V: Any + Send + Sync> Object<V> {
    /// Shares `value`.
    #[must_use]
    pub fn shared(header: Header, value: V) -> Value {
        Arc::new(Self { header, value })
    }
}

impl Object<dyn Any + Send + Sync> {
    /// What the store knows of it.
    #[inline]
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The value, if it is of that type.
    #[inline]
    #[must_use]
    pub fn downcast_ref<T: 'static>(&self) -> Option<&T> {
        self.value.downcast_ref()
    }

    /// The value, whatever its type.
    #[must_use]
    pub fn any(&self) -> &(dyn Any + Send + Sync) {
        &self.value
    }
}

impl<V: ?Sized> fmt::Debug for Object<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Never the value: it may be secret.
        f.debug_struct("Object").field("header", &self.header).finish_non_exhaustive()
    }
}
