//! Keys that are a template and one integer: `user:<id>`, `shop:<shop>:list`. A hit on one renders no text.
//!
//! Such a key is the template's two texts and the number between them, and is compared as such. What decides whether two
//! keys are equal is their text all the same: [`Name`] compares the text wherever the template is not the very same.

use super::hash::SegmentHash;
use super::{KeyBuf, KeyRef};

/// A template with one field that is a whole segment, for arguments that are integers.
#[derive(Debug)]
pub struct Pattern {
    /// The text before the number.
    before: &'static str,
    /// The text behind it.
    after: &'static str,
    /// The hash of the segments before the number.
    start: SegmentHash,
    /// The hashes of the segments behind it.
    rest: &'static [u64],
}

impl Pattern {
    /// No template.
    pub const NONE: Self = Self::new(("", &[]), ("", &[]));

    /// The template of these texts. `segments_before` and `segments_after` are [`super::hash::of_segment`] of their
    /// segments, none of which is a number.
    #[must_use]
    pub const fn new(
        (before, segments_before): (&'static str, &[u64]),
        (after, segments_after): (&'static str, &'static [u64]),
    ) -> Self {
        let mut start = SegmentHash::new();
        let mut hashes = segments_before;
        while let [hash, others @ ..] = hashes {
            start.hashed(*hash);
            hashes = others;
        }
        Self { before, after, start, rest: segments_after }
    }
}

/// A key of a [`Pattern`].
#[derive(Clone, Copy, Debug)]
pub struct Numbered {
    pattern: &'static Pattern,
    number: u64,
}

impl Numbered {
    /// The key with that number.
    #[inline]
    #[must_use]
    pub const fn new(pattern: &'static Pattern, number: u64) -> Self {
        Self { pattern, number }
    }

    /// The hash of its text, see [`KeyRef::hash`].
    #[inline]
    #[must_use]
    pub fn hash(self) -> u64 {
        let mut hash = self.pattern.start;
        hash.integer(self.number);
        self.pattern.rest.iter().for_each(|segment| hash.hashed(*segment));
        hash.finish()
    }

    /// Whether that is its text.
    fn is_text(self, text: &str) -> bool {
        let middle = text.strip_prefix(self.pattern.before);
        let number = middle.and_then(|middle| middle.strip_suffix(self.pattern.after));
        number == Some(itoa::Buffer::new().format(self.number))
    }

    fn render(self) -> KeyBuf {
        let mut key = KeyBuf::new();
        key.text(self.pattern.before);
        key.unsigned(self.number);
        key.text(self.pattern.after);
        key
    }
}

/// A key in one of the forms in which an entry can be looked up.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "stores must know all")]
pub enum Name<'a> {
    /// As text.
    Text(KeyRef<'a>),
    /// As a template and a number.
    Numbered(Numbered),
}

impl Name<'_> {
    /// The hash of the text.
    #[inline]
    #[must_use]
    pub fn hash(&self) -> u64 {
        match self {
            Self::Text(key) => key.hash(),
            Self::Numbered(key) => key.hash(),
        }
    }

    /// Whether it is the key of that template and number.
    #[inline]
    #[must_use]
    pub fn is_numbered(&self, other: Numbered) -> bool {
        match self {
            Self::Numbered(own) if std::ptr::eq(own.pattern, other.pattern) => {
                own.number == other.number
            }
            _ => self.has_text_of(other),
        }
    }

    /// Whether it is the key of that text.
    #[inline]
    #[must_use]
    pub fn is_text(&self, text: &str) -> bool {
        match self {
            Self::Text(own) => is_same_text(own.text(), text),
            Self::Numbered(own) => own.is_text(text),
        }
    }

    /// Different templates may give the same text: `a:<x>:7` and `a:5:<y>`.
    #[cold]
    fn has_text_of(&self, other: Numbered) -> bool {
        match self {
            Self::Text(own) => other.is_text(own.text()),
            Self::Numbered(own) => other.is_text(own.render().as_str()),
        }
    }
}

/// Whether two keys are equal. Short ones byte by byte: the key was written a moment ago in small pieces, and a processor
/// that reads it in larger ones has to wait until they have left its store buffer.
#[inline]
fn is_same_text(rendered: &str, stored: &str) -> bool {
    if stored.len() != rendered.len() || stored.len() > 32 {
        return stored == rendered;
    }
    stored.bytes().zip(rendered.bytes()).all(|(stored, rendered)| stored == rendered)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::hash;

    static USER: Pattern = Pattern::new(("user:", &[hash::of_segment("user")]), ("", &[]));
    static USER_TOO: Pattern = Pattern::new(("user:", &[hash::of_segment("user")]), ("", &[]));
    static LIST: Pattern = Pattern::new(
        ("shop:", &[hash::of_segment("shop")]),
        (":list", &[hash::of_segment("list")]),
    );

    #[test]
    fn its_hash_is_that_of_its_text() {
        for number in [0, 7, 10_000, u64::MAX] {
            assert_eq!(Numbered::new(&USER, number).hash(), hash::of(&format!("user:{number}")));
            let list = Numbered::new(&LIST, number);
            assert_eq!(list.hash(), hash::of(&format!("shop:{number}:list")));
            assert_eq!(list.render().as_str(), format!("shop:{number}:list"));
            assert_eq!(list.render().hash(), list.hash());
        }
    }

    #[test]
    fn equal_texts_are_equal_keys_and_others_are_not() {
        let seven = Numbered::new(&USER, 7);
        for same in [Name::Numbered(seven), Name::Numbered(Numbered::new(&USER_TOO, 7))] {
            assert!(same.is_numbered(seven) && same.is_text("user:7"));
        }
        assert!(Name::Text(KeyRef::new("user:7")).is_numbered(seven));
        for other in ["user:8", "user:07", "user:", "user:7:list", "user:77", "shop:7:list", ""] {
            assert!(!Name::Text(KeyRef::new(other)).is_numbered(seven), "{other}");
            assert!(!Name::Numbered(seven).is_text(other), "{other}");
        }
        assert!(!Name::Numbered(Numbered::new(&USER, 8)).is_numbered(seven));
        assert!(!Name::Numbered(Numbered::new(&USER_TOO, 8)).is_numbered(seven));
        assert!(!Name::Numbered(Numbered::new(&LIST, 7)).is_numbered(seven));
    }

    #[test]
    fn templates_that_give_the_same_text_give_the_same_key() {
        static FIRST: Pattern = Pattern::new(("a:", &[]), (":7", &[]));
        static LAST: Pattern = Pattern::new(("a:5:", &[]), ("", &[]));
        let (first, last) = (Numbered::new(&FIRST, 5), Numbered::new(&LAST, 7));
        assert!(Name::Numbered(first).is_numbered(last));
        assert!(!Name::Numbered(first).is_numbered(Numbered::new(&LAST, 8)));
        // The texts may not overlap.
        static LONG: Pattern = Pattern::new(("a:1", &[]), ("1:b", &[]));
        assert!(!Name::Numbered(Numbered::new(&LONG, 1)).is_text("a:11:b"));
        assert!(Name::Numbered(Numbered::new(&LONG, 1)).is_text("a:111:b"));
    }
}
