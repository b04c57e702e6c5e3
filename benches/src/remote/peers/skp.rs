//! [skp-cache](https://docs.rs/skp-cache): a set of keys for each tag, written in one transaction with the value.

use crate::remote::invalidations::WRITERS;
use crate::remote::subject::{Subject, TIMEOUT, Trouble};
use skp_cache::{CacheManager, CacheOpts, CacheResult, RedisBackend, RedisConfig};
use std::sync::Arc;

/// skp-cache.
#[derive(Clone)]
pub struct Skp(Arc<CacheManager<RedisBackend>>);

impl std::fmt::Debug for Skp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Skp")
    }
}

impl Skp {
    /// On that server.
    ///
    /// # Errors
    ///
    /// When the server does not answer.
    pub async fn open(url: &str) -> Result<Self, Trouble> {
        // Of its own 10 connections, some of the bench's writers get none for 5 seconds, and it fails.
        let config = RedisConfig::new(url).pool_size(WRITERS as u32);
        let backend = RedisBackend::new(config).await?;
        Ok(Self(Arc::new(CacheManager::new(backend))))
    }
}

impl Subject for Skp {
    fn name(&self) -> String {
        format!("skp-cache {}", crate::machine::version("skp-cache"))
    }

    fn tag_pattern(&self) -> &'static str {
        "*__tags__:*"
    }

    async fn put(&self, key: &str, value: String, tags: &[&str]) -> Result<(), Trouble> {
        let options = CacheOpts::new().ttl_secs(TIMEOUT.as_secs()).tags(tags.iter().copied());
        Ok(self.0.set(key, &value, options).await?)
    }

    async fn get(&self, key: &str) -> Result<Option<String>, Trouble> {
        match self.0.get::<String>(key).await? {
            CacheResult::Hit(entry) => Ok(Some(entry.value)),
            _ => Ok(None),
        }
    }

    async fn invalidate(&self, tag: &str) -> Result<(), Trouble> {
        self.0.delete_by_tag(tag).await?;
        Ok(())
    }
}
