//! Failovers, in all ways in which they come about. What they lose is measured, and is no failure of ecached: replication is
//! asynchronous, so a primary acknowledges what its replica does not have yet.

use crate::chance::Chance;
use crate::check::{History, Violation};
use crate::record::{Record, Span};
use crate::world::{now, pause};
use ecached_testing::servers::{Redis, Sentinel};
use std::collections::BTreeMap;
use std::time::Duration;

/// How a failover comes about.
const KINDS: [Kind; 4] = [Kind::Killed, Kind::Frozen, Kind::Planned, Kind::Lagging];

#[derive(Clone, Copy, Debug)]
enum Kind {
    /// The primary dies.
    Killed,
    /// The primary stands still, and goes on when there is another.
    Frozen,
    /// The sentinel is asked for it.
    Planned,
    /// The replica stands still for half a second, and then the primary dies.
    Lagging,
}

/// Sentinel demotes the old primary after eleven seconds, or tries again after some more; nanoseconds.
const FOLLOWS_WITHIN: u64 = 60_000_000_000;

/// How often a server is asked what it is.
const STEP: Duration = Duration::from_millis(20);

/// Fails over again and again until that time.
pub(crate) fn rage(
    sentinel: &Sentinel,
    is_guarded: bool,
    chance: &mut Chance,
    until: u64,
) -> Vec<Record> {
    let mut records = Vec::new();
    let mut number = 0;
    while now() < until {
        if is_guarded {
            guard(sentinel);
        }
        let start = now();
        pause(chance.micros(1_000_000, 2_000_000));
        records.push(Record::Calm(Span { start, end: now() }));
        let kind = KINDS[number % KINDS.len()];
        let mut note = |what: String| records.push(Record::Fault { time: now(), what });
        if matches!(kind, Kind::Lagging) {
            sentinel.replica().freeze();
            pause(Duration::from_millis(500));
        }
        note(format!("failover {number}: {kind:?}"));
        fail_over(sentinel, kind);
        note(format!("failover {number}: the old primary is a replica"));
        number += 1;
    }
    records
}

/// Has both servers refuse writes while they have no replica that was heard of in the last second.
fn guard(sentinel: &Sentinel) {
    for server in [sentinel.primary(), sentinel.replica()] {
        for (name, value) in [("min-replicas-to-write", "1"), ("min-replicas-max-lag", "1")] {
            server.command(&["CONFIG", "SET", name, value]);
        }
    }
}

/// One failover, until the old primary follows the new one.
fn fail_over(sentinel: &Sentinel, kind: Kind) {
    match kind {
        Kind::Killed => {
            sentinel.primary().kill();
            sentinel.wait_for_failover();
            sentinel.replica().restart();
        }
        Kind::Frozen => {
            sentinel.primary().freeze();
            sentinel.wait_for_failover();
            sentinel.replica().thaw();
        }
        Kind::Planned => sentinel.failover(),
        Kind::Lagging => {
            sentinel.primary().kill();
            sentinel.replica().thaw();
            sentinel.wait_for_failover();
            sentinel.replica().restart();
        }
    }
    let deadline = now() + FOLLOWS_WITHIN;
    while !follows(sentinel.replica()) {
        assert!(
            now() < deadline,
            "the old primary follows nobody: a busy machine, on which Sentinel has failed over twice?"
        );
        pause(STEP);
    }
}

fn follows(server: &Redis) -> bool {
    let Ok(reply) = server.try_command(&["ROLE"], Duration::from_secs(1)) else { return false };
    reply.items().get(3).and_then(|state| state.text()) == Some("connected")
}

/// Says what each failover lost.
pub(crate) fn report(history: &History, violations: &[Violation]) {
    let mut lost = BTreeMap::new();
    for violation in violations {
        let last: &mut u64 = lost.entry(violation.index).or_default();
        *last = (*last).max(violation.span.start);
    }
    println!("  lost invalidations that somebody noticed: {} of {}", lost.len(), history.totals.ok);
    let mut from = 0;
    for [begin, end] in pairs(&history.faults) {
        let (time, what) = begin;
        let millis = |at: u64| (at as f64 - *time as f64) / 1e6;
        let is_of_this = |at: u64| at > from && at <= end.0;
        let ok = |at: u64| is_of_this(at) && at > time.saturating_sub(1_000_000_000);
        let around = history.invalidations.iter().filter(|found| ok(found.span.end)).count();
        let ends: Vec<(f64, f64)> = lost
            .iter()
            .map(|(&index, &read)| (history.invalidations[index].span.end, read))
            .filter(|(at, _)| is_of_this(*at))
            .map(|(at, read)| (millis(at), millis(read)))
            .collect();
        let first = ends.iter().map(|(at, _)| *at).fold(f64::INFINITY, f64::min);
        let last = ends.iter().map(|(at, _)| *at).fold(f64::NEG_INFINITY, f64::max);
        let read = ends.iter().map(|(_, read)| *read).fold(f64::NEG_INFINITY, f64::max);
        println!(
            "  {what}: took {:.0} ms; {around} invalidations ok from 1 s before until then, {} lost",
            millis(end.0),
            ends.len(),
        );
        if !ends.is_empty() {
            println!(
                "    they ended from {first:.1} to {last:.1} ms after it began, the last stale read began {read:.1} ms after"
            );
        }
        from = end.0;
    }
}

/// The lines at which each failover began and ended.
fn pairs(faults: &[(u64, String)]) -> impl Iterator<Item = [&(u64, String); 2]> {
    faults.chunks_exact(2).map(|pair| [&pair[0], &pair[1]])
}
