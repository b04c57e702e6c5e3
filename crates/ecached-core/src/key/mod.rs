//! Keys: how templates and arguments become the name of an entry (P6).
//!
//! - [`KeyBuf`]: a key, tag or prefix while it is rendered; hashes it on the way.
//! - [`hash`]: the hash of a key's segments.
//! - [`field`]: how an argument's value is written.
//! - [`template`]: templates known only at run time.
//! - [`numbered`]: keys that are a template and an integer, which need no text for a hit.
//! - [`name`]: names made of parts, and names too long for a backend.

pub mod field;
pub mod hash;
pub mod name;
pub mod numbered;
pub mod template;
mod text;

use hash::SegmentHash;
use std::borrow::Cow;
use std::fmt;
use text::Text;

/// A finished key and its hash, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct KeyRef<'a> {
    text: &'a str,
    hash: u64,
}

impl<'a> KeyRef<'a> {
    /// The key with that text.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self { text, hash: hash::of(text) }
    }

    /// A key whose hash is known already.
    pub(crate) const fn from_parts(text: &'a str, hash: u64) -> Self {
        Self { text, hash }
    }

    /// The text.
    #[must_use]
    pub const fn text(self) -> &'a str {
        self.text
    }

    /// The hash of the text; the same in this process for the same text, however it was rendered.
    #[must_use]
    pub const fn hash(self) -> u64 {
        self.hash
    }
}

/// A key, tag or prefix while it is being rendered: on the stack up to 96 bytes, hashed as it is written.
///
/// The hash is made of the segments between the colons, and a segment that is one integer is hashed as a number. So the
/// hash of `user:<id>` never waits for the bytes it was rendered into; that is a third of a hit's time.
#[derive(Clone)]
pub struct KeyBuf {
    text: Text,
    hash: SegmentHash,
    /// Where the open segment begins in `text`, bytes.
    segment_start: usize,
    /// The number that the open segment consists of, if it is one.
    integer: Option<u64>,
    /// Length of the prefix, bytes, without the colon behind it.
    prefix_len: Option<usize>,
}

impl Default for KeyBuf {
    fn default() -> Self {
        Self::new()
    }
}

impl KeyBuf {
    /// An empty name.
    #[inline]
    #[must_use]
    pub fn new() -> Self {
        Self {
            text: Text::new(),
            hash: SegmentHash::new(),
            segment_start: 0,
            integer: None,
            prefix_len: None,
        }
    }

    /// The finished name `text`.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        let mut key = Self::new();
        key.text(text);
        key
    }

    /// Appends a whole segment of the template and the colon behind it. `hash` is [`hash::of_segment`] of the segment; the
    /// macros know that it is no number and that it begins where the last one ended.
    #[inline(always)]
    pub fn segment(&mut self, with_colon: &'static str, hash: u64) {
        self.hash.hashed(hash);
        self.text.push_str(with_colon);
        self.segment_start = self.text.len();
    }

    /// Appends text of the template.
    #[inline]
    pub fn literal(&mut self, text: &'static str) {
        self.text(text);
    }

    /// Appends text as it is, unescaped: it may contain colons.
    #[inline]
    pub fn text(&mut self, text: &str) {
        let mut rest = text;
        while let Some(colon) = rest.bytes().position(|byte| byte == b':') {
            let (segment, tail) = rest.split_at(colon);
            if self.is_segment_empty() {
                self.hash.segment(segment);
                self.text.push_str(segment);
            } else {
                self.push_in_segment(segment);
                self.close_segment();
            }
            self.text.push_str(":");
            self.segment_start = self.text.len();
            rest = tail.get(1..).unwrap_or_default();
        }
        if !rest.is_empty() {
            self.push_in_segment(rest);
        }
    }

    /// Ends the prefix: what was rendered so far. A colon follows.
    #[inline]
    pub fn end_prefix(&mut self) {
        self.prefix_len = Some(self.text.len());
        self.close_segment();
        self.text.push_str(":");
        self.segment_start = self.text.len();
    }

    /// Appends a number.
    #[inline]
    pub(crate) fn unsigned(&mut self, number: u64) {
        let is_whole_segment = self.is_segment_empty();
        self.text.push_str(itoa::Buffer::new().format(number));
        self.integer = is_whole_segment.then_some(number);
    }

    /// Appends a value's text, escaped so that it cannot be taken for anything else. `until` is the character that ends
    /// the field in its template.
    pub(crate) fn escaped(&mut self, value: &str, until: Option<char>) {
        self.integer = None;
        self.text.push_escaped(value, until);
    }

    #[inline]
    fn push_in_segment(&mut self, text: &str) {
        self.integer = None;
        self.text.push_str(text);
    }

    #[inline]
    fn is_segment_empty(&self) -> bool {
        self.text.len() == self.segment_start
    }

    #[inline]
    fn close_segment(&mut self) {
        match self.integer.take() {
            Some(number) => self.hash.integer(number),
            None => {
                self.hash.segment(self.text.as_str().get(self.segment_start..).unwrap_or_default());
            }
        }
    }

    /// The text so far.
    #[inline]
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.text.as_str()
    }

    /// The prefix, if one was ended.
    #[must_use]
    pub fn prefix(&self) -> Option<&str> {
        self.prefix_len.and_then(|len| self.as_str().get(..len))
    }

    /// Whether nothing was rendered, apart from a prefix.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.len() == self.prefix_len.map_or(0, |len| len + 1)
    }

    /// The hash of the finished name.
    #[inline]
    #[must_use]
    pub fn hash(&self) -> u64 {
        let mut hash = self.hash;
        match self.integer {
            Some(number) => hash.integer(number),
            None => hash.segment(self.as_str().get(self.segment_start..).unwrap_or_default()),
        }
        hash.finish()
    }

    /// The finished name and its hash.
    #[inline]
    #[must_use]
    pub fn key(&self) -> KeyRef<'_> {
        KeyRef { text: self.as_str(), hash: self.hash() }
    }

    /// The finished name.
    #[must_use]
    pub fn into_string(self) -> String {
        self.as_str().to_owned()
    }

    /// The finished name, as tags are passed on.
    #[must_use]
    pub fn name(self) -> Cow<'static, str> {
        Cow::Owned(self.into_string())
    }
}

impl fmt::Debug for KeyBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyBuf({} bytes)", self.text.len())
    }
}

#[cfg(test)]
mod tests;
