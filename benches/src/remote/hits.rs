//! Blocking hits on Redis.

use super::floor::Floor;
use super::turns::Turns;
use super::{RESIDENT, Servers, TIMEOUT_SECONDS, bare_key, functions as of, trips, value};
use crate::row::{Row, Target};
use std::hint::black_box;

/// Stores the values that the bare client reads.
///
/// # Panics
///
/// If the server does not answer.
pub fn fill_bare(servers: &Servers) {
    let mut connection = servers.connection();
    for id in 0..RESIDENT {
        let mut set = redis::cmd("SET");
        set.arg(bare_key(id)).arg(value()).arg("EX").arg(TIMEOUT_SECONDS);
        set.exec(&mut connection).expect("the server answers");
    }
}

/// The baseline of all of them.
pub const BARE: &str = "bare `GET`";

/// Reads an entry, over a connection of its own.
///
/// # Panics
///
/// If it is not there, or the server does not answer.
pub fn bare_get(servers: &Servers) -> impl FnMut(u64) + use<> {
    let mut connection = servers.connection();
    move |id| {
        let get = redis::cmd("GET").arg(bare_key(id)).query(&mut connection);
        let found: String = get.expect("a value");
        black_box(found);
    }
}

/// Measures them.
///
/// # Panics
///
/// If one of them was a miss, or the server does not answer.
#[must_use]
pub fn measure(rounds: usize, servers: &Servers) -> Vec<Row> {
    fill_bare(servers);
    for hit in [of::tags0, of::tags3, of::tags8] {
        (0..RESIDENT).for_each(|id| drop(hit(id)));
    }
    // As many tags of all entries, and of the entry alone, as the functions have.
    let floors = [Floor::new(1, 2), Floor::new(2, 6)];
    for (floor, hit) in floors.iter().zip([of::tags3, of::tags8]) {
        floor.fill(servers);
        assert_eq!(floor.keys(), trips::keys_of(servers, || drop(hit(7))), "as ecached reads");
    }
    let [floor3, floor8] = floors;
    let loaded = of::loaded();
    let compared = Turns::default()
        .with("hit, no tags", |id| _ = black_box(of::tags0(id)))
        .with("hit, 3 tags", |id| _ = black_box(of::tags3(id)))
        .with("hit, 8 tags", |id| _ = black_box(of::tags8(id)))
        .with(BARE, bare_get(servers))
        .with("`MGET` of the keys of 3 tags", floor3.operation(servers))
        .with("`MGET` of the keys of 8 tags", floor8.operation(servers))
        .run(rounds, RESIDENT);
    assert_eq!(of::loaded(), loaded, "all were hits");
    vec![
        compared.row("hit, no tags", BARE, Target::None),
        compared.row("hit, 3 tags", BARE, Target::AtMost(1.15)),
        compared.row("hit, 8 tags", BARE, Target::AtMost(1.3)),
        compared.row("`MGET` of the keys of 3 tags", BARE, Target::None),
        compared.row("`MGET` of the keys of 8 tags", BARE, Target::None),
        compared.row("hit, 3 tags", "`MGET` of the keys of 3 tags", Target::None),
        compared.row("hit, 8 tags", "`MGET` of the keys of 8 tags", Target::None),
    ]
}
