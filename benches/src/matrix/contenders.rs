//! The same function behind each cache, once for each kind of value and size of store.

use crate::contenders::User;
use std::sync::Arc;

/// A contender in one setting.
#[derive(Clone, Copy)]
pub(super) struct Subject {
    /// One call.
    pub(super) call: fn(u64),
    /// One call for each.
    pub(super) walk: fn(&[u64]),
}

/// A value of a kilobyte that is copied.
#[derive(Clone)]
pub(super) struct Block([u64; 128]);

fn user(id: u64) -> Arc<User> {
    User::load(id)
}

fn block(id: u64) -> Block {
    let mut numbers = [0; 128];
    numbers[0] = id;
    Block(numbers)
}

impl Block {
    /// Something that depends on what is in it.
    const fn first(&self) -> u64 {
        self.0[0]
    }
}

/// The contenders of one setting: a module of that name with the array `ALL`.
macro_rules! setting {
    ($name:ident, $alias:tt, $value:ty, $make:path, $capacity:tt) => {
        mod $name {
            use super::super::walk;
            use super::{Block, Subject, User};
            use std::sync::{Arc, LazyLock};
            use std::time::Duration;

            const CAPACITY: usize = $capacity;
            const TIMEOUT: Duration = Duration::from_secs(3600);

            // Both values are named in each module, and each module has one of them.
            const _: Option<(&Block, &Arc<User>)> = None;

            #[ecached::cached("three:<id>", 3600, tags = ["all", "a:<id>", "b:<id>"], alias = $alias, local)]
            fn three(id: u64) -> $value {
                $make(id)
            }

            #[ecached::cached("none:<id>", 3600, alias = $alias, local)]
            fn none(id: u64) -> $value {
                $make(id)
            }

            #[cached::macros::cached(max_size = $capacity, ttl_secs = 3600)]
            fn by_cached(id: u64) -> $value {
                $make(id)
            }

            static MOKA: LazyLock<moka::sync::Cache<u64, $value>> = LazyLock::new(|| {
                let builder = moka::sync::Cache::builder().max_capacity(CAPACITY as u64);
                builder.time_to_live(TIMEOUT).build()
            });

            fn moka(id: u64) -> $value {
                MOKA.get(&id).unwrap_or_else(|| {
                    let value = $make(id);
                    MOKA.insert(id, value.clone());
                    value
                })
            }

            static TEXT: LazyLock<moka::sync::Cache<String, $value>> = LazyLock::new(|| {
                let builder = moka::sync::Cache::builder().max_capacity(CAPACITY as u64);
                builder.time_to_live(TIMEOUT).build()
            });

            fn text(id: u64) -> $value {
                let key = format!("three:{id}");
                TEXT.get(&key).unwrap_or_else(|| {
                    let value = $make(id);
                    TEXT.insert(key, value.clone());
                    value
                })
            }

            static MINI: LazyLock<mini_moka::sync::Cache<u64, $value>> = LazyLock::new(|| {
                let builder = mini_moka::sync::Cache::builder().max_capacity(CAPACITY as u64);
                builder.time_to_live(TIMEOUT).build()
            });

            fn mini(id: u64) -> $value {
                MINI.get(&id).unwrap_or_else(|| {
                    let value = $make(id);
                    MINI.insert(id, value.clone());
                    value
                })
            }

            static QUICK: LazyLock<quick_cache::sync::Cache<u64, $value>> =
                LazyLock::new(|| quick_cache::sync::Cache::new(CAPACITY));

            fn quick(id: u64) -> $value {
                QUICK.get(&id).unwrap_or_else(|| {
                    let value = $make(id);
                    QUICK.insert(id, value.clone());
                    value
                })
            }

            static FOYER: LazyLock<foyer_memory::Cache<u64, $value>> =
                LazyLock::new(|| foyer_memory::CacheBuilder::new(CAPACITY).build());

            fn foyer(id: u64) -> $value {
                match FOYER.get(&id) {
                    Some(entry) => entry.value().clone(),
                    None => {
                        let value = $make(id);
                        drop(FOYER.insert(id, value.clone()));
                        value
                    }
                }
            }

            macro_rules! subject {
                ($function:path) => {
                    Subject {
                        call: |id| _ = $function(id),
                        walk: |order| walk(order, $function),
                    }
                };
            }

            pub(super) const ALL: [Subject; 8] = [
                subject!(three),
                subject!(none),
                subject!(by_cached),
                subject!(moka),
                subject!(text),
                subject!(mini),
                subject!(quick),
                subject!(foyer),
            ];

            /// Both of ecached's functions are in one store.
            pub(super) fn register() {
                let store = ecached::Memory::builder().max_entries(2 * CAPACITY).build();
                ecached::caches().register($alias, store).expect("registered once");
            }
        }
    };
}

setting!(user_small, "user-small", Arc<User>, super::user, 40_000);
setting!(block_small, "block-small", Block, super::block, 40_000);
setting!(user_large, "user-large", Arc<User>, super::user, 1_200_000);

pub(super) const USER_SMALL: [Subject; 8] = user_small::ALL;
pub(super) const BLOCK_SMALL: [Subject; 8] = block_small::ALL;
pub(super) const USER_LARGE: [Subject; 8] = user_large::ALL;

/// Registers ecached's stores.
pub(super) fn register() {
    debug_assert_eq!(block(7).first(), 7, "the value says which it is");
    user_small::register();
    block_small::register();
    user_large::register();
}
