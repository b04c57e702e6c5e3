//! The worlds that are walked.

use crate::model::{FAULTS, Fault, Kind, Setup, marks};
use ecached_core::proof::Mode;

/// How much is walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Size {
    /// In builds without optimization.
    Tiny,
    /// With every change.
    Small,
    /// `cargo xtask prove`.
    Large,
}

/// A world, and what must happen in it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Case {
    /// The world.
    pub setup: Setup,
    /// [`marks`] that must be seen: a cache that never stores keeps every promise.
    pub wants: u32,
    /// From which size on.
    pub size: Size,
}

const ALL: [Kind; 4] = [Kind::OneServer, Kind::Cluster, Kind::Basic, Kind::LooseBasic];
const ATOMIC: [Kind; 1] = [Kind::OneServer];
const TIGHT: [Kind; 2] = [Kind::OneServer, Kind::Basic];
const SERVES: u32 = marks::STORED | marks::HIT | marks::JUDGED;
const SHARES: u32 = SERVES | marks::SHARED;

struct Cases(Vec<Case>);

impl Cases {
    /// The world over each of these stores: over the first `tiny` of them always, over the first `small` with every change.
    fn add(
        &mut self,
        name: &'static str,
        (kinds, tiny, small): (&[Kind], usize, usize),
        wants: u32,
        world: impl Fn(Setup) -> Setup,
    ) {
        for (place, kind) in kinds.iter().enumerate() {
            let size = match place {
                _ if place < tiny => Size::Tiny,
                _ if place < small => Size::Small,
                _ => Size::Large,
            };
            self.0.push(Case { setup: world(Setup::new(name, *kind)), wants, size });
        }
    }
}

/// All of them.
#[must_use]
pub fn all() -> Vec<Case> {
    let mut cases = Cases(Vec::new());
    readers(&mut cases);
    writers(&mut cases);
    faults(&mut cases);
    waits(&mut cases);
    cases.0
}

fn readers(cases: &mut Cases) {
    let one = |world: Setup| world.reader(0).reader(0);
    let two = |world: Setup| world.reader(0).reader(1);
    cases.add("2 of one process, tag", (&ALL, 1, 3), SHARES, |w| one(w).tag());
    cases.add("2 of one process, key", (&ALL, 1, 3), SHARES, |w| one(w).key());
    cases.add("2 of one process, tag twice", (&TIGHT, 0, 1), SHARES, |w| one(w).tag().tag());
    cases.add("2 of one process, tag and key", (&TIGHT, 0, 1), SHARES, |w| one(w).tag().key());
    cases.add("2 of one process, value tag", (&TIGHT, 0, 2), SHARES, |w| {
        one(w).with_value_tags().value_tag()
    });
    cases.add("2 of two processes, tag", (&ALL, 1, 3), SERVES, |w| two(w).tag());
    cases.add("2 of two processes, key", (&ALL, 1, 3), SERVES, |w| two(w).key());
    cases.add("2 of two processes, prefix", (&TIGHT, 1, 2), SERVES, |w| {
        two(w).with_prefix().prefix()
    });
    cases.add("2 of two processes, clear", (&TIGHT, 1, 2), SERVES, |w| two(w).clear());
    cases.add("2 of two processes, value tag", (&TIGHT, 1, 1), SERVES, |w| {
        two(w).with_value_tags().value_tag()
    });
    cases.add("2 of two processes, value tag", (&[Kind::Cluster], 0, 0), SERVES, |w| {
        two(w).with_value_tags().value_tag()
    });
    cases.add("2 + 1, tag", (&TIGHT, 0, 1), SHARES, |w| one(w).reader(1).tag());
    cases.add("2 + 1, key", (&TIGHT, 0, 1), SHARES, |w| one(w).reader(1).key());
}

fn writers(cases: &mut Cases) {
    cases.add("refresh, reader, key", (&ALL, 1, 3), SERVES, |w| {
        w.caller(0, Mode::Refresh).reader(1).key()
    });
    cases.add("refresh beside a reader, tag", (&TIGHT, 1, 2), SHARES, |w| {
        w.caller(0, Mode::Refresh).reader(0).tag()
    });
    cases.add("set, get, key", (&ALL, 3, 4), SERVES, |w| {
        w.caller(0, Mode::Put).caller(1, Mode::Peek).key()
    });
    cases.add("set, get, tag", (&TIGHT, 2, 2), SERVES, |w| {
        w.caller(0, Mode::Put).caller(1, Mode::Peek).tag()
    });
    cases.add("set beside a reader, get, key", (&TIGHT, 0, 1), SERVES, |w| {
        w.caller(0, Mode::Put).reader(0).caller(1, Mode::Peek).key()
    });
}

fn faults(cases: &mut Cases) {
    let one = |world: Setup| world.reader(0).reader(0).with_timeout();
    let two = |world: Setup| world.reader(0).reader(1).with_timeout();
    let losses = [Fault::Evict, Fault::Restart];
    cases.add("2 of two processes, tag, 1 fault", (&TIGHT, 0, 1), SERVES, |w| {
        two(w).tag().faults(1, &FAULTS)
    });
    cases.add("2 of two processes, key, 1 fault", (&TIGHT, 0, 1), SERVES, |w| {
        two(w).key().faults(1, &FAULTS)
    });
    cases.add("2 of two processes, tag, 2 losses", (&TIGHT, 0, 1), SERVES, |w| {
        two(w).tag().faults(2, &losses)
    });
    cases.add("2 of two processes, value tag, 1 fault", (&TIGHT, 0, 1), SERVES, |w| {
        two(w).with_value_tags().value_tag().faults(1, &FAULTS)
    });
    cases.add("2 of one process, tag, 1 fault", (&TIGHT, 0, 1), SHARES, |w| {
        one(w).tag().faults(1, &FAULTS)
    });
    cases.add("2 of one process, key, 1 fault", (&TIGHT, 0, 1), SHARES, |w| {
        one(w).key().faults(1, &FAULTS)
    });
    cases.add("2 of two processes, tag, 2 faults", (&ATOMIC, 0, 0), SERVES, |w| {
        two(w).tag().faults(2, &FAULTS)
    });
    cases.add("2 of two processes, key, 2 faults", (&ATOMIC, 0, 0), SERVES, |w| {
        two(w).key().faults(2, &FAULTS)
    });
}

fn waits(cases: &mut Cases) {
    let stores = marks::STORED;
    cases.add("a calls b, b calls a, in one process", (&TIGHT, 0, 1), stores, |w| {
        w.nested(0, &["k", "b"]).nested(0, &["b", "k"])
    });
    cases.add("a calls a, beside a reader, tag", (&TIGHT, 0, 1), stores, |w| {
        w.nested(0, &["k", "k"]).reader(0).tag()
    });
    cases.add("a lock across two processes, tag", (&TIGHT, 0, 1), SERVES, |w| {
        w.reader(0).reader(1).with_lock().tag()
    });
    cases.add(
        "3 of one process, 2 errors or panics",
        (&TIGHT, 0, 0),
        SHARES & !marks::JUDGED,
        |w| w.reader(0).reader(0).reader(0).faults(2, &[Fault::Cancel, Fault::Throw]),
    );
}
