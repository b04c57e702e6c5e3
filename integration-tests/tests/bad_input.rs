//! Bad input: a clear error, or the function is computed; nothing is lost, no lock is poisoned.

use ecached::{
    Config, ErrorKind, KeyTemplate, Memory, cached, caches, invalidate_tags_on, invalidates,
};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

static RUNS: AtomicU64 = AtomicU64::new(0);

#[cached("unknown:<id>", 60, alias = "reids")]
fn on_an_unknown_alias(id: u64) -> u64 {
    RUNS.fetch_add(1, Ordering::SeqCst);
    id
}

#[test]
fn a_function_on_an_unknown_alias_computes_until_the_alias_is_there() {
    assert_eq!((on_an_unknown_alias(1), on_an_unknown_alias(1)), (1, 1));
    assert_eq!((RUNS.load(Ordering::SeqCst), on_an_unknown_alias::stats().errors), (2, 2));
    let error = on_an_unknown_alias::invalidate_cache_by_key(1).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownAlias);
    assert!(error.to_string().contains("known are"), "{error}");
    assert_eq!(invalidate_tags_on("reids", &["t"]).unwrap_err().kind(), ErrorKind::UnknownAlias);
    caches().register("reids", Memory::default()).unwrap();
    assert_eq!((on_an_unknown_alias(1), on_an_unknown_alias(1)), (1, 1));
    assert_eq!(RUNS.load(Ordering::SeqCst), 3);
    assert_eq!(
        caches().register("reids", Memory::default()).unwrap_err().kind(),
        ErrorKind::AliasExists
    );
}

#[test]
fn timeouts_that_make_no_sense_store_nothing() {
    #[cached("timeout:<seconds:?>", timeout = seconds)]
    fn for_seconds(seconds: f64) -> u64 {
        7
    }
    #[cached("value_timeout:<seconds>", timeout = |value: &i64| *value)]
    fn by_value(seconds: i64) -> i64 {
        seconds
    }
    for seconds in [0.0, -1.0, f64::NAN, f64::INFINITY, 4e9] {
        assert_eq!(for_seconds(seconds), 7);
        assert_eq!(for_seconds::peek(seconds).unwrap(), None);
    }
    assert_eq!(for_seconds::stats().errors, 5);
    for seconds in [0, -1, i64::MAX] {
        assert_eq!(by_value(seconds), seconds);
        assert_eq!(by_value::peek(seconds).unwrap(), None);
    }
    assert_eq!((for_seconds(0.25), by_value(60)), (7, 60));
    assert_eq!(
        (for_seconds::peek(0.25).unwrap(), by_value::peek(60).unwrap()),
        (Some(7), Some(60))
    );
}

#[test]
fn keys_and_tags_of_any_form_work_or_are_refused() {
    #[cached("<name>", 60, tags = ["<name>"], prefix = "p")]
    fn length(name: &str) -> usize {
        name.len()
    }
    #[cached(key = name.to_owned(), timeout = 60)]
    fn by_expression(name: &str) -> usize {
        name.len()
    }
    let long = "ü".repeat(5000);
    for name in ["a b", "a\nb\0", "a:b", "100%", "<a>", "{}", &long] {
        assert_eq!((length(name), by_expression(name)), (name.len(), name.len()));
        assert_eq!(
            (length::peek(name).unwrap(), by_expression::peek(name).unwrap()),
            (Some(name.len()), Some(name.len()))
        );
    }
    // A tag that is empty for these arguments, and a key that is: the functions compute.
    assert_eq!((length(""), by_expression("")), (0, 0));
    assert_eq!(length::peek("").unwrap_err().kind(), ErrorKind::InvalidName);
    assert_eq!(by_expression::peek("").unwrap_err().kind(), ErrorKind::InvalidName);
    assert_eq!(
        by_expression::invalidate_cache_by_key("").unwrap_err().kind(),
        ErrorKind::InvalidName
    );
}

#[test]
fn templates_read_at_run_time_say_what_is_wrong() {
    for template in [
        "", "user:<id", "user:>", "<>", "<a><b>", "<a b>", "<1>", "a\nb", "<a>{b}", "<a:x>",
        "<a>1<b>",
    ] {
        let error = KeyTemplate::parse(template).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidTemplate, "{template}");
        assert!(error.to_string().len() > 10, "{template}: {error}");
    }
}

#[test]
fn urls_and_options_that_do_not_exist_are_refused() {
    for url in
        ["memcache://a", "memory://?max=1", "memory://host", "memory", "memory://?max_entries=many"]
    {
        let error = caches().configure(&Config::new().with_url("bad", url)).unwrap_err();
        assert_eq!((error.kind(), error.alias()), (ErrorKind::InvalidConfig, Some("bad")), "{url}");
    }
    assert!(caches().get("bad").is_err());
    caches()
        .configure(&Config::new().with_url("good", "memory://?max_entries=5&timeout=1m"))
        .unwrap();
    assert!(caches().get("good").is_ok());
}

/// A function that panics, and a value whose `Clone` panics: the panic reaches the caller, and the next call works.
#[test]
fn panics_pass_through_and_leave_everything_usable() {
    static PANIC: AtomicBool = AtomicBool::new(true);
    struct Touchy;
    impl Clone for Touchy {
        fn clone(&self) -> Self {
            assert!(!PANIC.load(Ordering::SeqCst), "as planned");
            Self
        }
    }
    #[cached("panics", 60)]
    fn panics() -> u64 {
        assert!(!PANIC.load(Ordering::SeqCst), "as planned");
        7
    }
    #[cached("touchy", 60, local)]
    fn touchy() -> Touchy {
        Touchy
    }
    #[cached("tags_panic", 60, tags = |_: &u64| { assert!(!PANIC.load(Ordering::SeqCst), "as planned"); ["t"] })]
    fn tags_panic() -> u64 {
        7
    }
    for _ in 0..3 {
        assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
        assert!(catch_unwind(AssertUnwindSafe(touchy)).is_err());
        assert!(catch_unwind(AssertUnwindSafe(tags_panic)).is_err());
    }
    PANIC.store(false, Ordering::SeqCst);
    let _ = touchy();
    assert_eq!((panics(), panics(), tags_panic(), tags_panic()), (7, 7, 7, 7));
    assert_eq!((panics::stats().failures, panics::stats().computations), (3, 4));
    // A hit whose clone panics takes nothing with it.
    PANIC.store(true, Ordering::SeqCst);
    assert!(catch_unwind(AssertUnwindSafe(touchy)).is_err());
    PANIC.store(false, Ordering::SeqCst);
    let _ = touchy();
    assert_eq!(touchy::stats().hits, 1);
}

#[test]
fn an_invalidation_that_failed_goes_to_the_handler_and_the_function_still_returns() {
    static SEEN: AtomicU64 = AtomicU64::new(0);
    #[invalidates(tags = ["user:<id>"], alias = "nowhere", on_error = |_| { SEEN.fetch_add(1, Ordering::SeqCst); })]
    fn rename(id: u64) -> Result<u64, String> {
        if id == 0 { Err("no such user".to_owned()) } else { Ok(id) }
    }
    assert_eq!(rename(7), Ok(7));
    assert_eq!(SEEN.load(Ordering::SeqCst), 1);
    assert!(rename(0).is_err());
    assert_eq!(SEEN.load(Ordering::SeqCst), 1, "nothing changed, nothing is invalidated");
}
