//! The in-process backend: bounds, and that what cannot be served is freed without being read.

use ecached::{Cache, Clock, EntryOptions, Memory, cached, tag};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, mpsc};
use std::time::Duration;

/// Says when it is dropped.
#[derive(Clone, Debug)]
struct Droppable(#[expect(dead_code, reason = "only its drop matters")] Arc<Bell>);

#[derive(Debug)]
struct Bell(mpsc::Sender<u64>, u64);

impl Drop for Bell {
    fn drop(&mut self) {
        let _ = self.0.send(self.1);
    }
}

#[test]
fn a_store_bounded_by_entries_holds_about_that_many() {
    for max in [1, 10, 1000, 10_000] {
        let memory = Memory::builder().max_entries(max).build();
        let cache = Cache::new(memory.clone());
        for number in 0..3 * max as u64 {
            cache.set(&format!("n:{number}"), number, 3600).unwrap();
        }
        assert!(
            memory.len() <= max + 8 && memory.len() * 10 >= max * 9,
            "{} of {max}",
            memory.len()
        );
    }
}

#[test]
fn a_store_bounded_by_bytes_measures_what_values_point_to() {
    let memory = Memory::builder().max_bytes(1 << 20).build();
    let cache = Cache::new(memory.clone());
    for number in 0..1000_u64 {
        cache.set(&format!("n:{number}"), vec!["x".repeat(10_000)], 3600).unwrap();
    }
    assert!(memory.weight() <= 1 << 20, "{}", memory.weight());
    assert!((60..=105).contains(&memory.len()), "{} values of 10 kB in 1 MiB", memory.len());
}

#[test]
fn a_weigher_decides_what_an_entry_counts() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    let weigh = move |key: &str, value: &(dyn std::any::Any + Send + Sync)| {
        counter.fetch_add(1, Ordering::SeqCst);
        assert!(key.starts_with("w:"));
        value.downcast_ref::<u64>().copied().unwrap_or(1)
    };
    let memory = Memory::builder().max_bytes(1000).weigher(weigh).build();
    let cache = Cache::new(memory.clone());
    for number in 0..100 {
        cache.set(&format!("w:{number}"), 10_u64, 60).unwrap();
    }
    assert!(memory.weight() <= 1000 && memory.len() >= 50, "{memory:?}");
    assert_eq!(calls.load(Ordering::SeqCst), 100, "once per stored value");
    cache.set("w:big", 5000_u64, 60).unwrap_err();
    assert_eq!(cache.get::<u64>("w:big").unwrap(), None, "a value over the bound is not kept");
}

/// Real time passes here: about a second until the sweep.
#[test]
fn expired_and_invalidated_entries_are_freed_without_a_read() {
    static CACHE: LazyLock<Cache> = LazyLock::new(|| Cache::new(Memory::default()));
    #[cached("drop:<number>", timeout = Duration::from_millis(number), tags = ["n:<number>"], local, cache = CACHE, ignore = [sender])]
    fn expiring(number: u64, sender: &mpsc::Sender<u64>) -> Droppable {
        Droppable(Arc::new(Bell(sender.clone(), number)))
    }
    let (sender, dropped) = mpsc::channel();
    drop(expiring(5, &sender));
    drop(expiring(3_600_000, &sender));
    let in_time = || dropped.recv_timeout(Duration::from_secs(30));
    assert_eq!(in_time(), Ok(5));
    drop(expiring(3_600_001, &sender));
    CACHE.invalidate_tags(&["n:3600000"]).unwrap();
    assert_eq!(in_time(), Ok(3_600_000));
    assert_eq!(CACHE.entries(), Some(1));
}

#[test]
fn a_sweep_frees_what_is_dead_and_nothing_else() {
    let (clock, time) = Clock::manual();
    let memory = Memory::builder().clock(clock).build();
    let cache = Cache::new(memory.clone());
    cache.set("short", 1_u64, 1).unwrap();
    cache.set("tagged", 2_u64, EntryOptions::timeout(100).with_tags(["t"])).unwrap();
    cache.set("long", 3_u64, 100).unwrap();
    assert_eq!(memory.sweep(), 0);
    time.advance(Duration::from_millis(999));
    assert_eq!(cache.get("short").unwrap(), Some(1_u64));
    time.advance(Duration::from_millis(1));
    assert_eq!(cache.get::<u64>("short").unwrap(), None);
    cache.invalidate_tags(&["t"]).unwrap();
    assert_eq!((memory.sweep(), memory.len(), memory.tags()), (2, 1, 0));
    assert_eq!(cache.get("long").unwrap(), Some(3_u64));
}

/// Tags of which only few are in use at a time leave nothing behind: a million here, ten million in the same time per tag.
#[test]
fn distinct_tags_over_time_take_no_memory() {
    // A clock that stands still: no sweep runs beside the counting.
    let memory = Memory::builder().max_entries(1000).clock(Clock::manual().0).build();
    let cache = Cache::new(memory.clone());
    for number in 0..1_000_000_u64 {
        let tags = [tag!("item:<number>"), String::from("items")];
        cache
            .set(
                &format!("i:{}", number % 5000),
                number,
                EntryOptions::timeout(3600).with_tags(tags),
            )
            .unwrap();
        if number % 3 == 0 {
            cache.invalidate_tags(&[tag!("item:<number>")]).unwrap();
        }
        if number % 100_000 == 0 {
            assert!(memory.tags() <= memory.len() + 2, "{memory:?}");
        }
    }
    assert!(memory.tags() <= memory.len() + 2, "{memory:?}");
    cache.clear().unwrap();
    assert_eq!((memory.len(), memory.tags()), (0, 0));
}

/// Values are dropped behind all locks: their `Drop` may use the cache.
#[test]
fn a_value_may_use_the_cache_when_it_is_dropped() {
    static CACHE: LazyLock<Cache> =
        LazyLock::new(|| Cache::new(Memory::builder().max_entries(100).build()));
    #[derive(Clone)]
    struct Nosy(u64);
    impl Drop for Nosy {
        fn drop(&mut self) {
            let _ = CACHE.get::<u64>(&format!("other:{}", self.0));
            let _ = CACHE.set(&format!("other:{}", self.0 % 50), self.0, 60);
        }
    }
    #[cached("nosy:<number>", 60, local, cache = CACHE, tags = ["nosy"])]
    fn nosy(number: u64) -> Nosy {
        Nosy(number)
    }
    for number in 0..2000 {
        nosy(number);
        if number % 100 == 0 {
            CACHE.invalidate_tags(&["nosy"]).unwrap();
            nosy::invalidate_cache_by_key(number).unwrap();
        }
    }
    CACHE.clear().unwrap();
    assert_eq!(nosy(7).0, 7);
}
