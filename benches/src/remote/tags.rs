//! Blocking hits on Redis, from no tags to 32 of each entry.

use super::floor::Floor;
use super::functions::{load, loaded};
use super::hits::{BARE, bare_get, fill_bare};
use super::peers::lasting;
use super::turns::{Compared, Turns};
use super::{RESIDENT, Servers, trips};
use crate::growth::{Figure, Scale, Series};
use crate::row::Target;
use ecached::cached;
use std::hint::black_box;

const STEPS: [u64; 7] = [0, 1, 2, 4, 8, 16, 32];

/// By step.
const HITS: [fn(u64) -> String; 7] = [tags0, tags1, tags2, tags4, tags8, tags16, tags32];

/// A function with these tags.
macro_rules! tagged {
    ($name:ident, $key:literal, [$($tag:literal),*]) => {
        #[cached($key, 3600, tags = [$($tag),*], alias = "redis")]
        fn $name(id: u64) -> String {
            _ = id;
            load()
        }
    };
}

tagged!(tags0, "with0:<id>", []);
tagged!(tags1, "with1:<id>", ["users"]);
tagged!(tags2, "with2:<id>", ["users", "user0:<id>"]);
tagged!(tags4, "with4:<id>", ["users", "user0:<id>", "user1:<id>", "user2:<id>"]);
tagged!(
    tags8,
    "with8:<id>",
    [
        "users",
        "user0:<id>",
        "user1:<id>",
        "user2:<id>",
        "user3:<id>",
        "user4:<id>",
        "user5:<id>",
        "user6:<id>"
    ]
);
tagged!(
    tags16,
    "with16:<id>",
    [
        "users",
        "user0:<id>",
        "user1:<id>",
        "user2:<id>",
        "user3:<id>",
        "user4:<id>",
        "user5:<id>",
        "user6:<id>",
        "user7:<id>",
        "user8:<id>",
        "user9:<id>",
        "user10:<id>",
        "user11:<id>",
        "user12:<id>",
        "user13:<id>",
        "user14:<id>"
    ]
);
tagged!(
    tags32,
    "with32:<id>",
    [
        "users",
        "user0:<id>",
        "user1:<id>",
        "user2:<id>",
        "user3:<id>",
        "user4:<id>",
        "user5:<id>",
        "user6:<id>",
        "user7:<id>",
        "user8:<id>",
        "user9:<id>",
        "user10:<id>",
        "user11:<id>",
        "user12:<id>",
        "user13:<id>",
        "user14:<id>",
        "user15:<id>",
        "user16:<id>",
        "user17:<id>",
        "user18:<id>",
        "user19:<id>",
        "user20:<id>",
        "user21:<id>",
        "user22:<id>",
        "user23:<id>",
        "user24:<id>",
        "user25:<id>",
        "user26:<id>",
        "user27:<id>",
        "user28:<id>",
        "user29:<id>",
        "user30:<id>"
    ]
);

/// What is measured beside the bare `GET`, as the table calls it.
const SERIES: [&str; 2] = ["ecached, blocking hit", "bare MGET of as many keys"];

/// Stores all that is read, and lets everybody take turns.
fn compare(rounds: usize, servers: &Servers) -> Compared {
    fill_bare(servers);
    let mut turns = Turns::default().with(BARE, bare_get(servers));
    for (tags, hit) in STEPS.into_iter().zip(HITS) {
        (0..RESIDENT).for_each(|id| drop(hit(id)));
        let floor = Floor::new(tags.min(1), tags.saturating_sub(1));
        floor.fill(servers);
        assert_eq!(floor.keys(), trips::keys_of(servers, || drop(hit(7))), "as ecached reads");
        let [of_hit, of_floor] = SERIES.map(|series| contender(series, tags));
        turns = turns.with(of_hit, move |id| _ = black_box(hit(id)));
        turns = turns.with(of_floor, floor.operation(servers));
    }
    let before = loaded();
    let compared = turns.run(rounds, RESIDENT);
    assert_eq!(loaded(), before, "all were hits");
    compared
}

fn contender(series: &str, tags: u64) -> &'static str {
    lasting(format!("{series}, {tags} tags"))
}

/// Measures it.
///
/// # Panics
///
/// If one of them was a miss, or the server does not answer.
#[must_use]
pub fn measure(rounds: usize, servers: &Servers) -> Scale {
    let compared = compare(rounds, servers);
    let figure = |series: &str, tags: u64| {
        let row = compared.row(contender(series, tags), BARE, Target::None);
        Some(Figure { ratio: row.ratio, own: row.own, is_exact: false })
    };
    let series = SERIES.map(|name| Series {
        name,
        unit: "µs",
        figures: STEPS.iter().map(|tags| figure(name, *tags)).collect(),
    });
    Scale {
        slug: "remote-tags",
        title: "Redis: hits by number of tags",
        about: "The first tag is one that all entries share, the others are the entry's own. A hit reads the value and the \
                versions of its tags, of the alias and of the function in one request; the bare client's `MGET` reads as \
                many keys, all of them there, each version of 16 bytes. A figure is the ratio to a bare `GET` of the value \
                in the same round: median (lowest–highest), and the absolute median."
            .to_owned(),
        axis: "tags",
        steps: STEPS.to_vec(),
        is_log: false,
        ratio_of: "time, as a multiple of a bare GET's",
        ideal: None,
        series: series.into(),
    }
}
