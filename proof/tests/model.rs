//! The design keeps its promises in every schedule, and the walk that says so can be trusted.

use ecached_core::proof::Mode;
use proof::explore::{Limits, compare_merged, explore};
use proof::model::{FAULTS, Kind, Model, Setup};
use proof::suite::{self, Size};

#[test]
fn no_schedule_breaks_a_promise() {
    let size = if cfg!(debug_assertions) { Size::Tiny } else { Size::Small };
    let cases = suite::all().into_iter().filter(|case| case.size <= size);
    let mut walked = 0;
    for case in cases {
        let (name, found) = (case.setup.title(), explore::<Model>(&case.setup, Limits::default()));
        assert_eq!(found.violation, None, "{name}");
        assert!(found.is_complete && found.schedules.is_some(), "{name}: {found:?}");
        assert_eq!(case.wants & !found.marks, 0, "{name}: what never happens proves nothing");
        walked += found.states;
        println!("{name}: {} states, {:?} schedules", found.states, found.schedules);
    }
    println!("{walked} states");
    assert!(walked > 1000);
}

#[test]
fn states_that_are_taken_for_the_same_go_on_in_the_same_way() {
    let world = |kind| Setup::new("compared", kind);
    let worlds = [
        world(Kind::OneServer).reader(0).reader(1).tag(),
        world(Kind::OneServer).caller(0, Mode::Refresh).reader(1).key(),
        world(Kind::Basic).caller(0, Mode::Put).caller(1, Mode::Peek).key(),
        world(Kind::OneServer).caller(0, Mode::Put).caller(1, Mode::Peek).tag().faults(1, &FAULTS),
    ];
    for setup in &worlds {
        let compared = compare_merged::<Model>(setup).unwrap();
        assert!(compared > 30, "{setup:?}: {compared}");
    }
}

#[test]
#[cfg(not(debug_assertions))]
fn callers_of_one_process_that_are_taken_for_the_same_too() {
    let setup = Setup::new("compared", Kind::OneServer).reader(0).reader(0).tag();
    assert!(compare_merged::<Model>(&setup).unwrap() > 1000);
}
