//! Ports that are free.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::net::{Ipv4Addr, TcpListener};
use std::ops::Range;

/// Below what systems hand out to outgoing connections. Were a server's port among those, then while the server is down
/// another connection could take it, even one that a client makes to it: it would be connected to itself.
const RANGE: Range<u16> = 12_000..22_000;

/// How far above its port a node of a Redis cluster listens for the others.
pub(super) const CLUSTER_BUS: u16 = 10_000;

/// A port on which nothing listens, and nothing `CLUSTER_BUS` above it.
///
/// Nothing keeps others from taking it before it is used: who starts a server on it tries again then.
///
/// # Panics
///
/// When there is none.
pub(super) fn free() -> u16 {
    let count = u64::from(RANGE.end - RANGE.start);
    // A new `RandomState` differs each time, and in each process.
    let first = RandomState::new().hash_one(()) % count;
    let candidates = (0..count).map(|step| (first + step) % count);
    let ports = candidates.map(|offset| RANGE.start + u16::try_from(offset).unwrap_or_default());
    let free = |port: &u16| is_free(*port) && is_free(*port + CLUSTER_BUS);
    ports.into_iter().find(free).unwrap_or_else(|| panic!("no port in {RANGE:?} is free"))
}

/// Whether nothing listens on a port of this computer.
fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}
