//! The guide, a page per topic.
//!
//! - [`functions`]: cached functions, with all options and companions.
//! - [`keys`]: templates, escaping, long keys.
//! - [`invalidation`]: tags, prefixes, what an invalidation guarantees and what it does not.
//! - [`sharing`]: one computation for callers at once; errors, panics, recursion.
//! - [`configuration`]: aliases, settings, URLs, handles.
//! - [`memory`]: the in-process backend: bounds, eviction, sweeps.
//! - [`redis`]: Redis and Valkey: URLs, options, what voids the promise.
//! - [`memcached`]: Memcached: several servers, changing their list.
//! - [`backends`]: writing a backend of your own.
//! - [`events`]: counters, and events for `tracing`.
//! - [`testing`]: tests that move time by hand.
//! - [`failures`]: what happens when something fails.
//! - [`security`]: who is trusted with what; signed entries.
//!
//! The pages are files of the repository too (`docs/`), where their links name files. The definitions in front of each
//! page here come first, so they win.

macro_rules! pages {
    ($($name:ident)*) => {$(
        #[doc = "[backends]: crate::guide::backends"]
        #[doc = "[configuration]: crate::guide::configuration"]
        #[doc = "[events]: crate::guide::events"]
        #[doc = "[failures]: crate::guide::failures"]
        #[doc = "[functions]: crate::guide::functions"]
        #[doc = "[invalidation]: crate::guide::invalidation"]
        #[doc = "[keys]: crate::guide::keys"]
        #[doc = "[memcached]: crate::guide::memcached"]
        #[doc = "[memory]: crate::guide::memory"]
        #[doc = "[redis]: crate::guide::redis"]
        #[doc = "[security]: crate::guide::security"]
        #[doc = "[sharing]: crate::guide::sharing"]
        #[doc = ""]
        #[doc = include_str!(concat!("../docs/", stringify!($name), ".md"))]
        pub mod $name {}
    )*};
}

pages! {
    functions keys invalidation sharing configuration memory redis memcached backends events testing failures security
}
