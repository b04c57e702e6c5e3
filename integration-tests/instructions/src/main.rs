//! Does one thing so many times: `instructions CASE COUNT`. `cargo xtask instructions` runs it twice under callgrind and
//! takes the difference, which is what the thing itself costs. Without words, it names the cases.
#![expect(clippy::print_stdout, reason = "a command-line tool talks on its standard streams")]

use ecached::{Memory, cached, caches, invalidate_tags, key};
use std::hint::black_box;
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

/// Entries that are there before anything is counted.
const ENTRIES: u64 = 1000;

struct User {
    id: u64,
}

#[cached("user:<id>", 3600, tags = ["users", "user:<id>", "orgs"], local)]
fn user(id: u64) -> Arc<User> {
    Arc::new(User { id })
}

#[cached("named:<name>", 3600, tags = ["users", "named:<name>", "orgs"], local)]
fn named(name: &str) -> Arc<User> {
    Arc::new(User { id: name.len() as u64 })
}

#[cached("later:<id>", 3600, tags = ["users", "user:<id>", "orgs"], local)]
async fn later(id: u64) -> Arc<User> {
    Arc::new(User { id })
}

#[cached("many:<id>", 3600, tags = ["many:<id>"], local)]
fn missed(id: u64) -> Arc<User> {
    Arc::new(User { id })
}

/// What a hit returns is there at the first poll.
fn polled(id: u64) -> u64 {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(later(id)).poll(&mut context) {
        Poll::Ready(user) => user.id,
        Poll::Pending => u64::MAX,
    }
}

/// A case: what it is called, and what it does at each step.
type Case = (&'static str, fn(u64, &[String]) -> u64);

const CASES: [Case; 8] = [
    ("nothing", |index, _| index),
    ("hit, 3 tags, integer key", |index, _| user(index % ENTRIES).id),
    ("hit, 3 tags, text key", |index, names| {
        names.get((index % ENTRIES) as usize).map_or(0, |name| named(name).id)
    }),
    ("async hit, 3 tags", |index, _| polled(index % ENTRIES)),
    ("key of an integer and a text", |index, _| key!("user:<index>:a/<index>").len() as u64),
    ("invalidation of another tag, then a hit", |index, _| {
        u64::from(invalidate_tags(&["nothing"]).is_ok()) + user(index % ENTRIES).id
    }),
    ("invalidation of the tag, then a miss and a store", |index, names| {
        let name = names.get((index % ENTRIES) as usize).map_or("", String::as_str);
        u64::from(invalidate_tags(&["orgs", name]).is_ok()) + user(index % ENTRIES).id
    }),
    ("miss and store, 1 tag", |index, _| missed(index).id),
];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(wanted), Some(count)) = (arguments.next(), arguments.next()) else {
        CASES.iter().for_each(|(name, _)| println!("{name}"));
        return ExitCode::SUCCESS;
    };
    let case = CASES.iter().find(|(name, _)| *name == wanted);
    let (Some((_, step)), Ok(count)) = (case, count.parse::<u64>()) else {
        println!("no such case, or no number: `{wanted}`");
        return ExitCode::FAILURE;
    };
    if caches().set_default(Memory::builder().max_entries(1_000_000).build()).is_err() {
        return ExitCode::FAILURE;
    }
    let names: Vec<String> = (0..ENTRIES).map(|id| format!("user-{id}")).collect();
    for (id, name) in (0..ENTRIES).zip(&names) {
        black_box((user(id).id, named(name).id, polled(id)));
    }
    for index in 0..count {
        black_box(step(black_box(index), &names));
    }
    ExitCode::SUCCESS
}
