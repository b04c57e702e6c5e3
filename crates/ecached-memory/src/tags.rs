//! Version cells: one integer per tag that anything refers to.
//!
//! Two counters order everything. `begun` advances when an invalidation begins; the new value is the new version of its
//! tags. `finished` advances when one is complete, before it returns: while it stands still, an entry that was found
//! current stays so, and a hit compares that one number.
//!
//! A tag that nothing refers to has no cell. An invalidation of such a tag must not be forgotten while a computation is
//! under way that may turn out to carry the tag, so [`Recent`] remembers, for groups of tags, when one of them was last
//! invalidated: a fixed table that forgets nothing, and at worst takes another tag's invalidation for this one's.

use dashmap::{DashMap, Entry};
use foldhash::fast::RandomState;
use smallvec::SmallVec;
use smol_str::SmolStr;
use std::borrow::{Borrow, Cow};
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Groups of tags whose invalidations are remembered together. 8 bytes each.
const RECENT_GROUPS: usize = 8192;

/// A number on a cache line of its own: every hit reads it.
#[repr(align(128))]
struct Padded(AtomicU64);

/// Invalidations finished so far, of all stores of the process: a hit then finds it without following a pointer.
static FINISHED: Padded = Padded(AtomicU64::new(1));

/// Changes after each invalidation.
#[inline]
pub(crate) fn epoch() -> u64 {
    FINISHED.0.load(Ordering::Acquire)
}

/// What an entry stays valid by.
pub(crate) trait Dependencies: Send + Sync {
    /// Whether everything is as it was when the computation began.
    fn are_current(&self) -> bool;

    /// What the entry counts in a store that is bounded by bytes.
    fn weight(&self) -> u64;
}

/// The cells of all tags that entries or computations refer to.
pub(crate) struct Tags {
    cells: DashMap<Cell, (), RandomState>,
    begun: Padded,
    recent: Recent,
    hasher: RandomState,
}

/// A tag's version and how many refer to it.
struct TagCell {
    name: SmolStr,
    version: AtomicU64,
    references: AtomicUsize,
}

/// A cell, found by its name.
#[derive(Clone)]
struct Cell(Arc<TagCell>);

impl Borrow<str> for Cell {
    fn borrow(&self) -> &str {
        &self.0.name
    }
}

impl PartialEq for Cell {
    fn eq(&self, other: &Self) -> bool {
        self.0.name == other.0.name
    }
}

impl Eq for Cell {}

impl Hash for Cell {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // As `str` does, so that a name finds its cell.
        self.0.name.as_str().hash(state);
    }
}

impl Tags {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            cells: DashMap::default(),
            begun: Padded(AtomicU64::new(1)),
            recent: Recent::new(),
            hasher: RandomState::default(),
        })
    }

    /// Invalidations begun so far: what a computation captures for tags that it does not know yet.
    pub(crate) fn now(&self) -> u64 {
        self.begun.0.load(Ordering::SeqCst)
    }

    /// Tags that have a cell.
    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }

    /// Gives `names` a new version each.
    pub(crate) fn invalidate(&self, names: &[Cow<'_, str>]) {
        // Each step must follow the one before it:
        // 1. A computation that captures `begun` from here on began after the call.
        let version = self.begun.0.fetch_add(1, Ordering::SeqCst) + 1;
        // 2. One that began before sees this when it meets a tag that had no cell in step 3.
        for name in names {
            self.recent.note(self.hasher.hash_one(&**name), version);
        }
        // 3. Entries and computations that refer to a cell become invalid.
        for name in names {
            if let Some(cell) = self.cells.get(&**name) {
                cell.key().0.version.fetch_max(version, Ordering::SeqCst);
            }
        }
        // 4. Who found an entry current before this looks again.
        FINISHED.0.fetch_add(1, Ordering::SeqCst);
    }

    /// The versions of `names` now, kept alive by the result.
    pub(crate) fn capture(self: &Arc<Self>, names: &[Cow<'_, str>]) -> TagRefs {
        let mut refs = TagRefs { tags: Some(Arc::clone(self)), list: SmallVec::new() };
        refs.extend(names);
        refs
    }

    /// Whether one of `names`, or another tag of its group, was invalidated after `captured`.
    pub(crate) fn is_any_newer(&self, names: &[Cow<'_, str>], captured: u64) -> bool {
        names.iter().any(|name| self.recent.last(self.hasher.hash_one(&**name)) > captured)
    }

    fn acquire(&self, name: &str) -> TagRef {
        if let Some(cell) = self.cells.get(name) {
            return TagRef::new(&cell.key().0);
        }
        let cell = Arc::new(TagCell {
            name: SmolStr::new(name),
            version: AtomicU64::new(0),
            references: AtomicUsize::new(0),
        });
        // Another thread may have been faster: the entry holds the shard's lock, so exactly one cell stays.
        let entry = match self.cells.entry(Cell(cell)) {
            Entry::Occupied(entry) => entry.into_ref(),
            Entry::Vacant(entry) => {
                // Under the shard's lock: an invalidation that found no cell has been remembered before. Not the count of
                // those begun: one that has not come to the cells yet must find an older version here, and change it.
                let version = self.recent.last(self.hasher.hash_one(name));
                entry.key().0.version.store(version, Ordering::SeqCst);
                entry.insert(())
            }
        };
        TagRef::new(&entry.key().0)
    }

    fn release(&self, tag: &TagRef) {
        if tag.cell.references.fetch_sub(1, Ordering::AcqRel) == 1 {
            // Somebody may have acquired it since: references only grow under the shard's lock.
            let is_unused = |cell: &Cell, (): &()| {
                Arc::ptr_eq(&cell.0, &tag.cell) && cell.0.references.load(Ordering::Acquire) == 0
            };
            self.cells.remove_if(tag.cell.name.as_str(), is_unused);
        }
    }
}

/// A tag's cell and the version it had when it was captured. Counted; [`Tags::release`] gives it back.
struct TagRef {
    cell: Arc<TagCell>,
    version: u64,
}

impl TagRef {
    /// Under the lock of the cell's shard.
    fn new(cell: &Arc<TagCell>) -> Self {
        cell.references.fetch_add(1, Ordering::AcqRel);
        Self { cell: Arc::clone(cell), version: cell.version.load(Ordering::SeqCst) }
    }

    fn is_current(&self) -> bool {
        self.cell.version.load(Ordering::SeqCst) == self.version
    }
}

/// Captured tags, while a computation is under way.
pub(crate) struct TagRefs {
    /// `None`: an entry has taken over all that was captured.
    tags: Option<Arc<Tags>>,
    /// In here as long as there are not many; an entry then holds them in memory that is allocated once.
    list: SmallVec<[TagRef; 6]>,
}

impl TagRefs {
    pub(crate) fn versions(&self) -> impl Iterator<Item = u64> + '_ {
        self.list.iter().map(|tag| tag.version)
    }

    /// Captures further names.
    pub(crate) fn extend(&mut self, names: &[Cow<'_, str>]) {
        if let Some(tags) = &self.tags {
            names.iter().for_each(|name| self.list.push(tags.acquire(name)));
        }
    }

    pub(crate) fn are_current(&self) -> bool {
        self.list.iter().all(TagRef::is_current)
    }

    /// What an entry keeps for as long as it lives: one allocation of the size it needs, up to eight tags beside
    /// the function and the prefix. Nothing the second time.
    pub(crate) fn take_dependencies(&mut self, weight: u64) -> Option<Box<dyn Dependencies>> {
        let tags = self.tags.take()?;
        let list = &mut self.list;
        macro_rules! fitting {
            ($($len:literal)*) => {
                match list.len() {
                    $($len => {
                        let mut refs = list.drain(..);
                        let list: [TagRef; $len] = std::array::from_fn(|_| {
                            refs.next().expect("invariant: so many there are")
                        });
                        Box::new(Held { tags, weight, list })
                    })*
                    _ => Box::new(Held { tags, weight, list: std::mem::take(list).into_boxed_slice() }),
                }
            };
        }
        Some(fitting!(1 2 3 4 5 6 7 8 9 10))
    }
}

impl Drop for TagRefs {
    fn drop(&mut self) {
        if let Some(tags) = &self.tags {
            self.list.iter().for_each(|tag| tags.release(tag));
        }
    }
}

/// The tags of an entry.
struct Held<L: AsRef<[TagRef]>> {
    tags: Arc<Tags>,
    /// What the entry counts in a store that is bounded by bytes.
    weight: u64,
    list: L,
}

impl<L: AsRef<[TagRef]> + Send + Sync> Dependencies for Held<L> {
    fn are_current(&self) -> bool {
        self.list.as_ref().iter().all(TagRef::is_current)
    }

    fn weight(&self) -> u64 {
        self.weight
    }
}

impl<L: AsRef<[TagRef]>> Drop for Held<L> {
    fn drop(&mut self) {
        self.list.as_ref().iter().for_each(|tag| self.tags.release(tag));
    }
}

/// When a tag of each group was last invalidated.
struct Recent(Box<[AtomicU64]>);

impl Recent {
    fn new() -> Self {
        Self((0..RECENT_GROUPS).map(|_| AtomicU64::new(0)).collect())
    }

    fn group(&self, hash: u64) -> &AtomicU64 {
        &self.0[(hash >> 16) as usize % RECENT_GROUPS]
    }

    fn note(&self, hash: u64, version: u64) {
        self.group(hash).fetch_max(version, Ordering::SeqCst);
    }

    fn last(&self, hash: u64) -> u64 {
        self.group(hash).load(Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    fn names<'a>(names: &[&'a str]) -> Vec<Cow<'a, str>> {
        names.iter().map(|name| Cow::Borrowed(*name)).collect()
    }

    #[test]
    fn an_invalidation_changes_what_carries_the_tag_and_nothing_else() {
        let tags = Tags::new();
        let (users, orgs, both) = (
            tags.capture(&names(&["users"])),
            tags.capture(&names(&["orgs"])),
            tags.capture(&names(&["users", "orgs"])),
        );
        let epoch = epoch();
        tags.invalidate(&names(&["users", "nothing carries this"]));
        assert_ne!(super::epoch(), epoch);
        assert_eq!(
            [users.are_current(), orgs.are_current(), both.are_current()],
            [false, true, false]
        );
        assert!(tags.capture(&names(&["users"])).are_current());
    }

    #[test]
    fn an_invalidation_of_a_tag_without_a_cell_is_remembered() {
        let tags = Tags::new();
        let captured = tags.now();
        tags.invalidate(&names(&["book:7"]));
        assert!(tags.is_any_newer(&names(&["book:7"]), captured));
        assert!(!tags.is_any_newer(&names(&["book:7"]), tags.now()));
    }

    #[test]
    fn a_cell_made_during_an_invalidation_is_older_than_that() {
        let tags = Tags::new();
        let captured = tags.now();
        // An invalidation begins, and does not come further for now.
        let version = tags.begun.0.fetch_add(1, Ordering::SeqCst) + 1;
        let brought = tags.capture(&names(&["book:7"]));
        assert!(!tags.is_any_newer(&names(&["book:7"]), captured));
        assert!(brought.versions().all(|own| own < version), "it would not change the cell");
    }

    #[test]
    fn cells_go_with_the_last_reference() {
        let tags = Tags::new();
        let first = tags.capture(&names(&["a", "b"]));
        let second = tags.capture(&names(&["b"]));
        assert_eq!(tags.len(), 2);
        drop(first);
        assert_eq!(tags.len(), 1);
        drop(second);
        assert_eq!(tags.len(), 0);
    }

    #[test]
    fn cells_of_racing_threads_are_neither_lost_nor_left_behind() {
        let tags = Tags::new();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for n in 0..2000 {
                        let name = names(&[["a", "b", "c"][n % 3]]);
                        let held = tags.capture(&name);
                        tags.invalidate(&name);
                        assert!(
                            !held.are_current(),
                            "the cell in the table is the one that is held"
                        );
                    }
                });
            }
        });
        assert_eq!(tags.len(), 0);
    }
}
