//! Round trips and commands, as the servers count them.

use super::{Servers, TIMEOUT_SECONDS, value};
use ecached::{Cache, EntryOptions, caches};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What a Redis server has counted: requests read from sockets, keys looked up, commands.
struct Counts {
    reads: u64,
    keys: u64,
    commands: BTreeMap<String, u64>,
}

/// Asks over a connection that is open already: it costs exactly one read.
fn look(connection: &mut redis::Connection) -> Counts {
    let mut info = redis::cmd("INFO");
    let text: String = info.arg("everything").query(connection).expect("the server answers");
    let number = |name: &str| {
        let found = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        found.and_then(|number| number.parse::<u64>().ok()).expect("Redis 6 counts it")
    };
    let command = |line: &str| {
        let (name, rest) = line.strip_prefix("cmdstat_")?.split_once(":calls=")?;
        Some((name.to_owned(), rest.split_once(',')?.0.parse().ok()?))
    };
    Counts {
        reads: number("total_reads_processed"),
        keys: number("keyspace_hits") + number("keyspace_misses"),
        commands: text.lines().filter_map(command).collect(),
    }
}

/// What `work` costs: round trips, keys looked up, commands by name.
fn cost(servers: &Servers, work: impl FnOnce()) -> Counts {
    let mut connection = servers.connection();
    let before = look(&mut connection);
    work();
    let after = look(&mut connection);
    let more = |(name, count): (String, u64)| {
        let more = count - before.commands.get(&name).copied().unwrap_or(0);
        (more > 0 && name != "info").then_some((name, more))
    };
    Counts {
        reads: after.reads - before.reads - 1,
        keys: after.keys - before.keys,
        commands: after.commands.into_iter().filter_map(more).collect(),
    }
}

/// Keys that `work` looks up.
///
/// # Panics
///
/// If the server does not answer.
pub fn keys_of(servers: &Servers, work: impl FnOnce()) -> u64 {
    cost(servers, work).keys
}

/// The head of the table that [`row`] gives the rows of.
pub const HEAD: &str = "| Redis | round trips | keys looked up | commands, those inside scripts too |\n\
                        | --- | ---: | ---: | --- |";

/// A row of what `work` costs.
///
/// # Panics
///
/// If the server does not answer.
pub fn row(servers: &Servers, what: &str, work: impl FnOnce()) -> String {
    let Counts { reads, keys, commands } = cost(servers, work);
    let commands: Vec<_> =
        commands.into_iter().map(|(name, count)| format!("{count} `{name}`")).collect();
    format!("| {what} | {reads} | {keys} | {} |", commands.join(", "))
}

fn tags(count: usize) -> EntryOptions {
    let names = (0..count).map(|number| format!("trip{number}"));
    EntryOptions::timeout(TIMEOUT_SECONDS).with_tags(names)
}

/// What is counted, in order: its name and the work.
fn works(cache: &Cache) -> Vec<(String, Box<dyn Fn() + '_>)> {
    let call = |key: String, count| _ = cache.get_or_compute(&key, tags(count), value);
    let mut works: Vec<(String, Box<dyn Fn() + '_>)> = Vec::new();
    for count in [0, 1, 8, 32] {
        call(format!("trips{count}"), count);
        works.push((
            format!("hit, {count} tags"),
            Box::new(move || call(format!("trips{count}"), count)),
        ));
    }
    works.push(("miss and store, 8 tags".into(), Box::new(move || call("trips".into(), 8))));
    works.push((
        "refresh (`set`), 8 tags".into(),
        Box::new(|| {
            cache.set("trips8", value(), tags(8)).expect("stored");
        }),
    ));
    for count in [1, 100] {
        let names: Vec<_> = (0..count).map(|number| format!("trip{number}")).collect();
        let what =
            if count == 1 { "invalidate 1 tag".into() } else { format!("invalidate {count} tags") };
        works.push((what, Box::new(move || cache.invalidate_tags(&names).expect("done"))));
    }
    works
}

/// Both tables.
///
/// # Panics
///
/// If a server does not answer.
#[must_use]
pub fn table(servers: &Servers) -> String {
    let mut text = format!("{HEAD}\n");
    let cache = caches().get("redis").expect("registered");
    for (what, work) in works(&cache) {
        _ = writeln!(text, "{}", row(servers, &what, work));
    }
    text += "\n| Memcached | `cmd_get` | `cmd_set` | `cmd_touch` | `delete_hits` and `delete_misses` |\n\
             | --- | ---: | ---: | ---: | ---: |\n";
    let cache = caches().get("memcached").expect("registered");
    for (what, work) in works(&cache) {
        let count = |names: &[&str]| {
            let stats = servers.memcached.stats();
            let of = |name: &&str| stats.get(*name).and_then(|text| text.parse::<u64>().ok());
            names.iter().filter_map(of).sum::<u64>()
        };
        let all =
            [&["cmd_get"] as &[_], &["cmd_set"], &["cmd_touch"], &["delete_hits", "delete_misses"]];
        let before = all.map(count);
        work();
        let [get, set, touch, delete] = all.map(count);
        let [get, set, touch, delete] =
            [get - before[0], set - before[1], touch - before[2], delete - before[3]];
        _ = writeln!(text, "| {what} | {get} | {set} | {touch} | {delete} |");
    }
    text
}
