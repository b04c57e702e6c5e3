//! The values that are cached.
//!
//! They are `Clone` and derive serde's traits, so that the same functions work when the cache is on disk or in Redis. In
//! the process, where this program keeps them, nothing is serialised.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct User {
    pub(crate) id: u32,
    pub(crate) name: String,
}

/// A book.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Book {
    pub(crate) id: u32,
    pub(crate) title: String,
    pub(crate) price: Money,
}

/// An amount, in cents.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Money(pub(crate) u32);

/// How many copies of a book were sold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sales {
    pub(crate) title: String,
    pub(crate) copies: u32,
}

impl fmt::Display for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl fmt::Display for Book {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.title, self.price)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

impl fmt::Display for Sales {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} x {}", self.copies, self.title)
    }
}
