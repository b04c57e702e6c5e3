//! Where functions may stand.

#![deny(warnings)]

use ecached::cached;
use std::sync::Arc;

mod inner {
    use ecached::cached;

    #[cached("sub:<n>")]
    pub(crate) fn visible(n: u64) -> u64 {
        n
    }
}

#[derive(Clone, Debug)]
struct Shop<T> {
    id: u64,
    rest: T,
}

trait Total {
    fn total(&self, of: u64) -> u64;

    fn named(name: &str) -> usize;

    #[cached("default:<n>", ignore = [self])]
    fn default(&self, n: u64) -> u64 {
        n
    }
}

impl<T: Clone + std::fmt::Debug> Shop<T> {
    #[cached("new:<id>", 60)]
    fn associated(id: u64) -> u64 {
        id + 1
    }

    #[cached("left:<self.id>")]
    #[cfg(any())]
    fn left_out(&self) -> Missing {
        self.missing
    }

    #[cached]
    fn automatic(&self, n: u64) -> u64 {
        let _ = &self.rest;
        n
    }

    #[cached("mut:<self.id>", 60)]
    fn by_mut(&mut self) -> u64 {
        self.id += 1;
        self.id
    }

    #[cached("value:<self.id>", 60)]
    fn by_value(mut self) -> u64 {
        self.id += 1;
        self.id
    }

    #[cached("arc:<self.id>", 60)]
    fn by_arc(self: Arc<Self>) -> u64 {
        self.id
    }
}

impl<T> Total for Shop<T> {
    #[cached("total:<self.id>:<of>")]
    fn total(&self, mut of: u64) -> u64 {
        of += 1;
        if of > 3 {
            return of;
        }
        self.id + of
    }

    #[cached]
    fn named(name: &str) -> usize {
        name.len()
    }
}

#[cached]
#[cfg(any())]
fn left_out(n: Missing) -> Missing {
    n
}

#[cached("both:<T>:<x>:<y>")]
fn both<'a, T: std::fmt::Display>(x: impl std::fmt::Display, y: &'a T) -> String
where
    T: 'a,
{
    format!("{x}{y}")
}

fn main() {
    assert_eq!((both(1, &2), both::cache_key(1, &2)), ("12".to_owned(), "both:i32:1:2".to_owned()));
    assert_eq!(inner::visible(1), 1);
    inner::visible::invalidate_all().unwrap();
    let mut shop = Shop { id: 7, rest: "x" };
    assert_eq!(Shop::<u8>::associated(1), 2);
    assert_eq!(Shop::<u8>::associated_cache_key(1), "new:1");
    assert_eq!(shop.automatic(3), 3);
    assert!(shop.automatic_cache_key(3).ends_with(":n=3"));
    assert_eq!((shop.by_mut(), shop.by_mut_cache_key().as_str()), (8, "mut:8"));
    assert_eq!(shop.clone().by_value(), 9);
    assert_eq!(Arc::new(shop.clone()).by_arc(), 8);
    assert_eq!((shop.total(1), shop.total(1), shop.total(5)), (10, 10, 6));
    assert_eq!((Shop::<u8>::named("abc"), shop.default(4)), (3, 4));

    #[cached("fact:<n>")]
    fn nested(n: u64) -> u64 {
        if n == 0 { 1 } else { n * nested(n - 1) }
    }
    assert_eq!((nested(5), nested::cache_key(5).as_str()), (120, "fact:5"));
}
