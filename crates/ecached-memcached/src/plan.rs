//! What to send to which server for an operation, and in which order. No network here.
//!
//! - *read*: one read per key.
//! - *open*: for each version, "add it unless there is one", then "what is there now".
//! - *store*: one write. The lease is not compared: an entry cites the version of its own key instead, because a CAS
//!   number of memcached starts again with the server, and a number that comes back is no lease.
//! - *invalidate*: the counter gets a new value; versions, leases and entries are deleted. On the counter's server all of
//!   that is one batch, which the server does in order; the other servers are asked when the counter has changed.
//!
//! All of it can be sent twice, as happens when a connection turns out to be closed, because no value is ever sent twice
//! that another caller may have seen and removed meanwhile: the second time, versions are new ones. (A copy of the first
//! that is late would bring back a version that was invalidated.) Entries may be sent twice: what they cite decides.

use crate::router::Router;
use ecached_core::backend::{Invalidating, Item, Opening, Storing};
use ecached_core::version::Version;
use ecached_core::{Error, ErrorKind, Result};
use memcache::exp::{Delete, Get, Op, Set, Ttl};
use std::time::Duration;

/// Commands in one exchange. More of them go in several, so that neither side ever waits for the other to read: requests
/// of this number fit into the buffers of a connection.
const MAX_COMMANDS: usize = 256;

/// The longest relative expiry of memcached, seconds; what is larger is a point in time.
/// <https://github.com/memcached/memcached/blob/master/doc/protocol.txt>, "Expiration times"
const MAX_EXPIRY_SECONDS: u64 = 30 * 86_400;

/// One command.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Command<'a> {
    /// What is there?
    Read(&'a str),
    /// Create a version where there is none.
    Add(&'a Item),
    /// Take a lock, unless it is taken. Nothing cites it, so it may be taken twice.
    Lock(&'a Item),
    /// Store, whatever is there.
    Set(&'a Item),
    /// Remove, if it is there.
    Delete(&'a str),
    /// Give a counter a value that it never had.
    Renew(&'a str),
}

impl Command<'_> {
    const fn key(&self) -> &str {
        match self {
            Self::Read(key) | Self::Delete(key) | Self::Renew(key) => key,
            Self::Add(item) | Self::Lock(item) | Self::Set(item) => item.key.as_str(),
        }
    }

    /// As the client takes it. Versions never expire: memcached evicts what nobody reads, and so nobody needs to prolong
    /// the life of those that are in use.
    fn operation(&self, is_again: bool) -> Result<Op> {
        Ok(match self {
            Self::Read(key) => Get::new(key).into(),
            Self::Add(item) if is_again => {
                Set::new(&item.key, Version::unique()?.as_bytes()).add().into()
            }
            Self::Add(item) => Set::new(&item.key, &item.value).add().into(),
            Self::Lock(item) => expiring(Set::new(&item.key, &item.value).add(), item).into(),
            Self::Set(item) => expiring(Set::new(&item.key, &item.value), item).into(),
            Self::Delete(key) => Delete::new(key).into(),
            Self::Renew(key) => Set::new(key, Version::unique()?.as_bytes()).into(),
        })
    }
}

fn expiring(set: Set, item: &Item) -> Set {
    match expiry(item.ttl) {
        Some(ttl) => set.ttl(ttl),
        None => set,
    }
}

/// When memcached may forget: in whole seconds, and one more, because its clock advances once a second and the first one
/// may be over at once. Over thirty days it would take a point in time, by a clock that need not be the client's; such
/// items do not expire there. Either way the deadline that counts is the one in the entry.
fn expiry(ttl: Option<Duration>) -> Option<Ttl> {
    let ttl = ttl?;
    let seconds = ttl.as_secs() + u64::from(ttl.subsec_nanos() > 0) + 1;
    let seconds = u32::try_from(seconds).ok().filter(|_| seconds <= MAX_EXPIRY_SECONDS)?;
    Some(Ttl::secs(seconds))
}

/// Commands for one server, in the order in which it must do them.
#[derive(Debug, Default)]
pub(crate) struct Batch<'a> {
    pub(crate) server: usize,
    commands: Vec<Command<'a>>,
    /// Where their answers belong.
    pub(crate) positions: Vec<usize>,
}

impl<'a> Batch<'a> {
    /// What is sent at once.
    pub(crate) fn exchanges(&self) -> impl Iterator<Item = Exchange<'_, 'a>> {
        self.commands.chunks(MAX_COMMANDS).map(Exchange)
    }
}

/// Commands of one round trip.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exchange<'b, 'a>(&'b [Command<'a>]);

impl<'b, 'a> Exchange<'b, 'a> {
    pub(crate) const fn commands(self) -> &'b [Command<'a>] {
        self.0
    }

    /// As the client takes them.
    ///
    /// # Errors
    ///
    /// When the operating system has no random numbers.
    pub(crate) fn operations(self, is_again: bool) -> Result<Vec<Op>> {
        self.0.iter().map(|command| command.operation(is_again)).collect()
    }
}

/// What an operation sends.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    /// One after the other; the batches of a stage may go at the same time.
    pub(crate) stages: Vec<Vec<Batch<'a>>>,
    /// How many commands there are.
    pub(crate) len: usize,
    /// What can be done is done, also when a part has failed.
    pub(crate) goes_on: bool,
}

impl<'a> Plan<'a> {
    /// In one stage, or in two if all of a server has to be done before the rest.
    fn new(router: &Router, commands: Vec<Command<'a>>, first: Option<usize>) -> Self {
        if router.servers() == 1 {
            let (len, positions) = (commands.len(), (0..commands.len()).collect());
            let stages = match len {
                0 => Vec::new(),
                _ => vec![vec![Batch { server: 0, commands, positions }]],
            };
            return Self { stages, len, goes_on: false };
        }
        let mut batches: Vec<Batch<'a>> =
            (0..router.servers()).map(|server| Batch { server, ..Batch::default() }).collect();
        let len = commands.len();
        for (position, command) in commands.into_iter().enumerate() {
            if let Some(batch) = batches.get_mut(router.server(command.key())) {
                batch.commands.push(command);
                batch.positions.push(position);
            }
        }
        batches.retain(|batch| !batch.commands.is_empty());
        let (before, rest): (Vec<_>, Vec<_>) =
            batches.into_iter().partition(|batch| Some(batch.server) == first);
        let stages = [before, rest].into_iter().filter(|stage| !stage.is_empty()).collect();
        Self { stages, len, goes_on: false }
    }

    /// The values of keys.
    pub(crate) fn read(router: &Router, keys: &[&'a str]) -> Self {
        Self::new(router, keys.iter().map(|key| Command::Read(key)).collect(), None)
    }

    /// Writes without a condition.
    pub(crate) fn write(router: &Router, items: &'a [Item]) -> Self {
        Self::new(router, items.iter().map(Command::Set).collect(), None)
    }

    /// Removals in any order.
    pub(crate) fn delete(router: &Router, keys: &[&'a str]) -> Self {
        let plan = Self::new(router, keys.iter().map(|key| Command::Delete(key)).collect(), None);
        Self { goes_on: true, ..plan }
    }

    /// An entry.
    pub(crate) fn store(router: &Router, storing: &'a Storing) -> Self {
        Self::new(router, vec![Command::Set(&storing.entry)], None)
    }

    /// Two commands per version.
    ///
    /// # Errors
    ///
    /// When an item is no version: others must not be replaced by another value.
    pub(crate) fn open(router: &Router, opening: &'a Opening) -> Result<Self> {
        if !opening.items().all(|item| item.value.len() == Version::LEN) {
            return Err(Error::new(ErrorKind::Unsupported, "only versions can be opened"));
        }
        let commands = opening.items().flat_map(|item| {
            let is_lock = opening.lock.as_ref().is_some_and(|lock| std::ptr::eq(lock, item));
            let add = if is_lock { Command::Lock(item) } else { Command::Add(item) };
            [add, Command::Read(&item.key)]
        });
        Ok(Self::new(router, commands.collect(), None))
    }

    /// The counter before anything else, leases before entries.
    pub(crate) fn invalidate(router: &Router, invalidating: &'a Invalidating) -> Self {
        let clock = invalidating.clock.as_deref();
        let gone = [&invalidating.versions, &invalidating.leases, &invalidating.entries];
        let gone = gone.into_iter().flatten().map(|key| Command::Delete(key));
        let commands = clock.map(Command::Renew).into_iter().chain(gone).collect();
        let plan = Self::new(router, commands, clock.map(|key| router.server(key)));
        Self { goes_on: true, ..plan }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expiry_is_never_early_and_never_a_point_in_time() {
        let of = |millis| expiry(Some(Duration::from_millis(millis)));
        assert_eq!(expiry(None), None);
        assert_eq!(of(0), Some(Ttl::secs(1)));
        assert_eq!(of(1), Some(Ttl::secs(2)));
        assert_eq!(of(1000), Some(Ttl::secs(2)));
        assert_eq!(of(1001), Some(Ttl::secs(3)));
        let limit = MAX_EXPIRY_SECONDS * 1000;
        assert_eq!(of(limit - 1000), Some(Ttl::secs(2_592_000)));
        assert_eq!(of(limit - 999), None);
        assert_eq!(of(u64::MAX), None);
    }

    #[test]
    fn a_repeated_exchange_has_new_versions_but_the_same_entry() {
        let item = Item { key: "k".to_owned(), value: vec![7; 16], ttl: None };
        let value = |command: Command<'_>, is_again| match command.operation(is_again).unwrap() {
            Op::Set(set) => set.value,
            other => panic!("{other:?}"),
        };
        assert_eq!(value(Command::Add(&item), false), item.value);
        assert_ne!(value(Command::Add(&item), true), item.value);
        assert_ne!(value(Command::Renew("k"), false), value(Command::Renew("k"), false));
        assert_eq!(value(Command::Set(&item), true), item.value);
    }

    #[test]
    fn the_counter_comes_first_and_alone_with_its_server() {
        let servers: Vec<String> = ["a:1", "b:1", "c:1"].map(str::to_owned).into();
        let router = Router::new(&servers);
        let mut invalidating = Invalidating::default();
        invalidating.clock = Some("clock".to_owned());
        let keys = |what: &str| (0..50).map(|number| format!("{what}{number}")).collect();
        invalidating.versions = keys("version");
        invalidating.leases = keys("lease");
        invalidating.entries = keys("entry");
        let plan = Plan::invalidate(&router, &invalidating);
        assert_eq!((plan.stages.len(), plan.len), (2, 151));
        let [first] = &*plan.stages[0] else { panic!("one server") };
        assert_eq!(first.server, router.server("clock"));
        assert!(matches!(first.commands[0], Command::Renew("clock")));
        assert_eq!(plan.stages[1].len(), 2);
        for batch in plan.stages.iter().flatten() {
            assert!(batch.positions.is_sorted(), "leases stand before entries");
            assert!(
                batch.commands.iter().all(|command| router.server(command.key()) == batch.server)
            );
        }
    }

    #[test]
    fn many_commands_go_in_several_exchanges() {
        let keys: Vec<String> = (0..600).map(|number| number.to_string()).collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let plan = Plan::read(&Router::new(&["a:1".to_owned()]), &keys);
        let sizes = plan.stages[0][0].exchanges().map(|exchange| exchange.commands().len());
        assert_eq!(sizes.collect::<Vec<_>>(), [256, 256, 88]);
    }
}
