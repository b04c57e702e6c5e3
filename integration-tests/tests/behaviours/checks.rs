//! What the behaviours share: a log of computations, a cache on a manual clock, and the checks of easy_cache's suite.
//!
//! A behaviour is written once, as a macro `form!`, and [`both!`] makes a blocking and an async test of it.

use ecached::{Cache, Error, Memory, Settings, aio, caches};
use std::cell::RefCell;
use std::fmt::Debug;
use std::time::Duration;

/// The timeout of functions that declare none.
pub(crate) const DEFAULT_TIMEOUT: u64 = 300;

thread_local! {
    static CALLS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    static RUNTIME: tokio::runtime::Runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
}

/// The expensive computation: it notes its arguments, and never returns the same twice.
pub(crate) fn computation(args: impl Debug) -> String {
    CALLS.with_borrow_mut(|calls| {
        calls.push(format!("{args:?}"));
        format!("{args:?} #{}", calls.len())
    })
}

/// What was computed while `action` ran.
pub(crate) fn computed<T>(action: impl FnOnce() -> T) -> Vec<String> {
    let before = CALLS.with_borrow(Vec::len);
    action();
    CALLS.with_borrow(|calls| calls[before..].to_vec())
}

/// Runs a future in this thread's runtime.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    RUNTIME.with(|runtime| runtime.block_on(future))
}

/// For the blocking form: the value is there.
macro_rules! now {
    ($value:expr) => {
        $value
    };
}

/// For the async form: the value comes of a future.
macro_rules! wait {
    ($future:expr) => {
        $crate::checks::run($future)
    };
}

/// Makes the tests `blocking` and `asynchronous` of a macro `form!`, which gets: the test's name, how to wait, the alias, and
/// `async` or nothing.
macro_rules! both {
    ($blocking:literal, $asynchronous:literal) => {
        form!(blocking, now, $blocking,);
        form!(asynchronous, wait, $asynchronous, async);
    };
}

/// An alias of its own for a test.
pub(crate) struct Bench {
    pub(crate) cache: Cache,
    pub(crate) memory: Memory,
    advance: Box<dyn Fn(Duration)>,
    is_async: bool,
}

impl Bench {
    /// Registers `alias`.
    pub(crate) fn new(alias: &str, form: &str) -> Self {
        let (clock, time) = ecached::Clock::manual();
        let memory = Memory::builder().clock(clock).build();
        let settings = Settings::default().with_timeout(Some(Duration::from_secs(DEFAULT_TIMEOUT)));
        caches().register_with(alias, memory.clone(), settings).unwrap();
        let advance = Box::new(move |by| time.advance(by));
        let cache = caches().get(alias).unwrap();
        Self { cache, memory, advance, is_async: form == "asynchronous" }
    }

    fn alias(&self) -> &str {
        self.cache.alias()
    }

    /// Moves the clock forward by that many seconds.
    pub(crate) fn advance(&self, seconds: u64) {
        (self.advance)(Duration::from_secs(seconds));
    }

    /// Whether an entry of that exact key can be served.
    pub(crate) fn has(&self, key: &str) -> bool {
        if self.is_async {
            run(aio::caches().get(self.alias()).unwrap().get::<String>(key)).unwrap().is_some()
        } else {
            caches().get(self.alias()).unwrap().get::<String>(key).unwrap().is_some()
        }
    }

    pub(crate) fn invalidate_key(&self, key: &str) {
        if self.is_async {
            run(aio::invalidate_key_on(self.alias(), key)).unwrap();
        } else {
            ecached::invalidate_key_on(self.alias(), key).unwrap();
        }
    }

    pub(crate) fn invalidate_tag(&self, tag: &str) {
        if self.is_async {
            run(aio::invalidate_tags_on(self.alias(), &[tag])).unwrap();
        } else {
            ecached::invalidate_tags_on(self.alias(), &[tag]).unwrap();
        }
    }

    pub(crate) fn invalidate_prefix(&self, prefix: &str) {
        if self.is_async {
            run(aio::invalidate_prefix_on(self.alias(), prefix)).unwrap();
        } else {
            ecached::invalidate_prefix_on(self.alias(), prefix).unwrap();
        }
    }
}

type Bound<'a> = &'a dyn Fn() -> Result<(), Error>;

/// `call` computes once with `args`, then is answered from the cache; `changed` is another entry.
pub(crate) fn check_base(
    call: &dyn Fn() -> String,
    changed: &dyn Fn() -> String,
    args: impl Debug,
) {
    let mut values = Vec::new();
    let calls = computed(|| values.push(call()));
    assert_eq!(calls, [format!("{args:?}")]);
    assert!(values[0].starts_with(&calls[0]), "the result is that of the computation");
    assert_eq!(computed(|| values.push(call())), [""; 0]);
    assert_eq!(values[0], values[1]);
    assert_eq!(computed(|| values.push(changed())).len(), 1);
    assert_ne!(values[0], values[2]);
    assert_eq!(computed(|| (call(), changed())), [""; 0], "both are kept");
}

/// The entry has exactly that key, and `by_key` removes it.
pub(crate) fn check_cache_key(
    bench: &Bench,
    key: &str,
    call: &dyn Fn() -> String,
    by_key: Bound<'_>,
) {
    call();
    assert!(bench.has(key), "{key}");
    by_key().unwrap();
    assert!(!bench.has(key), "{key}");
    assert_recomputes_once(call);
}

/// The entry of `key` lives exactly that many seconds.
pub(crate) fn check_timeout(bench: &Bench, key: &str, seconds: u64, call: &dyn Fn() -> String) {
    bench.cache.clear().unwrap();
    call();
    let moment = Duration::from_nanos(1);
    (bench.advance)(Duration::from_secs(seconds) - moment);
    assert!(bench.has(key), "{key} just before its timeout");
    assert_eq!(computed(call), [""; 0]);
    (bench.advance)(moment);
    assert!(!bench.has(key), "{key} at its timeout");
    assert_recomputes_once(call);
}

/// Each of `tags` invalidates the entry, and so do all by `by_tags`.
pub(crate) fn check_tags(
    bench: &Bench,
    tags: &[&str],
    call: &dyn Fn() -> String,
    by_tags: Bound<'_>,
) {
    assert_eq!(bench.memory.tags(), 0, "no tag is known before");
    call();
    assert!(bench.memory.tags() >= tags.len(), "all tags are known after");
    for tag in tags {
        bench.invalidate_tag(tag);
        assert_recomputes_once(call);
        by_tags().unwrap();
        assert_recomputes_once(call);
    }
    bench.invalidate_tag("another tag");
    assert_eq!(computed(call), [""; 0]);
}

/// The key begins with the prefix, which invalidates by its name and by `by_prefix`.
pub(crate) fn check_cache_prefix(
    bench: &Bench,
    prefix: &str,
    key: &str,
    call: &dyn Fn() -> String,
    by_prefix: Bound<'_>,
) {
    assert!(key.starts_with(&format!("{prefix}:")), "{key}");
    call();
    assert!(bench.has(key), "{key}");
    assert_eq!(computed(call), [""; 0]);
    by_prefix().unwrap();
    assert_recomputes_once(call);
    bench.invalidate_prefix(prefix);
    assert_recomputes_once(call);
    bench.invalidate_tag(prefix);
    assert_recomputes_once(call);
}

/// `call` computes, and then does not.
pub(crate) fn assert_recomputes_once(call: &dyn Fn() -> String) {
    assert_eq!(computed(|| (call(), call())).len(), 1);
}
