//! What every backend does, blocking and async. Each case gets two caches on one empty store, like two processes.

#![expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a case that fails panics")]

mod basics;
mod invalidation;
mod names;
mod sharing;

pub use basics::{
    a_value_is_computed_once_and_served, many_keys_are_read_at_once, set_values_carry_tags,
    values_expire, values_of_another_type_are_absent,
};
pub use invalidation::{
    a_deleted_key_leaves_other_keys_alone, a_key_deleted_during_the_computation_wins,
    a_tag_invalidated_during_the_computation_wins, an_invalidated_tag_leaves_other_tags_alone,
    another_process_invalidates_during_the_computation, another_process_sees_the_invalidation,
    clearing_during_the_computation_wins, clearing_removes_everything,
};
pub use names::{empty_names_are_refused, unusual_keys_and_tags_work};
pub use sharing::{
    a_computation_may_need_itself, a_panic_hands_over_to_a_follower,
    callers_at_once_share_one_computation, computations_may_need_each_other,
    nobody_joins_a_computation_from_before_an_invalidation,
};

use crate::Face;
use ecached_core::EntryOptions;

/// An hour, and these tags.
fn tagged(tags: &[&str]) -> EntryOptions {
    EntryOptions::timeout(3600).with_tags(tags)
}

/// Calls `key` with a computation of `value`; answers what came back and whether it was computed.
fn call(face: &Face, key: &str, tags: &[&str], value: u64) -> (u64, bool) {
    let mut computed = false;
    let served = face.get_or_compute(key, tagged(tags), || {
        computed = true;
        value
    });
    (served, computed)
}
