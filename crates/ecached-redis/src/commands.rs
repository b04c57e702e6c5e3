//! What is sent for each operation, and what the replies mean. No I/O: both sides use it.
//!
//! An operation is a list of [`Phase`]s, which follow each other; each is a list of [`Group`]s, which may run at the same
//! time; the commands of a group run in order. A single server gets a whole phase as one pipeline. In a cluster all keys
//! of a group are in one slot.

use crate::error::unexpected;
use crate::scripts::{EXTEND, RELEASE, STORE};
use ecached_core::backend::{Capabilities, Invalidating, Item, Opening, Storing, Written};
use ecached_core::version::Version;
use ecached_core::{Error, ErrorKind, Result};
use redis::{Cmd, Pipeline, Value, cmd};
use std::time::Duration;

/// Commands that run in order, on one server.
pub(crate) type Group = Vec<Cmd>;

/// Groups that may run at the same time.
pub(crate) type Phase = Vec<Group>;

/// How long a lease lives after an entry was stored with it, ms. See [`STORE`].
const LEASE_AFTER_STORE_MS: u64 = 10_000;

/// What Redis can do, and limits that keep a mistake from becoming a gigabyte.
pub(crate) const CAPABILITIES: Capabilities = Capabilities::basic()
    .with_conditional_store()
    .with_expiry()
    .with_max_key_bytes(4096)
    .with_max_value_bytes(512 << 20);

/// Whether keys live on one server or on many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spread {
    OneServer,
    Cluster,
}

impl Spread {
    /// Sets what is absent and reads what is there. A lease that is there begins its life anew.
    ///
    /// Plain commands: a script that did the same would save no round trip.
    pub(crate) fn open(opening: &Opening) -> Vec<Phase> {
        let add = |item: &Item| {
            let mut add = set(item);
            add.arg("NX");
            add
        };
        let version = |item: &Item| vec![add(item), one("GET", &item.key)];
        let lease = |item: &Item| {
            let mut read = one("GETEX", &item.key);
            if let Some(ttl) = item.ttl {
                read.arg("PX").arg(millis(ttl));
            }
            vec![add(item), read]
        };
        let versions = opening.missing.iter().map(version);
        let lease = opening.lease.iter().map(lease);
        // Whose lock it is must not make it live longer.
        vec![versions.chain(lease).chain(opening.lock.iter().map(version)).collect()]
    }

    /// Writes items.
    pub(crate) fn write(items: &[Item]) -> Vec<Phase> {
        vec![items.iter().map(|item| vec![set(item)]).collect()]
    }

    /// Removes keys.
    pub(crate) fn delete(self, keys: &[&str]) -> Vec<Phase> {
        match self {
            _ if keys.is_empty() => Vec::new(),
            Self::OneServer => vec![vec![vec![many("UNLINK", keys.iter().copied())]]],
            Self::Cluster => vec![keys.iter().map(|key| vec![one("UNLINK", key)]).collect()],
        }
    }

    /// Stores an entry if its lease stands.
    ///
    /// # Errors
    ///
    /// When there is no lease: this backend is only asked to store with one.
    pub(crate) fn store(self, storing: &Storing) -> Result<Vec<Phase>> {
        let Some((lease, version)) = &storing.lease else {
            return Err(Error::new(ErrorKind::Unsupported, "an entry is stored with a lease"));
        };
        let after = if storing.supersedes { None } else { Some(LEASE_AFTER_STORE_MS) };
        let mut store = cmd("EVAL");
        store.arg(STORE).arg(2).arg(lease).arg(&storing.entry.key);
        store.arg(version.as_bytes()).arg(&storing.entry.value);
        store.arg(life(storing.entry.ttl)).arg(after.map_or_else(String::new, |ms| ms.to_string()));
        let extend = |keys: &[String]| {
            let mut extend = cmd("EVAL");
            extend.arg(EXTEND).arg(keys.len()).arg(keys);
            extend.arg(life(storing.entry.ttl)).arg(life(storing.version_ttl));
            vec![extend]
        };
        let keys = &storing.extend;
        let mut groups = vec![vec![store]];
        match self {
            _ if keys.is_empty() => {}
            Self::OneServer => groups.push(extend(keys)),
            Self::Cluster => groups.extend(keys.iter().map(std::slice::from_ref).map(extend)),
        }
        groups.extend(storing.unlock.iter().map(|(key, token)| vec![release(key, token)]));
        Ok(vec![groups])
    }

    /// Gives a lock back.
    pub(crate) fn release(key: &str, token: &Version) -> Vec<Phase> {
        vec![vec![vec![release(key, token)]]]
    }

    /// Invalidates. The counter goes before the versions do, and a lease not after its entry.
    ///
    /// A name that is absent is as invalid as one with another value, and `UNLINK` works on a server that is full.
    pub(crate) fn invalidate(self, invalidating: &Invalidating) -> Vec<Phase> {
        let Invalidating { versions, clock, entries, leases, .. } = invalidating;
        if self == Self::OneServer {
            // One command: nobody sees a part of it.
            let all = clock.iter().chain(versions).chain(leases).chain(entries);
            let all: Vec<_> = all.map(String::as_str).collect();
            return self.delete(&all);
        }
        let names = versions.iter().map(|key| vec![one("UNLINK", key)]);
        let pairs = leases.iter().zip(entries);
        let keys = pairs.map(|(lease, entry)| vec![many("UNLINK", [lease.as_str(), entry])]);
        let first: Phase = clock.iter().map(|key| vec![one("UNLINK", key)]).collect();
        let then: Phase = names.chain(keys).collect();
        // What has no partner, which the protocol never asks for.
        let rest = leases.iter().skip(entries.len()).chain(entries.iter().skip(leases.len()));
        let last: Phase = rest.map(|key| vec![one("UNLINK", key)]).collect();
        [first, then, last].into_iter().filter(|phase| !phase.is_empty()).collect()
    }
}

/// Commands that are sent together. Errors come as replies: see [`check`](crate::error::check).
pub(crate) fn pipeline<'a>(commands: impl IntoIterator<Item = &'a Cmd>) -> Pipeline {
    let mut pipe = Pipeline::new();
    for command in commands {
        pipe.add_command(command.clone());
    }
    pipe.ignore_errors();
    pipe
}

/// The values of keys in a cluster. The client would split an `MGET` by slots too, but not in a pipeline.
pub(crate) fn gets(keys: &[&str]) -> Vec<Phase> {
    vec![keys.iter().map(|key| vec![one("GET", key)]).collect()]
}

/// The values of keys on one server.
pub(crate) fn mget<'a>(keys: impl ExactSizeIterator<Item = &'a str> + Clone) -> Cmd {
    let size: usize = keys.clone().map(str::len).sum();
    let mut mget = Cmd::with_capacity(keys.len() + 1, size + 4);
    mget.arg("MGET");
    for key in keys {
        mget.arg(key);
    }
    mget
}

/// The values that were read.
pub(crate) fn values(mut replies: Vec<Value>, keys: usize) -> Result<Vec<Option<Vec<u8>>>> {
    // Of an `MGET`.
    if let [Value::Array(items)] = replies.as_mut_slice() {
        replies = std::mem::take(items);
    }
    // Not collected: that would use the replies' memory, which is larger, and then give some of it back.
    let mut values = Vec::with_capacity(keys);
    for reply in replies {
        values.push(value(reply)?);
    }
    if values.len() == keys { Ok(values) } else { Err(unexpected()) }
}

/// The versions that are there now: every second reply.
pub(crate) fn versions(replies: Vec<Value>, items: usize) -> Result<Vec<Option<Version>>> {
    if replies.len() != 2 * items {
        return Err(unexpected());
    }
    let read = replies.into_iter().skip(1).step_by(2).map(value);
    read.map(|bytes| Ok(bytes?.as_deref().and_then(Version::read))).collect()
}

/// What became of an entry.
pub(crate) fn written(replies: &[Value]) -> Result<Written> {
    match replies.first() {
        Some(Value::Int(1)) => Ok(Written::Stored),
        Some(Value::Int(0)) => Ok(Written::Doomed),
        _ => Err(unexpected()),
    }
}

fn value(reply: Value) -> Result<Option<Vec<u8>>> {
    match reply {
        Value::Nil => Ok(None),
        Value::BulkString(bytes) => Ok(Some(bytes)),
        _ => Err(unexpected()),
    }
}

fn release(key: &str, token: &Version) -> Cmd {
    let mut release = cmd("EVAL");
    release.arg(RELEASE).arg(1).arg(key).arg(token.as_bytes());
    release
}

fn one(name: &str, key: &str) -> Cmd {
    let mut command = cmd(name);
    command.arg(key);
    command
}

fn many<'a>(name: &str, keys: impl IntoIterator<Item = &'a str>) -> Cmd {
    let mut command = cmd(name);
    for key in keys {
        command.arg(key);
    }
    command
}

fn set(item: &Item) -> Cmd {
    let mut set = Cmd::with_capacity(6, item.key.len() + item.value.len() + 32);
    set.arg("SET").arg(&item.key).arg(&item.value);
    if let Some(ttl) = item.ttl {
        set.arg("PX").arg(millis(ttl));
    }
    set
}

/// A life as scripts take it.
fn life(ttl: Option<Duration>) -> String {
    ttl.map_or_else(String::new, |ttl| millis(ttl).to_string())
}

/// Milliseconds as Redis takes them: at least one, and so few that adding the time of day does not overflow.
fn millis(ttl: Duration) -> u64 {
    const MAX: u64 = 1 << 53;
    u64::try_from(ttl.as_millis()).unwrap_or(MAX).clamp(1, MAX)
}
