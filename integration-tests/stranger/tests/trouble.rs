//! What goes wrong in a user's program: functions that call each other, futures that nobody polls, options that panic.

#![deny(warnings)]

use ecached::prelude::*;
use ecached::{Cache, Memory, Settings, aio};
use std::error::Error;
use std::fmt::Display;
use std::future::{pending, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;
use stranger::executor::block_on;

#[cached("ping:<n>", 60, ignore = [depth])]
fn ping(n: u64, depth: u64) -> u64 {
    thread::yield_now();
    if depth == 0 { n } else { pong(n, depth - 1) }
}

#[cached("pong:<n>", 60, ignore = [depth])]
fn pong(n: u64, depth: u64) -> u64 {
    thread::yield_now();
    if depth == 0 { n } else { ping(n, depth - 1) }
}

#[test]
fn functions_that_call_each_other_on_several_threads_end() {
    for n in 0..100 {
        let threads = [ping, pong, ping, pong].map(|call| thread::spawn(move || call(n, 3)));
        assert!(threads.into_iter().all(|thread| thread.join().unwrap() == n));
    }
}

#[test]
fn a_leader_that_nobody_polls_holds_nobody_up_for_ever() {
    let settings = Settings::default().with_wait(Duration::from_millis(1));
    let cache = aio::Cache::from(Cache::with_settings(Memory::builder().build(), settings));
    let mut leader = pin!(cache.get_or_compute("a", 60, pending::<u64>()));
    let mut context = Context::from_waker(Waker::noop());
    assert_eq!(leader.as_mut().poll(&mut context), Poll::Pending);
    assert_eq!(block_on(cache.get_or_compute("a", 60, ready(2_u64))), 2);
}

#[test]
fn a_leader_that_is_dropped_is_followed() {
    let cache = aio::Cache::from(Cache::new(Memory::builder().build()));
    let mut context = Context::from_waker(Waker::noop());
    let mut leader = Box::pin(cache.get_or_compute("a", 60, pending::<u64>()));
    assert!(leader.as_mut().poll(&mut context).is_pending());
    let mut follower = pin!(cache.get_or_compute("a", 60, ready(2_u64)));
    assert!(follower.as_mut().poll(&mut context).is_pending());
    drop(leader);
    assert_eq!(block_on(follower), 2);
    assert_eq!(block_on(cache.get("a")).unwrap(), Some(2_u64));
}

#[cached("tags_panic:<n>", 60, tags = |value: &u64| { assert!(*value != 13, "tags"); [tag!("t:<value>")] })]
fn tags_panic(n: u64) -> u64 {
    n
}

#[cached("if_panics:<n>", 60, cache_if = |value| { assert!(*value != 13, "cache_if"); true })]
fn if_panics(n: u64) -> u64 {
    n
}

#[cached("timeout_panics:<n>", timeout = { assert!(n != 13, "timeout"); 60 })]
fn timeout_panics(n: u64) -> u64 {
    n
}

#[test]
fn options_that_panic_lock_nothing_up() {
    for call in [tags_panic, if_panics, timeout_panics] {
        let threads = [13, 13, 13].map(|n| thread::spawn(move || call(n)));
        assert!(threads.into_iter().all(|thread| thread.join().is_err()));
        assert_eq!((call(1), call(1)), (1, 1));
    }
}

#[cached("boxed:<n>", 60)]
fn boxed(n: u64) -> Result<u64, Box<dyn Error>> {
    if n == 0 { Err("zero".into()) } else { Ok(n) }
}

#[cached("boxed_async:<n>", 60)]
async fn boxed_async(n: u64) -> Result<u64, Box<dyn Error + Send + Sync>> {
    if n == 0 { Err("zero".into()) } else { Ok(n) }
}

#[cached("object:<text>:<other>", 60)]
fn object(text: &dyn Display, other: Box<dyn Display + Send>) -> String {
    format!("{text}{other}")
}

struct View<'a> {
    text: &'a str,
}

impl<'a> View<'a> {
    #[cached("view:<self.text>:<by>", 60)]
    fn joined<'b>(&self, by: &'b str) -> String
    where
        'a: 'b,
    {
        format!("{}{by}", self.text)
    }
}

trait Repository {
    fn load(&self, id: u64) -> impl Future<Output = u64> + Send;
}

struct Table(u64);

impl Repository for Table {
    #[cached("table:<self.0>:<id>", 60)]
    async fn load(&self, id: u64) -> u64 {
        self.0 + id
    }
}

#[test]
fn errors_objects_and_views() {
    assert!(boxed(0).is_err() && boxed(1).is_ok());
    assert!(block_on(boxed_async(0)).is_err() && block_on(boxed_async(1)).is_ok());
    assert_eq!(object(&1, Box::new('x')), "1x");
    let text = String::from("left");
    assert_eq!(View { text: &text }.joined("right"), "leftright");
    let load = async move { Table(1).load(2).await };
    assert_eq!(thread::spawn(move || block_on(load)).join().unwrap(), 3);
}

#[test]
fn blocks_in_place_may_do_what_blocks_do() {
    let mut count = 0;
    assert_eq!(
        ecached!("in_place:mut", 60, {
            count += 1;
            count
        }),
        1
    );
    let pair = (1_u64, "a".to_owned());
    let sum = ecached!(
        "in_place:<pair.0>:<pair.1>",
        60,
        tags = |sum: &u64| [tag!("sum:<sum>")],
        cache_if = |sum| *sum > 0,
        { pair.0 + pair.1.len() as u64 }
    );
    assert_eq!((sum, count), (2, 1));
    let seconds = 7;
    let key =
        ecached!(key = format!("in_place:{seconds}"), timeout = seconds * 2, local, { seconds });
    assert_eq!(key, 7);
    let first = |text: &str| -> Option<bool> {
        ecached!("in_place:<text>", 60, { Some(text.chars().next()?.is_alphabetic()) })
    };
    assert_eq!((first("a"), first(""), first("")), (Some(true), None, None));
}

#[test]
fn a_closure_may_use_a_cache_of_its_own_and_fail() {
    let own = Cache::new(Memory::builder().build());
    let ratio =
        ecached!("ratio:<a>:<b>", 60, cache = own, |a: u64, b: u64| -> Result<u64, String> {
            a.checked_div(b).ok_or_else(|| "division by zero".to_owned())
        });
    assert_eq!((ratio.call(6, 2), ratio.call(6, 0).is_err()), (Ok(3), true));
    assert_eq!(ratio.peek(6, 2).unwrap(), Some(3));
    assert_eq!(own.get::<u64>("ratio:6:2").unwrap(), Some(3));
}
