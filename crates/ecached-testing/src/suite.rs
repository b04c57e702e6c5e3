//! The suite as tests: one `#[test]` per case and face.

/// Makes tests of all conformance cases for a backend.
///
/// The expression gives two caches that share one backend with a fresh, empty store, as two processes would:
/// `[Cache; 2]`. It is evaluated for each test. An async backend that needs a runtime gets it with
/// `asynchronous in || Box::new(RUNTIME.enter())`, see [`Face::entering`](crate::Face::entering).
///
/// # Examples
///
/// ```
/// use ecached_core::Cache;
/// use ecached_testing::Map;
///
/// ecached_testing::conformance!(map, blocking, {
///     let map = Map::default();
///     [Cache::new(map.clone()), Cache::new(map)]
/// });
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! conformance {
    ($name:ident, blocking, $caches:expr) => {
        $crate::conformance!(@ $name, $crate::Face::blocking, $caches);
    };
    ($name:ident, asynchronous, $caches:expr) => {
        $crate::conformance!(@ $name, $crate::Face::asynchronous, $caches);
    };
    ($name:ident, asynchronous in $enter:expr, $caches:expr) => {
        $crate::conformance!(@ $name, |cache| $crate::Face::asynchronous(cache).entering($enter), $caches);
    };
    (@ $name:ident, $face:expr, $caches:expr) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            fn faces() -> [$crate::Face; 2] {
                let caches: [_; 2] = $caches;
                caches.map($face)
            }

            $crate::conformance!(@cases
                a_value_is_computed_once_and_served
                an_invalidated_tag_leaves_other_tags_alone
                a_deleted_key_leaves_other_keys_alone
                clearing_removes_everything
                a_tag_invalidated_during_the_computation_wins
                a_key_deleted_during_the_computation_wins
                clearing_during_the_computation_wins
                another_process_sees_the_invalidation
                another_process_invalidates_during_the_computation
                values_of_another_type_are_absent
                many_keys_are_read_at_once
                set_values_carry_tags
                callers_at_once_share_one_computation
                nobody_joins_a_computation_from_before_an_invalidation
                a_panic_hands_over_to_a_follower
                a_computation_may_need_itself
                computations_may_need_each_other
                unusual_keys_and_tags_work
                empty_names_are_refused
                values_expire
            );
        }
    };
    (@cases $($case:ident)*) => {$(
        #[test]
        fn $case() {
            $crate::cases::$case(&faces());
        }
    )*};
}
