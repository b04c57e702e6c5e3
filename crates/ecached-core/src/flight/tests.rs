//! Who may join whom, step by step.

use super::*;
use crate::key::KeyRef;

const TYPE: fn() -> TypeId = TypeId::of::<u64>;

fn caller(flights: &Flights, key: &'static str) -> Caller<'static> {
    let now = flights.now();
    Caller { key: KeyRef::new(key), tag_set: 1, value_type: TYPE(), started: now, looked: now }
}

fn captured(versions: &[u64]) -> Option<Identity> {
    Some(Identity::Captured(versions.into()))
}

fn enter(flights: &Arc<Flights>, caller: &Caller<'_>, identity: Option<Identity>) -> Entered {
    flights.enter(caller, identity, &Context::default())
}

fn lead(flights: &Arc<Flights>, caller: &Caller<'_>, identity: Option<Identity>) -> Leader {
    match enter(flights, caller, identity) {
        Entered::Lead(leader) => leader,
        _ => panic!("nobody else is there"),
    }
}

#[test]
fn a_caller_from_before_the_flight_joins_whatever_it_has_seen() {
    let flights = Flights::new();
    let early = caller(&flights, "a");
    let _leader = lead(&flights, &caller(&flights, "a"), captured(&[1]));
    assert!(matches!(enter(&flights, &early, captured(&[2])), Entered::Join(_)));
    assert!(flights.started_after(&early, &Context::default()).is_some());
}

#[test]
fn a_later_caller_joins_only_if_it_has_seen_the_same() {
    let flights = Flights::new();
    let _leader = lead(&flights, &caller(&flights, "a"), captured(&[1]));
    let late = caller(&flights, "a");
    assert!(flights.started_after(&late, &Context::default()).is_none());
    assert!(matches!(enter(&flights, &late, captured(&[1])), Entered::Join(_)));
    // Each of these leads, and ends at once: the next one has looked after that.
    let leads = |caller: Caller<'_>, identity| {
        let caller = Caller { looked: flights.now(), ..caller };
        matches!(enter(&flights, &caller, identity), Entered::Lead(_))
    };
    assert!(leads(late, captured(&[2])));
    assert!(leads(late, Some(Identity::Unique)));
    assert!(leads(caller(&flights, "b"), captured(&[1])));
    assert!(leads(Caller { tag_set: 2, ..late }, captured(&[1])));
    assert!(leads(Caller { value_type: TypeId::of::<String>(), ..late }, captured(&[1])));
}

#[test]
fn one_caller_opens_at_a_time_and_the_others_look_again() {
    let flights = Flights::new();
    let opener = lead(&flights, &caller(&flights, "a"), None);
    let late = caller(&flights, "a");
    assert!(matches!(enter(&flights, &late, None), Entered::AwaitOpening(_)));
    assert!(matches!(enter(&flights, &late, captured(&[1])), Entered::AwaitOpening(_)));
    opener.identify(Identity::Captured([1].as_slice().into()));
    assert!(
        matches!(enter(&flights, &late, None), Entered::LookAgain),
        "it looked before the flight captured"
    );
    let again = Caller { looked: flights.now(), ..late };
    assert!(matches!(enter(&flights, &again, captured(&[1])), Entered::Join(_)));
}

#[test]
fn who_opens_what_another_computation_has_captured_gives_way_to_it() {
    let flights = Flights::new();
    let first = lead(&flights, &caller(&flights, "a"), captured(&[1]));
    // A store that does not read leases on a lookup: the second has seen less, until it has opened.
    let late = caller(&flights, "a");
    let second = lead(&flights, &late, Some(Identity::Unique));
    let same = Identity::Captured([1].as_slice().into());
    assert!(matches!(flights.opened(&late, &same, &second), OpenedAs::Second(_)));
    let other = Identity::Captured([2].as_slice().into());
    assert!(matches!(flights.opened(&late, &other, &second), OpenedAs::Only));
    first.land(Outcome::Value(Arc::new(7_u64)));
    drop(first);
    // Its value is an entry by now, which the second must see before it computes.
    assert!(matches!(flights.opened(&late, &same, &second), OpenedAs::Late));
    let again = Caller { looked: flights.now(), ..late };
    assert!(matches!(flights.opened(&again, &same, &second), OpenedAs::Only));
}

#[test]
fn the_end_of_a_flight_that_gave_way_makes_nobody_look_again() {
    let flights = Flights::new();
    let first = lead(&flights, &caller(&flights, "a"), captured(&[1]));
    let second = lead(&flights, &caller(&flights, "a"), Some(Identity::Unique));
    let late = caller(&flights, "a");
    second.give_way(Arc::clone(first.shared()), late.looked);
    assert!(matches!(enter(&flights, &late, captured(&[2])), Entered::Lead(_)));
}

/// Without a store to ask: one computation, then one for all who came during it, and so on.
#[test]
fn who_cannot_look_waits_for_the_older_computation_and_shares_the_next() {
    let flights = Flights::new();
    let blind = || Caller { looked: u64::MAX, ..caller(&flights, "a") };
    let first = lead(&flights, &blind(), Some(Identity::Unique));
    let (second, third) = (blind(), blind());
    for late in [&second, &third] {
        assert!(matches!(enter(&flights, late, Some(Identity::Unique)), Entered::AwaitEnd(_)));
    }
    first.land(Outcome::Failed);
    // Whether or not the first has left the table.
    let next = lead(&flights, &second, Some(Identity::Unique));
    assert!(matches!(enter(&flights, &third, Some(Identity::Unique)), Entered::Join(_)));
    drop((first, next));
    let _leader = lead(&flights, &blind(), Some(Identity::Unique));
}

#[test]
fn who_looked_before_a_flight_ended_looks_again() {
    let flights = Flights::new();
    let leader = lead(&flights, &caller(&flights, "a"), captured(&[1]));
    let late = caller(&flights, "a");
    drop(leader);
    assert!(matches!(enter(&flights, &late, captured(&[1])), Entered::LookAgain));
    let again = Caller { looked: flights.now(), ..late };
    assert!(matches!(enter(&flights, &again, captured(&[1])), Entered::Lead(_)));
    assert_eq!(flights.len(), 0);
}

#[test]
fn an_older_flight_is_superseded_by_a_later_value_and_by_nothing_else() {
    let flights = Flights::new();
    let older = lead(&flights, &caller(&flights, "a"), captured(&[1]));
    let failing = flights.lead(&caller(&flights, "a"), Identity::Unique);
    failing.land(Outcome::Failed);
    assert!(!older.is_superseded());
    let other = lead(&flights, &caller(&flights, "b"), captured(&[1]));
    other.land(Outcome::Value(Arc::new(7_u64)));
    assert!(!older.is_superseded());
    let later = lead(&flights, &caller(&flights, "a"), captured(&[2]));
    later.land(Outcome::Value(Arc::new(7_u64)));
    assert!(older.is_superseded() && !later.is_superseded());
}

#[test]
fn a_leader_that_is_dropped_leaves_nothing_behind() {
    let flights = Flights::new();
    let leader = lead(&flights, &caller(&flights, "a"), captured(&[1]));
    let Entered::Join(flight) = enter(&flights, &caller(&flights, "a"), captured(&[1])) else {
        panic!("it joins")
    };
    drop(leader);
    assert!(matches!(flight.outcome.get(), Some(Outcome::Abandoned)));
    assert_eq!(flights.len(), 0);
}
