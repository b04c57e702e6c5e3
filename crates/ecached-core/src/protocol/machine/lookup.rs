//! Looking up: is there an entry, and may it be served?

use super::{Captured, Done, Machine, State, Step};
use crate::backend::objects::Refused;
use crate::event;
use crate::flight::Context;
use crate::protocol::bytes::{self, Ask, Reading, Seen};
use crate::protocol::request::Mode;
use crate::stats::Event;
use crate::value::Value;

impl Machine {
    pub(super) fn ask_lookup(&mut self) -> Step {
        event::get(self.cache.alias(), self.request.template);
        self.state = State::Lookup;
        let mut keys = bytes::lookup_keys(&self.layout(), &self.request);
        self.read_lock(&mut keys);
        Step::Ask(Ask::Read(keys))
    }

    /// Looks up. In an in-process store the caller has looked already; what happened since is not a second miss.
    pub(super) fn look_again(&mut self) -> Step {
        let Some(store) = self.cache.objects() else {
            // A point of its own, so that it can be told who began before it.
            self.looked = self.cache.flights().tick();
            return self.ask_lookup();
        };
        self.looked = self.cache.flights().now();
        if self.may_hit() {
            let (why, value) = match store.lookup(&self.request.name(), self.request.tag_set) {
                Ok(value) => (Event::Foreign, self.request.ops.adapt(value)),
                Err(refused) => (why(refused), None),
            };
            match value {
                Some(value) => return self.hit(value),
                None if !self.has_missed => self.count_miss(why),
                None => {}
            }
        }
        if self.request.mode == Mode::Peek {
            return self.finish(Done::Absent);
        }
        self.captured = Captured::Objects(store.open(
            self.request.key(),
            self.request.names.as_slice(),
            self.request.has_value_tags,
        ));
        self.enter()
    }

    pub(super) fn hit(&mut self, value: Value) -> Step {
        // Stored by another caller since this one missed: one lookup is not counted twice.
        self.count(if self.has_missed { Event::Shared } else { Event::Hit });
        event::hit(self.cache.alias(), self.request.template);
        self.finish(Done::Value(value))
    }

    pub(super) fn judge(&mut self, answers: &[Option<&[u8]>]) -> Step {
        let now = self.cache.clock().unix_millis();
        let answers = self.lock_read(answers);
        let (reading, live) = match bytes::judge(&self.layout(), &self.request, answers, now) {
            Ok(reading) => reading,
            Err(error) => return self.without_cache(&error),
        };
        let may_hit = self.may_hit();
        match reading {
            Reading::Hit(value) if may_hit => self.hit(value),
            Reading::Unverified { value, tags } if may_hit => {
                self.captured = Captured::Bytes(live.seen());
                self.state = State::VerifyValueTags;
                let keys =
                    bytes::value_tag_keys(&self.layout(), tags.iter().map(|(tag, _)| tag.as_str()));
                self.unverified = Some((value, tags));
                Step::Ask(Ask::Read(keys))
            }
            // A refresh: what lives stays, so that other entries stay valid.
            Reading::Hit(_) | Reading::Unverified { .. } => self.open(live.seen()),
            Reading::Absent => self.missed(Event::Absent, live.seen()),
            Reading::Expired => self.missed(Event::Expired, live.seen()),
            Reading::Stale => self.missed(Event::Invalidated, live.seen()),
            Reading::Foreign => self.missed(Event::Foreign, live.seen()),
        }
    }

    pub(super) fn verified(&mut self, answers: &[Option<&[u8]>]) -> Step {
        let Some((value, tags)) = self.unverified.take() else { return self.compute() };
        if bytes::are_live(&tags, answers) {
            return self.hit(value);
        }
        match std::mem::replace(&mut self.captured, Captured::Nothing) {
            Captured::Bytes(seen) => self.missed(Event::Invalidated, seen),
            Captured::Nothing | Captured::Objects(_) => self.compute(),
        }
    }

    pub(super) fn missed(&mut self, why: Event, seen: Seen) -> Step {
        if self.may_hit() {
            if !self.has_missed {
                self.count_miss(why);
            }
            if self.request.mode == Mode::Peek {
                return self.finish(Done::Absent);
            }
            if !self.alone
                && self.leader.is_none()
                && let Some(entered) =
                    self.cache.flights().started_after(&self.caller(), &Context::current())
            {
                return self.entered(entered);
            }
        }
        self.open(seen)
    }
}

/// Why a lookup was no hit.
pub(crate) const fn why(refused: Refused) -> Event {
    match refused {
        Refused::Absent => Event::Absent,
        Refused::Expired => Event::Expired,
        Refused::Invalidated => Event::Invalidated,
        Refused::OtherTags => Event::Foreign,
    }
}
