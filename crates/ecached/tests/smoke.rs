//! The first program.
use ecached::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};

static RUNS: AtomicU64 = AtomicU64::new(0);

#[cached("user:<id>", 3600, tags = ["users", "org:<org>"])]
fn load_user(id: u64, org: &str) -> Result<String, String> {
    RUNS.fetch_add(1, Ordering::SeqCst);
    Ok(format!("{id}@{org}"))
}

#[test]
fn works() {
    assert_eq!(load_user(7, "acme").unwrap(), "7@acme");
    assert_eq!(load_user(7, "acme").unwrap(), "7@acme");
    assert_eq!(RUNS.load(Ordering::SeqCst), 1);
    invalidate_tags(&["org:acme"]).unwrap();
    assert_eq!(load_user(7, "acme").unwrap(), "7@acme");
    assert_eq!(RUNS.load(Ordering::SeqCst), 2);
    load_user::invalidate_cache_by_key(7, "acme").unwrap();
    assert_eq!(load_user::peek(7, "acme").unwrap(), None::<String>);
    load_user(7, "acme").unwrap();
    assert_eq!(load_user::peek(7, "acme").unwrap(), Some("7@acme".to_owned()));
    println!("{:?}", load_user::stats());
    println!("{:?}", caches().get("default").unwrap().stats());
}
