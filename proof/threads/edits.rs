//! What is changed in the copies: the types that threads meet at.

/// In a file, a text and what replaces it.
type Edit = (&'static str, &'static str, &'static str);

/// What must not be left in an edited file: two loom threads would meet there unseen.
pub(crate) const UNTOUCHED: &[&str] = &[
    "std::sync::atomic",
    "parking_lot::",
    "dashmap::{",
    "dashmap::D",
    "event_listener::",
    "once_cell::",
    "LazyLock<",
    "OnceLock",
    "std::thread_local!",
    "foldhash::fast::RandomState;",
    "quick_cache::sync",
];

pub(crate) const MOD: &str = "ecached-core/flight/mod.rs";
pub(crate) const TABLE: &str = "ecached-core/flight/table.rs";
pub(crate) const WAIT: &str = "ecached-core/flight/wait.rs";
pub(crate) const CONTEXT: &str = "ecached-core/flight/context.rs";
pub(crate) const GRAPH: &str = "ecached-core/flight/graph.rs";
pub(crate) const TAGS: &str = "ecached-memory/tags.rs";
pub(crate) const SLOT: &str = "ecached-memory/slot.rs";
pub(crate) const LEASES: &str = "ecached-memory/leases.rs";
pub(crate) const STORE: &str = "ecached-memory/store.rs";
pub(crate) const MACHINE: &str = "ecached-core/protocol/machine/mod.rs";
pub(crate) const MACHINE_STORE: &str = "ecached-core/protocol/machine/store.rs";
const VERSION: &str = "ecached-core/version.rs";
const HANDLE: &str = "ecached-core/handle/mod.rs";
pub(crate) const MAP: &str = "ecached-testing/map.rs";

/// The edits that make loom see what threads do.
pub(crate) const EDITS: &[Edit] = &[
    (MOD, "use event_listener::Event;", "use crate::stand_in::Event;"),
    (MOD, "use once_cell::sync::OnceCell;", "use crate::stand_in::OnceCell;"),
    (MOD, "use std::sync::atomic::{", "use loom::sync::atomic::{"),
    (TABLE, "use event_listener::Event;", "use crate::stand_in::Event;"),
    (TABLE, "use once_cell::sync::OnceCell;", "use crate::stand_in::OnceCell;"),
    (TABLE, "use parking_lot::Mutex;", "use crate::stand_in::Mutex;"),
    (TABLE, "use std::sync::atomic::{", "use loom::sync::atomic::{"),
    // Fewer objects for loom to make anew for each schedule.
    (TABLE, "const SHARDS: usize = 64;", "const SHARDS: usize = 2;"),
    // To look at the table at the end.
    (TABLE, "    #[cfg(test)]\n    pub(crate) fn len", "    pub(crate) fn len"),
    (WAIT, "use event_listener::{Event, Listener};", "use crate::stand_in::Event;"),
    (WAIT, "use std::sync::atomic::{", "use loom::sync::atomic::{"),
    // Nobody's time is over: who would wait for ever does.
    (WAIT, "crate::alarm::Alarm::after", "crate::stand_in::Alarm::after"),
    (CONTEXT, "thread_local! {", "loom::thread_local! {"),
    (CONTEXT, "const { RefCell::new(Context::Outside) }", "RefCell::new(Context::Outside)"),
    (GRAPH, "use parking_lot::Mutex;", "use crate::stand_in::Mutex;"),
    (GRAPH, "use std::sync::LazyLock;\n", ""),
    (VERSION, "use std::sync::atomic::{", "use loom::sync::atomic::{"),
    (VERSION, "thread_local! {", "loom::thread_local! {"),
    (VERSION, "const { Cell::new((0, 0)) }", "Cell::new((0, 0))"),
    (
        GRAPH,
        "static WAITS: LazyLock<Mutex<HashMap<u64, Vec<u64>>>> = LazyLock::new(Mutex::default);",
        "loom::lazy_static! { static ref WAITS: Mutex<HashMap<u64, Vec<u64>>> = Mutex::default(); }",
    ),
    (
        VERSION,
        "static NEXT: AtomicU64 = AtomicU64::new(1);",
        "loom::lazy_static! { static ref NEXT: AtomicU64 = AtomicU64::new(1); }",
    ),
    // A refresh, which only functions have.
    (
        HANDLE,
        "    fn call<T: CacheValue>(&self",
        "    pub(crate) fn refreshed<T: CacheValue>(&self, key: &str, options: EntryOptions, compute: impl FnOnce() -> T) -> T {
        let machine = self.machine::<T>(key, options, Mode::Refresh, false).ok();
        Call::new(Probe::<T>::new().kind(), machine).run(Always, compute)
    }

    fn call<T: CacheValue>(&self",
    ),
    (TAGS, "use dashmap::{DashMap, Entry};", "use crate::stand_in::map::{DashMap, Entry};"),
    (TAGS, "use std::sync::atomic::{", "use loom::sync::atomic::{"),
    // A schedule must do the same again when it is walked again.
    (TAGS, "use foldhash::fast::RandomState;", "use foldhash::fast::FixedState as RandomState;"),
    (TAGS, "const RECENT_GROUPS: usize = 8192;", "const RECENT_GROUPS: usize = 4;"),
    (
        TAGS,
        "static FINISHED: Padded = Padded(AtomicU64::new(1));",
        "loom::lazy_static! { static ref FINISHED: Padded = Padded(AtomicU64::new(1)); }",
    ),
    (SLOT, "use std::sync::atomic::{", "use loom::sync::atomic::{"),
    (LEASES, "use dashmap::DashMap;", "use crate::stand_in::map::DashMap;"),
    (LEASES, "use dashmap::mapref::entry::Entry;", "use crate::stand_in::map::Entry;"),
    (LEASES, "use foldhash::fast::RandomState;", "use foldhash::fast::FixedState as RandomState;"),
    (LEASES, "    #[cfg(test)]\n    pub(crate) fn len", "    pub(crate) fn len"),
    (STORE, "use parking_lot::Mutex;", "use crate::stand_in::Mutex;"),
    (STORE, "use quick_cache::sync::Cache;", "use crate::stand_in::Cache;"),
    (
        MAP,
        "use std::sync::{Arc, Mutex, MutexGuard, PoisonError};",
        "use loom::sync::{Arc, Mutex, MutexGuard};\nuse std::sync::PoisonError;",
    ),
    // To look at what is left at the end.
    (STORE, "pub struct Memory(Arc<Inner>);", "pub struct Memory(pub(crate) Arc<Inner>);"),
    (STORE, "    tags: Arc<Tags>,\n    leases: Leases,", "    pub(crate) tags: Arc<Tags>,\n    pub(crate) leases: Leases,"),
    ("ecached-memory/lib.rs", "mod tags;", "pub(crate) mod tags;"),
];
