//! P1: once an invalidation has returned, no call that starts later returns what was computed from before it.

use super::{call, tagged};
use crate::Face;

/// A tag takes its entries along, and no others.
pub fn an_invalidated_tag_leaves_other_tags_alone([face, _]: &[Face; 2]) {
    call(face, "a", &["t", "u"], 1);
    call(face, "b", &["u"], 2);
    call(face, "c", &[], 3);
    face.invalidate_tags(&["t", "nothing carries this"]).unwrap();
    assert_eq!(call(face, "a", &["t", "u"], 10), (10, true));
    assert_eq!(call(face, "b", &["u"], 20), (2, false));
    assert_eq!(call(face, "c", &[], 30), (3, false));
    face.invalidate_tags(&["u"]).unwrap();
    assert_eq!(call(face, "a", &["t", "u"], 11), (11, true));
    assert_eq!(call(face, "b", &["u"], 21), (21, true));
}

/// A key goes alone.
pub fn a_deleted_key_leaves_other_keys_alone([face, _]: &[Face; 2]) {
    call(face, "a", &["t"], 1);
    call(face, "b", &["t"], 2);
    face.delete("a").unwrap();
    face.delete("nothing is here").unwrap();
    assert_eq!(face.get::<u64>("a").unwrap(), None);
    assert_eq!(call(face, "b", &["t"], 20), (2, false));
    assert_eq!(call(face, "a", &["t"], 10), (10, true));
}

/// Everything goes.
pub fn clearing_removes_everything([face, _]: &[Face; 2]) {
    call(face, "a", &["t"], 1);
    call(face, "b", &[], 2);
    face.clear().unwrap();
    assert_eq!(call(face, "a", &["t"], 10), (10, true));
    assert_eq!(call(face, "b", &[], 20), (20, true));
}

/// A value that was invalidated while it was computed is returned to its caller and to nobody else.
pub fn a_tag_invalidated_during_the_computation_wins([face, _]: &[Face; 2]) {
    during(face, face, |face| face.invalidate_tags(&["t"]).unwrap());
}

/// The same by key.
pub fn a_key_deleted_during_the_computation_wins([face, _]: &[Face; 2]) {
    during(face, face, |face| face.delete("a").unwrap());
}

/// The same for the whole cache.
pub fn clearing_during_the_computation_wins([face, _]: &[Face; 2]) {
    during(face, face, |face| face.clear().unwrap());
}

/// The same when the other process invalidates.
pub fn another_process_invalidates_during_the_computation([here, there]: &[Face; 2]) {
    for invalidate in [
        (|face| face.invalidate_tags(&["t"]).unwrap()) as fn(&Face),
        |face| face.delete("a").unwrap(),
        |face| face.clear().unwrap(),
    ] {
        here.clear().unwrap();
        during(here, there, invalidate);
    }
}

fn during(here: &Face, there: &Face, invalidate: impl Fn(&Face)) {
    let old = here.get_or_compute("a", tagged(&["t"]), || {
        let read_from_the_source = 1_u64;
        invalidate(there);
        read_from_the_source
    });
    assert_eq!(old, 1);
    assert_eq!(here.get::<u64>("a").unwrap(), None);
    assert_eq!(there.get::<u64>("a").unwrap(), None);
    assert_eq!(call(here, "a", &["t"], 2), (2, true));
    assert_eq!(call(there, "a", &["t"], 3), (2, false));
    // Also when the versions exist already, and the entry too.
    here.delete("a").unwrap();
    let old = here.get_or_compute("a", tagged(&["t"]), || {
        invalidate(there);
        4_u64
    });
    assert_eq!(old, 4);
    assert_eq!(call(there, "a", &["t"], 5), (5, true));
    assert_eq!(call(here, "a", &["t"], 6), (5, false));
}

/// What one process invalidates, the other computes anew.
pub fn another_process_sees_the_invalidation([here, there]: &[Face; 2]) {
    assert_eq!(call(here, "a", &["t"], 1), (1, true));
    assert_eq!(call(there, "a", &["t"], 2), (1, false));
    there.invalidate_tags(&["t"]).unwrap();
    assert_eq!(call(here, "a", &["t"], 3), (3, true));
    there.delete("a").unwrap();
    assert_eq!(call(here, "a", &["t"], 4), (4, true));
    there.clear().unwrap();
    assert_eq!(call(here, "a", &["t"], 5), (5, true));
    assert_eq!(call(there, "a", &["t"], 6), (5, false));
}
