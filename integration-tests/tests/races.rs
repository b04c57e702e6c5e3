//! P1 with cached functions: invalidations, refreshes and set values against computations that are under way.

use ecached::{Cache, Memory, cached, tag};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Barrier, LazyLock, mpsc};
use std::thread;

fn memory() -> Cache {
    Cache::new(Memory::default())
}

#[test]
fn a_tag_found_in_the_value_cannot_be_invalidated_unseen() {
    static CACHE: LazyLock<Cache> = LazyLock::new(memory);
    static SOURCE: AtomicU64 = AtomicU64::new(1);
    #[cached("value_tag", 60, cache = CACHE, tags = |version: &u64| [tag!("all"), format!("parity:{}", *version % 2)])]
    fn load() -> u64 {
        SOURCE.load(Ordering::SeqCst)
    }
    // The function that invalidates in the middle: the tag is on the value, and nothing carried it before.
    #[cached("value_tag_racing", 60, cache = CACHE, tags = |version: &u64| [format!("racing:{version}")])]
    fn load_racing() -> u64 {
        let version = SOURCE.load(Ordering::SeqCst);
        CACHE.invalidate_tags(&[format!("racing:{version}")]).unwrap();
        version
    }
    assert_eq!((load(), load()), (1, 1));
    CACHE.invalidate_tags(&["parity:0"]).unwrap();
    assert_eq!((load(), load::stats().computations), (1, 1));
    CACHE.invalidate_tags(&["parity:1"]).unwrap();
    assert_eq!((load(), load::stats().computations), (1, 2));
    assert_eq!((load_racing(), load_racing()), (1, 1));
    assert_eq!(
        load_racing::stats().stores,
        0,
        "it was invalidated before it was stored, each time"
    );
    assert_eq!(load_racing::stats().computations, 2);
}

/// A caller who starts after an invalidation of a tag that only the value brings must not join an older computation.
#[test]
fn nobody_joins_a_computation_whose_value_may_carry_an_invalidated_tag() {
    static CACHE: LazyLock<Cache> = LazyLock::new(memory);
    static SOURCE: AtomicU64 = AtomicU64::new(1);
    static GATE: LazyLock<(mpsc::SyncSender<()>, std::sync::Mutex<mpsc::Receiver<()>>)> =
        LazyLock::new(|| {
            let (sender, receiver) = mpsc::sync_channel(0);
            (sender, receiver.into())
        });
    #[cached("late_tag", 60, cache = CACHE, tags = |_: &u64| [tag!("book:7")])]
    fn load() -> u64 {
        let version = SOURCE.load(Ordering::SeqCst);
        if version == 1 {
            GATE.1.lock().unwrap().recv().unwrap();
        }
        version
    }
    let old = thread::spawn(load);
    while load::stats().computations == 0 {
        thread::yield_now();
    }
    // The computation may or may not have read the source; in both cases it began before the invalidation.
    (0..1000).for_each(|_| thread::yield_now());
    SOURCE.store(2, Ordering::SeqCst);
    CACHE.invalidate_tags(&["book:7"]).unwrap();
    assert_eq!(load(), 2);
    GATE.0.send(()).unwrap();
    assert_eq!(old.join().unwrap(), 1);
    assert_eq!(load(), 2);
}

#[test]
fn a_refresh_wins_over_an_older_computation() {
    static CACHE: LazyLock<Cache> = LazyLock::new(memory);
    static SOURCE: AtomicU64 = AtomicU64::new(1);
    static GATE: Barrier = Barrier::new(2);
    #[cached("refresh", 60, cache = CACHE)]
    fn load() -> u64 {
        let version = SOURCE.load(Ordering::SeqCst);
        if version == 1 {
            GATE.wait();
            GATE.wait();
        }
        version
    }
    let old = thread::spawn(load);
    GATE.wait();
    SOURCE.store(2, Ordering::SeqCst);
    assert_eq!(load::refresh_cache(), 2);
    GATE.wait();
    assert_eq!(old.join().unwrap(), 1);
    assert_eq!(load(), 2);
    assert_eq!(load::stats().refreshes, 1);
}

/// A value that was set is not overwritten by a computation that began before.
#[test]
fn a_set_value_wins_over_an_older_computation() {
    let cache = memory();
    let value = cache.get_or_compute("a", 60, || {
        cache.set("a", 2_u64, 60).unwrap();
        1_u64
    });
    assert_eq!((value, cache.get("a").unwrap()), (1, Some(2_u64)));
}

/// Two callers whose key is the same and whose tags are not have entries of their own, however the tags name them.
#[test]
fn tags_that_name_another_part_of_an_argument_keep_entries_apart() {
    static CACHE: LazyLock<Cache> = LazyLock::new(memory);
    static RUNS: AtomicU64 = AtomicU64::new(0);
    #[derive(Clone, Copy)]
    struct User {
        id: u64,
        org: u64,
    }
    #[cached("orders:<user.id>", 60, tags = ["org:<user.org>"], cache = CACHE)]
    fn by_template(user: User) -> u64 {
        RUNS.fetch_add(1, Ordering::SeqCst)
    }
    #[cached(key = format!("week:{}", day / 7), timeout = 60, tags = ["day:<day>"], cache = CACHE)]
    fn by_expression(day: u64) -> u64 {
        RUNS.fetch_add(1, Ordering::SeqCst)
    }
    by_template(User { id: 1, org: 1 });
    let other = by_template(User { id: 1, org: 2 });
    CACHE.invalidate_tags(&["org:2"]).unwrap();
    assert_ne!(by_template(User { id: 1, org: 2 }), other);
    by_expression(7);
    let other = by_expression(8);
    CACHE.invalidate_tags(&["day:8"]).unwrap();
    assert_ne!(by_expression(8), other);
}
