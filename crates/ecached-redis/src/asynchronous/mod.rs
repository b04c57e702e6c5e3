//! The async side: one connection per runtime, which callers share. Requests follow each other on it without waiting for
//! answers.

mod batch;
mod gather;
mod link;

use crate::commands::{self, Phase, Spread};
use crate::config::Shared;
use crate::topology::Repeat;
use ecached_core::backend::{
    AsyncBackend, Capabilities, Invalidating, Item, Opening, Storing, Values, Written,
};
use ecached_core::version::Version;
use ecached_core::{Error, ErrorKind, Result};
pub(crate) use link::Link;
use parking_lot::Mutex;
use redis::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Handle, Id};

/// Connections to runtimes that may have ended are kept up to this number: a program has one runtime, or one for each
/// processor; tests have many.
const MAX_LINKS: usize = 256;

/// The async side.
pub(crate) struct Asynchronous {
    shared: Arc<Shared>,
    /// A connection lives on the runtime that opened it, and dies with it. Newest use last.
    links: Mutex<Vec<(Id, Arc<Link>)>>,
}

impl Asynchronous {
    pub(crate) const fn new(shared: Arc<Shared>) -> Self {
        Self { shared, links: Mutex::new(Vec::new()) }
    }

    fn spread(&self) -> Spread {
        self.shared.place.spread()
    }

    /// The connection of the runtime that the caller runs in.
    fn link(&self) -> Result<Arc<Link>> {
        let runtime = Handle::try_current().map_err(|_| {
            let message = "async callers of this backend must run in a tokio runtime";
            Error::new(ErrorKind::Unsupported, message)
        })?;
        let id = runtime.id();
        let mut links = self.links.lock();
        if let Some((_, link)) = links.last().filter(|(known, _)| *known == id) {
            return Ok(Arc::clone(link));
        }
        let place = links.iter().position(|(known, _)| *known == id);
        let (id, link) = match place.map(|index| links.remove(index)) {
            Some(found) => found,
            None => {
                check_timers()?;
                (id, Arc::new(Link::new(Arc::clone(&self.shared))))
            }
        };
        if links.len() >= MAX_LINKS {
            links.remove(0);
        }
        links.push((id, Arc::clone(&link)));
        Ok(link)
    }

    /// Runs phases, one after the other, and gives all replies in order.
    async fn run(&self, phases: Vec<Phase>, repeat: Repeat) -> Result<Vec<Value>> {
        let link = self.link()?;
        link.run(&phases, repeat).await
    }
}

/// Whether the runtime has timers: without them tokio panics, and a cache must not.
fn check_timers() -> Result<()> {
    let timer = std::panic::catch_unwind(|| drop(tokio::time::interval(Duration::from_secs(1))));
    timer.map_err(|_| {
        let message = "the tokio runtime has no timers: build it with `enable_all`";
        Error::new(ErrorKind::Unsupported, message)
    })
}

impl AsyncBackend for Asynchronous {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        AsyncBackend::get_many(self, &[key]).await.map(|mut values| values.pop().flatten())
    }

    async fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Vec<u8>>>> {
        let values = self.read(keys).await?;
        Ok(values.iter().map(|value| value.map(<[u8]>::to_vec)).collect())
    }

    async fn read(&self, keys: &[&str]) -> Result<Values> {
        if keys.is_empty() {
            return Ok(Values::from(Vec::new()));
        }
        match self.spread() {
            Spread::OneServer => {
                let link = self.link()?;
                link.gather().read(&link, keys).await
            }
            Spread::Cluster => {
                let replies = self.run(commands::gets(keys), Repeat::Allowed).await?;
                commands::values(replies, keys.len()).map(Values::from)
            }
        }
    }

    async fn set_many(&self, items: &[Item]) -> Result<()> {
        self.run(Spread::write(items), Repeat::Never).await.map(drop)
    }

    async fn delete(&self, keys: &[&str]) -> Result<()> {
        self.run(self.spread().delete(keys), Repeat::Allowed).await.map(drop)
    }

    fn capabilities(&self) -> Capabilities {
        commands::CAPABILITIES
    }

    async fn open(&self, opening: &Opening) -> Result<Vec<Option<Version>>> {
        let replies = self.run(Spread::open(opening), Repeat::Never).await?;
        commands::versions(replies, opening.items().count())
    }

    async fn store(&self, storing: &Storing) -> Result<Written> {
        commands::written(&self.run(self.spread().store(storing)?, Repeat::Allowed).await?)
    }

    async fn invalidate(&self, invalidating: &Invalidating) -> Result<()> {
        self.run(self.spread().invalidate(invalidating), Repeat::Allowed).await.map(drop)
    }

    async fn release(&self, key: &str, token: &Version) -> Result<()> {
        self.run(Spread::release(key, token), Repeat::Allowed).await.map(drop)
    }
}
