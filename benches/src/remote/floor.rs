//! The least that a hit with tags can cost: the bare client's `MGET` of the value and of as many versions, all there.

use super::{RESIDENT, Servers, TIMEOUT_SECONDS, bare_key};
use std::hint::black_box;

/// What ecached keeps for a tag has as many bytes.
const VERSION: &str = "0123456789abcdef";

/// Of ecached's functions here; the name of a function's version is its path.
const PATH: &str = concat!(module_path!(), "::function");

/// Which versions a hit reads. Their names are about as long as ecached's.
#[derive(Clone, Debug)]
pub struct Floor {
    /// Of all entries.
    shared: Vec<String>,
    /// What the names of the entry's own begin with.
    own: Vec<String>,
}

impl Floor {
    /// Of entries with so many tags that all of them share, and so many that only one has. All share the version of the
    /// alias, too, and that of the function.
    #[must_use]
    pub fn new(shared: u64, own: u64) -> Self {
        let of_tags = (0..shared).map(|number| format!("version:tag:users{number}"));
        let of_all = ["version:alias".to_owned(), format!("version:fn:{PATH}")];
        Self {
            shared: of_all.into_iter().chain(of_tags).collect(),
            own: (0..own).map(|number| format!("version:tag:user{number}")).collect(),
        }
    }

    /// Keys that are read, with that of the value.
    #[must_use]
    pub fn keys(&self) -> u64 {
        (1 + self.shared.len() + self.own.len()) as u64
    }

    fn names_of(&self, id: u64) -> impl Iterator<Item = String> {
        self.own.iter().map(move |begin| format!("{begin}:{id}"))
    }

    /// Stores the versions; the values are those of [`super::hits::fill_bare`].
    ///
    /// # Panics
    ///
    /// If the server does not answer.
    pub fn fill(&self, servers: &Servers) {
        let mut connection = servers.connection();
        for id in 0..RESIDENT {
            let mut sets = redis::pipe();
            for name in self.shared.iter().cloned().chain(self.names_of(id)) {
                sets.cmd("SET").arg(name).arg(VERSION).arg("EX").arg(TIMEOUT_SECONDS);
            }
            sets.exec(&mut connection).expect("the server answers");
        }
    }

    /// Reads what belongs to an entry, over a connection of its own.
    ///
    /// # Panics
    ///
    /// If something is not there, or the server does not answer.
    pub fn operation(self, servers: &Servers) -> impl FnMut(u64) + use<> {
        let mut connection = servers.connection();
        move |id| {
            let mut command = redis::cmd("MGET");
            command.arg(bare_key(id)).arg(&self.shared);
            self.names_of(id).for_each(|name| _ = command.arg(name));
            // What is absent is no `String`.
            let found: Vec<String> = command.query(&mut connection).expect("all are there");
            black_box(found);
        }
    }
}
