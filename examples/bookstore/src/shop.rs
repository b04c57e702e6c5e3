//! A shop: cached methods under a common prefix.

use crate::db::{Database, Result};
use crate::model::{Money, Sales};
use crate::teller::not_invalidated;
use ecached::prelude::*;

/// One of our shops.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shop<'a> {
    pub(crate) id: u32,
    pub(crate) db: &'a Database,
}

impl Shop<'_> {
    /// The key is `shop:1:best:2025`: the prefix stands before it, and is invalidated as a tag is.
    #[cached("best:<year>", 600, prefix = "shop:<self.id>", tags = ["sales"])]
    pub(crate) fn best_sellers(&self, year: u16) -> Result<Vec<Sales>> {
        let sql = "SELECT title, sum(sale.copies) FROM sale JOIN book ON book.id = sale.book
                   WHERE shop = ?1 AND year = ?2 GROUP BY book.id ORDER BY 2 DESC LIMIT 2";
        self.db
            .rows(sql, (self.id, year), |row| Ok(Sales { title: row.get(0)?, copies: row.get(1)? }))
    }

    /// Old years are kept for a day, the current one for a minute: a timeout is any expression over the arguments.
    #[cached(
        "revenue:<year>",
        timeout = if year < 2025 { 86_400 } else { 60 },
        prefix = "shop:<self.id>",
        tags = ["sales"]
    )]
    pub(crate) fn revenue(&self, year: u16) -> Result<Money> {
        let sql = "SELECT sum(sale.copies * cents) FROM sale JOIN book ON book.id = sale.book
                   WHERE shop = ?1 AND year = ?2";
        self.db.row(sql, (self.id, year), |row| row.get(0).map(Money))
    }

    /// Everything under this shop's prefix is invalid afterwards, and nothing of other shops.
    #[invalidates(prefix = "shop:<self.id>", on_error = not_invalidated)]
    pub(crate) fn sell(&self, year: u16, book: u32, copies: u32) -> Result<()> {
        let sql = "INSERT INTO sale (shop, year, book, copies) VALUES (?1, ?2, ?3, ?4)";
        self.db.execute(sql, (self.id, year, book, copies))
    }
}
