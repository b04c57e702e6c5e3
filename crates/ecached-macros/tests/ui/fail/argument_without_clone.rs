//! An argument that a closure over the value needs, and the computation consumes.

use ecached::cached;

struct Conn;

impl std::fmt::Display for Conn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("conn")
    }
}

#[cached("a:<conn>", cache_if = |value| *value > conn.to_string().len())]
fn a(conn: Conn) -> usize {
    let _ = conn;
    1
}

fn main() {}
