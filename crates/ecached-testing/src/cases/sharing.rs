//! P3: one computation at a time.

use super::{call, tagged};
use crate::Face;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;

/// Callers at once.
const CALLERS: usize = 32;

/// Callers who are there before a computation ends get its value, and the function ran once.
pub fn callers_at_once_share_one_computation([face, _]: &[Face; 2]) {
    let (runs, start) = (AtomicU64::new(0), Barrier::new(CALLERS));
    thread::scope(|scope| {
        for _ in 0..CALLERS {
            scope.spawn(|| {
                start.wait();
                let value = face.get_or_compute("a", tagged(&["t"]), || {
                    runs.fetch_add(1, Ordering::SeqCst);
                    // Long enough for the others to arrive; whoever does not is a hit.
                    (0..10_000).for_each(|_| thread::yield_now());
                    7_u64
                });
                assert_eq!(value, 7);
            });
        }
    });
    assert_eq!(runs.load(Ordering::SeqCst), 1, "{:?}", face.cache().stats());
}

/// A caller who starts after an invalidation returned computes for itself, though an older computation is under way.
pub fn nobody_joins_a_computation_from_before_an_invalidation([face, other]: &[Face; 2]) {
    type Invalidate = fn(&Face);
    let by_tag: Invalidate = |face| face.invalidate_tags(&["t"]).unwrap();
    let by_key: Invalidate = |face| face.delete("a").unwrap();
    let by_clear: Invalidate = |face| face.clear().unwrap();
    for (invalidator, invalidate) in
        [face, other].into_iter().flat_map(|face| [by_tag, by_key, by_clear].map(|by| (face, by)))
    {
        face.clear().unwrap();
        let (computing, is_computing) = mpsc::channel();
        let (finish, may_finish) = mpsc::channel::<()>();
        thread::scope(|scope| {
            let old = scope.spawn(move || {
                face.get_or_compute("a", tagged(&["t"]), || {
                    computing.send(()).unwrap();
                    may_finish.recv().unwrap();
                    1_u64
                })
            });
            is_computing.recv().unwrap();
            invalidate(invalidator);
            assert_eq!(call(face, "a", &["t"], 2), (2, true));
            assert_eq!(call(face, "a", &["t"], 3), (2, false));
            finish.send(()).unwrap();
            assert_eq!(old.join().unwrap(), 1);
            assert_eq!(
                call(face, "a", &["t"], 4),
                (2, false),
                "the older value is not stored over the newer one"
            );
        });
    }
}

/// When the one who computes panics, one of those who wait computes instead.
pub fn a_panic_hands_over_to_a_follower([face, _]: &[Face; 2]) {
    let runs = AtomicU64::new(0);
    let (computing, is_computing) = mpsc::channel();
    let (panic, may_panic) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let runs = &runs;
        let leader = scope.spawn(move || {
            let compute = || -> u64 {
                computing.send(()).unwrap();
                may_panic.recv().unwrap();
                std::panic::resume_unwind(Box::new("as planned"));
            };
            catch_unwind(AssertUnwindSafe(|| face.get_or_compute("a", tagged(&["t"]), compute)))
                .is_err()
        });
        is_computing.recv().unwrap();
        let followers: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(move || {
                    face.get_or_compute("a", tagged(&["t"]), || {
                        runs.fetch_add(1, Ordering::SeqCst);
                        7_u64
                    })
                })
            })
            .collect();
        panic.send(()).unwrap();
        assert!(leader.join().unwrap());
        for follower in followers {
            assert_eq!(follower.join().unwrap(), 7);
        }
    });
    assert_eq!(runs.load(Ordering::SeqCst), 1);
    assert_eq!(call(face, "a", &["t"], 8), (7, false));
}

/// A call that comes to its own key computes instead of waiting for itself.
pub fn a_computation_may_need_itself([face, _]: &[Face; 2]) {
    let inner = || face.get_or_compute("a", tagged(&["t"]), || 1_u64);
    assert_eq!(face.get_or_compute("a", tagged(&["t"]), || inner() + 1), 2);
}

/// Two computations that need each other end, though each would have to wait for the other.
pub fn computations_may_need_each_other([face, _]: &[Face; 2]) {
    let both_compute = Barrier::new(2);
    let outer = |own: &'static str, other: &'static str| {
        face.get_or_compute(own, tagged(&[]), || {
            both_compute.wait();
            face.get_or_compute(other, tagged(&[]), || 1_u64) + 1
        })
    };
    thread::scope(|scope| {
        let one = scope.spawn(|| outer("a", "b"));
        let two = scope.spawn(|| outer("b", "a"));
        let (one, two) = (one.join().unwrap(), two.join().unwrap());
        // One of them may have waited for the other; not both.
        assert!(one >= 2 && two >= 2 && one.min(two) == 2, "{one}, {two}");
    });
}
