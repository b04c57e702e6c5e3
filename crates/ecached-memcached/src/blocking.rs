//! The blocking side.

use crate::answer::{self, Answer, Answers};
use crate::error::{self, Failure};
use crate::link::{Link, Linked};
use crate::plan::{Batch, Exchange, Plan};
use crate::slots::Slots;
use crate::store::Shared;
use ecached_core::Result;
use ecached_core::backend::{Backend, Capabilities, Invalidating, Item, Opening, Storing, Written};
use ecached_core::clock::{Clock, Tick};
use ecached_core::version::Version;
use memcache::exp::MetaClient;
use std::fmt;
use std::sync::Arc;

/// The blocking side of a [`Memcached`](crate::Memcached). Clones share their connections.
#[derive(Clone)]
pub struct BlockingMemcached {
    shared: Arc<Shared>,
    /// One per server.
    links: Arc<[(Link<MetaClient>, Slots)]>,
    clock: Clock,
}

impl BlockingMemcached {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        let slots = || Slots::new(shared.config.max_connections);
        let links = shared.config.servers.iter().map(|_| (Link::new(), slots())).collect();
        Self { shared, links, clock: Clock::system() }
    }

    pub(crate) fn servers(&self) -> &[String] {
        &self.shared.config.servers
    }

    fn run(&self, plan: &Plan<'_>) -> Result<Vec<Answer>> {
        let deadline = self.clock.now().after(self.shared.config.operation_timeout);
        let mut answers = Answers::new(plan);
        for batch in plan.stages.iter().flatten() {
            if answers.is_lost() {
                break;
            }
            answers.take(batch, self.batch(batch, deadline));
        }
        answers.finish()
    }

    fn batch(&self, batch: &Batch<'_>, deadline: Tick) -> Result<Vec<Answer>> {
        let mut answers = Vec::with_capacity(batch.positions.len());
        for exchange in batch.exchanges() {
            answers.append(&mut self.exchange(batch.server, exchange, deadline)?);
        }
        Ok(answers)
    }

    fn exchange(
        &self,
        server: usize,
        exchange: Exchange<'_, '_>,
        deadline: Tick,
    ) -> Result<Vec<Answer>> {
        let (Some((link, slots)), Some(name)) =
            (self.links.get(server), self.servers().get(server))
        else {
            return Err(error::nonsense());
        };
        let _slot = slots.take(&self.clock, deadline).ok_or_else(error::out_of_time)?;
        let mut is_again = false;
        loop {
            if self.clock.has_passed(deadline) {
                return Err(error::out_of_time());
            }
            let linked = self.client(link, name)?;
            let returned = linked.client.run_batch(exchange.operations(is_again)?);
            let failure = match answer::of_exchange(exchange, returned, name) {
                Ok(answers) => return Ok(answers),
                Err(failure) => failure,
            };
            link.failed(&linked, failure, is_again)?;
            is_again = true;
        }
    }

    /// The client, which is made by finding the server's address.
    fn client(&self, link: &Link<MetaClient>, name: &str) -> Result<Linked<MetaClient>> {
        if let Some(linked) = link.get() {
            return Ok(linked);
        }
        let client = self.shared.config.client().connect(name);
        Ok(link.put(client.map_err(|error| Failure::new(error, name).error)?))
    }
}

impl Backend for BlockingMemcached {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.get_many(&[key])?.pop().flatten())
    }

    fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Vec<u8>>>> {
        answer::values(self.run(&Plan::read(&self.shared.router, keys))?)
    }

    fn set_many(&self, items: &[Item]) -> Result<()> {
        self.run(&Plan::write(&self.shared.router, items)).map(drop)
    }

    fn delete(&self, keys: &[&str]) -> Result<()> {
        self.run(&Plan::delete(&self.shared.router, keys)).map(drop)
    }

    fn capabilities(&self) -> Capabilities {
        self.shared.capabilities()
    }

    fn open(&self, opening: &Opening) -> Result<Vec<Option<Version>>> {
        answer::versions(&self.run(&Plan::open(&self.shared.router, opening)?)?)
    }

    fn store(&self, storing: &Storing) -> Result<Written> {
        answer::written(self.run(&Plan::store(&self.shared.router, storing)))
    }

    fn invalidate(&self, invalidating: &Invalidating) -> Result<()> {
        self.run(&Plan::invalidate(&self.shared.router, invalidating)).map(drop)
    }
}

impl fmt::Debug for BlockingMemcached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlockingMemcached").field("servers", &self.servers()).finish()
    }
}
