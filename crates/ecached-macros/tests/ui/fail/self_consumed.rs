//! A closure over the value that needs a `self` which the computation has.

use ecached::cached;

struct Shop(u64);

impl Shop {
    #[cached("min:<self.0>", cache_if = |value| *value > self.0)]
    fn min(self) -> u64 {
        self.0
    }
}

fn main() {}
