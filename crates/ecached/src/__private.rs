//! What expansions call. Not for users: it may change in any version.

pub use core;
pub use ecached_core::call::{
    Always, Call, Decision, Key, Plan, Policy, Start, by_value, is_none, on, ops, ops_local, peek,
    precache, refresh, require_option, start,
};
pub use ecached_core::key::KeyBuf;
pub use ecached_core::key::field;
pub use ecached_core::key::hash::of_segment as segment_hash;
pub use ecached_core::key::numbered::Pattern;
pub use ecached_core::private::{
    Invalidation, as_cache, invalidate_all, invalidate_key, invalidate_names, invalidate_prefix,
    names, stats, succeeded,
};
pub use ecached_core::site::{Site, SiteSpec, extra};
pub use ecached_core::{
    __field as field, __field_auto as field_auto, __field_debug as field_debug, __kind as kind,
    __kind_of as kind_of, __kind_of_future as kind_of_future, __number as number,
};
pub use ecached_core::{Cache, Error, Lock, Timeout, kind};
pub use std;
pub use std::borrow::Cow;
pub use std::option::Option;
pub use std::result::Result;
pub use std::string::String;
pub use std::vec::Vec;

/// The function on its alias.
#[inline]
#[must_use]
pub fn at(site: &'static Site) -> ecached_core::call::Target<'static> {
    ecached_core::call::at(site, crate::caches)
}

/// What can be written as a timeout.
pub fn timeout(timeout: impl ecached_core::IntoTimeout) -> Timeout {
    timeout.into_timeout()
}

/// Invalidates after a function that changed data has returned.
pub fn invalidate_after(
    path: &'static str,
    invalidation: &Invalidation,
    on_error: Option<&dyn Fn(&Error)>,
) {
    let _installed = crate::caches();
    ecached_core::private::invalidate_after(path, invalidation, on_error);
}

/// The type that [`at`] and [`on`] give.
pub type Target<'a> = ecached_core::call::Target<'a>;

/// Async forms.
pub mod aio {
    pub use ecached_core::call::{peek_async as peek, precache_async as precache};
    pub use ecached_core::private::aio::{
        invalidate_all, invalidate_key, invalidate_names, invalidate_prefix,
    };

    /// See [`super::invalidate_after`].
    pub async fn invalidate_after(
        path: &'static str,
        invalidation: &super::Invalidation,
        on_error: Option<&(dyn Fn(&super::Error) + Sync)>,
    ) {
        let _installed = crate::caches();
        ecached_core::private::aio::invalidate_after(path, invalidation, on_error).await;
    }
}
