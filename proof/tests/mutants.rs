//! The checker is checked: each bug is caught, by name.

use proof::explore::Limits;
use proof::mutants;

/// In every world in which it is looked for.
fn is_caught(name: &str) {
    let bugs = mutants::all();
    let bug = bugs.iter().find(|bug| bug.name == name).expect("a bug of that name");
    assert!(!bug.worlds.is_empty(), "{name} is looked for nowhere");
    for place in &bug.worlds {
        let found = place.explore(Limits::default());
        let Some((promise, way)) = found.violation else {
            panic!("mutant \"{name}\" is not caught in {}: {} states", place.name(), found.states)
        };
        assert!(promise.starts_with("P1"), "{name}: {promise}");
        assert!(!way.is_empty(), "{name}");
    }
}

#[test]
fn each_bug_has_a_test() {
    let source = include_str!("mutants.rs");
    for bug in mutants::all() {
        assert!(source.contains(&format!("is_caught(\"{}\")", bug.name)), "{}", bug.name);
    }
}

#[test]
fn versions_read_after_the_computation_is_caught() {
    is_caught("versions read after the computation");
}

#[test]
fn versions_read_at_commit_is_caught() {
    is_caught("versions read at commit");
}

#[test]
fn missing_is_valid_is_caught() {
    is_caught("missing is valid");
}

#[test]
fn a_counter_that_restarts_is_caught() {
    is_caught("a counter that restarts");
}

#[test]
fn a_flight_joined_across_an_invalidation_is_caught() {
    is_caught("a flight joined across an invalidation");
}

#[test]
fn a_flight_joined_across_an_invalidation_by_key_is_caught() {
    is_caught("a flight joined across an invalidation by key");
}

#[test]
fn by_key_delete_without_a_lease_is_caught() {
    is_caught("by-key delete without a lease");
}

#[test]
fn refresh_without_a_lease_is_caught() {
    is_caught("refresh without a lease");
}

#[test]
fn an_opening_sent_twice_is_caught() {
    is_caught("an opening sent twice");
}

#[test]
fn the_clock_read_before_the_value_tags_is_caught() {
    is_caught("value tags: the clock read before the tags");
}

#[test]
fn versions_changed_before_the_clock_is_caught() {
    is_caught("an invalidation that changes versions before the clock");
}

#[test]
fn wall_clock_stamps_with_skew_is_caught() {
    is_caught("wall-clock stamps with skew");
}

#[test]
fn a_tag_index_set_then_register_is_caught() {
    is_caught("a tag index: set, then register");
}

#[test]
fn a_tag_index_register_then_set_is_caught() {
    is_caught("a tag index: register, then set");
}

#[test]
fn versions_with_the_life_of_the_first_entry_is_caught() {
    is_caught("versions that live as long as the first entry, missing is valid");
}

#[test]
fn promotion_after_an_invalidation_is_caught() {
    is_caught("promotion after an invalidation");
}

#[test]
fn delete_then_a_late_set_is_caught() {
    is_caught("delete, then a late set");
}
