//! The store in memory by itself: tag cells, recent invalidations, leases.

use super::memory;
use crate::ecached_core::backend::Written;
use crate::ecached_core::backend::objects::{NewEntry, ObjectStore};
use crate::ecached_core::clock::Tick;
use crate::ecached_core::key::KeyRef;
use crate::ecached_core::key::numbered::Name;
use crate::ecached_memory::tags::Tags;
use crate::explore::{World, seen};
use crate::judge::Judge;
use loom::thread;
use std::borrow::Cow;
use std::sync::Arc;

pub(super) const WORLDS: &[World] = &[
    World {
        name: "tag cells that come and go",
        switches: 4,
        is_small: true,
        must_see: &[],
        run: || cells(1),
    },
    World {
        name: "tag cells that come and go, three threads",
        switches: 2,
        is_small: true,
        must_see: &[],
        run: || cells(2),
    },
    World {
        name: "a tag that the value brings",
        switches: 4,
        is_small: true,
        must_see: &["stored", "doomed", "refused"],
        run: || value_tag(1),
    },
    World {
        name: "a tag that the value brings, two computations",
        switches: 2,
        is_small: true,
        must_see: &["stored", "doomed", "refused"],
        run: || value_tag(2),
    },
];

const TAG: [Cow<'static, str>; 1] = [Cow::Borrowed("t")];

/// All refer to one tag, invalidate it, and let go of it: whoever holds a cell must see what is done to it.
fn cells(others: usize) {
    let tags = Tags::new();
    let turn = |tags: &Arc<Tags>| {
        let held = tags.capture(&TAG);
        tags.invalidate(&TAG);
        assert!(!held.are_current(), "P1: the cell in the table is not the one that is held");
        let again = tags.capture(&TAG);
        let both = [&held, &again].map(|held| held.versions().next());
        assert!(both[0] < both[1], "P1: one tag has two histories");
    };
    let spawn = |_| {
        let tags = Arc::clone(&tags);
        thread::spawn(move || turn(&tags))
    };
    let threads: Vec<_> = (0..others).map(spawn).collect();
    turn(&tags);
    for thread in threads {
        thread.join().expect("no thread panics");
    }
    assert_eq!(tags.len(), 0, "tag cells are left behind");
}

/// Computations whose value carries a tag that nobody knew of, beside an invalidation of it.
fn value_tag(computations: usize) {
    let (store, judge) = (memory().0, Arc::new(Judge::new()));
    let compute = |store: &Arc<_>, judge: &Judge| {
        let mut capture = ObjectStore::open(Arc::clone(store), KeyRef::new("a"), &[], true);
        let value = Arc::new(judge.compute());
        let entry = NewEntry {
            key: "a",
            numbered: None,
            value,
            tag_set: 0,
            expires: Tick::NEVER,
            value_tags: &TAG,
            encoded_len: &|_| None,
        };
        seen(if capture.store(entry, &|| false) == Written::Stored { "stored" } else { "doomed" });
    };
    let look = |store: &Arc<_>, judge: &Judge| {
        let must_see = judge.must_see();
        match ObjectStore::lookup(&**store, &Name::Text(KeyRef::new("a")), None) {
            Ok(value) => judge.check(must_see, *value.downcast_ref().expect("it is a number")),
            Err(_) => seen("refused"),
        }
    };
    let spawn = |_| {
        let (store, judge) = (Arc::clone(&store), Arc::clone(&judge));
        thread::spawn(move || compute(&store, &judge))
    };
    let threads: Vec<_> = (0..computations).map(spawn).collect();
    look(&store, &judge);
    judge.invalidate(|| Arc::clone(&store).invalidate_names(&TAG));
    look(&store, &judge);
    for thread in threads {
        thread.join().expect("no thread panics");
    }
    look(&store, &judge);
    store.clear().expect("it cannot fail");
    assert_eq!(store.tags.len(), 0, "tag cells are left behind");
    assert_eq!(store.leases.len(), 0, "leases are left behind");
}
