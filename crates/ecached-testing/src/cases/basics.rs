//! Storing, serving, expiring.

use super::{call, tagged};
use crate::Face;
use std::time::Duration;

/// The first call computes; later ones do not.
pub fn a_value_is_computed_once_and_served([face, _]: &[Face; 2]) {
    assert_eq!(call(face, "a", &["t"], 1), (1, true));
    assert_eq!(call(face, "a", &["t"], 2), (1, false));
    assert_eq!(call(face, "b", &["t"], 3), (3, true));
    assert_eq!(face.get("a").unwrap(), Some(1_u64));
    assert_eq!(face.get::<u64>("c").unwrap(), None);
    let stats = face.cache().stats();
    assert_eq!((stats.computations, stats.stores, stats.errors), (2, 2, 0));
}

/// An entry is only served as what it was stored as.
pub fn values_of_another_type_are_absent([face, _]: &[Face; 2]) {
    face.set("a", 1_u64, 3600).unwrap();
    assert_eq!(face.get::<String>("a").unwrap(), None);
    assert_eq!(face.get_or_compute("a", 3600, || String::from("text")), "text");
    assert_eq!(face.get("a").unwrap(), Some(String::from("text")));
}

/// Answers come in the order of the keys.
pub fn many_keys_are_read_at_once([face, _]: &[Face; 2]) {
    face.set("a", 1_u64, tagged(&["t"])).unwrap();
    face.set("c", 3_u64, tagged(&["u"])).unwrap();
    assert_eq!(face.get_many(&["a", "b", "c"]).unwrap(), [Some(1_u64), None, Some(3)]);
    face.invalidate_tags(&["t"]).unwrap();
    assert_eq!(face.get_many(&["a", "b", "c"]).unwrap(), [None, None, Some(3_u64)]);
    assert_eq!(face.get_many::<u64>(&[]).unwrap(), []);
}

/// Values that are set are invalidated like computed ones.
pub fn set_values_carry_tags([face, _]: &[Face; 2]) {
    face.set("a", 1_u64, tagged(&["t", "u"])).unwrap();
    assert_eq!(call(face, "a", &["u", "t"], 2), (1, false), "the order of tags does not matter");
    assert_eq!(
        call(face, "a", &["t"], 3),
        (3, true),
        "the tags in the code must be those of the entry"
    );
    face.set("a", 4_u64, tagged(&["t"])).unwrap();
    face.invalidate_tags(&["t"]).unwrap();
    assert_eq!(face.get::<u64>("a").unwrap(), None);
}

/// An entry is served up to its timeout and never after. Real time passes here: 50 milliseconds.
pub fn values_expire([face, _]: &[Face; 2]) {
    face.set("a", 1_u64, Duration::from_millis(50)).unwrap();
    face.set("b", 2_u64, 3600).unwrap();
    while face.get::<u64>("a").unwrap().is_some() {
        std::thread::yield_now();
    }
    assert_eq!(face.get("b").unwrap(), Some(2_u64));
}
