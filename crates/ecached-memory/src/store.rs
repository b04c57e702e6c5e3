//! Entries, by the hash of their key.
//!
//! # Concurrency
//!
//! Lock order: a lease's shard, then a shard of entries. Tag cells are never locked together with either, except that
//! dropping an entry may lock a shard of cells. No code of users (`Drop` of values, weighers) runs under the lock of an
//! entry's shard: evicted and removed values are collected and dropped behind it.
//!
//! # Eviction
//!
//! S3-FIFO as implemented by `quick_cache`. <https://dl.acm.org/doi/10.1145/3600006.3613147>
//!
//! Entries are found by a 64-bit hash, and then compared by their full key: a collision is a miss.

use crate::config::{Bound, MemoryBuilder};
use crate::leases::{Lease, Leases, Owner};
use crate::slot::{ByHash, ByName, Lookup, Slot, Timed};
use crate::sweep::Sweeper;
use crate::tags::{TagRefs, Tags};
use ecached_core::Result;
use ecached_core::backend::objects::{Capture, NewEntry, ObjectStore, Refused};
use ecached_core::backend::{Store, Written};
use ecached_core::clock::{Clock, Tick};
use ecached_core::key::KeyRef;
use ecached_core::key::numbered::Name;
use ecached_core::value::Value;
use parking_lot::Mutex;
use quick_cache::sync::Cache;
use quick_cache::{Equivalent, Lifecycle, OptionsBuilder, Weighter};
use smallvec::SmallVec;
use std::borrow::Cow;
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::time::Duration;

/// Entries per shard, roughly: few enough that nobody waits long for a sweep of one.
const SHARD_ENTRIES: u64 = 4096;

/// The part of the store for entries that were asked for more than once. On access traces of production, 0.8 has more hits
/// than the crate's 0.97 in stores for a hundredth of the keys (by 3 to 6 per cent of all accesses), and as many in larger ones.
const HOT: f64 = 0.8;

/// A value may weigh a sixteenth of the store.
const MAX_SHARDS_BY_BYTES: u64 = 16;

/// What came of a lookup.
type Looked = std::result::Result<Value, Refused>;

type Entries = Cache<Slot, Timed, WeightInSlot, KeyIsHash, CollectEvicted>;

/// An in-process store of values. Clones are the same store; it works from any thread.
///
/// # Examples
///
/// ```
/// use ecached_core::Cache;
/// use ecached_memory::Memory;
///
/// let cache = Cache::new(Memory::builder().max_entries(1000).build());
/// cache.set("answer", 42, 60)?;
/// assert_eq!(cache.get("answer")?, Some(42));
/// # Ok::<(), ecached_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Memory(Arc<Inner>);

pub(crate) struct Inner {
    entries: Entries,
    tags: Arc<Tags>,
    leases: Leases,
    clock: Clock,
    bound: Bound,
    sweeper: Sweeper,
}

impl Memory {
    /// Makes a store.
    pub fn builder() -> MemoryBuilder {
        MemoryBuilder::new()
    }

    pub(crate) fn new(bound: Bound, clock: Clock) -> Self {
        let (capacity, items, max_shards) = match &bound {
            Bound::Entries(max) => (*max as u64, *max as u64, u64::MAX),
            Bound::Bytes { max, .. } => (*max, *max / 1024, MAX_SHARDS_BY_BYTES),
        };
        let shards = (items / SHARD_ENTRIES).clamp(8, 1024).next_power_of_two().min(max_shards);
        let options = OptionsBuilder::new()
            .shards(usize::try_from(shards).unwrap_or(1))
            .estimated_items_capacity(usize::try_from(items).unwrap_or(usize::MAX).max(1))
            .weight_capacity(capacity)
            .hot_allocation(HOT)
            .build()
            .expect("invariant: capacity and items are set");
        let weighter = WeightInSlot { by_entries: matches!(bound, Bound::Entries(_)) };
        let entries = Cache::with_options(options, weighter, KeyIsHash, CollectEvicted);
        let sweeper = Sweeper::new(clock.is_system());
        Self(Arc::new(Inner {
            entries,
            tags: Tags::new(),
            leases: Leases::new(),
            clock,
            bound,
            sweeper,
        }))
    }

    /// Entries in it, those that cannot be served any more included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.entries.len()
    }

    /// Whether it is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.entries.is_empty()
    }

    /// What it holds by its own measure: entries, or bytes.
    #[must_use]
    pub fn weight(&self) -> u64 {
        self.0.entries.weight()
    }

    /// Tags that entries or computations refer to now.
    #[must_use]
    pub fn tags(&self) -> usize {
        self.0.tags.len()
    }

    /// Frees what is expired or invalidated; answers how many entries that were. It happens by itself within seconds.
    #[expect(clippy::must_use_candidate, reason = "freeing is the point, the count is news")]
    pub fn sweep(&self) -> usize {
        self.0.sweep()
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::builder().build()
    }
}

impl From<Memory> for Store {
    fn from(memory: Memory) -> Self {
        let clock = memory.0.clock.clone();
        Self::objects(memory.0, clock)
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory")
            .field("entries", &self.entries.len())
            .field("tags", &self.tags.len())
            .finish_non_exhaustive()
    }
}

impl Inner {
    /// Removes entries that `is_dead` and drops their values behind the locks. Answers how many, and when the next one
    /// expires.
    fn remove_where(&self, is_dead: impl Fn(&Slot, Tick) -> bool) -> (usize, Tick) {
        let removed = Mutex::new(Vec::new());
        let next = Mutex::new(Tick::NEVER);
        self.entries.retain(|slot, timed| {
            let dead = is_dead(slot, timed.expires);
            if dead {
                removed.lock().push(Value::clone(&timed.value));
            } else {
                let mut next = next.lock();
                *next = (*next).min(timed.expires);
            }
            !dead
        });
        (removed.into_inner().len(), next.into_inner())
    }

    pub(crate) fn sweep(&self) -> usize {
        let now = self.clock.now();
        let (count, next) = self.remove_where(|slot, expires| expires <= now || !slot.is_current());
        self.sweeper.swept(next);
        count
    }

    pub(crate) fn sweeper(&self) -> &Sweeper {
        &self.sweeper
    }

    pub(crate) fn now(&self) -> Tick {
        self.clock.now()
    }
}

impl ObjectStore for Inner {
    #[inline]
    fn lookup(&self, key: &Name<'_>, tag_set: Option<u64>) -> Looked {
        let lookup = Lookup::new(key, tag_set);
        match self.entries.get(&lookup) {
            Some(timed) if self.clock.has_passed(timed.expires) => Err(Refused::Expired),
            Some(timed) => Ok(timed.value),
            None => Err(lookup.refused()),
        }
    }

    fn open(
        self: Arc<Self>,
        key: KeyRef<'_>,
        names: &[Cow<'static, str>],
        has_value_tags: bool,
    ) -> Box<dyn Capture> {
        let begun = self.tags.now();
        let lease = Lease::take(self, key.hash());
        let tags = lease.owner().tags.capture(names);
        // A flight that captured another count may lack an invalidation of a tag that its value is going to bring.
        let count = if has_value_tags { begun } else { 0 };
        let mut identity = SmallVec::from_slice(&[lease.id(), count]);
        // One by one, as there are few: `extend` makes more of it.
        tags.versions().for_each(|version| identity.push(version));
        Box::new(MemoryCapture { begun, lease, tags, identity })
    }

    fn invalidate_names(self: Arc<Self>, names: &[Cow<'_, str>]) -> Result<()> {
        self.tags.invalidate(names);
        self.sweep_soon(Tick::from_nanos(0));
        Ok(())
    }

    fn invalidate_keys(&self, keys: &[KeyRef<'_>]) -> Result<()> {
        for key in keys {
            let name = ByName(Name::Text(*key));
            let removed = self.leases.revoke(key.hash(), || self.entries.remove(&name));
            drop(removed);
        }
        Ok(())
    }

    fn clear(&self) -> Result<()> {
        // Leases first: what is stored after this was opened after this.
        self.leases.revoke_all();
        self.remove_where(|_, _| true);
        Ok(())
    }

    fn deadline(&self, timeout: Option<Duration>) -> Tick {
        timeout.map_or(Tick::NEVER, |timeout| self.clock.now().after(timeout))
    }

    fn len(&self) -> usize {
        self.entries.len()
    }
}

impl Owner for Arc<Inner> {
    fn leases(&self) -> &Leases {
        &self.leases
    }
}

/// What a computation captured.
struct MemoryCapture {
    /// Invalidations begun before the computation.
    begun: u64,
    /// With the store and the hash of the key.
    lease: Lease<Arc<Inner>>,
    tags: TagRefs,
    /// In here as long as there are not many.
    identity: SmallVec<[u64; 8]>,
}

impl Capture for MemoryCapture {
    fn identity(&self) -> &[u64] {
        &self.identity
    }

    fn store(&mut self, entry: NewEntry<'_>, is_superseded: &dyn Fn() -> bool) -> Written {
        let Self { begun, lease, tags, .. } = self;
        let store = lease.owner();
        // The cells first, then the look at what was invalidated: an invalidation does it in the other order.
        tags.extend(entry.value_tags);
        if !tags.are_current() || store.tags.is_any_newer(entry.value_tags, *begun) {
            return Written::Doomed;
        }
        // It is stored once.
        let Some(dependencies) = tags.take_dependencies(store.bound.weigh(&entry)) else {
            return Written::Doomed;
        };
        let slot = Slot::new(&entry, dependencies);
        // Only compared, with what is evicted while the entry is stored: of two values that live then.
        let (expires, value) = (entry.expires, Arc::as_ptr(&entry.value));
        let timed = Timed { value: entry.value, expires };
        let mut evicted = Evicted::new();
        let stored = lease.use_for(|| {
            // Asked under the lease: who supersedes this one stores after saying so, and under the same lease.
            let wanted = !is_superseded();
            if wanted {
                store.entries.insert_with_lifecycle(slot, timed, &mut evicted);
            }
            wanted
        });
        // It may have been refused for its weight; another entry may hold the same `Arc`, but not under this key.
        let own = ByHash(lease.key());
        let is_refused = |(slot, other): &(Slot, Timed)| {
            std::ptr::addr_eq(Arc::as_ptr(&other.value), value)
                && own.equivalent(slot)
                && store.entries.peek(&own).is_none()
        };
        let is_refused = evicted.iter().any(is_refused);
        drop(evicted);
        match stored {
            Some(true) if is_refused => Written::TooLarge,
            Some(true) => {
                store.sweep_soon(expires);
                Written::Stored
            }
            Some(false) | None => Written::Doomed,
        }
    }
}

impl fmt::Debug for MemoryCapture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryCapture").field("begun", &self.begun).finish_non_exhaustive()
    }
}

/// An entry's weight was measured when it was made; by entries, each weighs one, and nothing needs to be looked at.
#[derive(Clone)]
struct WeightInSlot {
    by_entries: bool,
}

impl Weighter<Slot, Timed> for WeightInSlot {
    fn weight(&self, key: &Slot, _: &Timed) -> u64 {
        if self.by_entries {
            return 1;
        }
        key.weight()
    }
}

/// Keys have their hash with them.
///
/// The alignment is for the shards, each of which has one of these: it keeps a shard's lock, which every hit writes, off the
/// cache lines that hits in this and in other shards only read. Two threads then got 1.75 instead of 1.6 times as much done as one.
#[derive(Clone)]
#[repr(align(128))] // two cache lines, which processors fetch in pairs
struct KeyIsHash;

impl BuildHasher for KeyIsHash {
    type Hasher = Same;

    fn build_hasher(&self) -> Same {
        Same(0)
    }
}

struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        // Never called for integers; still a hash, should that change.
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, i: u64) {
        self.0 = i;
    }
}

/// Hands evicted values to the caller, who drops them when the shard is unlocked.
#[derive(Clone)]
struct CollectEvicted;

/// A full store evicts one for each that comes, as long as all have the same weight.
type Evicted = SmallVec<[(Slot, Timed); 1]>;

impl Lifecycle<Slot, Timed> for CollectEvicted {
    type RequestState = Evicted;

    fn on_evict(&self, state: &mut Evicted, key: Slot, val: Timed) {
        state.push((key, val));
    }
}
