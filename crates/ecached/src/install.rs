//! The registry, with the backends that this crate's features choose.

use ecached_core::Registry;
use std::sync::OnceLock;

/// The process-wide registry of backends, from any thread, at any time.
///
/// Nothing has to be registered: the alias `default` is an in-process cache of 10,000 entries (feature `memory`).
///
/// # Examples
///
/// ```
/// use ecached::{Memory, caches};
///
/// caches().register("sessions", Memory::builder().max_entries(500).build())?;
/// assert_eq!(caches().get("sessions")?.alias(), "sessions");
/// # Ok::<(), ecached::Error>(())
/// ```
#[must_use]
#[inline]
pub fn caches() -> &'static Registry {
    static REGISTRY: OnceLock<&'static Registry> = OnceLock::new();
    REGISTRY.get_or_init(|| {
        let registry = ecached_core::caches();
        registry.register_scheme("null", open_null);
        #[cfg(feature = "memory")]
        {
            registry.register_scheme("memory", ecached_memory::open_url);
            registry.open_default_with(|| ecached_memory::Memory::default().into());
        }
        #[cfg(feature = "memcached-blocking")]
        registry.register_scheme("memcached", ecached_memcached::open_url);
        #[cfg(feature = "redis-blocking")]
        for scheme in ecached_redis::SCHEMES {
            registry.register_scheme(scheme, ecached_redis::open_url);
        }
        registry
    })
}

fn open_null(url: &ecached_core::BackendUrl) -> ecached_core::Result<ecached_core::backend::Store> {
    match url.options().next() {
        Some((name, _)) => Err(url.unknown_option(name, &[])),
        None => Ok(ecached_core::backend::Null.into()),
    }
}
