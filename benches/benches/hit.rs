//! Hits under criterion: the same contenders as in the report, one pass over 10,000 entries in random order per iteration.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ecached_benches::contenders::{self as of, RESIDENT, Walk};

fn hits(criterion: &mut Criterion) {
    of::register();
    let order = of::random_order(1);
    let contenders: [(&str, Walk); 9] = [
        ("ecached, no tags", |order, passes| of::walk(order, passes, of::tags0)),
        ("ecached, 3 tags", |order, passes| of::walk(order, passes, of::tags3)),
        ("ecached, 8 tags", |order, passes| of::walk(order, passes, of::tags8)),
        ("ecached, 3 tags, async", |order, passes| of::walk(order, passes, of::tags3_polled)),
        ("cached, u64 key", |order, passes| of::walk(order, passes, of::cached_crate)),
        ("cached, String key", |order, passes| of::walk(order, passes, of::cached_string)),
        ("moka, u64 key", |order, passes| of::walk(order, passes, of::moka_u64)),
        ("moka, String key", |order, passes| of::walk(order, passes, of::moka_string)),
        ("quick_cache, u64 key", |order, passes| of::walk(order, passes, of::quick_bare)),
    ];
    let mut group = criterion.benchmark_group("hit");
    group.throughput(Throughput::Elements(RESIDENT));
    for (name, walk) in contenders {
        of::fill(walk);
        group.bench_function(name, |bencher| bencher.iter(|| walk(&order, 1)));
    }
    group.finish();
}

criterion_group!(benches, hits);
criterion_main!(benches);
