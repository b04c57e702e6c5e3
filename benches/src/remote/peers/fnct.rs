//! [fnct](https://docs.rs/fnct): a sorted set of keys for each tag.

use crate::remote::subject::{Subject, TIMEOUT, Trouble};
use fnct::AsyncCache;
use fnct::backend::AsyncRedisBackend;
use fnct::format::PostcardFormatter;
use redis_of_fnct::Client;
use redis_of_fnct::aio::MultiplexedConnection;

/// fnct.
#[derive(Clone, Debug)]
pub struct Fnct(AsyncCache<AsyncRedisBackend<MultiplexedConnection>, PostcardFormatter>);

impl Fnct {
    /// On that server.
    ///
    /// # Errors
    ///
    /// When the server does not answer.
    pub async fn open(url: &str) -> Result<Self, Trouble> {
        let connection = Client::open(url)?.get_multiplexed_async_connection().await?;
        let backend = AsyncRedisBackend::new(connection, "fnct".to_owned());
        Ok(Self(AsyncCache::new(backend, PostcardFormatter, TIMEOUT)))
    }
}

impl Subject for Fnct {
    fn name(&self) -> String {
        format!("fnct {}", crate::machine::version("fnct"))
    }

    fn tag_pattern(&self) -> &'static str {
        "fnct:tag:*"
    }

    async fn put(&self, key: &str, value: String, tags: &[&str]) -> Result<(), Trouble> {
        Ok(self.0.put(key, value, tags, None).await?)
    }

    async fn get(&self, key: &str) -> Result<Option<String>, Trouble> {
        Ok(self.0.get(key).await?)
    }

    async fn invalidate(&self, tag: &str) -> Result<(), Trouble> {
        Ok(self.0.pop_tag(tag).await?)
    }
}
