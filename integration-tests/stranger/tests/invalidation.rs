//! Runs `#[invalidates]` and the free functions; one test at a time, because all of them look at one profile.

#![deny(warnings)]

use ecached::prelude::*;
use ecached::{ErrorKind, Memory, aio, create_cache_key, create_tag_cache_key};
use std::fmt::Display;
use std::sync::{Mutex, MutexGuard};
use stranger::executor::block_on;
use stranger::invalidation::*;

fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Whether `action` makes the profile of 7 be computed again.
fn changes<T>(action: impl FnOnce() -> T) -> bool {
    let before = profile(7);
    action();
    let after = profile(7);
    assert_eq!(after, profile(7), "and then it is kept again");
    before != after
}

#[test]
fn after_a_function() {
    let _alone = alone();
    assert!(changes(|| assert_eq!(rename(7, "Ann".to_owned()).unwrap(), "7Ann")));
    assert!(!changes(|| rename(8, "Ann".to_owned()).unwrap()), "another profile");
    assert!(!changes(|| rename(7, String::new()).unwrap_err()), "nothing was changed");
    assert!(changes(|| assert_eq!(touch(7), 7)));
    assert!(changes(|| assert_eq!(import(), 1)));
    assert!(changes(|| Member { id: 7 }.leave("moved")));
    assert!(!changes(|| Member { id: 8 }.leave("moved")));
}

#[test]
fn after_an_async_function() {
    let _alone = alone();
    assert!(changes(|| block_on(rename_async(7, "Ann".to_owned())).unwrap()));
    assert!(!changes(|| block_on(rename_async(7, String::new())).unwrap_err()));
}

#[test]
fn a_failure_goes_to_the_handler_and_the_result_comes_back() {
    let _alone = alone();
    FAILURES.lock().unwrap().clear();
    assert!(!changes(|| assert_eq!(change_nowhere(1), 2)));
    assert!(!changes(|| assert_eq!(block_on(change_nowhere_async(1)), 2)));
    assert_eq!(*FAILURES.lock().unwrap(), [ErrorKind::UnknownAlias; 2]);
}

#[test]
fn free_functions() {
    let _alone = alone();
    assert!(changes(|| invalidate_key("profiles:profile:7").unwrap()));
    assert!(changes(|| invalidate_key(&profile::cache_key(7)).unwrap()));
    assert!(!changes(|| invalidate_key("profile:7").unwrap()), "the prefix is part of a key");
    assert!(changes(|| invalidate_tags(&["profile_of:7"]).unwrap()));
    assert!(changes(|| invalidate_tags(&[String::from("profile_of:7"), tag!("other")]).unwrap()));
    assert!(changes(|| invalidate_prefix("profiles").unwrap()));
    assert!(changes(|| ecached::invalidate_key_on("default", "profiles:profile:7").unwrap()));
    assert!(changes(|| ecached::invalidate_tags_on("default", &["profile_of:7"]).unwrap()));
    assert!(changes(|| ecached::invalidate_prefix_on("default", "profiles").unwrap()));
    assert!(!changes(|| invalidate_tags(&[] as &[&str]).unwrap()));
}

#[test]
fn free_functions_async() {
    let _alone = alone();
    assert!(changes(|| block_on(aio::invalidate_key("profiles:profile:7")).unwrap()));
    assert!(changes(|| block_on(aio::invalidate_tags(&["profile_of:7"])).unwrap()));
    assert!(changes(|| block_on(aio::invalidate_prefix("profiles")).unwrap()));
    assert!(changes(|| block_on(aio::invalidate_key_on("default", "profiles:profile:7")).unwrap()));
    assert!(changes(|| block_on(aio::invalidate_tags_on("default", &["profile_of:7"])).unwrap()));
    assert!(changes(|| block_on(aio::invalidate_prefix_on("default", "profiles")).unwrap()));
}

#[test]
fn other_aliases_are_not_touched() {
    let _alone = alone();
    caches().register("elsewhere", Memory::builder().build()).unwrap();
    assert!(!changes(|| ecached::invalidate_tags_on("elsewhere", &["profile_of:7"]).unwrap()));
    let error = ecached::invalidate_tags_on("nowhere", &["profile_of:7"]).unwrap_err();
    assert_eq!((error.kind(), error.alias()), (ErrorKind::UnknownAlias, Some("nowhere")));
    assert!(error.to_string().contains("elsewhere"), "{error}");
    assert_eq!(invalidate_tags(&[""]).unwrap_err().kind(), ErrorKind::InvalidName);
    assert_eq!(invalidate_key("").unwrap_err().kind(), ErrorKind::InvalidName);
    assert_eq!(invalidate_prefix("").unwrap_err().kind(), ErrorKind::InvalidName);
}

#[test]
fn names_from_templates_and_from_parts() {
    let (id, kind) = (7, "a:b c");
    assert_eq!(key!("profiles:profile:<id>"), profile::cache_key(7)[..]);
    assert_eq!(tag!("kind:<kind>"), "kind:a%3Ab%20c");
    assert_eq!(key!("braces:{id}:{kind:?}"), "braces:7:\"a%3Ab%20c\"");
    assert_eq!(create_cache_key(&[&"kind", &kind]), tag!("kind:<kind>"));
    assert_eq!(create_tag_cache_key(&[&"kind", &kind]), tag!("kind:<kind>"));
    let parts: Vec<&dyn Display> = vec![&1, &'c', &"ü"];
    assert_eq!(create_cache_key(&parts), "1:c:ü");
}
