//! A function, an async function, and methods of both sorts, for their companions.

use ecached::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};

/// How often [`total()`] ran.
pub static TOTALS: AtomicU64 = AtomicU64::new(0);
/// How often [`total_async()`] ran.
pub static TOTALS_ASYNC: AtomicU64 = AtomicU64::new(0);

/// A blocking function with all that companions need.
///
/// # Errors
///
/// For year 0.
#[cached("total:<year>:<of>", 60, tags = ["totals", "of:<of>"], prefix = "year:<year>")]
pub fn total(year: u16, of: &str) -> Result<u64, String> {
    let run = TOTALS.fetch_add(1, Ordering::SeqCst) + 1;
    if year == 0 { Err(of.to_owned()) } else { Ok(run) }
}

/// The same, async.
///
/// # Errors
///
/// For year 0.
#[cached("total:<year>:<of>", 60, tags = ["async_totals", "async_of:<of>"], prefix = "async_year:<year>")]
pub async fn total_async(year: u16, of: &str) -> Result<u64, String> {
    let run = TOTALS_ASYNC.fetch_add(1, Ordering::SeqCst) + 1;
    if year == 0 { Err(of.to_owned()) } else { Ok(run) }
}

/// A shop that counts its queries.
#[derive(Debug, Default)]
pub struct Shop {
    /// Which.
    id: u64,
    /// Blocking queries.
    queries: AtomicU64,
    /// Async queries.
    queries_async: AtomicU64,
}

impl Shop {
    /// A shop.
    #[must_use]
    pub fn new(id: u64) -> Self {
        Self { id, ..Self::default() }
    }

    /// A blocking method.
    #[cached("orders:<self.id>:<year>", 60, tags = ["orders", "orders:<self.id>"], prefix = "shop:<self.id>")]
    pub fn orders(&self, year: u16) -> u64 {
        let _ = year;
        self.queries.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// An async method.
    #[cached("orders:<self.id>:<year>", 60, tags = ["async_orders", "async_orders:<self.id>"], prefix = "async_shop:<self.id>")]
    pub async fn orders_async(&self, year: u16) -> u64 {
        let _ = year;
        self.queries_async.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// An associated function.
    #[cached("of_all:<year>", 60)]
    pub fn of_all(year: u16) -> u64 {
        u64::from(year)
    }
}
