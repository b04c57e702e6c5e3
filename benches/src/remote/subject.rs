//! A cache with tags over Redis, as little of it as all that have tags can do.

use super::TIMEOUT_SECONDS;
use ecached::EntryOptions;
use ecached::aio::Cache;
use std::error::Error;
use std::future::Future;
use std::time::Duration;

/// What went wrong, in anybody's words.
pub type Trouble = Box<dyn Error + Send + Sync>;

/// How long entries live.
pub const TIMEOUT: Duration = Duration::from_secs(TIMEOUT_SECONDS);

/// A cache that is compared. Its clones are the same cache.
pub trait Subject: Clone + Send + Sync + 'static {
    /// Its name and version.
    fn name(&self) -> String;

    /// What the key begins with under which the server keeps a tag.
    fn tag_pattern(&self) -> &'static str;

    /// Stores a value under a key, with tags.
    fn put(
        &self,
        key: &str,
        value: String,
        tags: &[&str],
    ) -> impl Future<Output = Result<(), Trouble>> + Send;

    /// The value, if it is there and valid.
    fn get(&self, key: &str) -> impl Future<Output = Result<Option<String>, Trouble>> + Send;

    /// Makes all that carry the tag invalid.
    fn invalidate(&self, tag: &str) -> impl Future<Output = Result<(), Trouble>> + Send;
}

/// ecached.
#[derive(Clone, Debug)]
pub struct Ecached(pub Cache);

impl Ecached {
    /// On a server of its own.
    ///
    /// # Panics
    ///
    /// If the alias is taken, or the URL is none.
    #[must_use]
    pub fn open(alias: &str, url: &str) -> Self {
        let backend = ecached::Redis::open(url).expect("a URL");
        ecached::caches().register(alias, backend).expect("registered once");
        Self(ecached::aio::caches().get(alias).expect("registered"))
    }
}

impl Subject for Ecached {
    fn name(&self) -> String {
        format!("ecached {}", crate::machine::version("ecached"))
    }

    fn tag_pattern(&self) -> &'static str {
        "ecached:tag:*"
    }

    async fn put(&self, key: &str, value: String, tags: &[&str]) -> Result<(), Trouble> {
        let options = EntryOptions::timeout(TIMEOUT).with_tags(tags);
        Ok(self.0.set(key, value, options).await?)
    }

    async fn get(&self, key: &str) -> Result<Option<String>, Trouble> {
        Ok(self.0.get(key).await?)
    }

    async fn invalidate(&self, tag: &str) -> Result<(), Trouble> {
        Ok(self.0.invalidate_tags(&[tag]).await?)
    }
}
