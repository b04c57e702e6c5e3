//! One deliberate bug at a time. Each must be found in the world that is named with it.

use super::edits::{GRAPH, LEASES, MACHINE, MACHINE_STORE, MOD, SLOT, STORE, TABLE, TAGS, WAIT};

/// A deliberate bug: in `to`, `MUTANT` is the condition that it is the one which is asked for, `ORIGINAL` is `from`.
pub(crate) struct Mutant {
    pub(crate) name: &'static str,
    pub(crate) world: &'static str,
    pub(crate) file: &'static str,
    pub(crate) from: &'static str,
    pub(crate) to: &'static str,
}

const fn mutant(
    name: &'static str,
    world: &'static str,
    file: &'static str,
    (from, to): (&'static str, &'static str),
) -> Mutant {
    Mutant { name, world, file, from, to }
}

/// All of them.
pub(crate) const MUTANTS: &[Mutant] = &[
    mutant(
        "landed is notified before the outcome is set",
        "two callers share one computation",
        MOD,
        (
            "if self.outcome.set(outcome).is_ok() {",
            "if MUTANT { self.landed.notify(usize::MAX); let _ = self.outcome.set(outcome); } else if self.outcome.set(outcome).is_ok() {",
        ),
    ),
    mutant(
        "opened is notified before the identity is set",
        "bytes: two callers share one computation",
        MOD,
        (
            "if self.identity.set(identity).is_ok() {",
            "if MUTANT { self.opened.notify(usize::MAX); let _ = self.identity.set(identity); } else if self.identity.set(identity).is_ok() {",
        ),
    ),
    mutant(
        "no fence between the outcome and the look for listeners",
        "two callers share one computation",
        MOD,
        ("fence(Ordering::SeqCst);", "if !MUTANT { ORIGINAL }"),
    ),
    mutant(
        "no fence between listening and the second look",
        "two callers share one computation",
        WAIT,
        ("fence(Ordering::SeqCst);", "if !MUTANT { ORIGINAL }"),
    ),
    mutant(
        "the second look after listening is left out",
        "two callers share one computation",
        WAIT,
        (
            "let event = self.event().listen();\n        if let Some(waited) = self.result() {",
            "let event = self.event().listen();\n        if let (false, Some(waited)) = (MUTANT, self.result()) {",
        ),
    ),
    mutant(
        "the second look after listening is left out, async",
        "tasks: two callers share one computation",
        WAIT,
        (
            "let mut event = self.event().listen();\n        if let Some(waited) = self.result() {",
            "let mut event = self.event().listen();\n        if let (false, Some(waited)) = (MUTANT, self.result()) {",
        ),
    ),
    mutant(
        "listening begins after the look",
        "two callers share one computation",
        WAIT,
        (
            "let event = self.event().listen();\n",
            "if MUTANT && let Some(waited) = self.result() { return waited; }\n        let event = self.event().listen();\n        if MUTANT { let _in_time = event.wait_timeout(self.limit); return self.result().unwrap_or(Waited::GaveUp); }\n",
        ),
    ),
    mutant(
        "ends are not noted",
        "two callers share one computation",
        TABLE,
        ("shard.note_end(mark(hash, flight.tag_set), now);", "if !MUTANT { ORIGINAL }"),
    ),
    mutant(
        "an end is noted under another lock than the removal",
        "two callers share one computation",
        TABLE,
        (
            "let now = self.tick();\n        if !gave_way",
            "if MUTANT { drop(shard); shard = self.shard(hash).lock(); }\n        ORIGINAL",
        ),
    ),
    mutant(
        "ends are not looked at",
        "two callers share one computation",
        TABLE,
        (
            "if shard.has_ended(mark(caller.key.hash(), caller.tag_set), caller.looked) {\n            return Entered::LookAgain;",
            "if !MUTANT && shard.has_ended(mark(caller.key.hash(), caller.tag_set), caller.looked) {\n            return Entered::LookAgain;",
        ),
    ),
    mutant(
        "the lease is given back before the flight ends",
        "two callers share one computation",
        MACHINE,
        (
            "self.leader = None;\n        self.captured = Captured::Nothing;",
            "if MUTANT { self.captured = Captured::Nothing; }\n        ORIGINAL",
        ),
    ),
    mutant(
        "anybody may join",
        "two callers and an invalidation",
        TABLE,
        (
            "|flight: &Flight| flight.started > caller.started || is_seen(flight, identity.as_ref());",
            "|flight: &Flight| MUTANT || flight.started > caller.started || is_seen(flight, identity.as_ref());",
        ),
    ),
    mutant(
        "two open at a time, and the second does not look who captured the same",
        "bytes: two callers share one computation",
        TABLE,
        (
            "|flight| flight.identity.get().is_none())",
            "|flight| !MUTANT && flight.identity.get().is_none())",
        ),
    ),
    mutant(
        "an abandoned flight stays in the table",
        "tasks: a leader is dropped",
        TABLE,
        (
            "self.flights.remove(self.hash, &self.flight, gave_way);",
            "if !MUTANT || matches!(self.flight.outcome.get(), Some(Outcome::Value(_))) { ORIGINAL }",
        ),
    ),
    mutant(
        "an abandoned flight wakes others before it leaves the table",
        "tasks: a leader is dropped",
        TABLE,
        (
            "// First out of the table, so",
            "if MUTANT { self.flight.land({ Outcome::Abandoned }); }\n        // First out of the table, so",
        ),
    ),
    mutant(
        "what opened since the look is not looked at",
        "four methods: two callers share one computation",
        TABLE,
        (
            "if find(&shard, caller, is_newer).is_some() {",
            "if !MUTANT && find(&shard, caller, is_newer).is_some() {",
        ),
    ),
    mutant(
        "a flight that opened between two questions is not asked again",
        "four methods: two callers share one computation",
        TABLE,
        (
            "may be now.\n        if let Some(flight) = find(&shard, caller, may_join) {",
            "may be now.\n        if !MUTANT && let Some(flight) = find(&shard, caller, may_join) {",
        ),
    ),
    mutant(
        "a flight that gives way stays in the table until it is dropped",
        "bytes: three callers and an invalidation",
        TABLE,
        ("self.flights.remove(self.hash, &self.flight, true);", "if !MUTANT { ORIGINAL }"),
    ),
    mutant(
        "an opener does not look for ends",
        "bytes: two callers share one computation",
        TABLE,
        (
            "if shard.has_ended(mark(caller.key.hash(), caller.tag_set), caller.looked) {\n            return OpenedAs::Late;",
            "if !MUTANT && shard.has_ended(mark(caller.key.hash(), caller.tag_set), caller.looked) {\n            return OpenedAs::Late;",
        ),
    ),
    mutant(
        "it opened after its identity is known",
        "four methods: two callers share one computation",
        MOD,
        ("if self.identity.get().is_none() {", "if !MUTANT && self.identity.get().is_none() {"),
    ),
    mutant(
        "an abandoned flight tells nobody",
        "tasks: a leader is dropped",
        TABLE,
        ("self.flight.land(Outcome::Abandoned);", "if !MUTANT { ORIGINAL }"),
    ),
    mutant(
        "an abandoned flight does not open",
        "tasks on bytes: a leader is dropped while it opens",
        TABLE,
        (
            "if self.flight.identity.get().is_none() {",
            "if !MUTANT && self.flight.identity.get().is_none() {",
        ),
    ),
    mutant(
        "a value that is set supersedes nothing",
        "a value is set beside a computation",
        MACHINE_STORE,
        ("self.cache.flights().supersede(self.request.key());", "if !MUTANT { ORIGINAL }"),
    ),
    mutant(
        "a later computation supersedes nothing",
        "a refresh beside a computation",
        TABLE,
        ("self.flights.supersede_older(self.hash, &self.flight);", "if !MUTANT { ORIGINAL }"),
    ),
    mutant(
        "superseded is asked before the lease is held",
        "a value is set beside a computation",
        STORE,
        (
            "let stored = lease.use_for(|| {",
            "let early = MUTANT && is_superseded();\n        let is_superseded: &dyn Fn() -> bool = if MUTANT { &|| early } else { is_superseded };\n        ORIGINAL",
        ),
    ),
    mutant(
        "a wait may close a circle",
        "two computations that call each other",
        GRAPH,
        (
            "if reaches(&waits, awaited, &waiters) {",
            "if !MUTANT && reaches(&waits, awaited, &waiters) {",
        ),
    ),
    mutant(
        "a circle is looked for under another lock",
        "two computations that call each other",
        GRAPH,
        (
            "    for waiter in &waiters {\n        waits.entry",
            "    if MUTANT { drop(waits); waits = WAITS.lock(); }\nORIGINAL",
        ),
    ),
    mutant(
        "an invalidation is finished before it has changed the cells",
        "a hit beside an invalidation",
        TAGS,
        (
            "// 3. Entries and",
            "if MUTANT { FINISHED.0.fetch_add(1, Ordering::SeqCst); }\n        // 3. Entries and",
        ),
    ),
    mutant(
        "an invalidation is finished before it has changed the cells",
        "a hit beside an invalidation",
        TAGS,
        (
            "FINISHED.0.fetch_add(1, Ordering::SeqCst);\n    }",
            "if !MUTANT { FINISHED.0.fetch_add(1, Ordering::SeqCst); }\n    }",
        ),
    ),
    mutant(
        "an invalidation does not finish",
        "a hit beside an invalidation",
        TAGS,
        (
            "FINISHED.0.fetch_add(1, Ordering::SeqCst); }\n    }",
            "if !MUTANT { FINISHED.0.fetch_add(1, Ordering::SeqCst); } }\n    }",
        ),
    ),
    mutant(
        "finishing is not ordered with the cells",
        "two who hit beside an invalidation",
        TAGS,
        (
            "FINISHED.0.load(Ordering::Acquire)",
            "if MUTANT { FINISHED.0.load(Ordering::Relaxed) } else { FINISHED.0.load(Ordering::Acquire) }",
        ),
    ),
    mutant(
        "finishing is not ordered with the cells",
        "two who hit beside an invalidation",
        TAGS,
        (
            "self.cell.version.load(Ordering::SeqCst) == self.version",
            "self.cell.version.load(if MUTANT { Ordering::Relaxed } else { Ordering::SeqCst }) == self.version",
        ),
    ),
    mutant(
        "the epoch is read after the cells",
        "a hit beside an invalidation",
        SLOT,
        (
            "self.checked.store(epoch, Ordering::Relaxed);",
            "self.checked.store(if MUTANT { tags::epoch() } else { epoch }, Ordering::Relaxed);",
        ),
    ),
    mutant(
        "recent invalidations are not remembered",
        "a tag that the value brings",
        TAGS,
        ("self.recent.note(self.hasher.hash_one(&**name), version);", "if !MUTANT { ORIGINAL }"),
    ),
    mutant(
        "recent invalidations are remembered after the cells",
        "a tag that the value brings",
        TAGS,
        ("self.recent.note(self.hasher.hash_one(&**name), version);", "if !MUTANT { ORIGINAL }"),
    ),
    mutant(
        "recent invalidations are remembered after the cells",
        "a tag that the value brings",
        TAGS,
        (
            "// 4. Who found",
            "if MUTANT { for name in names { self.recent.group(self.hasher.hash_one(&**name)).fetch_max(version, Ordering::SeqCst); } }\n        // 4. Who found",
        ),
    ),
    mutant(
        "a cell begins with the count",
        "a tag that the value brings",
        TAGS,
        (
            "let version = self.recent.last(self.hasher.hash_one(name));",
            "let version = if MUTANT { self.now() } else { self.recent.last(self.hasher.hash_one(name)) };",
        ),
    ),
    mutant(
        "recent invalidations are looked at before the cells",
        "a tag that the value brings",
        STORE,
        (
            "tags.extend(entry.value_tags);\n        if !tags.are_current() || store.tags.is_any_newer(entry.value_tags, *begun) {",
            "let early = MUTANT && store.tags.is_any_newer(entry.value_tags, *begun);\n        tags.extend(entry.value_tags);\n        if early || !tags.are_current() || !MUTANT && store.tags.is_any_newer(entry.value_tags, *begun) {",
        ),
    ),
    mutant(
        "the count is captured when the value is stored",
        "a tag that the value brings",
        STORE,
        (
            "let Self { begun, lease, tags, .. } = self;",
            "if MUTANT { self.begun = self.lease.owner().tags.now(); }\n        ORIGINAL",
        ),
    ),
    mutant(
        "a cell is removed without a second look at its references",
        "tag cells that come and go",
        TAGS,
        (
            "&& cell.0.references.load(Ordering::Acquire) == 0",
            "&& (MUTANT || cell.0.references.load(Ordering::Acquire) == 0)",
        ),
    ),
    mutant(
        "a cell that another thread made is replaced",
        "tag cells that come and go",
        TAGS,
        (
            "Entry::Occupied(entry) => entry.into_ref(),",
            "Entry::Occupied(entry) if MUTANT => { entry.remove(); return self.acquire(name); }\n            Entry::Occupied(entry) => entry.into_ref(),",
        ),
    ),
    mutant(
        "cells are not given back",
        "tag cells that come and go",
        TAGS,
        ("self.cells.remove_if(tag.cell.name.as_str(), is_unused);", "if !MUTANT { ORIGINAL }"),
    ),
    mutant(
        "an entry is removed before its lease is revoked",
        "a computation beside an invalidation by key",
        LEASES,
        (
            "match self.slots.entry(key) {\n            Entry::Occupied(slot) => {\n                let removed = remove();",
            "if MUTANT { let removed = remove(); self.slots.remove_if(&key, |_, _| true); return removed; }\n        ORIGINAL",
        ),
    ),
    mutant(
        "a lease is not held while a value is stored",
        "a computation beside an invalidation by key",
        LEASES,
        (
            "let slot = self.owner.leases().slots.get_mut(&self.key)?;",
            "if MUTANT { let holds = self.owner.leases().slots.get_mut(&self.key).is_some_and(|slot| slot.id == self.id); return holds.then(store); }\n        ORIGINAL",
        ),
    ),
    mutant(
        "everything is removed before the leases",
        "a computation while everything is removed",
        STORE,
        (
            "self.leases.revoke_all();",
            "if MUTANT { self.remove_where(|_, _| true); self.leases.revoke_all(); return Ok(()); }\n        ORIGINAL",
        ),
    ),
];
