//! The cached functions, and how each of them is called, refreshed, looked at and invalidated.

use crate::model::{Function, Name, Value, group};
use crate::record::How;
use crate::world::{compute, compute_async};
use ecached::prelude::*;
use ecached::{EntryOptions, Result, aio};
use std::cell::Cell;

/// Seconds: longer than a run, so that nothing but invalidations, evictions and faults ends an entry.
const TIMEOUT: u64 = 3600;

#[cached("tagged:<row>", TIMEOUT, tags = ["row:<row>", "group:<group>", "shared"])]
fn tagged(row: u8, group: u8) -> Value {
    compute(Function::Tagged, row)
}

#[cached("tagged_async:<row>", TIMEOUT, tags = ["row:<row>", "group:<group>", "shared"])]
async fn tagged_async(row: u8, group: u8) -> Value {
    compute_async(Function::TaggedAsync, row).await
}

#[cached("listed:<row>", TIMEOUT,
         tags = ["shared", |value: &Value| value.parts.iter().map(|part| tag!("in:<part.row>"))])]
fn listed(row: u8) -> Value {
    compute(Function::Listed, row)
}

#[cached("listed_async:<row>", TIMEOUT,
         tags = ["shared", |value: &Value| value.parts.iter().map(|part| tag!("in:<part.row>"))])]
async fn listed_async(row: u8) -> Value {
    compute_async(Function::ListedAsync, row).await
}

#[cached("shelved:<row>", TIMEOUT, prefix = "shelf:<group>", tags = ["row:<row>", "shared"])]
fn shelved(row: u8, group: u8) -> Value {
    compute(Function::Shelved, row)
}

#[cached("shelved_async:<row>", TIMEOUT, prefix = "shelf:<group>", tags = ["row:<row>", "shared"])]
async fn shelved_async(row: u8, group: u8) -> Value {
    compute_async(Function::ShelvedAsync, row).await
}

#[cached("locked:<row>", TIMEOUT, tags = ["row:<row>", "shared"], lock = "distributed")]
fn locked(row: u8) -> Value {
    compute(Function::Locked, row)
}

/// The functions that blocking callers read.
pub(crate) const BLOCKING: [Function; 5] =
    [Function::Tagged, Function::Listed, Function::Shelved, Function::Locked, Function::Handle];

/// The functions that async callers read.
pub(crate) const ASYNC: [Function; 4] =
    [Function::TaggedAsync, Function::ListedAsync, Function::ShelvedAsync, Function::Handle];

fn handle_key(row: u8) -> String {
    format!("handle:{row}")
}

fn handle_options(row: u8) -> EntryOptions {
    EntryOptions::timeout(TIMEOUT).with_tags([format!("row:{row}"), "shared".to_owned()])
}

/// Reads, blocking. Nothing came back if there was nothing to peek at.
pub(crate) fn read(function: Function, row: u8, how: How) -> Option<Value> {
    let group = group(row);
    match (function, how) {
        (Function::Tagged, How::Call) => Some(tagged(row, group)),
        (Function::Tagged, How::Refresh) => Some(tagged::refresh_cache(row, group)),
        (Function::Tagged, How::Peek) => tagged::peek(row, group).ok()?,
        (Function::Listed, How::Call) => Some(listed(row)),
        (Function::Listed, How::Refresh) => Some(listed::refresh_cache(row)),
        (Function::Listed, How::Peek) => listed::peek(row).ok()?,
        (Function::Shelved, How::Call) => Some(shelved(row, group)),
        (Function::Shelved, How::Refresh) => Some(shelved::refresh_cache(row, group)),
        (Function::Shelved, How::Peek) => shelved::peek(row, group).ok()?,
        (Function::Locked, How::Call) => Some(locked(row)),
        (Function::Locked, How::Refresh) => Some(locked::refresh_cache(row)),
        (Function::Locked, How::Peek) => locked::peek(row).ok()?,
        (_, How::Peek) => {
            let mut values = caches().get("default").ok()?.get_many(&[&handle_key(row)]).ok()?;
            values.pop()?
        }
        _ => {
            let compute = || compute(Function::Handle, row);
            let cache = caches().get("default").ok()?;
            Some(cache.get_or_compute(&handle_key(row), handle_options(row), compute))
        }
    }
}

/// Reads, async.
pub(crate) async fn read_async(function: Function, row: u8, how: How) -> Option<Value> {
    let group = group(row);
    match (function, how) {
        (Function::TaggedAsync, How::Call) => Some(tagged_async(row, group).await),
        (Function::TaggedAsync, How::Refresh) => {
            Some(tagged_async::refresh_cache(row, group).await)
        }
        (Function::TaggedAsync, How::Peek) => tagged_async::peek(row, group).await.ok()?,
        (Function::ListedAsync, How::Call) => Some(listed_async(row).await),
        (Function::ListedAsync, How::Refresh) => Some(listed_async::refresh_cache(row).await),
        (Function::ListedAsync, How::Peek) => listed_async::peek(row).await.ok()?,
        (Function::ShelvedAsync, How::Call) => Some(shelved_async(row, group).await),
        (Function::ShelvedAsync, How::Refresh) => {
            Some(shelved_async::refresh_cache(row, group).await)
        }
        (Function::ShelvedAsync, How::Peek) => shelved_async::peek(row, group).await.ok()?,
        (_, How::Peek) => aio::caches().get("default").ok()?.get(&handle_key(row)).await.ok()?,
        _ => {
            let compute = compute_async(Function::Handle, row);
            let cache = aio::caches().get("default").ok()?;
            Some(cache.get_or_compute(&handle_key(row), handle_options(row), compute).await)
        }
    }
}

/// Sets a value that was just read, blocking.
pub(crate) fn set(row: u8, value: Value) -> Result<()> {
    caches().get("default")?.set(&handle_key(row), value, handle_options(row))
}

/// Sets a value that was just read, async.
pub(crate) async fn set_async(row: u8, value: Value) -> Result<()> {
    aio::caches().get("default")?.set(&handle_key(row), value, handle_options(row)).await
}

/// The key of a function's entry, as other programs would write it.
fn key(function: Function, row: u8) -> String {
    match function {
        Function::Tagged => tagged::cache_key(row, group(row)),
        Function::TaggedAsync => tagged_async::cache_key(row, group(row)),
        Function::Listed => listed::cache_key(row),
        Function::ListedAsync => listed_async::cache_key(row),
        Function::Shelved => shelved::cache_key(row, group(row)),
        Function::ShelvedAsync => shelved_async::cache_key(row, group(row)),
        Function::Locked => locked::cache_key(row),
        Function::Handle => handle_key(row),
    }
}

/// Invalidates one name, blocking. What has async companions only is invalidated by [`invalidate_async`].
pub(crate) fn invalidate(name: Name) -> Result<()> {
    match name {
        Name::Key(Function::Tagged, row) => tagged::invalidate_cache_by_key(row, group(row)),
        Name::Key(Function::Listed, row) => listed::invalidate_cache_by_key(row),
        Name::Key(Function::Shelved, row) => shelved::invalidate_cache_by_key(row, group(row)),
        Name::Key(function, row) => invalidate_key(&key(function, row)),
        Name::Shelf(group) if group % 2 == 0 => {
            // Which row does not matter: the prefix is rendered from the group.
            shelved::invalidate_cache_by_prefix(0, group)
        }
        Name::Shelf(group) => invalidate_prefix(&format!("shelf:{group}")),
        Name::Function(Function::Listed) => listed::invalidate_all(),
        Name::Function(Function::Shelved) => shelved::invalidate_all(),
        Name::Function(Function::Locked) => locked::invalidate_all(),
        Name::Function(_) => tagged::invalidate_all(),
        Name::All => caches().get("default")?.clear(),
        name => invalidate_tags(&name.tag().into_iter().collect::<Vec<_>>()),
    }
}

/// Invalidates one name, async.
pub(crate) async fn invalidate_async(name: Name) -> Result<()> {
    match name {
        Name::Key(Function::TaggedAsync, row) => {
            tagged_async::invalidate_cache_by_key(row, group(row)).await
        }
        Name::Key(function, row) => aio::invalidate_key(&key(function, row)).await,
        Name::Shelf(group) => aio::invalidate_prefix(&format!("shelf:{group}")).await,
        Name::Function(Function::ListedAsync) => listed_async::invalidate_all().await,
        Name::Function(Function::ShelvedAsync) => shelved_async::invalidate_all().await,
        Name::Function(_) => tagged_async::invalidate_all().await,
        Name::All => aio::caches().get("default")?.clear().await,
        name => aio::invalidate_tags(&name.tag().into_iter().collect::<Vec<_>>()).await,
    }
}

/// The names that can be invalidated as a function's own, blocking.
pub(crate) const OWN: [Function; 4] =
    [Function::Tagged, Function::Listed, Function::Shelved, Function::Locked];

/// The same, async.
pub(crate) const OWN_ASYNC: [Function; 3] =
    [Function::TaggedAsync, Function::ListedAsync, Function::ShelvedAsync];

thread_local! {
    static HAS_FAILED: Cell<bool> = const { Cell::new(false) };
}

/// Commits, and invalidates what shows the row by its two tags, as a function with `#[invalidates]`. Returns what `commit`
/// has returned, and whether the invalidation succeeded.
pub(crate) fn commit_and_invalidate<T>(row: u8, commit: impl FnOnce() -> T) -> (T, bool) {
    #[invalidates(tags = ["row:<row>", "in:<row>"], on_error = |_| HAS_FAILED.set(true))]
    fn then_invalidate<T>(row: u8, commit: impl FnOnce() -> T) -> T {
        let _ = row;
        commit()
    }
    HAS_FAILED.set(false);
    let committed = then_invalidate(row, commit);
    (committed, !HAS_FAILED.get())
}
