//! The worlds: a few threads each, and what must hold in every order of what they do.

mod asynchronous;
mod bytes;
mod calls;
mod cells;

use crate::ecached_core::backend::IntoStore;
use crate::ecached_core::{Cache, Clock, Settings};
use crate::ecached_memory::Memory;
use crate::explore::{World, seen_in};
use crate::judge::Judge;
use loom::sync::Arc;
use loom::thread;

/// All worlds.
pub(crate) fn all() -> Vec<World> {
    [calls::WORLDS, cells::WORLDS, bytes::WORLDS, asynchronous::WORLDS].concat()
}

/// A world that is walked with every change.
const fn world(
    name: &'static str,
    switches: usize,
    must_see: &'static [&'static str],
    run: fn(),
) -> World {
    World { name, switches, is_small: true, must_see, run }
}

/// A cache, and who judges what is read from it.
#[derive(Clone)]
struct Setting(Arc<Inner>);

struct Inner {
    /// The store, if it is in memory.
    memory: Option<Memory>,
    cache: Cache,
    judge: Judge,
}

impl Setting {
    /// In memory.
    fn new() -> Self {
        let memory = memory();
        Self::made(Some(memory.clone()), memory)
    }

    /// On a store of bytes.
    fn on<M>(store: impl IntoStore<M>) -> Self {
        Self::made(None, store.into_store().with_clock(Clock::manual().0))
    }

    fn made<M>(memory: Option<Memory>, store: impl IntoStore<M>) -> Self {
        let cache = Cache::with_settings(store, Settings::default());
        Self(Arc::new(Inner { memory, cache, judge: Judge::new() }))
    }

    fn judge(&self) -> &Judge {
        &self.0.judge
    }

    fn cache(&self) -> &Cache {
        &self.0.cache
    }

    /// Calls for `key`, which carries the tag `t`.
    fn read(&self, key: &str) {
        self.judge().read(self.cache(), key, &["t"]);
    }

    fn invalidate(&self) {
        self.judge().invalidate(|| self.cache().invalidate_tags(&["t"]));
    }

    /// Runs `others` each in a thread of its own, and `this` in this one; then looks at what is left.
    fn run(&self, others: &[fn(&Self)], this: fn(&Self)) {
        self.join(others, this);
        self.look_around();
    }

    fn join(&self, others: &[fn(&Self)], this: fn(&Self)) {
        let spawn = |other: &fn(&Self)| {
            let (setting, other) = (self.clone(), *other);
            thread::spawn(move || other(&setting))
        };
        let threads: Vec<_> = others.iter().map(spawn).collect();
        this(self);
        for thread in threads {
            thread.join().expect("no thread panics");
        }
    }

    /// What must hold when all is over.
    fn look_around(&self) {
        seen_in(&self.cache().stats());
        assert_eq!(self.cache().flights().len(), 0, "P3: flights are left behind");
        if let Some(memory) = &self.0.memory {
            assert_eq!(memory.0.leases.len(), 0, "leases are left behind");
            self.cache().clear().expect("it reaches the store");
            assert_eq!(memory.tags(), 0, "tag cells are left behind");
        }
    }
}

/// A store whose time stands still: nothing of it runs on the housekeeping thread.
fn memory() -> Memory {
    Memory::builder().clock(Clock::manual().0).build()
}
