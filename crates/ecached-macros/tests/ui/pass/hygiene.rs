//! Names of the user never meet those of an expansion, whoever writes the function.

#![deny(warnings)]

use ecached::{cached, ecached, invalidates};

#[cached("k:<__k>:<__key>:<value>:<__value>")]
fn names(__k: u64, __key: u64, value: u64, __value: u64) -> u64 {
    __k + __key + value + __value
}

macro_rules! make {
    ($name:ident, $arg:ident: $ty:ty, $key:literal) => {
        #[cached($key, tags = ["made"])]
        fn $name($arg: $ty, other: u64) -> u64 {
            u64::from($arg) + other
        }
    };
}
make!(made, n: u8, "made:<n>:<other>");

struct Made(u64);

macro_rules! method {
    ($name:ident) => {
        impl Made {
            #[cached("method:<self.0>:<by>")]
            fn $name(&self, by: u64) -> u64 {
                self.0 * by
            }

            #[cached("plain:<by>", in_impl)]
            fn plain(by: u64) -> u64 {
                by
            }
        }
    };
}
method!(times);

#[invalidates(tags = ["made"])]
fn change(__result: u64, __kind: u64) -> u64 {
    __result + __kind
}

#[cached("type:<type>")]
fn r#match(r#type: u64) -> u64 {
    r#type
}

fn main() {
    assert_eq!(names(1, 2, 3, 4), 10);
    assert_eq!(names::cache_key(1, 2, 3, 4), "k:1:2:3:4");
    names::precache_value(7, 1, 2, 3, 5).unwrap();
    assert_eq!(names(1, 2, 3, 5), 7);
    assert_eq!(made(1, 2), 3);
    assert_eq!(made::cache_key(1, 2), "made:1:2");
    assert_eq!(Made(2).times(3), 6);
    assert_eq!(Made(2).times_cache_key(3), "method:2:3");
    assert_eq!(Made::plain(3), 3);
    assert_eq!(Made::plain_cache_key(3), "plain:3");
    assert_eq!(change(1, 2), 3);
    assert_eq!(r#match(3), 3);
    let __tags = 1;
    assert_eq!(ecached!("b:<__tags>", tags = ["b"], { __tags + 1 }), 2);
}
