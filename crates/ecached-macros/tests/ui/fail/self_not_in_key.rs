//! A method whose key does not look at `self`.

use ecached::cached;

struct Shop;

impl Shop {
    #[cached("orders:<year>")]
    fn orders(&self, year: u16) -> u16 {
        year
    }

    fn uses(&self) {
        self.orders_refresh_cache(1);
    }
}

fn main() {}
