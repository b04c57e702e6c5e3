//! The same with tasks: followers that are polled, and futures that are dropped in the middle.

use super::Setting;
use crate::ecached_core::{EntryOptions, aio};
use crate::explore::World;
use crate::map::AsyncMap;
use std::task::{Context, Waker};

pub(super) const WORLDS: &[World] = &[
    World {
        name: "tasks: two callers share one computation",
        switches: 3,
        is_small: true,
        must_see: &["hit", "shared"],
        run: || {
            let setting = Setting::new();
            setting.run(&[read], read);
            assert_eq!(setting.judge().computations(), 1, "P3: one computation is enough for both");
        },
    },
    World {
        name: "tasks: a leader is dropped",
        switches: 3,
        is_small: true,
        must_see: &["stored"],
        run: || {
            let setting = Setting::new();
            setting.run(&[read], |all| begin_and_drop(all, 1));
        },
    },
    World {
        name: "tasks: a leader is dropped, and an invalidation",
        switches: 2,
        is_small: true,
        must_see: &["stored", "doomed"],
        run: || {
            let setting = Setting::new();
            let others: [fn(&Setting); 2] = [Setting::invalidate, |all| all.read("a")];
            setting.run(&others, |all| begin_and_drop(all, 1));
        },
    },
    World {
        name: "tasks on bytes: a leader is dropped while it opens",
        switches: 2,
        is_small: true,
        must_see: &["stored"],
        run: || {
            let setting = Setting::on(AsyncMap::default());
            setting.run(&[read], |all| begin_and_drop(all, 3));
        },
    },
    World {
        name: "tasks on bytes: a leader is dropped while it computes",
        switches: 2,
        is_small: true,
        must_see: &["stored"],
        run: || {
            let setting = Setting::on(AsyncMap::default());
            setting.run(&[read], |all| begin_and_drop(all, 4));
        },
    },
];

fn options() -> EntryOptions {
    EntryOptions::timeout(60).with_tags(["t"])
}

/// As [`Setting::read`].
fn read(all: &Setting) {
    let must_see = all.judge().must_see();
    let cache = aio::Cache::from(all.cache().clone());
    let compute = async { all.judge().compute() };
    let began = loom::future::block_on(cache.get_or_compute("a", options(), compute));
    all.judge().check(must_see, began);
}

/// A call that is polled `times`, and dropped then, whatever it was doing.
fn begin_and_drop(all: &Setting, times: usize) {
    let cache = aio::Cache::from(all.cache().clone());
    let never = std::future::pending::<u64>();
    let mut call = Box::pin(cache.get_or_compute("a", options(), never));
    let is_over = |_| call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
    let _has_hit = (0..times).any(is_over);
    // Others come and wait for it.
    loom::thread::yield_now();
    drop(call);
}
