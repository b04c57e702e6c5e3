//! P5 for postcard: what it would read as something else is refused, and bytes of another shape are nothing.

use super::super::tests::{
    Flat, Named, Newtype, Pair, Shape, Tagged, Tree, Unit, Untagged, loaded, stored, tree,
};
use crate::value::CacheValue;
use crate::{Codec, ErrorKind};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;

fn round_trip<T: CacheValue + PartialEq + Debug>(value: &T) {
    let bytes = stored(value, Codec::Postcard).unwrap();
    assert_eq!(loaded::<T>(&bytes, Codec::Postcard).as_ref(), Some(value));
    for len in 0..bytes.len() {
        assert!(loaded::<T>(&bytes[..len], Codec::Postcard).is_none(), "a part is not a value");
    }
    let longer = [&[0], &bytes[..]].concat();
    assert!(loaded::<T>(&longer, Codec::Postcard).is_none(), "more is not a value");
    let longer = [&bytes[..], &[0]].concat();
    assert!(loaded::<T>(&longer, Codec::Postcard).is_none(), "more is not a value");
}

fn refused<T: CacheValue>(value: &T) {
    let error = stored(value, Codec::Postcard).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Codec);
    assert!(error.to_string().contains("use the codec messagepack"), "{error}");
}

#[test]
fn values_come_back() {
    round_trip(&7_u64);
    round_trip(&(1_i8, -2_i16, 3_i32, i64::MIN, i128::MIN, u16::MAX, u32::MAX, u128::MAX));
    round_trip(&('x', true, 2.5_f32, -0.0_f64, String::from("é"), [1_u8, 2], [(); 3]));
    round_trip(&vec![Some(String::from("a")), None]);
    round_trip(&BTreeMap::from([(1, (2.5, 'x'))]));
    round_trip(&HashMap::from([(String::from("a"), vec![1_u16]), (String::new(), vec![])]));
    round_trip(&((), Unit, Newtype(()), Pair(1, Named { field: 2_u8 })));
    round_trip(&vec![
        Shape::Point,
        Shape::New(1_u8),
        Shape::Tuple(2, 3),
        Shape::Struct { field: 4 },
    ]);
    round_trip(&(Ok::<u8, String>(1), Err::<u8, String>(String::from("no"))));
    round_trip(&(std::time::Duration::from_millis(1500), std::net::Ipv4Addr::LOCALHOST));
    round_trip(&(std::net::IpAddr::from([1, 2, 3, 4]), 1..5_u8, std::num::NonZeroU8::new(3)));
    round_trip(&(
        std::path::PathBuf::from("/tmp"),
        Box::new(1_u8),
        std::sync::Arc::<str>::from("x"),
    ));
}

/// Unlike MessagePack and JSON, it tells them apart.
#[test]
fn options_of_any_depth_come_back() {
    round_trip(&(Some(()), None::<()>, Some(None::<u8>), Some(Some(None::<()>)), Some(Unit)));
    let nan = stored(&Some(f64::NAN), Codec::Postcard).unwrap();
    assert!(loaded::<Option<f64>>(&nan, Codec::Postcard).flatten().is_some_and(f64::is_nan));
}

#[test]
fn what_needs_a_self_describing_format_is_refused() {
    refused(&Untagged::Number(1));
    refused(&vec![Untagged::Nothing]);
    refused(&Tagged::Struct { field: 1_u8 });
    refused(&Flat { id: 1, rest: Named { field: 1_u8 } });
    refused(&serde_json::json!({"a": 1}));
    refused(&serde_json::Value::Null);
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Skipping {
    #[serde(skip_serializing, default)]
    a: u8,
    b: Vec<u8>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct SkippingSome {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    a: Option<u8>,
    b: u8,
    #[serde(skip)]
    never: u8,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Variants {
    #[serde(skip)]
    _A,
    B(u8),
    C(u8),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Renamed {
    #[serde(rename(serialize = "one", deserialize = "other"))]
    a: u8,
}

/// serde counts an alias among the declared fields, so which of them is the second field cannot be told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Aliased {
    #[serde(alias = "another")]
    a: u8,
    b: u8,
}

/// The bytes of `b`, a length and that many bytes, are also a byte and an empty list: postcard alone reads them so.
#[test]
fn a_field_that_serde_skips_is_never_filled_with_its_neighbour() {
    refused(&Skipping { a: 0, b: vec![0] });
    refused(&SkippingSome { a: None, b: 1, never: 0 });
    round_trip(&SkippingSome { a: Some(2), b: 1, never: 0 });
    refused(&Variants::B(1));
    refused(&Variants::C(1));
    refused(&Renamed { a: 1 });
    refused(&Aliased { a: 1, b: 2 });
}

mod before {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    pub(super) struct User {
        pub(super) age: u8,
        pub(super) floor: u8,
    }
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    pub(super) enum Colour {
        Red,
        Blue,
    }
}

mod after {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    pub(super) struct User {
        pub(super) floor: u8,
        pub(super) age: u8,
    }
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    pub(super) enum Colour {
        Blue,
        Red,
    }
}

#[test]
fn a_changed_type_is_a_miss() {
    fn lost<T: CacheValue, U: CacheValue>(value: &T) {
        let bytes = stored(value, Codec::Postcard).unwrap();
        assert!(loaded::<T>(&bytes, Codec::Postcard).is_some());
        assert!(loaded::<U>(&bytes, Codec::Postcard).is_none());
    }
    lost::<_, after::User>(&before::User { age: 40, floor: 2 });
    lost::<_, before::User>(&after::User { age: 40, floor: 2 });
    lost::<_, after::Colour>(&before::Colour::Red);
    lost::<_, Vec<before::Colour>>(&vec![after::Colour::Blue]);
    lost::<_, i8>(&1_u8);
    lost::<_, (u8, u8)>(&[1_u8, 2].to_vec());
    lost::<_, String>(&b"\x01a".to_vec());
    lost::<_, Option<()>>(&true);
    lost::<_, Vec<(u8, u8)>>(&BTreeMap::from([(1_u8, 2_u8)]));
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Chain(Option<Box<Self>>);

#[test]
fn depth_is_limited() {
    let chain = |len| (0..len).fold(Chain(None), |chain, _| Chain(Some(Box::new(chain))));
    round_trip(&chain(50));
    refused(&chain(200));
    assert!(loaded::<Chain>(&[1; 1_000_000], Codec::Postcard).is_none());
}

/// A unit has no bytes, so five of them can claim a list of billions.
#[test]
fn lists_of_nothing_are_limited() {
    round_trip(&vec![(); 1000]);
    refused(&vec![(); 1_000_000]);
    let claim = [&[0xFF, 0xFF, 0xFF, 0xFF, 0x0F][..], &[0; 8]].concat();
    assert!(loaded::<Vec<()>>(&claim, Codec::Postcard).is_none());
    assert!(loaded::<Vec<u64>>(&claim, Codec::Postcard).is_none());
    assert!(loaded::<HashMap<u64, u64>>(&claim, Codec::Postcard).is_none());
    assert!(loaded::<String>(&claim, Codec::Postcard).is_none());
}

proptest! {
    #[test]
    fn every_tree_comes_back(value in tree()) {
        let bytes = stored(&value, Codec::Postcard).unwrap();
        prop_assert_eq!(loaded::<Tree>(&bytes, Codec::Postcard), Some(value));
    }

    #[test]
    fn foreign_bytes_are_no_value(bytes: Vec<u8>) {
        prop_assert_eq!(loaded::<Vec<(String, Vec<u64>)>>(&bytes, Codec::Postcard), None);
        prop_assert_eq!(loaded::<Tree>(&bytes, Codec::Postcard), None);
    }
}
