//! Names that are no templates.

use ecached::{key, tag};

fn main() {
    let _ = key!(1);
    let _ = tag!("a:<b");
    let _ = key!("a:<missing>");
}
