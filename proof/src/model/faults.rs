//! What may go wrong between any two steps.

use super::actor::{Actor, Doing, Frame, State};
use super::setup::{FAULTS, Fault, LIFE, Mutant};
use super::{Model, kinds, process};
use crate::explore::Choice;
use ecached_core::proof;
use std::time::Duration;

/// Who invalidates comes after those who call.
const INVALIDATORS: usize = 100;

impl Fault {
    fn number(self) -> u8 {
        kinds::FAULT + FAULTS.iter().position(|fault| *fault == self).unwrap_or_default() as u8
    }
}

impl Model {
    pub(super) fn add_faults(&self, choices: &mut Vec<Choice>) {
        if self.budget == 0 {
            return;
        }
        for fault in &self.setup.faults {
            let who = (0..self.store.len()).filter(|_| *fault == Fault::Evict);
            let who =
                who.chain((0..1).filter(|_| *fault == Fault::Restart && self.store.len() > 0));
            let of_process = |number: &usize| match fault {
                Fault::Crash => self.callers_of(*number).any(|actor| actor.state == State::Running),
                Fault::Jump => self.processes[*number].now == 0,
                _ => false,
            };
            let who = who.chain((0..self.processes.len()).filter(of_process));
            let who = who.chain((0..self.actors.len()).filter(|who| self.can(*fault, *who)));
            let fails =
                |who: &usize| *fault == Fault::Fail && self.invalidators[*who].request.is_some();
            let invalidators = (0..self.invalidators.len()).filter(fails);
            let who = who.chain(invalidators.map(|who| who + INVALIDATORS));
            let kind = fault.number();
            choices.extend(who.map(|who| Choice { kind, who: who as u8, part: 0 }));
        }
    }

    fn callers_of(&self, number: usize) -> impl Iterator<Item = &Actor> {
        let callers = self.setup.callers.iter().zip(&self.actors);
        callers.filter(move |(caller, _)| caller.process == number).map(|(_, actor)| actor)
    }

    /// Whether it can happen to that caller now.
    fn can(&self, fault: Fault, who: usize) -> bool {
        let Some(frame) = self.actors[who].frames.last() else { return false };
        match (fault, &frame.doing) {
            (Fault::Cancel, _)
            | (Fault::Fail | Fault::LoseReply | Fault::Late, Doing::Asking(_)) => true,
            (Fault::Resend, Doing::Asking(request)) => {
                // What is opened is never sent twice, and what only reads makes no difference.
                let may = !request.opens() || self.setup.mutant == Some(Mutant::RepeatedOpening);
                may && request.copy().iter().any(|(_, atom)| atom.writes())
            }
            (Fault::GiveUp, Doing::Waiting) => !frame.call.wait_is_over(),
            (Fault::Throw, Doing::Computing) => frame.has_called,
            _ => false,
        }
    }

    pub(super) fn fault(&mut self, choice: Choice) {
        self.budget -= 1;
        let who = usize::from(choice.who);
        match FAULTS[usize::from(choice.kind - kinds::FAULT)] {
            Fault::Evict => self.store.evict(who),
            Fault::Restart => self.store.lose_all(),
            Fault::Fail if who >= INVALIDATORS => {
                let invalidator = &mut self.invalidators[who - INVALIDATORS];
                (invalidator.request, invalidator.is_over) = (None, true);
            }
            Fault::Fail => self.answer(who, Err(proof::unavailable())),
            Fault::LoseReply => {
                let Self { actors, store, .. } = self;
                if let Some(Frame { doing: Doing::Asking(request), .. }) =
                    actors[who].frames.last_mut()
                {
                    request.run_to_end(store);
                }
                self.answer(who, Err(proof::unavailable()));
            }
            Fault::Late => {
                self.send_again(who);
                self.answer(who, Err(proof::unavailable()));
            }
            Fault::Resend => self.send_again(who),
            Fault::Cancel => self.go_away(who),
            Fault::Crash => {
                for caller in 0..self.actors.len() {
                    let is_there = self.actors[caller].state == State::Running;
                    if is_there && self.setup.callers[caller].process == who {
                        self.go_away(caller);
                    }
                }
                self.processes[who] = process(&self.setup, who);
            }
            Fault::Jump => {
                let ahead = LIFE + Duration::from_secs(1);
                self.processes[who].time.advance(ahead);
                self.processes[who].now += ahead.as_secs();
            }
            Fault::GiveUp => self.wake(who),
            Fault::Throw => {
                if let Some(frame) = self.actors[who].frames.last_mut() {
                    let step = frame.call.failed();
                    self.go(who, step);
                }
            }
        }
    }

    fn send_again(&mut self, who: usize) {
        if let Some(Frame { doing: Doing::Asking(request), .. }) = self.actors[who].frames.last() {
            let copy = request.copy();
            self.late.push(copy);
        }
    }

    /// The innermost call first, as a stack is unwound.
    fn go_away(&mut self, who: usize) {
        let actor = &mut self.actors[who];
        while actor.frames.pop().is_some() {}
        actor.state = State::Over;
    }

    pub(super) fn describe_fault(&self, choice: Choice) -> String {
        let who = usize::from(choice.who);
        match FAULTS[usize::from(choice.kind - kinds::FAULT)] {
            Fault::Evict => format!("`{}` is evicted", self.store.key(who).unwrap_or_default()),
            Fault::Restart => String::from("the server restarts with nothing"),
            fault @ (Fault::Crash | Fault::Jump) => format!("process {who}: {fault:?}"),
            fault if who >= INVALIDATORS => {
                format!("invalidation {}: {fault:?}", who - INVALIDATORS)
            }
            fault => format!("caller {who}: {fault:?}"),
        }
    }
}
