//! Flights as the model checker compares them.

use super::wait::Watch;
use super::{Context, Flight, Flights, Identity, Leader, Outcome};
use crate::proof::Print;
use std::sync::atomic::Ordering;

impl Flights {
    /// Everything in the table.
    pub(crate) fn print(&self, out: &mut Print) {
        let (mut flights, mut ends) = self.contents();
        flights.sort_unstable_by_key(|flight| flight.started);
        for flight in &flights {
            flight.print(out);
        }
        // Of each key, only the last end decides.
        ends.sort_unstable();
        for (index, (hash, at)) in ends.iter().enumerate() {
            if ends.get(index + 1).is_none_or(|(next, _)| next != hash) {
                out.number(*hash);
                out.order(*at);
            }
        }
        out.order(self.now());
    }
}

impl Flight {
    fn print(&self, out: &mut Print) {
        out.order(self.started);
        out.text(&self.key);
        out.number(self.tag_set);
        match self.identity.get() {
            None => out.number(0),
            Some(Identity::Unique) => out.number(1),
            Some(Identity::Captured(halves)) => {
                out.number(2);
                out.halves(halves);
            }
        }
        out.order(self.opened_at.load(Ordering::SeqCst));
        out.flag(self.superseded.load(Ordering::SeqCst));
        match self.outcome.get() {
            None => out.number(0),
            Some(Outcome::Value(value)) => {
                out.number(1);
                out.value(value);
            }
            Some(Outcome::Error(_)) => out.number(2),
            Some(Outcome::Failed) => out.number(3),
            Some(Outcome::Unreachable(_)) => out.number(4),
            Some(Outcome::Abandoned) => out.number(5),
            Some(Outcome::Elsewhere(other, looked)) => {
                out.number(6);
                out.order(*looked);
                other.print(out);
            }
        }
    }
}

impl Leader {
    pub(crate) fn print(&self, out: &mut Print) {
        self.shared().print(out);
    }
}

impl Watch {
    pub(crate) fn print(&self, out: &mut Print) {
        let (flight, is_opening) = self.parts();
        flight.print(out);
        out.flag(is_opening);
    }
}

impl Context {
    /// How deep, and in which flights of the process.
    pub(crate) fn print(&self, out: &mut Print, flights: &Flights) {
        if self.is_empty() {
            return;
        }
        let (known, _) = flights.contents();
        for flight in known.iter().filter(|flight| self.would_wait_for_itself(flight.id)) {
            out.order(flight.started);
        }
    }
}
