//! Misses with their store, on Redis.

use super::turns::Turns;
use super::{Servers, TIMEOUT_SECONDS, functions as of, value};
use crate::row::{Row, Target};
use std::cell::Cell;
use std::hint::black_box;

/// Entries of that number and above are not there.
const ABSENT: u64 = 1_000_000;

const BARE: &str = "bare `GET` and `SET`";

/// Measures them.
///
/// # Panics
///
/// If the server does not answer.
#[must_use]
pub fn measure(rounds: usize, servers: &Servers) -> Vec<Row> {
    let next = Cell::new(ABSENT);
    let absent = || next.replace(next.get() + 1);
    let mut connection = servers.connection();
    let compared = Turns::default()
        .with("miss and store, no tags", |_| _ = black_box(of::tags0(absent())))
        .with("miss and store, 3 tags", |_| _ = black_box(of::tags3(absent())))
        .with(BARE, |_| {
            let key = format!("bare:{}", absent());
            let found: Option<String> =
                redis::cmd("GET").arg(&key).query(&mut connection).expect("an answer");
            assert!(found.is_none(), "a miss");
            let mut set = redis::cmd("SET");
            set.arg(&key).arg(value()).arg("EX").arg(TIMEOUT_SECONDS);
            set.exec(&mut connection).expect("stored");
        })
        .run(rounds, 1);
    vec![
        compared.row("miss and store, no tags", BARE, Target::None),
        compared.row("miss and store, 3 tags", BARE, Target::None),
    ]
}
