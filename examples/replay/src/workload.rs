//! What is accessed, in which order, and who takes which part.

use crate::progress::now;
use crate::report::grouped;
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Accesses that a reader takes at a time.
const CHUNK: usize = 64;

/// An object of the trace.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Object {
    /// Its number in the trace.
    pub(crate) id: u32,
    /// Its type: bits 27 to 31 of its number.
    pub(crate) kind: u32,
    /// Where it stands in lists of all objects.
    pub(crate) slot: u32,
}

/// A trace, handed out in chunks.
#[derive(Debug)]
pub(crate) struct Workload {
    objects: Vec<Object>,
    /// The slots that are accessed, in order.
    accesses: Vec<u32>,
    next_chunk: AtomicUsize,
    /// Of so many who share the trace, the how-manieth this is: they take chunks in turn.
    share: (usize, usize),
    is_over: AtomicBool,
    /// Until when to go round; else the trace is replayed once.
    ends: Option<Instant>,
}

impl Workload {
    pub(crate) fn new(trace: &[u32]) -> Self {
        let mut objects = Vec::new();
        let mut slots = HashMap::new();
        let mut slot_of = |id: u32| {
            *slots.entry(id).or_insert_with(|| {
                let slot = u32::try_from(objects.len()).expect("invariant: there are 2^32 numbers");
                objects.push(Object { id, kind: id >> 27, slot });
                slot
            })
        };
        let accesses = trace.iter().map(|id| slot_of(*id)).collect();
        let (next_chunk, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
        Self { objects, accesses, next_chunk, share: (0, 1), is_over, ends: None }
    }

    /// Only the part of one of `readers` processes.
    pub(crate) fn shared_with(mut self, number: usize, readers: usize) -> Self {
        self.share = (number, readers);
        self
    }

    /// Goes round for that long, from now.
    pub(crate) fn lasting(mut self, duration: Option<Duration>) -> Self {
        self.ends = duration.map(|duration| now() + duration);
        self
    }

    pub(crate) fn objects(&self) -> &[Object] {
        &self.objects
    }

    pub(crate) fn object(&self, slot: u32) -> Object {
        self.objects[slot as usize]
    }

    /// Accesses in the trace.
    pub(crate) fn len(&self) -> usize {
        self.accesses.len()
    }

    /// Whether its end is when all was accessed once.
    pub(crate) fn is_once(&self) -> bool {
        self.ends.is_none()
    }

    /// Ends it now.
    pub(crate) fn end(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    /// The next accesses for whoever asks; `None` at the end.
    pub(crate) fn next_chunk(&self) -> Option<&[u32]> {
        let chunks = self.accesses.len().div_ceil(CHUNK);
        let (number, readers) = self.share;
        let index = self.next_chunk.fetch_add(1, Ordering::Relaxed) * readers + number;
        let is_over = self.ends.map_or(index >= chunks, |ends| now() >= ends);
        if is_over || self.is_over.load(Ordering::Relaxed) {
            return None;
        }
        let start = index % chunks * CHUNK;
        Some(&self.accesses[start..self.accesses.len().min(start + CHUNK)])
    }

    /// An object that was accessed lately, so that a change to it matters. `position`: accesses so far.
    pub(crate) fn recent(&self, random: &mut fastrand::Rng, position: u64) -> Object {
        const LATELY: usize = 20_000;
        let position = position as usize;
        let back = random.usize(1..=LATELY.min(position.max(1)));
        self.object(self.accesses[position.saturating_sub(back) % self.accesses.len()])
    }
}

impl fmt::Display for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (accesses, objects) = (grouped(self.len() as u64), grouped(self.objects.len() as u64));
        write!(f, "{accesses} accesses to {objects} objects")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_access_is_handed_out_once() {
        let trace: Vec<u32> = (0..1000).map(|number| (number % 300) << 20).collect();
        let workload = Workload::new(&trace);
        assert_eq!(workload.objects().len(), 300);
        assert_eq!(workload.objects()[299], Object { id: 299 << 20, kind: 2, slot: 299 });
        let chunks = std::iter::from_fn(|| workload.next_chunk());
        let seen: Vec<u32> = chunks.flatten().map(|slot| workload.object(*slot).id).collect();
        assert_eq!(seen, trace);
        let mut random = fastrand::Rng::with_seed(1);
        assert!((0..1000).all(|_| workload.recent(&mut random, 1000).slot < 300));
    }

    #[test]
    fn processes_take_turns() {
        let trace: Vec<u32> = (0..1000).collect();
        let mut seen: Vec<u32> = (0..3)
            .map(|number| Workload::new(&trace).shared_with(number, 3))
            .flat_map(|part| {
                let chunks = std::iter::from_fn(|| part.next_chunk());
                chunks.flatten().copied().collect::<Vec<_>>()
            })
            .collect();
        seen.sort_unstable();
        assert_eq!(seen, trace);
        let ended = Workload::new(&trace);
        ended.end();
        assert_eq!(ended.next_chunk(), None);
    }
}
