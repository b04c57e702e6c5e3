//! Keys and tags of any form (P6).

use super::call;
use crate::Face;
use ecached_core::ErrorKind;

/// Names of any form are told apart, whatever the store makes of them.
pub fn unusual_keys_and_tags_work([face, _]: &[Face; 2]) {
    let long = "x".repeat(10_000);
    let longer = format!("{long}y");
    let names = [
        "a b",
        "a\nb",
        "a\0b",
        "a:b",
        "a%3Ab",
        "<a>",
        "{a}",
        "größe",
        "\u{1}fn:x",
        &long,
        &longer,
        "\r\nset x",
    ];
    for (number, name) in names.iter().enumerate() {
        assert_eq!(call(face, name, &[name], number as u64), (number as u64, true), "{number}");
    }
    for (number, name) in names.iter().enumerate() {
        assert_eq!(call(face, name, &[name], 99), (number as u64, false), "{number}");
    }
    for (number, name) in names.iter().enumerate() {
        face.invalidate_tags(&[name]).unwrap();
        assert_eq!(call(face, name, &[name], 100), (100, true), "{number}");
    }
}

/// What names nothing is an error; a computation happens nevertheless.
pub fn empty_names_are_refused([face, _]: &[Face; 2]) {
    let kind = |result: ecached_core::Result<()>| result.unwrap_err().kind();
    assert_eq!(kind(face.set("", 1_u64, 60)), ErrorKind::InvalidName);
    assert_eq!(kind(face.get::<u64>("").map(drop)), ErrorKind::InvalidName);
    assert_eq!(kind(face.delete("")), ErrorKind::InvalidName);
    assert_eq!(kind(face.invalidate_tags(&["a", ""])), ErrorKind::InvalidName);
    assert_eq!(kind(face.set("a", 1_u64, 0)), ErrorKind::InvalidTimeout);
    face.invalidate_tags(&[]).unwrap();
    assert_eq!(call(face, "", &[], 1), (1, true));
    assert_eq!(call(face, "a", &[""], 2), (2, true));
    assert_eq!(call(face, "a", &[""], 3), (3, true));
    assert_eq!(face.get_or_compute("b", -1, || 4_u64), 4);
    assert_eq!(face.get::<u64>("b").unwrap(), None);
}
