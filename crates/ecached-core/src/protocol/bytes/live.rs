//! The versions that a lookup found, where they are in the answers: a hit compares them, and copies none.

use super::{Layout, Seen, lookup_len};
use crate::entry::{Cited, CitedAs};
use crate::protocol::request::Request;
use crate::version::Version;
use crate::{Error, ErrorKind, Result};

type Found<'a> = Option<&'a [u8]>;

/// The versions that the store has now.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Live<'a> {
    alias: Found<'a>,
    /// As [`Request::names`].
    names: &'a [Found<'a>],
    key: Found<'a>,
    clock: Found<'a>,
}

impl<'a> Live<'a> {
    /// The entry, and the versions, among the answers to [`lookup_keys`](super::lookup_keys).
    pub(super) fn among(
        answers: &'a [Found<'a>],
        layout: &Layout<'_>,
        request: &Request,
    ) -> Result<(Found<'a>, Self)> {
        let wrong = || Error::new(ErrorKind::Backend, "a backend must answer one value per key");
        if answers.len() != lookup_len(layout, request) {
            return Err(wrong());
        }
        let [entry, alias, rest @ ..] = answers else { return Err(wrong()) };
        let count = request.names.as_slice().len();
        let (names, rest) = rest.split_at_checked(count).ok_or_else(wrong)?;
        let mut rest = rest.iter().copied();
        let mut next = |is_asked: bool| if is_asked { rest.next().flatten() } else { None };
        let key = next(!layout.capabilities.conditional_store);
        let clock = next(request.has_value_tags);
        Ok((*entry, Self { alias: *alias, names, key, clock }))
    }

    /// What is to be kept of it beyond this lookup.
    pub(crate) fn seen(&self) -> Seen {
        let version = |bytes: Found<'_>| bytes.and_then(Version::read);
        Seen::new(
            version(self.alias),
            version(self.key),
            self.names.iter().copied().map(version).collect(),
            version(self.clock),
        )
    }

    /// Whether the version that is cited at that place of the entry is the one that is there. Absent is invalid,
    /// always (P2).
    pub(super) fn has(&self, request: &Request, index: usize, cited: &Cited<'_>) -> bool {
        let found = match cited.kind {
            CitedAs::Declared => {
                let names = request.names.as_slice();
                let is_at = |index: &usize| names.get(*index).is_some_and(|own| *own == cited.name);
                let place = Some(index).filter(is_at).or_else(|| (0..names.len()).find(is_at));
                place.and_then(|index| *self.names.get(index)?)
            }
            CitedAs::Key => self.key,
            CitedAs::Alias => self.alias,
            CitedAs::Value => None,
        };
        found == Some(cited.version.as_bytes().as_slice())
    }
}
