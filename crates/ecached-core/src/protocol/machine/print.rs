//! A call as the model checker compares it: all that decides what happens next.

use super::{Captured, Done, Machine};
use crate::proof::Print;

impl Machine {
    pub(crate) fn print(&self, out: &mut Print) {
        out.number(self.state as u64);
        match &self.captured {
            Captured::Nothing => out.number(0),
            Captured::Objects(_) => out.number(1),
            Captured::Bytes(seen) => {
                out.number(2);
                seen.print(out);
            }
        }
        out.flag(self.leader.is_some());
        if let Some(leader) = &self.leader {
            leader.print(out);
        }
        self.print_lock(out);
        match &self.ending {
            None => out.number(0),
            Some(Done::Value(value)) => out.value(value),
            Some(Done::Error(_)) => out.number(1),
            Some(Done::Failed(_)) => out.number(2),
            Some(Done::Computed) => out.number(3),
            Some(Done::Absent) => out.number(4),
        }
        out.order(self.started);
        out.flag(self.looked == u64::MAX);
        out.order(if self.looked == u64::MAX { self.started } else { self.looked });
        out.flag(self.alone);
        out.flag(self.unverified.is_some());
        if let Some((value, tags)) = &self.unverified {
            out.value(value);
            tags.iter().for_each(|(tag, version)| {
                out.text(tag);
                out.version(Some(*version));
            });
        }
        out.flag(self.value.is_some());
        self.value.iter().for_each(|value| out.value(value));
        self.value_tags.iter().for_each(|tag| out.text(tag));
        out.flag(self.failure.is_some());
        out.flag(self.has_missed);
    }
}
