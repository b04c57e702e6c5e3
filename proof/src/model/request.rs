//! A request on its way: what it still has to do at the store, and what it has brought.

use super::setup::{Kind, Mutant};
use super::store::{Atom, Store};
use ecached_core::Result;
use ecached_core::backend::{Invalidating, Written, basic};
use ecached_core::proof::{Answer, Ask, Print};
use ecached_core::version::Version;
use std::collections::VecDeque;

/// Commands that are sent together, with the places of their answers.
pub(super) type Phase = Vec<(usize, Atom)>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expects {
    Values,
    Versions,
    Written,
    Nothing,
}

/// The four methods, one call after the other.
enum Script {
    Open(basic::Open),
    Store(basic::Store),
    Invalidate(basic::Invalidate),
    Release(basic::Release),
}

/// What the caller is told.
pub(super) enum Told {
    Answer(Answer),
    /// The invalidation is done.
    Invalidated,
}

pub(super) struct Request {
    /// As it was asked, for comparison.
    asked: Option<Ask>,
    now: Phase,
    then: VecDeque<Phase>,
    script: Option<Script>,
    is_loose: bool,
    expects: Expects,
    answers: Vec<Option<Vec<u8>>>,
    written: Option<Written>,
    calls: u64,
    told: Option<Told>,
}

fn numbered(atoms: Vec<Atom>) -> Phase {
    atoms.into_iter().enumerate().collect()
}

impl Request {
    fn new(kind: Kind, expects: Expects) -> Self {
        Self {
            asked: None,
            now: Vec::new(),
            then: VecDeque::new(),
            script: None,
            is_loose: kind.is_loose(),
            expects,
            answers: Vec::new(),
            written: None,
            calls: 0,
            told: None,
        }
    }

    pub(super) fn ask(ask: Ask, kind: Kind) -> Self {
        let expects = match &ask {
            Ask::Read(_) => Expects::Values,
            Ask::Open(_) => Expects::Versions,
            Ask::Store(_) => Expects::Written,
            Ask::Release(..) => Expects::Nothing,
        };
        let mut request = Self::new(kind, expects);
        match (&ask, kind.is_basic()) {
            (Ask::Read(keys), _) => {
                request.now = numbered(keys.iter().cloned().map(Atom::Get).collect());
            }
            (Ask::Open(opening), false) => {
                request.now = numbered(opening.items().cloned().map(Atom::Open).collect());
            }
            (Ask::Store(storing), false) => {
                request.now = numbered(vec![Atom::Store(storing.clone())]);
            }
            (Ask::Release(key, token), false) => {
                request.now = numbered(vec![Atom::Release(key.clone(), *token)]);
            }
            (Ask::Open(opening), true) => {
                request.script = Some(Script::Open(basic::Open::new(opening)));
            }
            (Ask::Store(storing), true) => {
                request.script = Some(Script::Store(basic::Store::new(storing)));
            }
            (Ask::Release(key, token), true) => {
                request.script = Some(Script::Release(basic::Release::new(key, token)));
            }
        }
        request.asked = Some(ask);
        request.answers = vec![None; request.now.len()];
        request.go_on();
        request
    }

    pub(super) fn invalidation(mut plan: Invalidating, kind: Kind, mutant: Option<Mutant>) -> Self {
        let mut request = Self::new(kind, Expects::Nothing);
        if mutant == Some(Mutant::ByKeyWithoutLease) {
            plan.leases.clear();
        }
        if kind.is_basic() && mutant != Some(Mutant::VersionsBeforeClock) {
            request.script = Some(Script::Invalidate(basic::Invalidate::new(&plan)));
            request.go_on();
            return request;
        }
        let one = |key: &String| Atom::Delete(vec![key.clone()]);
        let clock: Vec<_> = plan.clock.iter().map(one).collect();
        let mut then: Vec<_> = plan.versions.iter().map(one).collect();
        if plan.leases.is_empty() {
            then.extend(plan.entries.iter().map(one));
        }
        let pairs = plan.leases.iter().zip(&plan.entries);
        then.extend(pairs.map(|(lease, entry)| Atom::Delete(vec![lease.clone(), entry.clone()])));
        if kind == Kind::OneServer && mutant != Some(Mutant::VersionsBeforeClock) {
            // One command.
            then.splice(0..0, clock);
            request.now = numbered(then);
        } else {
            let mut phases = [numbered(clock), numbered(then)];
            if mutant == Some(Mutant::VersionsBeforeClock) {
                phases.reverse();
            }
            request.then = phases.into_iter().filter(|phase| !phase.is_empty()).collect();
            request.now = request.then.pop_front().unwrap_or_default();
        }
        request
    }

    /// How many different steps it can take now.
    pub(super) fn ways(&self) -> usize {
        match self.told {
            Some(_) => 0,
            None if self.is_loose => self.now.len(),
            None => 1,
        }
    }

    /// Whether it opens versions.
    pub(super) const fn opens(&self) -> bool {
        matches!(self.expects, Expects::Versions)
    }

    /// What is under way, as it would be sent again.
    pub(super) fn copy(&self) -> Phase {
        self.now.clone()
    }

    /// Takes a step.
    pub(super) fn step(&mut self, way: usize, store: &mut Store) {
        let many = if self.is_loose { way..way + 1 } else { 0..self.now.len() };
        for (place, atom) in self.now.drain(many).collect::<Vec<_>>() {
            let (answer, written) = store.run(&atom);
            if let Some(slot) = self.answers.get_mut(place) {
                *slot = answer;
            }
            self.written = written.or(self.written);
        }
        if self.now.is_empty() {
            self.go_on();
        }
    }

    /// All the rest.
    pub(super) fn run_to_end(&mut self, store: &mut Store) {
        while self.told.is_none() {
            self.step(0, store);
        }
    }

    pub(super) const fn told(&mut self) -> Option<Told> {
        self.told.take()
    }

    /// The next phase, or the end.
    fn go_on(&mut self) {
        if !self.now.is_empty() {
            return;
        }
        if let Some(script) = &mut self.script {
            let answers = std::mem::take(&mut self.answers);
            let next = match script {
                Script::Open(open) => open
                    .next_call(answers)
                    .map(|done| done.map(|versions| Told::Answer(Answer::Opened(versions)))),
                Script::Store(store) => store
                    .next_call(answers)
                    .map(|done| done.map(|written| Told::Answer(Answer::Written(written)))),
                Script::Invalidate(invalidate) => {
                    invalidate.next_call(answers).map(|done| done.map(|()| Told::Invalidated))
                }
                Script::Release(release) => release
                    .next_call(answers)
                    .map(|done| done.map(|()| Told::Answer(Answer::Released))),
            };
            self.calls += 1;
            match next.expect("the model's answers make sense") {
                Ok(told) => self.told = Some(told),
                Err(atoms) => {
                    self.answers = vec![None; atoms.len()];
                    self.now = numbered(atoms);
                }
            }
            return;
        }
        if let Some(phase) = self.then.pop_front() {
            self.now = phase;
            return;
        }
        let answers = std::mem::take(&mut self.answers);
        self.told = Some(match self.expects {
            Expects::Values => Told::Answer(Answer::Read(answers)),
            Expects::Versions => {
                let read = |bytes: &Option<Vec<u8>>| bytes.as_deref().and_then(Version::read);
                Told::Answer(Answer::Opened(answers.iter().map(read).collect()))
            }
            Expects::Written => {
                Told::Answer(Answer::Written(self.written.unwrap_or(Written::Doomed)))
            }
            Expects::Nothing if self.asked.is_some() => Told::Answer(Answer::Released),
            Expects::Nothing => Told::Invalidated,
        });
    }

    pub(super) fn print(&self, out: &mut Print) {
        out.number(self.calls);
        out.number(self.then.len() as u64);
        self.asked.iter().for_each(|ask| print_ask(ask, out));
        print_phase(&self.now, out);
        for answer in &self.answers {
            out.flag(answer.is_some());
            answer.iter().for_each(|bytes| out.bytes(bytes));
        }
    }
}

pub(super) fn print_phase(phase: &Phase, out: &mut Print) {
    out.number(phase.len() as u64);
    for (place, atom) in phase {
        out.number(*place as u64);
        atom.print(out);
    }
}

fn print_ask(ask: &Ask, out: &mut Print) {
    match ask {
        Ask::Read(keys) => keys.iter().for_each(|key| out.text(key)),
        Ask::Open(opening) => opening.items().for_each(|item| {
            out.text(&item.key);
            out.bytes(&item.value);
        }),
        Ask::Store(storing) => Atom::Store(storing.clone()).print(out),
        Ask::Release(key, token) => {
            out.text(key);
            out.version(Some(*token));
        }
    }
}

/// A script's next call: what to do, or its result.
trait NextCall {
    type Output;

    fn next_call(
        &mut self,
        returned: Vec<Option<Vec<u8>>>,
    ) -> Result<std::result::Result<Self::Output, Vec<Atom>>>;
}

impl<S: basic::Script> NextCall for S {
    type Output = S::Output;

    fn next_call(
        &mut self,
        returned: Vec<Option<Vec<u8>>>,
    ) -> Result<std::result::Result<S::Output, Vec<Atom>>> {
        Ok(match self.next(returned)? {
            basic::Step::Done(output) => Ok(output),
            basic::Step::Call(call) => Err(match call {
                basic::Call::GetMany(keys) => keys.into_iter().map(Atom::Get).collect(),
                basic::Call::SetMany(items) => items.into_iter().map(Atom::Set).collect(),
                basic::Call::Delete(keys) => {
                    keys.into_iter().map(|key| Atom::Delete(vec![key])).collect()
                }
            }),
        })
    }
}
