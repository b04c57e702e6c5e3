//! Servers, and both sides of the backend as one kind of thing.

use ecached_core::backend::{Backend, Item, Opening, Storing, Written};
use ecached_core::clock::Clock;
use ecached_core::version::Version;
use ecached_core::{Cache, ErrorKind, Result};
use ecached_memcached::Memcached;
use ecached_testing::servers;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

/// So many servers of a test's own.
pub(crate) fn servers(count: usize) -> Arc<Vec<servers::Memcached>> {
    Arc::new(servers::Memcached::start_many(count))
}

/// A backend on these servers, with patience: nothing fails because the machine is busy.
pub(crate) fn on(servers: &[servers::Memcached]) -> Memcached {
    waiting(addresses(servers), Duration::from_secs(20))
}

/// A backend on these servers that waits for [`HASTE`].
pub(crate) fn hasty(servers: &[servers::Memcached]) -> Memcached {
    waiting(addresses(servers), HASTE)
}

/// A backend that waits so long for answers.
pub(crate) fn waiting(servers: Vec<String>, timeout: Duration) -> Memcached {
    let builder = Memcached::builder().servers(servers).connect_timeout(Duration::from_secs(20));
    builder.operation_timeout(timeout).build().unwrap()
}

/// Long beside an exchange that works, short enough to wait for one that does not.
pub(crate) const HASTE: Duration = Duration::from_millis(500);

pub(crate) fn addresses(servers: &[servers::Memcached]) -> Vec<String> {
    servers.iter().map(|server| server.address().to_string()).collect()
}

/// Both sides, with their names, as blocking backends.
pub(crate) fn sides(memcached: &Memcached) -> Vec<(&'static str, Box<dyn Backend>)> {
    vec![
        ("blocking", Box::new(memcached.blocking()) as Box<dyn Backend>),
        #[cfg(feature = "tokio")]
        ("async", Box::new(tokio_side::Waiting(memcached.asynchronous()))),
    ]
}

#[cfg(feature = "tokio")]
pub(crate) use tokio_side::RUNTIME;

#[cfg(feature = "tokio")]
mod tokio_side {
    use super::*;
    use ecached_core::backend::{AsyncBackend, Capabilities, Invalidating};
    use ecached_memcached::AsyncMemcached;
    use std::sync::LazyLock;
    use tokio::runtime::{Builder, Runtime};

    /// One for all tests.
    pub(crate) static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
        Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
    });

    /// The async side, each call on the runtime until it is done.
    pub(super) struct Waiting(pub(super) AsyncMemcached);

    impl Backend for Waiting {
        fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
            RUNTIME.block_on(AsyncBackend::get(&self.0, key))
        }
        fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Vec<u8>>>> {
            RUNTIME.block_on(AsyncBackend::get_many(&self.0, keys))
        }
        fn set_many(&self, items: &[Item]) -> Result<()> {
            RUNTIME.block_on(AsyncBackend::set_many(&self.0, items))
        }
        fn delete(&self, keys: &[&str]) -> Result<()> {
            RUNTIME.block_on(AsyncBackend::delete(&self.0, keys))
        }
        fn capabilities(&self) -> Capabilities {
            AsyncBackend::capabilities(&self.0)
        }
        fn open(&self, opening: &Opening) -> Result<Vec<Option<Version>>> {
            RUNTIME.block_on(AsyncBackend::open(&self.0, opening))
        }
        fn store(&self, storing: &Storing) -> Result<Written> {
            RUNTIME.block_on(AsyncBackend::store(&self.0, storing))
        }
        fn invalidate(&self, invalidating: &Invalidating) -> Result<()> {
            RUNTIME.block_on(AsyncBackend::invalidate(&self.0, invalidating))
        }
    }
}

pub(crate) fn item(key: &str, value: &[u8]) -> Item {
    Item { key: key.to_owned(), value: value.to_vec(), ttl: None }
}

pub(crate) fn version_item(key: &str) -> Item {
    item(key, Version::unique().unwrap().as_bytes())
}

/// How long `action` took, with what it returned.
pub(crate) fn timed<T>(action: impl FnOnce() -> T) -> (T, Duration) {
    let clock = Clock::system();
    let start = clock.now();
    let result = action();
    (result, clock.now().since(start))
}

pub(crate) fn kind<T: std::fmt::Debug>(result: Result<T>) -> ErrorKind {
    result.unwrap_err().kind()
}

/// An *open* of these versions, and of a lease.
pub(crate) fn opening(missing: Vec<Item>, lease: Option<Item>) -> Opening {
    let mut opening = TEMPLATES.0.clone();
    (opening.missing, opening.lease) = (missing, lease);
    opening
}

/// A *store* of this entry.
pub(crate) fn storing(entry: Item) -> Storing {
    let mut storing = TEMPLATES.1.clone();
    storing.entry = entry;
    storing
}

/// What a cache sends: only the core can make these types, others can change them.
static TEMPLATES: LazyLock<(Opening, Storing)> = LazyLock::new(|| {
    let spy = Spy::default();
    Cache::new(spy.clone()).get_or_compute("key", 60, || 1_u64);
    let opening = spy.opening.lock().unwrap().take().unwrap();
    let storing = spy.storing.lock().unwrap().take().unwrap();
    (opening, storing)
});

#[derive(Clone, Default)]
struct Spy {
    opening: Arc<Mutex<Option<Opening>>>,
    storing: Arc<Mutex<Option<Storing>>>,
}

impl Backend for Spy {
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
        *self.opening.lock().unwrap() = Some(opening.clone());
        Ok(opening.items().map(|item| Version::read(&item.value)).collect())
    }
    fn store(&self, storing: &Storing) -> Result<Written> {
        *self.storing.lock().unwrap() = Some(storing.clone());
        Ok(Written::Stored)
    }
}
