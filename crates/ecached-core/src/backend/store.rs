//! What can be registered under an alias.

use super::objects::ObjectStore;
use super::{AsyncBackend, Backend, DynAsyncBackend};
use crate::clock::Clock;
use std::fmt;
use std::sync::Arc;

/// A backend as the protocol uses it.
#[derive(Clone)]
pub struct Store {
    pub(crate) medium: Medium,
    pub(crate) clock: Clock,
}

#[derive(Clone)]
pub(crate) enum Medium {
    Objects(Arc<dyn ObjectStore>),
    Bytes { blocking: Option<Arc<dyn Backend>>, asynchronous: Option<Arc<dyn DynAsyncBackend>> },
}

impl Store {
    /// A store of objects in this process.
    #[must_use]
    pub fn objects(store: Arc<dyn ObjectStore>, clock: Clock) -> Self {
        Self { medium: Medium::Objects(store), clock }
    }

    /// A blocking backend. Async callers compute without it.
    #[must_use]
    pub fn blocking(backend: impl Backend) -> Self {
        let medium = Medium::Bytes { blocking: Some(Arc::new(backend)), asynchronous: None };
        Self { medium, clock: Clock::system() }
    }

    /// An async backend. Blocking callers compute without it.
    #[must_use]
    pub fn asynchronous(backend: impl AsyncBackend) -> Self {
        let medium = Medium::Bytes { blocking: None, asynchronous: Some(Arc::new(backend)) };
        Self { medium, clock: Clock::system() }
    }

    /// A backend with a blocking and an async side. Both must reach the same data.
    #[must_use]
    pub fn both(blocking: impl Backend, asynchronous: impl AsyncBackend) -> Self {
        let medium = Medium::Bytes {
            blocking: Some(Arc::new(blocking)),
            asynchronous: Some(Arc::new(asynchronous)),
        };
        Self { medium, clock: Clock::system() }
    }
}

impl Store {
    /// The same store, with times read from `clock`: for tests.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.medium {
            Medium::Objects(store) => write!(f, "Store::objects({store:?})"),
            Medium::Bytes { blocking, asynchronous } => f
                .debug_struct("Store")
                .field("blocking", &blocking.is_some())
                .field("asynchronous", &asynchronous.is_some())
                .finish(),
        }
    }
}

/// What can be registered: a [`Backend`], an [`AsyncBackend`], a [`Store`], or a backend type of ecached.
///
/// `Marker` lets one method take them all; it is always inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a backend",
    note = "implement `Backend` (blocking) or `AsyncBackend` for it; a type with both is registered as `Store::both(…)`"
)]
pub trait IntoStore<Marker> {
    /// The store.
    fn into_store(self) -> Store;
}

/// Marks blocking backends.
#[derive(Debug)]
#[non_exhaustive]
pub struct Blocking;

/// Marks async backends.
#[derive(Debug)]
#[non_exhaustive]
pub struct Asynchronous;

/// Marks types that know what store they are.
#[derive(Debug)]
#[non_exhaustive]
pub struct Native;

impl<B: Backend> IntoStore<Blocking> for B {
    fn into_store(self) -> Store {
        Store::blocking(self)
    }
}

impl<B: AsyncBackend> IntoStore<Asynchronous> for B {
    fn into_store(self) -> Store {
        Store::asynchronous(self)
    }
}

impl<S: Into<Store>> IntoStore<Native> for S {
    fn into_store(self) -> Store {
        self.into()
    }
}
