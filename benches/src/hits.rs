//! Hits on one thread.

use crate::contenders::{self as of, User, Walk};
use crate::rounds::{Contender, ENOUGH, Rounds};
use crate::row::{Row, Target};
use std::sync::Arc;

/// Timed passes over all entries, after one that is not.
const PASSES: usize = 3;

/// Measures them.
///
/// # Panics
///
/// If one of them was a miss.
#[must_use]
pub fn measure(rounds: usize) -> Vec<Row> {
    let order = of::random_order(1);
    let all: [(&str, Walk); 10] = [
        ("hit, 3 tags, 2 its own", |order, passes| of::walk(order, passes, of::tags3)),
        ("hit, no tags", |order, passes| of::walk(order, passes, of::tags0)),
        ("hit, 8 tags, 6 its own", |order, passes| of::walk(order, passes, of::tags8)),
        ("async hit, 3 tags", |order, passes| of::walk(order, passes, of::tags3_polled)),
        ("`#[cached(max_size, ttl_secs)]`", |order, passes| {
            of::walk(order, passes, of::cached_crate)
        }),
        ("the same, `String` key", |order, passes| of::walk(order, passes, of::cached_string)),
        ("moka, `String` key, ttl", |order, passes| of::walk(order, passes, of::moka_string)),
        ("moka, `u64` key, ttl", |order, passes| of::walk(order, passes, of::moka_u64)),
        ("hit, 8 tags, all shared", |order, passes| of::walk(order, passes, of::tags8_shared)),
        ("quick_cache, `u64` key, no ttl", |order, passes| of::walk(order, passes, of::quick_bare)),
    ];
    all.iter().for_each(|(_, walk)| of::fill(walk));
    let loaded = of::loaded();
    let contender = |(_, walk): &(&str, Walk)| {
        let (order, walk) = (&order, *walk);
        Contender::new(PASSES * order.len(), move || walk(order, 1), move || walk(order, PASSES))
    };
    let result = Rounds::run(rounds, &mut all.iter().map(contender).collect::<Vec<_>>());
    let row = |own: usize, other: usize, target| {
        compare(&result, all[own].0, own, all[other].0, other, target)
    };
    let mut rows = vec![
        row(0, 4, Target::AtMost(1.3)),
        row(0, 6, Target::AtMost(0.35)),
        row(2, 1, Target::AtMost(1.15)),
        row(3, 0, Target::AtMost(1.3)),
        row(0, 5, Target::None),
        row(0, 7, Target::None),
        row(0, 9, Target::None),
        row(8, 1, Target::None),
    ];
    rows.extend(after_invalidations(rounds, &order));
    assert_eq!(of::loaded(), loaded, "all were hits");
    rows
}

/// The first hit of each entry after an invalidation of something else, when it compares its tags' versions.
fn after_invalidations(rounds: usize, order: &[u64]) -> Vec<Row> {
    fn contender<'a>(
        order: &'a [u64],
        hit: fn(u64) -> Arc<User>,
        invalidate: bool,
    ) -> Contender<'a> {
        let warm_up = move || {
            of::walk(order, 1, hit);
            if invalidate {
                for alias in of::ALIASES {
                    ecached::invalidate_tags_on(alias, &["nothing carries this"])
                        .expect("in memory");
                }
            }
        };
        Contender::new(order.len(), warm_up, move || of::walk(order, 1, hit))
    }
    let mut contenders = [
        contender(order, of::tags3, true),
        contender(order, of::tags3, false),
        contender(order, of::tags8, true),
        contender(order, of::tags8, false),
    ];
    let result = Rounds::run(rounds, &mut contenders);
    vec![
        compare(
            &result,
            "first hit after an unrelated invalidation, 3 tags",
            0,
            "hit, 3 tags",
            1,
            Target::None,
        ),
        compare(
            &result,
            "first hit after an unrelated invalidation, 8 tags",
            2,
            "hit, 8 tags",
            3,
            Target::None,
        ),
    ]
}

/// A row of two contenders of the same rounds.
pub(crate) fn compare(
    result: &Rounds,
    what: &'static str,
    own: usize,
    against: &'static str,
    other: usize,
    target: Target,
) -> Row {
    Row {
        what,
        against,
        ratio: result.ratio(own, other),
        best: Some(result.nanos(own).low / result.nanos(other).low),
        target,
        own: result.nanos(own).median,
        other: result.nanos(other).median,
        unit: "ns",
        is_void: result.ratio(own, other).count < ENOUGH,
    }
}
