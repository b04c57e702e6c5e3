//! Flights on a store that must be asked: one caller opens at a time, the others wait for that and look again.

use super::{Setting, world};
use crate::explore::World;
use crate::map::{ConditionalMap, Map};

pub(super) const WORLDS: &[World] = &[
    world("bytes: two callers share one computation", 3, &["hit", "shared"], || {
        let setting = Setting::on(ConditionalMap::default());
        setting.run(&[|all| all.read("a")], |all| all.read("a"));
        assert_eq!(setting.judge().computations(), 1, "P3: one computation is enough for both");
    }),
    world("bytes: a computation beside an invalidation", 3, &["hit", "stale"], || {
        let setting = Setting::on(ConditionalMap::default());
        setting.run(&[Setting::invalidate], |all| {
            all.read("a");
            all.read("a");
        });
    }),
    world("bytes: two callers and an invalidation", 2, &["hit", "shared"], || {
        let setting = Setting::on(ConditionalMap::default());
        let others: [fn(&Setting); 2] = [Setting::invalidate, |all| all.read("a")];
        setting.run(&others, |all| all.read("a"));
    }),
    world("bytes: two callers and an invalidation by key", 2, &["hit", "shared"], || {
        let setting = Setting::on(ConditionalMap::default());
        let delete = |all: &Setting| all.judge().invalidate(|| all.cache().delete("a"));
        setting.run(&[delete, |all| all.read("a")], |all| all.read("a"));
    }),
    World {
        is_small: false,
        ..world("bytes: three callers and an invalidation", 2, &["hit", "shared"], || {
            let setting = Setting::on(ConditionalMap::default());
            let others: [fn(&Setting); 2] = [|all| all.read("a"), |all| all.read("a")];
            setting.run(&others, |all| {
                all.invalidate();
                all.read("a");
            });
        })
    },
    world("four methods: two callers share one computation", 3, &["hit", "shared"], || {
        let setting = Setting::on(Map::default());
        setting.run(&[|all| all.read("a")], |all| all.read("a"));
        assert_eq!(setting.judge().computations(), 1, "P3: one computation is enough for both");
    }),
    world("four methods: two callers and an invalidation", 2, &["hit", "shared"], || {
        let setting = Setting::on(Map::default());
        let others: [fn(&Setting); 2] = [Setting::invalidate, |all| all.read("a")];
        setting.run(&others, |all| all.read("a"));
    }),
];
