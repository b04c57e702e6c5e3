//! A client of one server, made at first use and made anew after its connections broke.

use crate::error::{Connection, Failure};
use ecached_core::Result;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The place of a client. Its clones share their connections.
pub(crate) struct Link<C> {
    place: Mutex<Place<C>>,
}

struct Place<C> {
    /// How many clients were forgotten.
    generation: u64,
    client: Option<C>,
}

/// A client, and which one it is.
pub(crate) struct Linked<C> {
    pub(crate) client: C,
    generation: u64,
}

impl<C: Clone> Link<C> {
    pub(crate) const fn new() -> Self {
        Self { place: Mutex::new(Place { generation: 0, client: None }) }
    }

    /// The client, if there is one.
    pub(crate) fn get(&self) -> Option<Linked<C>> {
        let place = self.lock();
        let client = place.client.clone()?;
        Some(Linked { client, generation: place.generation })
    }

    /// The client: this one, unless another caller was quicker.
    pub(crate) fn put(&self, client: C) -> Linked<C> {
        let mut place = self.lock();
        let client = place.client.get_or_insert(client).clone();
        Linked { client, generation: place.generation }
    }

    /// Lets go of a client whose connection broke: its others are as old, and the server's name may have another address
    /// now. Exchanges that are under way go on.
    pub(crate) fn forget(&self, linked: &Linked<C>) {
        let mut place = self.lock();
        if place.generation == linked.generation {
            place.generation += 1;
            // Dropped when the lock is free again.
            let client = place.client.take();
            drop(place);
            drop(client);
        }
    }

    /// After an exchange failed: lets go of a client that does not work, and says whether the exchange is to be repeated:
    /// once, where the server has closed the connection.
    pub(crate) fn failed(
        &self,
        linked: &Linked<C>,
        failure: Failure,
        is_again: bool,
    ) -> Result<()> {
        if failure.connection != Connection::Works {
            self.forget(linked);
        }
        if is_again || failure.connection != Connection::Closed {
            return Err(failure.error);
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Place<C>> {
        // Nothing can panic half-way through a change.
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C> fmt::Debug for Link<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Link")
    }
}
