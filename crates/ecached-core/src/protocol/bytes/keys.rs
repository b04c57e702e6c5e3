//! The keys of one question to a backend, in one piece of memory: each hit asks for several.

use smallvec::SmallVec;

/// Keys, in the order in which they are asked for.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    text: String,
    /// Where each ends in `text`.
    ends: Vec<usize>,
}

impl Keys {
    /// Room for `count` keys of `bytes` together.
    pub(crate) fn with_capacity(count: usize, bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), ends: Vec::with_capacity(count) }
    }

    /// Adds what `write` appends.
    pub(crate) fn push(&mut self, write: impl FnOnce(&mut String)) {
        write(&mut self.text);
        self.ends.push(self.text.len());
    }

    pub(crate) fn append(&mut self, other: &Self) {
        let start = self.text.len();
        self.text.push_str(&other.text);
        self.ends.extend(other.ends.iter().map(|end| start + end));
    }

    #[cfg(test)]
    const fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        // Ends are where a `String` ended, so they are between characters.
        starts.zip(&self.ends).map(|(start, end)| self.text.get(start..*end).unwrap_or_default())
    }

    /// As backends take them.
    pub(crate) fn as_slices(&self) -> SmallVec<[&str; 16]> {
        self.iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_back_as_they_were_pushed() {
        let mut keys = Keys::with_capacity(3, 8);
        keys.push(|out| out.push_str("user:ä"));
        keys.push(|_| {});
        let mut more = Keys::default();
        more.push(|out| out.push('z'));
        keys.append(&more);
        keys.append(&Keys::default());
        assert_eq!(keys.as_slices()[..], ["user:ä", "", "z"]);
        assert_eq!(keys.len(), 3);
    }
}
