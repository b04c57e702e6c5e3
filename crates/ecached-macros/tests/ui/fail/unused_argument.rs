//! An argument that does not tell entries apart; calls of companions are no errors of their own.

use ecached::cached;

#[cached("user:<id>")]
fn load_user(id: u64, conn: &str) -> u64 {
    id + conn.len() as u64
}

fn uses() {
    load_user::refresh_cache(7, "x");
    let _ = load_user::peek(7, "x");
}

fn main() {}
