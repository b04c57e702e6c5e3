//! What a backend read.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// The values of keys that were asked for, in their order; `None` where there is none.
///
/// Callers whose questions a backend puts together share one answer, without a copy for each: see [`Gathered`].
///
/// # Examples
///
/// ```
/// use ecached_core::backend::Values;
///
/// let values = Values::from(vec![Some(b"one".to_vec()), None]);
/// assert_eq!(values.get(0), Some(&b"one"[..]));
/// assert_eq!(values.iter().collect::<Vec<_>>(), [Some(&b"one"[..]), None]);
/// ```
#[derive(Clone)]
pub struct Values(Held);

#[derive(Clone)]
enum Held {
    Own(Vec<Option<Vec<u8>>>),
    Shared(Arc<Gathered>, Range<usize>),
}

/// The answers to the questions of several callers, which may have asked for the same keys.
///
/// # Examples
///
/// ```
/// use ecached_core::backend::{Gathered, Values};
/// use std::sync::Arc;
///
/// // The first caller wants both values, the second wants the second one.
/// let gathered = Arc::new(Gathered::new(vec![Some(vec![1]), Some(vec![2])], vec![0, 1, 1]));
/// let first = Values::of(Arc::clone(&gathered), 0..2);
/// let second = Values::of(gathered, 2..3);
/// assert_eq!(first.get(1), second.get(0));
/// assert_eq!(second.len(), 1);
/// ```
pub struct Gathered {
    values: Vec<Option<Vec<u8>>>,
    places: Vec<u32>,
}

impl Gathered {
    /// `places`: where in `values` the answer to each question is, one caller's behind the other's. A place that is not
    /// there is an absent value.
    #[must_use]
    pub const fn new(values: Vec<Option<Vec<u8>>>, places: Vec<u32>) -> Self {
        Self { values, places }
    }

    fn at(&self, place: usize) -> Option<&[u8]> {
        self.values.get(*self.places.get(place)? as usize)?.as_deref()
    }
}

impl Values {
    /// One caller's part: the answers to the questions of that range.
    #[must_use]
    pub const fn of(gathered: Arc<Gathered>, questions: Range<usize>) -> Self {
        Self(Held::Shared(gathered, questions))
    }

    /// How many keys were asked for.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.0 {
            Held::Own(values) => values.len(),
            Held::Shared(_, questions) => questions.len(),
        }
    }

    /// Whether no key was asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of the key at `index`; `None` also where there are not so many.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&[u8]> {
        match &self.0 {
            Held::Own(values) => values.get(index)?.as_deref(),
            Held::Shared(gathered, questions) => gathered.at(questions.clone().nth(index)?),
        }
    }

    /// All of them.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<&[u8]>> {
        (0..self.len()).map(|index| self.get(index))
    }
}

impl From<Vec<Option<Vec<u8>>>> for Values {
    fn from(values: Vec<Option<Vec<u8>>>) -> Self {
        Self(Held::Own(values))
    }
}

/// Never a value: only how long each is.
impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|value| value.map(<[u8]>::len))).finish()
    }
}

/// Never a value: only how many there are.
impl fmt::Debug for Gathered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { values, places } = self;
        write!(f, "Gathered({} values for {} questions)", values.len(), places.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_or_a_question_that_is_not_there_has_no_value() {
        let gathered = Arc::new(Gathered::new(vec![Some(vec![7])], vec![0, 9]));
        let values = Values::of(gathered, 0..3);
        assert_eq!(values.iter().collect::<Vec<_>>(), [Some(&[7][..]), None, None]);
        assert_eq!(values.get(3), None);
        assert!(Values::from(Vec::new()).is_empty());
    }

    #[test]
    fn printing_shows_no_value() {
        let values = Values::from(vec![Some(b"secret".to_vec()), None]);
        assert_eq!(format!("{values:?}"), "[Some(6), None]");
        let gathered = Arc::new(Gathered::new(vec![Some(b"secret".to_vec())], vec![0, 0]));
        assert_eq!(format!("{gathered:?}"), "Gathered(1 values for 2 questions)");
        assert_eq!(format!("{:?}", Values::of(gathered, 0..1)), "[Some(6)]");
    }
}
