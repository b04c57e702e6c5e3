//! Lookups that are sent as one: the keys of all callers, each once, and who gets which answers.

use ecached_core::Result;
use ecached_core::backend::{Gathered, Values};
use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::hash::BuildHasher;
use std::ops::Range;
use std::sync::Arc;
use std::vec::IntoIter;
use tokio::sync::oneshot;

/// Keys that are sent without waiting for more: a command that runs too long makes others wait.
const MAX_KEYS: usize = 512;

/// Callers who are sent for without waiting for more: the last of them gets its answer after the others.
const MAX_CALLERS: usize = 256;

/// An answer of more bytes is not shared: who is slow to take its part would keep all of it.
const MAX_SHARED_BYTES: usize = 1 << 20;

/// What is going to be sent.
#[derive(Default)]
pub(super) struct Batch {
    /// All keys, one behind the other.
    text: String,
    /// Where each key ends in `text`.
    ends: Vec<usize>,
    /// The place of the key with that hash; another key with the same hash is not looked for, and sent again.
    known: HashMap<u64, u32, RandomState>,
    /// The place of each key that somebody wants, one caller's behind the other's.
    places: Vec<u32>,
    callers: Vec<Caller>,
}

struct Caller {
    /// Its part of `places`.
    questions: Range<usize>,
    answer: oneshot::Sender<Result<Values>>,
}

impl Batch {
    pub(super) const fn is_empty(&self) -> bool {
        self.callers.is_empty()
    }

    pub(super) const fn is_full(&self) -> bool {
        self.ends.len() >= MAX_KEYS || self.callers.len() >= MAX_CALLERS
    }

    /// What is going to be sent, in exchange for one with as much room: the next will be about as large.
    pub(super) fn take(&mut self) -> Self {
        let next = Self {
            text: String::with_capacity(self.text.len()),
            ends: Vec::with_capacity(self.ends.len()),
            known: HashMap::with_capacity_and_hasher(self.known.len(), RandomState::default()),
            places: Vec::with_capacity(self.places.len()),
            callers: Vec::with_capacity(self.callers.len()),
        };
        std::mem::replace(self, next)
    }

    pub(super) fn add(&mut self, keys: &[&str], answer: oneshot::Sender<Result<Values>>) {
        let from = self.places.len();
        for key in keys {
            let place = self.place(key, self.known.hasher().hash_one(key));
            self.places.push(place);
        }
        self.callers.push(Caller { questions: from..self.places.len(), answer });
    }

    fn place(&mut self, key: &str, hash: u64) -> u32 {
        if let Some(place) = self.known.get(&hash)
            && self.key(*place as usize) == key
        {
            return *place;
        }
        let new = self.ends.len() as u32;
        self.known.insert(hash, new);
        self.text.push_str(key);
        self.ends.push(self.text.len());
        new
    }

    fn key(&self, place: usize) -> &str {
        let start = place.checked_sub(1).and_then(|before| self.ends.get(before)).copied();
        let end = self.ends.get(place).copied().unwrap_or_default();
        // Ends are where a `str` ended, so they are between characters.
        self.text.get(start.unwrap_or_default()..end).unwrap_or_default()
    }

    /// The keys to ask for.
    pub(super) fn keys(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        (0..self.ends.len()).map(|place| self.key(place))
    }

    /// The answers to its callers, who get the failure if there is one.
    pub(super) fn answered(self, values: Result<Vec<Option<Vec<u8>>>>) -> Answers {
        self.answered_within(values, MAX_SHARED_BYTES)
    }

    fn answered_within(self, values: Result<Vec<Option<Vec<u8>>>>, max_shared: usize) -> Answers {
        let answers = values.map(|values| {
            let bytes: usize = values.iter().flatten().map(Vec::len).sum();
            if bytes <= max_shared {
                Parts::Shared(Arc::new(Gathered::new(values, self.places)))
            } else {
                Parts::apart(values, self.places)
            }
        });
        Answers { callers: self.callers.into_iter(), answers }
    }
}

/// Answers that are being given out.
pub(super) struct Answers {
    callers: IntoIter<Caller>,
    answers: Result<Parts>,
}

enum Parts {
    Shared(Arc<Gathered>),
    /// To each who wants it a copy, and to the last the value.
    Apart {
        values: Vec<Option<Vec<u8>>>,
        places: Vec<u32>,
        /// Callers who have not got the value yet.
        wanted: Vec<u32>,
    },
}

impl Answers {
    /// Answers so many callers; whether there are more.
    pub(super) fn give(&mut self, callers: usize) -> bool {
        for Caller { questions, answer } in self.callers.by_ref().take(callers) {
            let part = match &mut self.answers {
                Ok(answers) => Ok(answers.part(questions)),
                Err(error) => Err(error.clone()),
            };
            // A caller who has gone needs none.
            let _ = answer.send(part);
        }
        self.callers.len() > 0
    }
}

impl Parts {
    fn apart(values: Vec<Option<Vec<u8>>>, places: Vec<u32>) -> Self {
        let mut wanted = vec![0; values.len()];
        for place in &places {
            if let Some(wanted) = wanted.get_mut(*place as usize) {
                *wanted += 1;
            }
        }
        Self::Apart { values, places, wanted }
    }

    fn part(&mut self, questions: Range<usize>) -> Values {
        let (values, places, wanted) = match self {
            Self::Shared(gathered) => return Values::of(Arc::clone(gathered), questions),
            Self::Apart { values, places, wanted } => (values, places, wanted),
        };
        let mut take = |place: u32| {
            let place = place as usize;
            let (value, left) = (values.get_mut(place)?, wanted.get_mut(place)?);
            *left -= 1;
            if *left == 0 { value.take() } else { value.clone() }
        };
        let places = places.get(questions).unwrap_or_default();
        Values::from(places.iter().map(|place| take(*place)).collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ecached_core::{Error, ErrorKind};
    use proptest::prelude::*;

    type Answered = oneshot::Receiver<Result<Values>>;

    fn batch(callers: &[Vec<String>]) -> (Batch, Vec<Answered>) {
        let mut batch = Batch::default();
        let mut add = |keys: &Vec<String>| {
            let (answer, answered) = oneshot::channel();
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            batch.add(&keys, answer);
            answered
        };
        let answered = callers.iter().map(&mut add).collect();
        (batch, answered)
    }

    /// A value by which its key is known; some keys have none.
    fn value_of(key: &str) -> Option<Vec<u8>> {
        (!key.ends_with('-')).then(|| key.into())
    }

    proptest! {
        #[test]
        fn each_caller_gets_the_values_of_its_own_keys(
            callers in prop::collection::vec(prop::collection::vec("[abä-]{0,2}", 0..4), 1..70),
            max_shared in prop::sample::select(&[0, 20, usize::MAX]),
        ) {
            let (mut batch, answered) = batch(&callers);
            let batch = batch.take();
            let values = batch.keys().map(value_of).collect();
            let mut answers = batch.answered_within(Ok(values), max_shared);
            let mut turns = 1;
            while answers.give(32) {
                turns += 1;
            }
            prop_assert_eq!(turns, callers.len().div_ceil(32));
            for (keys, mut answered) in callers.iter().zip(answered) {
                let values = answered.try_recv().expect("all are answered").expect("no failure");
                prop_assert_eq!(values.len(), keys.len());
                for (key, value) in keys.iter().zip(values.iter()) {
                    prop_assert_eq!(value.map(<[u8]>::to_vec), value_of(key));
                }
            }
        }
    }

    #[test]
    fn a_key_is_asked_for_once_also_if_another_has_its_hash() {
        let mut batch = Batch::default();
        assert_eq!([batch.place("a", 1), batch.place("a", 1), batch.place("b", 2)], [0, 0, 1]);
        // The other key is sent again each time, which is worth no table of collisions.
        assert_eq!([batch.place("c", 1), batch.place("a", 1)], [2, 3]);
        assert_eq!(batch.keys().collect::<Vec<_>>(), ["a", "b", "c", "a"]);
    }

    #[test]
    fn it_is_full_by_keys_and_by_callers() {
        let many: Vec<_> = (0..MAX_KEYS).map(|number| number.to_string()).collect();
        assert!(batch(std::slice::from_ref(&many)).0.is_full());
        assert!(!batch(&[many[1..].to_vec()]).0.is_full());
        let same = vec![many[..1].to_vec(); MAX_CALLERS];
        assert!(batch(&same).0.is_full());
        assert!(!batch(&same[1..]).0.is_full());
    }

    #[test]
    fn a_failure_is_everybodys() {
        let (batch, answered) = batch(&vec![vec!["a".to_owned()]; 40]);
        let mut answers = batch.answered(Err(Error::new(ErrorKind::Timeout, "too long")));
        while answers.give(32) {}
        for mut answered in answered {
            let error = answered.try_recv().expect("all are answered").expect_err("it failed");
            assert_eq!(error.kind(), ErrorKind::Timeout);
        }
    }
}
