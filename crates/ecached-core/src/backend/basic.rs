//! How the protocol is kept with the four required methods alone, written once for blocking and async backends.
//!
//! Each operation is a [`Script`]: it says what to send and is told what came back. None of them needs an atomic step
//! that spans two calls:
//!
//! - *open* sets versions that were absent and reads them again. Two openers may overwrite each other, and an
//!   invalidation may be overwritten; but what is written is new and unique, so entries under any other version are
//!   invalid, which costs a recomputation (P2) and never revives one (P1).
//! - *store* is one write: the entry cites the version of its own key, so a by-key invalidation that came in between has
//!   already made it invalid.
//! - *invalidate* changes the counter first and the versions after it, so whoever sees the old counter has read the
//!   versions before they changed.
//!
//! What they cost: a miss takes four round trips instead of three, an invalidation two instead of one.

use super::{Invalidating, Item, Opening, Storing, Written};
use crate::version::Version;
use crate::{Error, ErrorKind, Result};

/// A call of one of the required methods.
#[derive(Clone, Debug)]
#[expect(
    clippy::exhaustive_enums,
    reason = "these are the required methods; drivers must know them all"
)]
pub enum Call {
    /// [`get_many`](super::Backend::get_many) of these keys.
    GetMany(Vec<String>),
    /// [`set_many`](super::Backend::set_many) of these items.
    SetMany(Vec<Item>),
    /// [`delete`](super::Backend::delete) of these keys.
    Delete(Vec<String>),
}

/// What to do next.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "drivers must know all")]
pub enum Step<T> {
    /// Call this; give the values that it returned (none for writes) to [`Script::next`].
    Call(Call),
    /// The operation's result.
    Done(T),
}

/// An operation as a sequence of calls.
pub trait Script: Send {
    /// Its result.
    type Output;

    /// Goes on with what the last call returned; with nothing at first.
    ///
    /// # Errors
    ///
    /// When what came back makes no sense.
    fn next(&mut self, returned: Vec<Option<Vec<u8>>>) -> Result<Step<Self::Output>>;
}

/// Runs a script on a blocking backend.
///
/// # Errors
///
/// The backend's own.
pub fn run<S: Script>(
    backend: &(impl super::Backend + ?Sized),
    mut script: S,
) -> Result<S::Output> {
    let mut returned = Vec::new();
    loop {
        returned = match script.next(returned)? {
            Step::Done(output) => return Ok(output),
            Step::Call(Call::GetMany(keys)) => backend.get_many(&borrow(&keys))?,
            Step::Call(Call::SetMany(items)) => backend.set_many(&items).map(|()| Vec::new())?,
            Step::Call(Call::Delete(keys)) => {
                backend.delete(&borrow(&keys)).map(|()| Vec::new())?
            }
        };
    }
}

/// Runs a script on an async backend.
///
/// # Errors
///
/// The backend's own.
///
/// # Cancel safety
///
/// A dropped script has done a part of its calls; each part alone keeps the promise.
pub async fn run_async<S: Script>(
    backend: &(impl super::AsyncBackend + ?Sized),
    mut script: S,
) -> Result<S::Output> {
    let mut returned = Vec::new();
    loop {
        returned = match script.next(returned)? {
            Step::Done(output) => return Ok(output),
            Step::Call(Call::GetMany(keys)) => backend.get_many(&borrow(&keys)).await?,
            Step::Call(Call::SetMany(items)) => {
                backend.set_many(&items).await.map(|()| Vec::new())?
            }
            Step::Call(Call::Delete(keys)) => {
                backend.delete(&borrow(&keys)).await.map(|()| Vec::new())?
            }
        };
    }
}

fn borrow(keys: &[String]) -> Vec<&str> {
    keys.iter().map(String::as_str).collect()
}

/// *Open*: set what is absent, read what is there.
#[derive(Debug)]
pub struct Open {
    missing: Vec<Item>,
    state: u8,
}

impl Open {
    /// The script for `opening`.
    #[must_use]
    pub fn new(opening: &Opening) -> Self {
        Self { missing: opening.items().cloned().collect(), state: 0 }
    }
}

impl Script for Open {
    type Output = Vec<Option<Version>>;

    fn next(&mut self, returned: Vec<Option<Vec<u8>>>) -> Result<Step<Self::Output>> {
        self.state += 1;
        match self.state {
            1 if self.missing.is_empty() => Ok(Step::Done(Vec::new())),
            1 => Ok(Step::Call(Call::SetMany(self.missing.clone()))),
            2 => Ok(Step::Call(Call::GetMany(
                self.missing.iter().map(|item| item.key.clone()).collect(),
            ))),
            _ if returned.len() == self.missing.len() => Ok(Step::Done(
                returned.iter().map(|bytes| bytes.as_deref().and_then(Version::read)).collect(),
            )),
            _ => Err(Error::new(ErrorKind::Backend, "get_many must answer one value per key")),
        }
    }
}

/// *Store*: one write.
#[derive(Debug)]
pub struct Store(Option<Item>);

impl Store {
    /// The script for `storing`. It ignores the lease: without a conditional store, the entry cites it.
    #[must_use]
    pub fn new(storing: &Storing) -> Self {
        Self(Some(storing.entry.clone()))
    }
}

impl Script for Store {
    type Output = Written;

    fn next(&mut self, _: Vec<Option<Vec<u8>>>) -> Result<Step<Self::Output>> {
        Ok(self
            .0
            .take()
            .map_or(Step::Done(Written::Stored), |entry| Step::Call(Call::SetMany(vec![entry]))))
    }
}

/// *Release*: a lock goes if it has the caller's token. Between the look and the removal it may become another's, which costs
/// a computation.
#[derive(Debug)]
pub struct Release {
    key: String,
    token: Version,
    state: u8,
}

impl Release {
    /// The script for the lock at `key`.
    #[must_use]
    pub fn new(key: &str, token: &Version) -> Self {
        Self { key: key.to_owned(), token: *token, state: 0 }
    }
}

impl Script for Release {
    type Output = ();

    fn next(&mut self, returned: Vec<Option<Vec<u8>>>) -> Result<Step<()>> {
        self.state += 1;
        let found = returned.first().and_then(Option::as_deref).and_then(Version::read);
        Ok(match self.state {
            1 => Step::Call(Call::GetMany(vec![self.key.clone()])),
            2 if found == Some(self.token) => Step::Call(Call::Delete(vec![self.key.clone()])),
            _ => Step::Done(()),
        })
    }
}

/// *Invalidate*: the counter gets a new value; then versions and leases go, then entries.
#[derive(Debug)]
pub struct Invalidate {
    request: Invalidating,
}

impl Invalidate {
    /// The script for `invalidating`.
    #[must_use]
    pub fn new(invalidating: &Invalidating) -> Self {
        Self { request: invalidating.clone() }
    }
}

impl Script for Invalidate {
    type Output = ();

    fn next(&mut self, _: Vec<Option<Vec<u8>>>) -> Result<Step<()>> {
        if let Some(key) = self.request.clock.take() {
            let value = Version::unique()?.as_bytes().to_vec();
            return Ok(Step::Call(Call::SetMany(vec![Item { key, value, ttl: None }])));
        }
        let mut gone = std::mem::take(&mut self.request.versions);
        gone.append(&mut self.request.leases);
        if gone.is_empty() {
            // In a call of their own: keys of one call may go in any order.
            gone.append(&mut self.request.entries);
        }
        Ok(if gone.is_empty() { Step::Done(()) } else { Step::Call(Call::Delete(gone)) })
    }
}
