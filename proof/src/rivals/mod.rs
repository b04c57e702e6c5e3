//! Small systems of other designs, each with the bug that its design invites, judged as the model is.

mod steps;

use crate::explore::{Choice, World};
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

/// A design.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Sort {
    /// An entry is valid if it began after its tag's stamp; the machines' clocks differ by a tick.
    Stamps,
    /// A tag is the set of its keys; a store sets the entry, then adds its key to the set.
    SetThenRegister,
    /// The other order.
    RegisterThenSet,
    /// Tags are counters that live as long as the entry that made them; an absent one is 0.
    FirstLife,
    /// Two tiers: what is found in the shared one is kept in the process, which an invalidation clears too.
    Promotion,
    /// No tags: the entry is deleted, and that is all.
    DeleteOnly,
}

/// The store of all designs together.
#[derive(Clone, Debug, Default, Hash)]
struct Shared {
    /// The value, and the version or stamp that it was stored under.
    entry: Option<(u64, u64)>,
    /// What one process keeps.
    local: Option<u64>,
    /// The tag: a set with the key in it, a counter, or a stamp.
    tag: Option<u64>,
    clock: u64,
}

/// What somebody does next, by number, and what it has in its hands.
#[derive(Clone, Debug, Default, Hash)]
struct Person {
    at: u8,
    required: u64,
    value: u64,
    version: u64,
    is_over: bool,
}

/// A world of such a system: callers, then invalidators.
#[derive(Clone, Debug, Hash)]
pub struct Rival {
    sort: Sort,
    shared: Shared,
    callers: Vec<Person>,
    invalidators: Vec<Person>,
    called: u64,
    returned: u64,
    evictions: u8,
    is_stored: bool,
    violation: Option<String>,
}

const INVALIDATOR: u8 = 1;
const EXPIRY: u8 = 2;

impl World for Rival {
    type Setup = Sort;

    fn new(setup: &Sort) -> Self {
        let life = u8::from(*setup == Sort::FirstLife);
        Self {
            sort: *setup,
            shared: Shared { clock: 1, ..Shared::default() },
            callers: vec![Person::default(); 3],
            invalidators: vec![Person::default(); 1],
            called: 0,
            returned: 0,
            evictions: life,
            is_stored: false,
            violation: None,
        }
    }

    fn choices(&self) -> Vec<Choice> {
        let choice = |kind: u8, who: usize| Choice { kind, who: who as u8, part: 0 };
        let of = |people: &[Person], kind: u8| {
            let there = people.iter().enumerate().filter(|(_, person)| !person.is_over);
            there.map(|(who, _)| choice(kind, who)).collect::<Vec<_>>()
        };
        let mut choices = of(&self.callers, 0);
        choices.extend(of(&self.invalidators, INVALIDATOR));
        if self.evictions > 0 && self.shared.tag.is_some() {
            choices.push(choice(EXPIRY, 0));
        }
        choices
    }

    fn apply(&mut self, choice: Choice) {
        match choice.kind {
            0 => self.call(usize::from(choice.who)),
            INVALIDATOR => self.invalidate(usize::from(choice.who)),
            _ => {
                self.evictions -= 1;
                self.shared.tag = None;
            }
        }
    }

    fn digest(&self) -> u128 {
        let half = |salt: u64| {
            let mut hasher = DefaultHasher::new();
            (salt, self).hash(&mut hasher);
            u128::from(hasher.finish())
        };
        half(1) << 64 | half(2)
    }

    fn violation(&self) -> Option<String> {
        self.violation.clone()
    }

    fn marks(&self) -> u32 {
        if self.is_stored { crate::model::marks::STORED } else { 0 }
    }

    fn describe(&self, choice: Choice) -> String {
        match choice.kind {
            0 => {
                let Person { at, .. } = self.callers[usize::from(choice.who)];
                format!("caller {}: step {at}", choice.who)
            }
            INVALIDATOR => format!("invalidation {}: next step", choice.who),
            _ => String::from("the tag's version is over"),
        }
    }
}

impl Rival {
    /// A caller returns a value.
    fn end(&mut self, who: usize, value: u64) {
        let person = &mut self.callers[who];
        person.is_over = true;
        if person.required & !value != 0 {
            self.violation = Some(format!("P1: caller {who} got a value from before"));
        }
    }
}
