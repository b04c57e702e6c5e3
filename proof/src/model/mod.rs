//! The protocol's own machines, several processes of them, over one simulated store.
//!
//! - [`Setup`]: who calls and who invalidates, over which sort of store, with which faults and which bug.
//! - `request`: a question on its way; `store`: what answers it.
//! - `actor`: a caller with its calls, an invalidator.
//! - `faults`: what may go wrong.
//! - `bugs`: what mutants change between machine and store.
//!
//! **Time is the order of steps.** Each invalidation is a bit. It is *called* with its first step at the store and has
//! *returned* with its last one: calling later and returning earlier asks for more. A value is a number: the set of
//! invalidations that had been called when its computation began, which is also the version of its source, as whoever
//! invalidates has changed the source just before. A call must see every invalidation that had returned when it began.

mod actor;
mod bugs;
mod faults;
mod request;
mod setup;
mod store;

pub use setup::{FAULTS, Fault, Kind, Mutant, Setup};

use crate::explore::{Choice, World};
use actor::{Actor, Frame, State};
use ecached_core::backend::{Backend, Capabilities, Item};
use ecached_core::clock::{Clock, ManualTime};
use ecached_core::proof::{self, Print};
use ecached_core::{Cache, Result, Settings};
use request::{Phase, Request, Told};
use setup::Target;
use std::fmt;
use std::time::Duration;
use store::Store;

/// What may happen.
pub(crate) mod kinds {
    pub(crate) const START: u8 = 0;
    pub(crate) const EFFECT: u8 = 1;
    pub(crate) const DELIVER: u8 = 2;
    pub(crate) const WAKE: u8 = 3;
    pub(crate) const RESUME: u8 = 4;
    pub(crate) const RETURN: u8 = 5;
    pub(crate) const INVALIDATE: u8 = 6;
    pub(crate) const LATE_EFFECT: u8 = 7;
    /// Faults begin here.
    pub(crate) const FAULT: u8 = 16;
}

/// What happened at least once.
pub mod marks {
    /// A value was served from the store.
    pub const HIT: u32 = 1;
    /// A value was served from another caller.
    pub const SHARED: u32 = 2;
    /// An entry was stored.
    pub const STORED: u32 = 4;
    /// An entry came too late.
    pub const DOOMED: u32 = 8;
    /// A call ended that began after an invalidation returned.
    pub const JUDGED: u32 = 16;
    /// Two computations of the same key at the same time in one process.
    pub const BESIDE: u32 = 32;
}

/// Stands for a backend that the driver, which is the model, asks itself.
struct Sim(Capabilities);

impl Backend for Sim {
    fn get(&self, _: &str) -> Result<Option<Vec<u8>>> {
        Err(proof::unavailable())
    }

    fn get_many(&self, _: &[&str]) -> Result<Vec<Option<Vec<u8>>>> {
        Err(proof::unavailable())
    }

    fn set_many(&self, _: &[Item]) -> Result<()> {
        Err(proof::unavailable())
    }

    fn delete(&self, _: &[&str]) -> Result<()> {
        Err(proof::unavailable())
    }

    fn capabilities(&self) -> Capabilities {
        self.0
    }
}

struct Process {
    cache: Cache,
    time: ManualTime,
    now: u64,
    /// Only one caller, so that no other can see when it takes its steps.
    is_single: bool,
}

struct Invalidator {
    request: Option<Request>,
    is_over: bool,
}

/// A world of the model.
pub struct Model {
    setup: Setup,
    processes: Vec<Process>,
    store: Store,
    actors: Vec<Actor>,
    invalidators: Vec<Invalidator>,
    /// Requests whose senders are not there any more.
    late: Vec<Phase>,
    called: u64,
    returned: u64,
    budget: u8,
    marks: u32,
    violation: Option<String>,
}

fn process(setup: &Setup, number: usize) -> Process {
    let (clock, time) = Clock::manual();
    let settings = Settings::default().with_wait(Duration::from_millis(10));
    let store = ecached_core::backend::Store::blocking(Sim(setup.kind.capabilities()));
    Process {
        cache: Cache::with_settings(store.with_clock(clock), settings),
        time,
        now: 0,
        is_single: setup.callers.iter().filter(|caller| caller.process == number).count() == 1,
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model").field("setup", &self.setup).finish_non_exhaustive()
    }
}

impl World for Model {
    type Setup = Setup;

    fn new(setup: &Setup) -> Self {
        let count = setup.callers.iter().map(|caller| caller.process + 1).max().unwrap_or(1);
        let processes: Vec<_> = (0..count).map(|number| process(setup, number)).collect();
        let invalidator = |target: &Target| {
            let (names, keys) = match target {
                Target::Name(name) => (vec![(*name).to_owned()], Vec::new()),
                Target::Key(key) => (Vec::new(), vec![(*key).to_owned()]),
                Target::All => (Vec::new(), Vec::new()),
            };
            let what = (!matches!(target, Target::All)).then_some((&names[..], &keys[..]));
            let plan = proof::invalidating(&processes[0].cache, what);
            let request = Request::invalidation(plan, setup.kind, setup.mutant);
            Invalidator { request: Some(request), is_over: false }
        };
        Self {
            invalidators: setup.targets.iter().map(invalidator).collect(),
            actors: setup.callers.iter().map(|_| Actor::default()).collect(),
            setup: setup.clone(),
            processes,
            store: Store::new(setup.mutant),
            late: Vec::new(),
            called: 0,
            returned: 0,
            budget: setup.budget,
            marks: 0,
            violation: None,
        }
    }

    fn choices(&self) -> Vec<Choice> {
        let mut choices = self.ordinary();
        self.add_faults(&mut choices);
        choices
    }

    fn apply(&mut self, choice: Choice) {
        let (who, part) = (usize::from(choice.who), usize::from(choice.part));
        match choice.kind {
            kinds::START => self.start(who),
            kinds::EFFECT => self.effect(who, part),
            kinds::DELIVER => self.deliver(who),
            kinds::WAKE => self.wake(who),
            kinds::RESUME => self.resume(who),
            kinds::RETURN => self.computed(who),
            kinds::INVALIDATE => self.invalidate(who, part),
            kinds::LATE_EFFECT => {
                let (_, atom) = self.late[who].remove(part);
                self.store.run(&atom);
                if self.late[who].is_empty() {
                    self.late.remove(who);
                }
            }
            _ => self.fault(choice),
        }
        let waits = |actor: &Actor| actor.state == State::Running;
        if self.ordinary().is_empty() && self.actors.iter().any(waits) {
            self.violation = Some(String::from("P3: nobody can go on, and somebody waits"));
        }
    }

    fn digest(&self) -> u128 {
        let mut out = Print::default();
        out.number(u64::from(self.budget));
        out.number(self.called);
        out.number(self.returned);
        self.store.print(&mut out);
        out.number(self.late.len() as u64);
        self.late.iter().for_each(|phase| request::print_phase(phase, &mut out));
        for invalidator in &self.invalidators {
            out.flag(invalidator.is_over);
            invalidator.request.iter().for_each(|request| request.print(&mut out));
        }
        for (number, process) in self.processes.iter().enumerate() {
            out.process(number as u64);
            out.number(process.now);
            proof::print_flights(&process.cache, &mut out);
            let of_process = |index: &usize| self.setup.callers[*index].process == number;
            for index in (0..self.actors.len()).filter(of_process) {
                out.number(index as u64);
                self.actors[index].print(&mut out);
            }
        }
        out.digest()
    }

    fn violation(&self) -> Option<String> {
        self.violation.clone()
    }

    fn marks(&self) -> u32 {
        let stored = if self.store.stored > 0 { marks::STORED } else { 0 };
        let doomed = if self.store.doomed > 0 { marks::DOOMED } else { 0 };
        self.marks | stored | doomed
    }

    fn describe(&self, choice: Choice) -> String {
        let (who, part) = (choice.who, choice.part);
        match choice.kind {
            kinds::START => format!("caller {who} begins"),
            kinds::EFFECT => format!("caller {who}: part {part} of its request is done"),
            kinds::DELIVER => format!("caller {who} has its answer"),
            kinds::WAKE => format!("caller {who} has what it waited for"),
            kinds::RESUME => format!("caller {who}: its pause is over"),
            kinds::RETURN => format!("caller {who} has computed, or calls on"),
            kinds::INVALIDATE => format!("invalidation {who}: part {part} is done"),
            kinds::LATE_EFFECT => format!("late request {who}: part {part} is done"),
            _ => self.describe_fault(choice),
        }
    }
}

impl Model {
    /// What happens without any fault.
    fn ordinary(&self) -> Vec<Choice> {
        let mut choices = Vec::new();
        let mut add = |kind: u8, who: usize, parts: usize| {
            let choice = |part: usize| Choice { kind, who: who as u8, part: part as u8 };
            choices.extend((0..parts).map(choice));
        };
        for (who, actor) in self.actors.iter().enumerate() {
            match actor.state {
                State::Idle if self.is_next(who) => add(kinds::START, who, 1),
                State::Idle | State::Over => {}
                State::Running => {
                    let (kind, parts) = actor.next_step();
                    add(kind, who, parts);
                }
            }
        }
        for (who, invalidator) in self.invalidators.iter().enumerate() {
            let ways = invalidator.request.as_ref().map_or(0, Request::ways);
            add(kinds::INVALIDATE, who, ways);
        }
        for (who, phase) in self.late.iter().enumerate() {
            add(kinds::LATE_EFFECT, who, phase.len());
        }
        choices
    }

    /// Callers that are alike begin in the order of their numbers: nothing else tells them apart.
    fn is_next(&self, who: usize) -> bool {
        let same = |other: &usize| {
            let (mine, theirs) = (&self.setup.callers[who], &self.setup.callers[*other]);
            mine.process == theirs.process && mine.is_like(theirs)
        };
        (0..who).filter(same).all(|other| self.actors[other].state != State::Idle)
    }

    fn invalidate(&mut self, who: usize, part: usize) {
        let Self { invalidators, store, .. } = self;
        let invalidator = &mut invalidators[who];
        let Some(request) = &mut invalidator.request else { return };
        request.step(part, store);
        self.called |= 1 << who;
        if matches!(request.told(), Some(Told::Invalidated)) {
            self.returned |= 1 << who;
            (invalidator.request, invalidator.is_over) = (None, true);
        }
    }

    /// Which invalidations that have returned concern what the frame calls.
    fn required(&self, who: usize, depth: usize) -> u64 {
        let spec = &self.setup.callers[who].specs[depth];
        let concerns = |target: &Target| match target {
            Target::Name(name) => spec.names.iter().chain(&spec.value_tags).any(|own| own == name),
            Target::Key(key) => spec.key == *key,
            Target::All => true,
        };
        let bits = self.setup.targets.iter().enumerate();
        let bits = bits.filter(|(_, target)| concerns(target)).map(|(bit, _)| 1 << bit);
        bits.sum::<u64>() & self.returned
    }

    /// Judges what a call returned.
    fn judge(&mut self, frame: &Frame, value: u64) {
        if frame.required != 0 {
            self.marks |= marks::JUDGED;
        }
        let lost = frame.required & !value;
        if lost != 0 && self.violation.is_none() {
            self.violation = Some(format!(
                "P1: invalidation {} had returned when the call began, and was not yet called when the computation of \
                 what it returns began",
                lost.trailing_zeros()
            ));
        }
    }
}
