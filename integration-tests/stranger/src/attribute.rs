//! `#[cached]` in all the forms that the design shows, with its options.

use ecached::prelude::*;
use ecached::{Cache, Memory};
use std::cell::Cell;
use std::sync::LazyLock;
use std::time::Duration;

thread_local! {
    static RUNS: Cell<u64> = const { Cell::new(0) };
}

/// How many functions of this module ran on this thread while `action` did.
pub fn runs<T>(action: impl FnOnce() -> T) -> u64 {
    let before = RUNS.get();
    action();
    RUNS.get() - before
}

fn ran() {
    RUNS.set(RUNS.get() + 1);
}

/// A user, stored by any backend.
#[derive(Clone, Debug, PartialEq, ecached::serde::Serialize, ecached::serde::Deserialize)]
#[serde(crate = "ecached::serde")]
pub struct User {
    /// Who.
    pub id: u64,
    /// Where.
    pub org: String,
}

/// A book, stored by any backend.
#[derive(Clone, Debug, PartialEq, ecached::serde::Serialize, ecached::serde::Deserialize)]
#[serde(crate = "ecached::serde")]
pub struct Book {
    /// Which.
    pub id: u64,
}

/// Why a user could not be loaded.
#[derive(Debug, PartialEq)]
pub struct DbError;

/// The design's first snippet.
#[cached("user:<id>", 3600, tags = ["users", "org:<org>"])]
pub async fn load_user(id: u64, org: &str) -> Result<User, DbError> {
    ran();
    if id == 0 { Err(DbError) } else { Ok(User { id, org: org.to_owned() }) }
}

/// The bare form: path and arguments make the key.
#[cached]
pub fn bare(n: u64, text: &str) -> String {
    ran();
    format!("{n}{text}")
}

/// A template and a timeout.
#[cached("sum:<n>", 60)]
pub fn sum(n: u64) -> u64 {
    (0..=n).sum()
}

/// The same with braces.
#[cached("braces:{n}", 60)]
pub fn sum_in_braces(n: u64) -> u64 {
    (0..=n).sum()
}

/// Whose orders these are.
#[derive(Clone, Debug)]
pub struct Account {
    /// Who.
    pub id: u64,
    /// Where.
    pub shop: String,
}

impl Account {
    /// Everything at once.
    #[cached("u:<self.id>:<kind>", timeout = Duration::from_millis(250), tags = ["users", "user:<self.id>"],
             prefix = "shop:<self.shop>", alias = "redis")]
    pub fn details(&self, kind: &str) -> String {
        ran();
        format!("{kind} of {} at {}", self.id, self.shop)
    }

    /// Everything at once, async.
    #[cached("a:<self.id>:<kind>", timeout = Duration::from_millis(250), tags = ["users", "user:<self.id>"],
             prefix = "shop:<self.shop>", alias = "redis")]
    pub async fn details_async(&self, kind: &str) -> String {
        ran();
        format!("{kind} of {} at {}", self.id, self.shop)
    }
}

/// A timeout that depends on an argument.
#[cached("by_group:<group>", timeout = if group == "admins" { 10 } else { 100 })]
pub fn by_group(group: &str) -> usize {
    group.len()
}

/// Tags from the value.
#[cached("fav:<user>", 600, tags = |books: &Vec<Book>| books.iter().map(|b| tag!("book:<b.id>")))]
pub fn favourites(user: &str) -> Vec<Book> {
    ran();
    (1..=user.len() as u64).map(|id| Book { id }).collect()
}

/// A date, as libraries have them: the value is behind a method.
#[derive(Clone, Copy, Debug)]
pub struct Date(pub u16);

impl Date {
    /// Its year.
    #[must_use]
    pub fn year(self) -> u16 {
        self.0
    }
}

/// A key from an expression.
#[cached(key = format!("list:{}", date.year()), timeout = 60)]
pub fn list(date: Date) -> Vec<u16> {
    vec![date.year(); 2]
}

/// A cache that is in no registry.
pub static MY_CACHE: LazyLock<Cache> =
    LazyLock::new(|| Cache::new(Memory::builder().max_entries(100).build()));

/// An instance, as an expression.
#[must_use]
pub fn my_cache_expr() -> &'static Cache {
    &MY_CACHE
}

/// An instance instead of an alias.
#[cached("k:<a>", 60, cache = my_cache_expr())]
pub fn on_an_instance(a: u64) -> u64 {
    a * 2
}

/// The same by its static.
#[cached("s:<a>", 60, cache = MY_CACHE)]
pub async fn on_a_static(a: u64) -> u64 {
    a * 2
}

/// `None` is not kept.
#[cached("maybe:<n>", 60, cache_none = false)]
pub fn maybe(n: u64) -> Option<u64> {
    ran();
    n.checked_sub(1)
}

/// `None` is kept.
#[cached("kept:<n>", 60)]
pub fn maybe_kept(n: u64) -> Option<u64> {
    ran();
    n.checked_sub(1)
}

/// The value decides.
#[cached("long:<text>", 60, cache_if = |value| value.len() > 3)]
pub fn long_only(text: &str) -> String {
    ran();
    text.to_owned()
}

/// A value without serde.
#[derive(Clone, Debug, PartialEq)]
pub struct Opaque(pub u64);

/// Values stay in this process.
#[cached("local:<n>", 60, local)]
pub fn local_value(n: u64) -> Opaque {
    Opaque(n)
}

/// A connection: it has neither `Display` nor `Debug`.
pub struct Connection;

/// What does not belong in the key is named, or begins with an underscore.
#[cached("row:<id>", 60, ignore = [conn])]
pub fn row(conn: &Connection, id: u64, _trace: &Connection) -> u64 {
    ran();
    let _ = conn;
    id
}
