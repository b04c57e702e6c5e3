//! Calls on the memory backend: the whole way from the lookup over flights to the store.

use super::{Setting, world};
use crate::ecached_core::{EntryOptions, Error};
use crate::explore::World;

pub(super) const WORLDS: &[World] = &[
    world("a hit beside an invalidation", 3, &["hit", "stale"], || {
        let setting = Setting::new();
        setting.read("a");
        setting.run(&[Setting::invalidate], |all| {
            all.read("a");
            all.read("a");
        });
    }),
    world("two who hit beside an invalidation", 3, &["hit", "stale"], || {
        let setting = Setting::new();
        setting.read("a");
        setting.run(&[Setting::invalidate, |all| all.read("a")], |all| all.read("a"));
    }),
    world("two callers share one computation", 3, &["hit", "shared"], || {
        let setting = Setting::new();
        setting.run(&[|all| all.read("a")], |all| all.read("a"));
        assert_eq!(setting.judge().computations(), 1, "P3: one computation is enough for both");
    }),
    world("a computation beside an invalidation", 3, &["hit", "doomed"], || {
        let setting = Setting::new();
        setting.run(&[Setting::invalidate], |all| {
            all.read("a");
            all.read("a");
        });
    }),
    world("two callers and an invalidation", 2, &["hit", "shared", "doomed"], || {
        let setting = Setting::new();
        let others: [fn(&Setting); 2] = [Setting::invalidate, |all| all.read("a")];
        setting.run(&others, |all| all.read("a"));
    }),
    world("a computation beside an invalidation by key", 3, &["hit", "doomed"], || {
        let setting = Setting::new();
        let delete = |all: &Setting| all.judge().invalidate(|| all.cache().delete("a"));
        setting.run(&[delete], |all| {
            all.read("a");
            all.read("a");
        });
    }),
    world("two callers and an invalidation by key", 2, &["hit", "shared", "doomed"], || {
        let setting = Setting::new();
        let delete = |all: &Setting| all.judge().invalidate(|| all.cache().delete("a"));
        setting.run(&[delete, |all| all.read("a")], |all| all.read("a"));
    }),
    world("a computation while everything is removed", 3, &["hit", "doomed"], || {
        let setting = Setting::new();
        setting.run(&[|all| all.judge().invalidate(|| all.cache().clear())], |all| {
            all.read("a");
            all.read("a");
        });
    }),
    world("a leader fails", 3, &["failed", "stored"], || {
        let setting = Setting::new();
        setting.run(&[|all| all.read("a")], |all| {
            let fails =
                || Err(Error::new(crate::ecached_core::ErrorKind::Unavailable, "as it should"));
            let options = EntryOptions::timeout(60).with_tags(["t"]);
            let _result = all.cache().get_or_try_compute::<u64, _>("a", options, fails);
        });
    }),
    world("two computations that call each other", 3, &["stored"], || {
        let setting = Setting::new();
        setting.run(&[|all| nested(all, "b", "a")], |all| nested(all, "a", "b"));
    }),
    world("a value is set beside a computation", 3, &["hit", "doomed"], || {
        superseding(|all| {
            let began = all.judge().tick();
            all.cache()
                .set("a", began, EntryOptions::timeout(60).with_tags(["t"]))
                .expect("it fits");
            all.judge().supersede(began);
        });
    }),
    world("a refresh beside a computation", 3, &["hit", "doomed"], || {
        superseding(|all| {
            let options = EntryOptions::timeout(60).with_tags(["t"]);
            let began = all.cache().refreshed("a", options, || all.judge().compute());
            all.judge().supersede(began);
        });
    }),
];

/// A value is given beside a computation: one that began before must not replace it; one that began later may.
fn superseding(give: fn(&Setting)) {
    let setting = Setting::new();
    setting.join(&[|all| all.read("a")], give);
    setting.read("a");
    let kept = setting.cache().get::<u64>("a").expect("it can be asked");
    assert!(
        kept.is_some_and(|began| began >= setting.judge().superseded()),
        "an older value replaced a newer one"
    );
    setting.look_around();
}

/// The value of `outer`, whose computation needs the one of `inner`.
fn nested(all: &Setting, outer: &'static str, inner: &'static str) {
    let must_see = all.judge().must_see();
    let options = || EntryOptions::timeout(60).with_tags(["t"]);
    let began = all.cache().get_or_compute(outer, options(), || {
        let began = all.judge().compute();
        all.cache().get_or_compute(inner, options(), || all.judge().compute());
        began
    });
    all.judge().check(must_see, began);
}
