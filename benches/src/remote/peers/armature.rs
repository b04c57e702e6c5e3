//! [armature-cache](https://docs.rs/armature-cache): sets of keys for each tag, and of tags for each key.

use crate::remote::subject::{Subject, TIMEOUT, Trouble};
use armature_cache::{CacheConfig, RedisCache, TaggedCache};
use std::sync::Arc;

/// armature-cache.
#[derive(Clone)]
pub struct Armature(Arc<TaggedCache<RedisCache>>);

impl std::fmt::Debug for Armature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Armature")
    }
}

impl Armature {
    /// On that server.
    ///
    /// # Errors
    ///
    /// When the server does not answer.
    pub async fn open(url: &str) -> Result<Self, Trouble> {
        // Its own default of 3 seconds is not enough to invalidate a tag of 100,000 entries.
        let patience = std::time::Duration::from_secs(120);
        let config = CacheConfig::redis(url)?.with_operation_timeout(patience);
        let store = RedisCache::new(config).await?;
        Ok(Self(Arc::new(TaggedCache::new(Arc::new(store)))))
    }
}

impl Subject for Armature {
    fn name(&self) -> String {
        format!("armature-cache {}", crate::machine::version("armature-cache"))
    }

    fn tag_pattern(&self) -> &'static str {
        "*__armature_tag__:*"
    }

    async fn put(&self, key: &str, value: String, tags: &[&str]) -> Result<(), Trouble> {
        Ok(self.0.set_with_tags(key, value, tags, Some(TIMEOUT)).await?)
    }

    async fn get(&self, key: &str) -> Result<Option<String>, Trouble> {
        Ok(self.0.get(key).await?)
    }

    async fn invalidate(&self, tag: &str) -> Result<(), Trouble> {
        Ok(self.0.invalidate_tag(tag).await?)
    }
}
