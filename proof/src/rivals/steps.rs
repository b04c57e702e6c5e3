//! What callers and invalidators of each design do, step by step.

use super::{Rival, Sort};

impl Rival {
    pub(super) fn call(&mut self, who: usize) {
        let at = self.callers[who].at;
        self.callers[who].at += 1;
        match at {
            0 => self.callers[who].required = self.returned,
            1 => match self.look_up(who) {
                Some(value) if self.sort == Sort::Promotion => {
                    // Found in the shared tier: kept in the next step.
                    self.callers[who].value = value;
                    self.callers[who].at = 10;
                }
                Some(value) => self.end(who, value),
                None => {}
            },
            2 => {
                // The computation begins.
                self.callers[who].value = self.called;
                if self.sort == Sort::Stamps {
                    self.callers[who].version = self.stamp(who);
                }
                if self.sort == Sort::FirstLife {
                    self.callers[who].version = self.shared.tag.unwrap_or_default();
                }
            }
            3 => self.store(who),
            4 => self.store_more(who),
            10 => {
                let value = self.callers[who].value;
                self.shared.local = Some(value);
                self.end(who, value);
            }
            _ => {
                let value = self.callers[who].value;
                self.end(who, value);
            }
        }
    }

    /// The time that a machine believes in: that of the second one is ahead.
    fn stamp(&self, who: usize) -> u64 {
        self.shared.clock + u64::from(who == 1)
    }

    fn look_up(&mut self, who: usize) -> Option<u64> {
        if self.sort == Sort::Promotion && self.shared.local.is_some() {
            let value = self.shared.local?;
            self.end(who, value);
            return None;
        }
        let (value, version) = self.shared.entry?;
        let tag = self.shared.tag.unwrap_or_default();
        let is_valid = match self.sort {
            Sort::Stamps => version >= tag,
            Sort::FirstLife => version == tag,
            _ => true,
        };
        is_valid.then_some(value)
    }

    fn store(&mut self, who: usize) {
        let person = self.callers[who].clone();
        match self.sort {
            Sort::RegisterThenSet => self.shared.tag = Some(1),
            Sort::Promotion => {
                // This design knows that a value from before an invalidation is not to be stored.
                if person.value == self.called {
                    self.shared.entry = Some((person.value, 0));
                    self.is_stored = true;
                }
            }
            _ => {
                self.shared.entry = Some((person.value, person.version));
                self.is_stored = true;
            }
        }
    }

    fn store_more(&mut self, who: usize) {
        let person = self.callers[who].clone();
        match self.sort {
            Sort::SetThenRegister => self.shared.tag = Some(1),
            Sort::RegisterThenSet => {
                self.shared.entry = Some((person.value, 0));
                self.is_stored = true;
            }
            _ => {}
        }
    }

    pub(super) fn invalidate(&mut self, who: usize) {
        let at = self.invalidators[who].at;
        self.invalidators[who].at += 1;
        if at == 0 {
            self.called |= 1 << who;
        }
        self.shared.clock += 1;
        let is_done = match self.sort {
            Sort::Stamps => {
                self.shared.tag = Some(self.shared.clock);
                true
            }
            Sort::FirstLife => {
                self.shared.tag = Some(self.shared.tag.unwrap_or_default() + 1);
                true
            }
            // The keys of the tag are read, then removed.
            Sort::SetThenRegister | Sort::RegisterThenSet if at == 0 => {
                self.invalidators[who].value = self.shared.tag.take().unwrap_or_default();
                false
            }
            Sort::SetThenRegister | Sort::RegisterThenSet => {
                if self.invalidators[who].value == 1 {
                    self.shared.entry = None;
                }
                true
            }
            Sort::Promotion if at == 0 => {
                self.shared.entry = None;
                false
            }
            Sort::Promotion => {
                self.shared.local = None;
                true
            }
            Sort::DeleteOnly => {
                self.shared.entry = None;
                true
            }
        };
        if is_done {
            self.returned |= 1 << who;
            self.invalidators[who].is_over = true;
        }
    }
}
