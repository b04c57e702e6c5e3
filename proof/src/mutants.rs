//! The checker is checked: bugs that real systems have, each in a world in which the model must find it.

use crate::explore::{Found, Limits, explore};
use crate::model::{Fault, Kind, Model, Mutant, Setup};
use crate::rivals::{Rival, Sort};
use ecached_core::proof::Mode;

/// A bug.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Bug {
    /// Its name.
    pub name: &'static str,
    /// Where it is looked for.
    pub worlds: Vec<Where>,
}

/// Where a bug is looked for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Where {
    /// In the protocol's own machines, changed from outside.
    Model(Setup),
    /// In a system of another design.
    Rival(Sort),
}

impl Where {
    /// Looks for it.
    #[must_use]
    pub fn explore(&self, limits: Limits) -> Found {
        match self {
            Self::Model(setup) => explore::<Model>(setup, limits),
            Self::Rival(sort) => explore::<Rival>(sort, limits),
        }
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Model(setup) => setup.title(),
            Self::Rival(_) => String::from("a system of its own"),
        }
    }
}

/// The bug in a world of each of these stores.
fn bug(name: &'static str, mutant: Mutant, kinds: &[Kind], world: impl Fn(Setup) -> Setup) -> Bug {
    let setup = |kind: &Kind| Where::Model(world(Setup::new(name, *kind)).mutant(mutant));
    Bug { name, worlds: kinds.iter().map(setup).collect() }
}

const BOTH: [Kind; 2] = [Kind::OneServer, Kind::Basic];

/// All of them.
#[must_use]
pub fn all() -> Vec<Bug> {
    let two = |world: Setup| world.reader(0).reader(1);
    let rival = |name, sort| Bug { name, worlds: vec![Where::Rival(sort)] };
    vec![
        bug("versions read after the computation", Mutant::VersionsAfterComputation, &BOTH, |w| {
            two(w).tag()
        }),
        bug("versions read at commit", Mutant::VersionsAtCommit, &BOTH, |w| two(w).tag()),
        bug("missing is valid", Mutant::MissingIsValid, &BOTH, |w| two(w).tag()),
        bug("a counter that restarts", Mutant::CounterRestarts, &[Kind::OneServer], |w| {
            two(w).reader(2).tag().faults(1, &[Fault::Evict])
        }),
        bug("a flight joined across an invalidation", Mutant::JoinsAcross, &BOTH, |w| {
            w.reader(0).reader(0).tag()
        }),
        bug("a flight joined across an invalidation by key", Mutant::JoinsAcross, &BOTH, |w| {
            w.reader(0).reader(0).key()
        }),
        bug("by-key delete without a lease", Mutant::ByKeyWithoutLease, &BOTH, |w| two(w).key()),
        bug("refresh without a lease", Mutant::RefreshWithoutLease, &[Kind::OneServer], |w| {
            w.caller(0, Mode::Refresh).reader(1).key()
        }),
        bug("an opening sent twice", Mutant::RepeatedOpening, &BOTH, |w| {
            two(w).tag().faults(1, &[Fault::Resend])
        }),
        bug("value tags: the clock read before the tags", Mutant::ClockBeforeTags, &BOTH, |w| {
            two(w).with_value_tags().value_tag()
        }),
        bug(
            "an invalidation that changes versions before the clock",
            Mutant::VersionsBeforeClock,
            &BOTH,
            |w| two(w).with_value_tags().value_tag(),
        ),
        rival("wall-clock stamps with skew", Sort::Stamps),
        rival("a tag index: set, then register", Sort::SetThenRegister),
        rival("a tag index: register, then set", Sort::RegisterThenSet),
        rival("versions that live as long as the first entry, missing is valid", Sort::FirstLife),
        rival("promotion after an invalidation", Sort::Promotion),
        rival("delete, then a late set", Sort::DeleteOnly),
    ]
}
