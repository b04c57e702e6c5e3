//! Bugs, put between the machine and the store. The code under test stays as it is.

use super::Model;
use super::actor::Frame;
use super::setup::Mutant;
use ecached_core::Result;
use ecached_core::proof::{Answer, Ask, Stored};
use ecached_core::version::Version;

const CLOCK: &str = "ecached:clock";

impl Model {
    pub(super) fn joins_all(&self) -> bool {
        self.setup.mutant == Some(Mutant::JoinsAcross)
    }

    /// What is asked instead.
    pub(super) fn alter_ask(&mut self, who: usize, mut ask: Ask) -> Ask {
        match (self.setup.mutant, &mut ask) {
            (Some(Mutant::VersionsAfterComputation), Ask::Store(storing)) => {
                if let Some(entry) = self.store.cite_live(&storing.entry.value) {
                    storing.entry.value = entry;
                }
            }
            (Some(Mutant::CounterRestarts), Ask::Open(opening)) => {
                let versions = opening.missing.iter_mut();
                for item in versions.filter(|item| item.key.starts_with("ecached:tag:")) {
                    item.value = 1_u128.to_be_bytes().to_vec();
                }
            }
            (Some(Mutant::RefreshWithoutLease), Ask::Store(storing)) if storing.supersedes => {
                storing.lease = None;
            }
            // The tags of the value are asked for, alone: it reads the clock now.
            (Some(Mutant::ClockBeforeTags), Ask::Read(keys))
                if keys.iter().all(|key| key.starts_with("ecached:tag:")) =>
            {
                let clock = self.store.get(CLOCK).cloned();
                if let Some(frame) = self.actors[who].frames.last_mut() {
                    frame.memo = Some(clock);
                }
            }
            _ => {}
        }
        if let Some(frame) = self.actors[who].frames.last_mut() {
            frame.keys = match &ask {
                Ask::Read(keys) => keys.clone(),
                _ => Vec::new(),
            };
        }
        ask
    }

    /// What is answered instead.
    pub(super) fn alter_answer(&self, who: usize, mut answer: Result<Answer>) -> Result<Answer> {
        let Some(Frame { keys, memo, .. }) = self.actors[who].frames.last() else { return answer };
        if let (Some(mutant), Ok(Answer::Read(values))) = (self.setup.mutant, &mut answer) {
            match mutant {
                Mutant::ClockBeforeTags if keys.len() == 1 && keys[0] == CLOCK => {
                    if let (Some(memo), [value]) = (memo, &mut values[..]) {
                        value.clone_from(memo);
                    }
                }
                Mutant::MissingIsValid => fill_in(keys, values),
                _ => {}
            }
        }
        answer
    }
}

/// Where a version is absent, the one that the entry cites.
fn fill_in(keys: &[String], values: &mut [Option<Vec<u8>>]) {
    let entry = values.first().and_then(Option::as_deref).and_then(Stored::read);
    for cited in entry.into_iter().flat_map(|entry| entry.cited) {
        let key = match cited.kind {
            0 | 1 => format!("ecached:tag:{}", cited.name),
            3 => String::from("ecached:alias"),
            _ => continue,
        };
        let version: &Version = &cited.version;
        for (_, value) in keys.iter().zip(values.iter_mut()).filter(|(own, _)| **own == key) {
            value.get_or_insert_with(|| version.as_bytes().to_vec());
        }
    }
}
