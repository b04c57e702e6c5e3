//! The blocking side: a pool of connections to one server, each used by one caller at a time; or a cluster.

#[cfg(feature = "tokio")]
mod cluster;
mod line;
mod pool;

use crate::commands::{self, Phase, Spread};
use crate::config::Shared;
use crate::topology::Repeat;
use ecached_core::Result;
use ecached_core::backend::{Backend, Capabilities, Invalidating, Item, Opening, Storing, Written};
use ecached_core::version::Version;
use pool::Pool;
use redis::Value;
use std::sync::Arc;

/// The blocking side.
pub(crate) struct Blocking {
    shared: Arc<Shared>,
    pool: Arc<Pool>,
    #[cfg(feature = "tokio")]
    cluster: cluster::Cluster,
}

impl Blocking {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self {
            pool: Pool::new(Arc::clone(&shared)),
            #[cfg(feature = "tokio")]
            cluster: cluster::Cluster::new(Arc::clone(&shared)),
            shared,
        }
    }

    fn spread(&self) -> Spread {
        self.shared.place.spread()
    }

    /// Runs phases, one after the other, and gives all replies in order.
    #[cfg_attr(
        not(feature = "tokio"),
        expect(clippy::needless_pass_by_value, reason = "a cluster takes them to another thread")
    )]
    fn run(&self, phases: Vec<Phase>, repeat: Repeat) -> Result<Vec<Value>> {
        #[cfg(feature = "tokio")]
        if self.spread() == Spread::Cluster {
            return self.cluster.run(phases, repeat);
        }
        self.pool.run(&phases, repeat)
    }
}

impl Backend for Blocking {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        self.get_many(&[key]).map(|mut values| values.pop().flatten())
    }

    fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Vec<u8>>>> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let replies = match self.spread() {
            Spread::OneServer => vec![self.pool.ask(&commands::mget(keys.iter().copied()))?],
            Spread::Cluster => self.run(commands::gets(keys), Repeat::Allowed)?,
        };
        commands::values(replies, keys.len())
    }

    fn set_many(&self, items: &[Item]) -> Result<()> {
        self.run(Spread::write(items), Repeat::Never).map(drop)
    }

    fn delete(&self, keys: &[&str]) -> Result<()> {
        self.run(self.spread().delete(keys), Repeat::Allowed).map(drop)
    }

    fn capabilities(&self) -> Capabilities {
        commands::CAPABILITIES
    }

    fn open(&self, opening: &Opening) -> Result<Vec<Option<Version>>> {
        let replies = self.run(Spread::open(opening), Repeat::Never)?;
        commands::versions(replies, opening.items().count())
    }

    fn store(&self, storing: &Storing) -> Result<Written> {
        commands::written(&self.run(self.spread().store(storing)?, Repeat::Allowed)?)
    }

    fn invalidate(&self, invalidating: &Invalidating) -> Result<()> {
        self.run(self.spread().invalidate(invalidating), Repeat::Allowed).map(drop)
    }

    fn release(&self, key: &str, token: &Version) -> Result<()> {
        self.run(Spread::release(key, token), Repeat::Allowed).map(drop)
    }
}
