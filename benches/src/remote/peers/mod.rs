//! Other caches over Redis, each behind a feature of its own.

#[cfg(feature = "peer-armature")]
pub mod armature;
pub mod bare;
#[cfg(feature = "peer-cached")]
pub mod cached;
#[cfg(feature = "peer-fnct")]
pub mod fnct;
#[cfg(feature = "peer-hitbox")]
pub mod hitbox;
pub mod invalidations;
pub mod run;
#[cfg(feature = "peer-skp")]
pub mod skp;
pub mod table;

use crate::remote::trips;
use crate::row::Row;
use invalidations::Invalidations;
use std::fmt::Write as _;

/// What was found out about peers.
#[derive(Debug, Default)]
pub struct Found {
    /// Hits and misses.
    pub rows: Vec<Row>,
    /// What invalidating tags costs each cache that has any.
    pub invalidations: Vec<Invalidations>,
    /// What single operations ask of the server, a row of text for each.
    pub trips: Vec<String>,
}

impl Found {
    /// The tables of invalidations and of commands.
    #[must_use]
    pub fn tables(&self) -> String {
        let mut text = invalidations::tables(&self.invalidations);
        _ = writeln!(text, "\n{}", trips::HEAD);
        self.trips.iter().for_each(|row| _ = writeln!(text, "{row}"));
        text
    }
}

/// Text that lives as long as the program, for rows.
pub(crate) fn lasting(text: String) -> &'static str {
    text.leak()
}
