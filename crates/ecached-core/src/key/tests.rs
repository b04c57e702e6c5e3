//! What is rendered, and that two lists of arguments never share a key (P6).

use super::*;
use crate::{__field as field, __field_auto as field_auto, __field_debug as field_debug};
use proptest::prelude::*;

fn user(id: u64, kind: &str) -> KeyBuf {
    let mut key = KeyBuf::new();
    key.literal("user:");
    field!(&mut key, id, None);
    key.literal(":");
    field!(&mut key, kind, None);
    key
}

#[test]
fn ordinary_values_stay_as_they_are() {
    assert_eq!(user(7, "admin").as_str(), "user:7:admin");
    assert_eq!(user(7, "größe_1.5@x/y+z-w").as_str(), "user:7:größe_1.5@x/y+z-w");
    assert_eq!(user(7, "a b%c:d\n\0").as_str(), "user:7:a%20b%25c%3Ad%0A%00");
}

#[test]
fn every_kind_of_value_is_written() {
    struct Point(i32);
    impl std::fmt::Display for Point {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "@{}", self.0)
        }
    }
    let mut key = KeyBuf::new();
    let (owned, list) = (String::from("x:y"), vec![1, 2]);
    field!(&mut key, -5_i64, Some('-'));
    key.literal("-");
    field!(&mut key, owned, None);
    field!(&mut key, &&owned, None);
    field!(&mut key, Point(3), None);
    field!(&mut key, 1.5_f64, None);
    field!(&mut key, 'c', None);
    field!(&mut key, true, None);
    field_debug!(&mut key, Some(4), None);
    field_auto!(&mut key, list, None);
    assert_eq!(key.as_str(), "%2D5-x%3Ayx%3Ay@31.5ctrueSome(4)[1,%202]");
}

#[test]
fn a_prefix_is_part_of_the_key() {
    let mut key = KeyBuf::new();
    key.literal("shop:");
    field!(&mut key, 3_u8, None);
    key.end_prefix();
    assert!(key.is_empty());
    key.literal("list");
    assert_eq!((key.as_str(), key.prefix()), ("shop:3:list", Some("shop:3")));
    assert!(!key.is_empty());
    assert_eq!(key.hash(), hash::of("shop:3:list"));
}

#[test]
fn long_keys_move_to_the_heap() {
    let long = "x".repeat(10_000);
    let key = user(7, &long);
    assert_eq!(key.as_str().len(), 10_007);
    assert_eq!(key.hash(), hash::of(key.as_str()));
}

proptest! {
    /// P6: a key is exactly its parameters.
    #[test]
    fn different_arguments_have_different_keys(a in any::<(u64, String)>(), b in any::<(u64, String)>()) {
        prop_assert_eq!(user(a.0, &a.1).as_str() == user(b.0, &b.1).as_str(), a == b);
    }

    #[test]
    fn strings_with_colons_never_share_a_key(a in "[a:%b]{0,4}", b in "[a:%b]{0,4}", c in "[a:%b]{0,4}", d in "[a:%b]{0,4}") {
        let pair = |x: &str, y: &str| name::create_cache_key(&[&x, &y]);
        prop_assert_eq!(pair(&a, &b) == pair(&c, &d), (a, b) == (c, d));
    }

    /// A key rendered from arguments is found again by its text.
    #[test]
    fn the_hash_depends_on_the_text_alone(id: u64, text: String, number: i64, raw in "[0-9:a]{0,12}") {
        let mut key = KeyBuf::new();
        field!(&mut key, text, None);
        key.literal(":");
        field!(&mut key, id, None);
        key.literal(":x");
        field!(&mut key, id, None);
        key.end_prefix();
        field!(&mut key, number, None);
        key.text(&raw);
        prop_assert_eq!(key.hash(), hash::of(key.as_str()));
        prop_assert_eq!(key.hash(), KeyBuf::from_text(key.as_str()).hash());
    }
}
