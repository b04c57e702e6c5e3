//! What the protocol asks of a backend.

use crate::version::Version;
use std::time::Duration;

/// A key with its value and how long it may live at least.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "backends read all of it; a field more would change what it means"
)]
pub struct Item {
    /// The full key.
    pub key: String,
    /// The bytes.
    pub value: Vec<u8>,
    /// After how long the store should forget it; `None`: never. See [`Capabilities::expiry`].
    pub ttl: Option<Duration>,
}

/// Create what is absent, take what is there: the versions that an entry is going to cite.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Opening {
    /// Versions to create where they are absent.
    pub missing: Vec<Item>,
    /// The lease to take: a version to create if it is absent, whose life begins anew if it is there. `None` if the
    /// lookup has found it.
    pub lease: Option<Item>,
    /// The lock to take: to be created only if it is absent, and left as it is, with its life, if it is there. Whoever finds
    /// its own token in the answer computes; the others wait. `None` where computations are shared within a process only.
    pub lock: Option<Item>,
}

impl Opening {
    /// All that must be there afterwards, in the order of the answer: [`missing`](Opening::missing), then
    /// [`lease`](Opening::lease), then [`lock`](Opening::lock).
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.missing.iter().chain(&self.lease).chain(&self.lock)
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.lease.is_none() && self.lock.is_none()
    }
}

/// Store an entry, unless it was invalidated while it was computed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Storing {
    /// The entry.
    pub entry: Item,
    /// The key of the lease, and the value it must still have. `None` for backends that cannot compare and set: there
    /// the entry cites the lease as one of its versions.
    pub lease: Option<(String, Version)>,
    /// An older computation that shares the lease must not store after this one: the lease goes when the entry is there.
    /// Best effort where leases are cited instead.
    pub supersedes: bool,
    /// Keys of versions that must live at least as long as the entry. Best effort: a version that is lost costs a
    /// recomputation.
    pub extend: Vec<String>,
    /// How long versions live that would not live as long as the entry; `None`: until they are evicted.
    pub version_ttl: Option<Duration>,
    /// The key of the lock to give back when the entry is there, and the token it must have. Best effort: its life is short.
    /// `None` for backends that cannot compare and set, which are asked to [`release`](super::Backend::release) it.
    pub unlock: Option<(String, Version)>,
}

/// Make entries invalid.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Invalidating {
    /// Keys of versions that must change.
    pub versions: Vec<String>,
    /// The alias's counter, which must change before them.
    pub clock: Option<String>,
    /// Entries that must go.
    pub entries: Vec<String>,
    /// Leases that must go, before the entries do: a computation that still has its lease could store in between.
    pub leases: Vec<String>,
}

/// What became of a value that was to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Written {
    /// It is there.
    Stored,
    /// It was invalidated meanwhile.
    Doomed,
    /// It is larger than the backend takes.
    TooLarge,
}

/// What a backend can do, and its limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capabilities {
    /// [`Storing::lease`] is compared and the entry stored in one step. If not, each entry cites the version of its own
    /// key and every lookup reads it along: one key more, but nothing is lost.
    pub conditional_store: bool,
    /// Values are gone at the latest when their [`Item::ttl`] is over, by the store's own clock. If not, entries are also
    /// checked by the clocks of the machines, which must then agree.
    pub expiry: bool,
    /// Longer keys are shortened by a hash, bytes; at least 64.
    pub max_key_bytes: usize,
    /// Larger values are not sent, bytes.
    pub max_value_bytes: usize,
}

impl Capabilities {
    /// What four methods can do: no conditional store, no expiry of its own; keys up to 250 bytes, values up to 1 GiB.
    #[must_use]
    pub const fn basic() -> Self {
        Self {
            conditional_store: false,
            expiry: false,
            max_key_bytes: 250,
            max_value_bytes: 1 << 30,
        }
    }

    /// The same, for a store that keeps [`Item::ttl`].
    #[must_use]
    pub const fn with_expiry(mut self) -> Self {
        self.expiry = true;
        self
    }

    /// The same with another limit for keys, bytes.
    #[must_use]
    pub const fn with_max_key_bytes(mut self, limit: usize) -> Self {
        self.max_key_bytes = limit;
        self
    }

    /// The same with another limit for values, bytes.
    #[must_use]
    pub const fn with_max_value_bytes(mut self, limit: usize) -> Self {
        self.max_value_bytes = limit;
        self
    }

    /// The same, for a backend whose [`store`](super::Backend::store) compares the lease and stores in one step. Such a
    /// backend must also have its own [`open`](super::Backend::open), which adds what is absent in one step: the default
    /// would replace leases and versions that live.
    #[must_use]
    pub const fn with_conditional_store(mut self) -> Self {
        self.conditional_store = true;
        self
    }
}
