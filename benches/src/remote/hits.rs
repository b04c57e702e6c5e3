//! Blocking hits on Redis.

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

const BARE: &str = "bare `GET`";

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
    let keys =
        [of::tags0, of::tags3, of::tags8].map(|hit| trips::keys_of(servers, || drop(hit(7))));
    let loaded = of::loaded();
    let (mut get, mut mget3, mut mget8) =
        (servers.connection(), servers.connection(), servers.connection());
    let compared = Turns::default()
        .with("hit, no tags", |id| _ = black_box(of::tags0(id)))
        .with("hit, 3 tags", |id| _ = black_box(of::tags3(id)))
        .with("hit, 8 tags", |id| _ = black_box(of::tags8(id)))
        .with(BARE, move |id| {
            let found: String =
                redis::cmd("GET").arg(bare_key(id)).query(&mut get).expect("a value");
            black_box(found);
        })
        .with("`MGET` of the keys of 3 tags", move |id| mget(&mut mget3, id, keys[1]))
        .with("`MGET` of the keys of 8 tags", move |id| mget(&mut mget8, id, keys[2]))
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

/// What ecached asks for, by the bare client: the value, and so many other small keys.
fn mget(connection: &mut redis::Connection, id: u64, keys: u64) {
    let mut command = redis::cmd("MGET");
    command.arg(bare_key(id));
    // Absent, or not: a version has 16 bytes, and the reply differs by those.
    (1..keys).for_each(|number| _ = command.arg(format!("bare-version:{number}")));
    let found: Vec<Option<String>> = command.query(connection).expect("values");
    black_box(found);
}
