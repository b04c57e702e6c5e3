//! The async side, on tokio.
//!
//! A connection belongs to the runtime on which it was opened, so each runtime has clients of its own.

use crate::answer::{self, Answer, Answers};
use crate::config::Config;
use crate::error::{self, Failure};
use crate::link::{Link, Linked};
use crate::plan::{Batch, Exchange, Plan};
use crate::store::Shared;
use ecached_core::backend::{
    AsyncBackend, Capabilities, Invalidating, Item, Opening, Storing, Written,
};
use ecached_core::version::Version;
use ecached_core::{Error, ErrorKind, Result};
use futures_util::future::join_all;
use memcache::exp::AsyncMetaClient;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::runtime::{Handle, Id};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

/// Runtimes whose connections are kept. Programs have one, or one for each processor; tests have one each, and those are
/// soon gone, but their connections stay open until others take their place.
const MAX_RUNTIMES: usize = 64;

/// The connections of one runtime: for each server one client, and a slot for each exchange that there may be at once.
type Links = Arc<[(Link<AsyncMetaClient>, Semaphore)]>;

/// The async side of a [`Memcached`](crate::Memcached). Clones share their connections.
///
/// It needs a tokio runtime with I/O and time enabled in the context of the caller; without one its methods return
/// [`ErrorKind::Unsupported`].
///
/// # Panics
///
/// tokio panics when the runtime has I/O or time disabled.
///
/// # Cancel safety
///
/// Futures may be dropped at any point. What was sent may then have been done or not, which is all that an error says,
/// too; the connection is closed, so no later call gets its answer.
#[derive(Clone)]
pub struct AsyncMemcached {
    shared: Arc<Shared>,
    runtimes: Arc<Mutex<Vec<(Id, Links)>>>,
}

impl AsyncMemcached {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, runtimes: Arc::default() }
    }

    async fn run(&self, plan: &Plan<'_>) -> Result<Vec<Answer>> {
        let links = self.links()?;
        let deadline = Instant::now() + self.shared.config.operation_timeout;
        let mut answers = Answers::new(plan);
        for stage in &plan.stages {
            if answers.is_lost() {
                break;
            }
            let batches = stage.iter().map(|batch| self.batch(&links, batch, deadline));
            let outcomes = join_all(batches).await;
            for (batch, outcome) in stage.iter().zip(outcomes) {
                answers.take(batch, outcome);
            }
        }
        answers.finish()
    }

    async fn batch(
        &self,
        links: &Links,
        batch: &Batch<'_>,
        deadline: Instant,
    ) -> Result<Vec<Answer>> {
        let servers = &self.shared.config.servers;
        let (Some((link, slots)), Some(name)) =
            (links.get(batch.server), servers.get(batch.server))
        else {
            return Err(error::nonsense());
        };
        let mut answers = Vec::with_capacity(batch.positions.len());
        let slot = timeout_at(deadline, slots.acquire()).await;
        let Ok(Ok(_slot)) = slot else { return Err(error::out_of_time()) };
        for exchange in batch.exchanges() {
            answers.append(&mut self.exchange((link, name), exchange, deadline).await?);
        }
        Ok(answers)
    }

    async fn exchange(
        &self,
        (link, name): (&Link<AsyncMetaClient>, &str),
        exchange: Exchange<'_, '_>,
        deadline: Instant,
    ) -> Result<Vec<Answer>> {
        let mut is_again = false;
        loop {
            // Who is asked too late has not failed to answer: its connections stay.
            if Instant::now() >= deadline {
                return Err(error::out_of_time());
            }
            let linked = timeout_at(deadline, self.client(link, name))
                .await
                .unwrap_or_else(|_| Err(error::out_of_time()))?;
            let operations = exchange.operations(is_again)?;
            let answered = timeout_at(deadline, linked.client.run_batch(operations)).await;
            let Ok(returned) = answered else {
                // The client may be connecting to where the server no longer is, which it would never find out.
                link.forget(&linked);
                return Err(error::out_of_time());
            };
            let failure = match answer::of_exchange(exchange, returned, name) {
                Ok(answers) => return Ok(answers),
                Err(failure) => failure,
            };
            link.failed(&linked, failure, is_again)?;
            is_again = true;
        }
    }

    /// The client, which is made by finding the server's address.
    async fn client(
        &self,
        link: &Link<AsyncMetaClient>,
        name: &str,
    ) -> Result<Linked<AsyncMetaClient>> {
        if let Some(linked) = link.get() {
            return Ok(linked);
        }
        let client = self.shared.config.client().connect_async(name).await;
        Ok(link.put(client.map_err(|error| Failure::new(error, name).error)?))
    }

    /// The connections of the caller's runtime.
    fn links(&self) -> Result<Links> {
        let Ok(handle) = Handle::try_current() else {
            let message = "the async side of the memcached backend needs a tokio runtime, and there is none here";
            return Err(Error::new(ErrorKind::Unsupported, message));
        };
        let id = handle.id();
        // Nothing can panic half-way through a change.
        let mut runtimes = self.runtimes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, links)) = runtimes.iter().find(|(other, _)| *other == id) {
            return Ok(Arc::clone(links));
        }
        let Config { servers, max_connections, .. } = &self.shared.config;
        let slots = || Semaphore::new((*max_connections).min(Semaphore::MAX_PERMITS));
        let links: Links = servers.iter().map(|_| (Link::new(), slots())).collect();
        let oldest = (runtimes.len() >= MAX_RUNTIMES).then(|| runtimes.remove(0));
        runtimes.push((id, Arc::clone(&links)));
        drop(runtimes);
        // It closes connections, under no lock.
        drop(oldest);
        Ok(links)
    }
}

impl AsyncBackend for AsyncMemcached {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        Ok(AsyncBackend::get_many(self, &[key]).await?.pop().flatten())
    }

    async fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Vec<u8>>>> {
        answer::values(self.run(&Plan::read(&self.shared.router, keys)).await?)
    }

    async fn set_many(&self, items: &[Item]) -> Result<()> {
        self.run(&Plan::write(&self.shared.router, items)).await.map(drop)
    }

    async fn delete(&self, keys: &[&str]) -> Result<()> {
        self.run(&Plan::delete(&self.shared.router, keys)).await.map(drop)
    }

    fn capabilities(&self) -> Capabilities {
        self.shared.capabilities()
    }

    async fn open(&self, opening: &Opening) -> Result<Vec<Option<Version>>> {
        answer::versions(&self.run(&Plan::open(&self.shared.router, opening)?).await?)
    }

    async fn store(&self, storing: &Storing) -> Result<Written> {
        answer::written(self.run(&Plan::store(&self.shared.router, storing)).await)
    }

    async fn invalidate(&self, invalidating: &Invalidating) -> Result<()> {
        self.run(&Plan::invalidate(&self.shared.router, invalidating)).await.map(drop)
    }
}

impl fmt::Debug for AsyncMemcached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncMemcached").field("servers", &self.shared.config.servers).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Memcached;
    use ecached_testing::servers;
    use std::net::{Ipv4Addr, TcpListener};
    use std::time::Duration;

    /// A server's name may have another address by the time that nothing comes from the one it had.
    #[test]
    fn a_client_that_took_too_long_is_let_go_of() {
        let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let memcached = Memcached::builder()
            .servers([silent.local_addr().unwrap().to_string()])
            .operation_timeout(Duration::from_millis(50))
            .connect_timeout(Duration::from_secs(60))
            .build()
            .unwrap()
            .asynchronous();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let error = AsyncBackend::get(&memcached, "key").await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Timeout);
            assert!(memcached.links().unwrap()[0].0.get().is_none());
        });
    }
    #[test]
    fn a_server_that_nobody_had_time_to_ask_keeps_its_connections() {
        let servers = servers::Memcached::start_many(2);
        let memcached = Memcached::builder()
            .servers(servers.iter().map(|server| server.address().to_string()))
            .operation_timeout(Duration::from_secs(2))
            .build()
            .unwrap()
            .asynchronous();
        let mut invalidating = Invalidating::default();
        invalidating.clock = Some("clock".to_owned());
        invalidating.versions = (0..20).map(|number| number.to_string()).collect();
        let slow = memcached.shared.router.server("clock");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            AsyncBackend::invalidate(&memcached, &invalidating).await.unwrap();
            let name = &memcached.shared.config.servers[slow];
            let frozen = servers.iter().find(|server| server.address().to_string() == *name);
            frozen.unwrap().freeze();
            // The counter's server comes first, and takes all the time there is.
            AsyncBackend::invalidate(&memcached, &invalidating).await.unwrap_err();
            let links = memcached.links().unwrap();
            assert!(links[slow].0.get().is_none() && links[1 - slow].0.get().is_some());
        });
    }
}
