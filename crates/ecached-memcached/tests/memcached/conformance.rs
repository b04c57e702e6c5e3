//! The suite that every backend passes, on one server and on three.

use crate::support::{on, servers};
use ecached_core::backend::{Backend, Capabilities, Invalidating, Item, Opening, Storing, Written};
use ecached_core::version::Version;
use ecached_core::{Cache, Result};
use ecached_memcached::BlockingMemcached;
use ecached_testing::servers::Memcached;
use std::sync::Arc;

fn blocking(count: usize) -> [Cache; 2] {
    let servers = servers(count);
    [(), ()].map(|()| Cache::new(Held(on(&servers).blocking(), servers.clone())))
}

ecached_testing::conformance!(blocking_on_one_server, blocking, { blocking(1) });
ecached_testing::conformance!(blocking_on_three_servers, blocking, { blocking(3) });

#[cfg(feature = "tokio")]
mod asynchronous {
    use super::*;
    use crate::support::RUNTIME;
    use ecached_core::backend::AsyncBackend;
    use ecached_memcached::AsyncMemcached;

    fn asynchronous(count: usize) -> [Cache; 2] {
        let servers = servers(count);
        [(), ()].map(|()| Cache::new(Held(on(&servers).asynchronous(), servers.clone())))
    }

    ecached_testing::conformance!(
        on_one_server,
        asynchronous in || Box::new(RUNTIME.enter()),
        { asynchronous(1) }
    );
    ecached_testing::conformance!(
        on_three_servers,
        asynchronous in || Box::new(RUNTIME.enter()),
        { asynchronous(3) }
    );

    impl AsyncBackend for Held<AsyncMemcached> {
        async fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
            AsyncBackend::get(&self.0, key).await
        }
        async fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Vec<u8>>>> {
            AsyncBackend::get_many(&self.0, keys).await
        }
        async fn set_many(&self, items: &[Item]) -> Result<()> {
            AsyncBackend::set_many(&self.0, items).await
        }
        async fn delete(&self, keys: &[&str]) -> Result<()> {
            AsyncBackend::delete(&self.0, keys).await
        }
        fn capabilities(&self) -> Capabilities {
            AsyncBackend::capabilities(&self.0)
        }
        async fn open(&self, opening: &Opening) -> Result<Vec<Option<Version>>> {
            AsyncBackend::open(&self.0, opening).await
        }
        async fn store(&self, storing: &Storing) -> Result<Written> {
            AsyncBackend::store(&self.0, storing).await
        }
        async fn invalidate(&self, invalidating: &Invalidating) -> Result<()> {
            AsyncBackend::invalidate(&self.0, invalidating).await
        }
    }
}

/// A backend that keeps its servers alive.
struct Held<B>(B, #[expect(dead_code, reason = "dropped with the backend")] Arc<Vec<Memcached>>);

impl Backend for Held<BlockingMemcached> {
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
        self.0.store(storing)
    }
    fn invalidate(&self, invalidating: &Invalidating) -> Result<()> {
        self.0.invalidate(invalidating)
    }
}
