//! P3 with cached functions: one computation at a time, and what happens to those who wait.

#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

use ecached::{Cache, Memory, Settings, cached, invalidate_tags};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Barrier, LazyLock};
use std::thread;
use std::time::Duration;
use tokio::sync::Notify;

/// Runs `test` on a runtime with two workers.
fn run_async<F: Future>(test: F) -> F::Output {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .unwrap()
        .block_on(test)
}

#[test]
fn a_thousand_blocking_callers_at_once_run_the_function_once() {
    static RUNS: AtomicU64 = AtomicU64::new(0);
    #[cached("thousand:<id>", 60)]
    fn slow(id: u64) -> u64 {
        RUNS.fetch_add(1, Ordering::SeqCst);
        (0..20_000).for_each(|_| thread::yield_now());
        id
    }
    let start = Barrier::new(1000);
    thread::scope(|scope| {
        for _ in 0..1000 {
            scope.spawn(|| {
                start.wait();
                assert_eq!(slow(7), 7);
            });
        }
    });
    assert_eq!(RUNS.load(Ordering::SeqCst), 1);
    let stats = slow::stats();
    assert_eq!((stats.computations, stats.hits + stats.shared), (1, 999));
}

#[test]
fn a_thousand_async_callers_at_once_run_the_function_once() {
    static RUNS: AtomicU64 = AtomicU64::new(0);
    static FINISH: Notify = Notify::const_new();
    #[cached("thousand_async:<id>", 60)]
    async fn slow(id: u64) -> u64 {
        RUNS.fetch_add(1, Ordering::SeqCst);
        FINISH.notified().await;
        id
    }
    run_async(async {
        let callers: Vec<_> = (0..1000).map(|_| tokio::spawn(slow(7))).collect();
        // Everybody else waits for the one who computes: a missing caller would wait for ever, not be a hit.
        while slow::stats().misses < 1000 {
            tokio::task::yield_now().await;
        }
        FINISH.notify_one();
        for caller in callers {
            assert_eq!(caller.await.unwrap(), 7);
        }
    });
    assert_eq!(RUNS.load(Ordering::SeqCst), 1);
    assert_eq!(slow::stats().shared, 999);
}

#[test]
fn a_dropped_leader_hands_over_to_a_follower() {
    static RUNS: AtomicU64 = AtomicU64::new(0);
    static FINISH: Notify = Notify::const_new();
    #[cached("dropped:<id>", 60)]
    async fn slow(id: u64) -> u64 {
        if RUNS.fetch_add(1, Ordering::SeqCst) == 0 {
            std::future::pending::<()>().await;
        }
        FINISH.notified().await;
        id
    }
    run_async(async {
        let leader = tokio::spawn(slow(7));
        while RUNS.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        let followers: Vec<_> = (0..10).map(|_| tokio::spawn(slow(7))).collect();
        while slow::stats().misses < 11 {
            tokio::task::yield_now().await;
        }
        leader.abort();
        while RUNS.load(Ordering::SeqCst) == 1 {
            tokio::task::yield_now().await;
        }
        FINISH.notify_one();
        for follower in followers {
            assert_eq!(follower.await.unwrap(), 7);
        }
    });
    assert_eq!(RUNS.load(Ordering::SeqCst), 2);
}

#[test]
fn a_dropped_follower_is_no_loss() {
    static FINISH: Notify = Notify::const_new();
    #[cached("follower:<id>", 60)]
    async fn slow(id: u64) -> u64 {
        FINISH.notified().await;
        id
    }
    run_async(async {
        let leader = tokio::spawn(slow(7));
        while slow::stats().computations == 0 {
            tokio::task::yield_now().await;
        }
        let follower = tokio::spawn(slow(7));
        while slow::stats().misses < 2 {
            tokio::task::yield_now().await;
        }
        follower.abort();
        let _ = follower.await;
        FINISH.notify_one();
        assert_eq!(leader.await.unwrap(), 7);
        assert_eq!(slow(7).await, 7);
    });
    assert_eq!(slow::stats().computations, 1);
}

/// Starts `followers` callers behind one who computes; they get what `outcome` is when the first one ends.
fn behind_a_leader<T: Send + 'static>(
    followers: u64,
    misses: fn() -> u64,
    call: fn() -> T,
    finish: &Barrier,
) -> Vec<T> {
    let leader = thread::spawn(call);
    while misses() < 1 {
        thread::yield_now();
    }
    let threads: Vec<_> = (0..followers).map(|_| thread::spawn(call)).collect();
    while misses() < 1 + followers {
        thread::yield_now();
    }
    // The last of them has counted its miss and is about to wait: a moment for it to do so, though not needed to pass.
    (0..20_000).for_each(|_| thread::yield_now());
    finish.wait();
    std::iter::once(leader).chain(threads).map(|thread| thread.join().unwrap()).collect()
}

#[test]
fn followers_get_an_error_that_can_be_cloned() {
    static FINISH: Barrier = Barrier::new(2);
    static RUNS: AtomicU64 = AtomicU64::new(0);
    type Answer = Result<u64, String>;
    #[cached("clone_error", 60)]
    fn fails() -> Answer {
        if RUNS.fetch_add(1, Ordering::SeqCst) == 0 {
            FINISH.wait();
        }
        Err("no such user".to_owned())
    }
    let answers = behind_a_leader(7, || fails::stats().misses, fails, &FINISH);
    assert_eq!(answers, vec![Err("no such user".to_owned()); 8]);
    assert_eq!(RUNS.load(Ordering::SeqCst), 1, "one failure for all, not one after the other");
    assert_eq!(fails(), Err("no such user".to_owned()));
    assert_eq!(RUNS.load(Ordering::SeqCst), 2, "an error is not cached");
}

#[test]
fn followers_of_an_error_that_cannot_be_cloned_compute_side_by_side() {
    static FINISH: Barrier = Barrier::new(2);
    static RUNS: AtomicU64 = AtomicU64::new(0);
    static SIDE_BY_SIDE: Barrier = Barrier::new(7);
    #[cached("opaque_error", 60)]
    fn fails() -> std::io::Result<u64> {
        if RUNS.fetch_add(1, Ordering::SeqCst) == 0 {
            FINISH.wait();
        } else {
            // One after the other would wait here for ever.
            SIDE_BY_SIDE.wait();
        }
        Err(std::io::Error::other("no such user"))
    }
    let answers = behind_a_leader(7, || fails::stats().misses, fails, &FINISH);
    assert!(answers.iter().all(Result::is_err));
    assert_eq!(RUNS.load(Ordering::SeqCst), 8);
}

#[test]
fn the_recursive_fibonacci_computes_each_number_once() {
    static RUNS: AtomicU64 = AtomicU64::new(0);
    #[cached("fib:<n>", 60)]
    fn fib(n: u64) -> u64 {
        RUNS.fetch_add(1, Ordering::SeqCst);
        if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
    }
    assert_eq!(fib(80), 23_416_728_348_467_685);
    assert_eq!(RUNS.load(Ordering::SeqCst), 81);
}

#[test]
fn the_recursive_fibonacci_works_for_many_threads_and_tasks() {
    #[cached("fib_threads:<n>", 60)]
    fn fib(n: u64) -> u64 {
        if n < 2 { n } else { fib(n - 2) + fib(n - 1) }
    }
    #[cached("fib_tasks:<n>", 60)]
    async fn fib_async(n: u64) -> u64 {
        if n < 2 { n } else { Box::pin(fib_async(n - 1)).await + Box::pin(fib_async(n - 2)).await }
    }
    thread::scope(|scope| {
        for n in 50..58 {
            scope.spawn(move || assert!(fib(n) > 10_000_000_000));
        }
    });
    assert_eq!(fib(58), 591_286_729_879);
    run_async(async {
        let tasks: Vec<_> =
            (50..58).map(|n| tokio::spawn(async move { fib_async(n).await })).collect();
        for task in tasks {
            assert!(task.await.unwrap() > 10_000_000_000);
        }
        assert_eq!(fib_async(58).await, 591_286_729_879);
    });
    assert_eq!(fib_async::stats().computations, 59);
}

#[test]
fn an_async_function_may_come_to_its_own_key() {
    #[cached("own", 60, ignore = [depth])]
    async fn own(depth: u64) -> u64 {
        if depth == 0 { 1 } else { Box::pin(own(depth - 1)).await + 1 }
    }
    assert_eq!(run_async(own(3)), 4);
}

/// Nobody waits for ever: a computation that waits for itself where nobody can see it, in another thread.
#[test]
fn waiting_has_a_limit() {
    static CACHE: LazyLock<Cache> = LazyLock::new(|| {
        let settings = Settings::default().with_wait(Duration::from_millis(50));
        Cache::with_settings(Memory::default(), settings)
    });
    #[cached("hidden", 60, cache = CACHE, ignore = [depth])]
    fn hidden(depth: u64) -> u64 {
        if depth == 0 { 1 } else { thread::spawn(move || hidden(depth - 1)).join().unwrap() + 1 }
    }
    #[cached("hidden_async", 60, cache = CACHE, ignore = [depth])]
    async fn hidden_async(depth: u64) -> u64 {
        if depth == 0 { 1 } else { tokio::spawn(boxed(depth - 1)).await.unwrap() + 1 }
    }
    fn boxed(depth: u64) -> Pin<Box<dyn Future<Output = u64> + Send>> {
        Box::pin(hidden_async(depth))
    }
    assert_eq!(hidden(1), 2);
    assert_eq!(run_async(hidden_async(1)), 2);
}

#[test]
fn values_that_nobody_else_wants_are_not_cloned() {
    #[derive(Debug)]
    struct Once(Arc<AtomicU64>);
    impl Clone for Once {
        fn clone(&self) -> Self {
            self.0.fetch_add(1, Ordering::SeqCst);
            Self(Arc::clone(&self.0))
        }
    }
    #[cached("clones", 60, local, ignore = [clones])]
    fn load(clones: &Arc<AtomicU64>) -> Once {
        Once(Arc::clone(clones))
    }
    let clones = Arc::new(AtomicU64::new(0));
    load(&clones);
    assert_eq!(clones.load(Ordering::SeqCst), 1, "one to keep, one to return");
    load(&clones);
    assert_eq!(clones.load(Ordering::SeqCst), 2);
    load::uncached(&clones);
    assert_eq!(clones.load(Ordering::SeqCst), 2);
    invalidate_tags(&["unrelated"]).unwrap();
}

/// A limit for waiting that no clock can express is no limit, and no panic.
#[test]
fn waiting_without_a_limit_is_possible() {
    let settings = Settings::default().with_wait(Duration::MAX);
    let cache = ecached::aio::Cache::from(Cache::with_settings(Memory::default(), settings));
    run_async(async {
        let finish = Arc::new(Notify::new());
        let call = |cache: ecached::aio::Cache, finish: Arc<Notify>| async move {
            cache
                .get_or_compute("a", 60, async move {
                    finish.notified().await;
                    7_u64
                })
                .await
        };
        let callers: Vec<_> =
            (0..3).map(|_| tokio::spawn(call(cache.clone(), Arc::clone(&finish)))).collect();
        while cache.stats().misses < 3 {
            tokio::task::yield_now().await;
        }
        finish.notify_one();
        for caller in callers {
            assert_eq!(caller.await.unwrap(), 7);
        }
    });
}
