//! P5 for the codecs: what is written is what is read, and what would not be is not written.

use super::*;
use crate::value::Boxed;
use proptest::prelude::*;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The codecs that write `Some(x)` as `x`.
const CODECS: &[Codec] = &[
    Codec::MessagePack,
    #[cfg(feature = "json")]
    Codec::Json,
];

pub(super) fn stored<T: CacheValue>(value: &T, codec: Codec) -> Result<Vec<u8>> {
    ValueOps::any::<T, Boxed>().encode(&(Arc::new(value.clone()) as Value), codec)
}

pub(super) fn loaded<T: CacheValue>(bytes: &[u8], codec: Codec) -> Option<T> {
    ValueOps::any::<T, Boxed>().decode(codec, bytes)?.downcast_ref::<T>().cloned()
}

fn round_trip<T: CacheValue + PartialEq + fmt::Debug>(value: &T) {
    let ops = ValueOps::any::<T, Boxed>();
    for &codec in CODECS {
        let bytes = stored(value, codec).unwrap();
        assert_eq!(loaded::<T>(&bytes, codec).as_ref(), Some(value), "{codec:?}");
    }
    #[cfg(feature = "postcard")]
    if let Ok(bytes) = stored(value, Codec::Postcard) {
        assert_eq!(loaded::<T>(&bytes, Codec::Postcard).as_ref(), Some(value), "postcard");
    }
    let bytes = stored(value, Codec::MessagePack).unwrap();
    assert_eq!(bytes, rmp_serde::to_vec_named(value).unwrap(), "ordinary bytes are unchanged");
    assert_eq!(ops.encoded_len(&(Arc::new(value.clone()) as Value)), Some(bytes.len() as u64));
    for len in 0..bytes.len() {
        let part = ops.decode(Codec::MessagePack, &bytes[..len]);
        assert!(part.is_none(), "a part is not a value");
    }
    let longer = [&bytes[..], &[0]].concat();
    let longer = ops.decode(Codec::MessagePack, &longer);
    assert!(longer.is_none(), "more than a value is not a value");
}

fn refused<T: CacheValue>(value: &T) {
    for &codec in CODECS {
        refused_by(codec, value);
    }
}

fn refused_by<T: CacheValue>(codec: Codec, value: &T) {
    let error = stored(value, codec).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Codec);
    assert!(error.to_string().contains("written as nil cannot be told from `None`"), "{error}");
    assert!(error.to_string().contains("struct with a field"), "{error}");
    let len = rmp_serde::to_vec_named(value).unwrap().len() as u64;
    assert_eq!(
        ValueOps::any::<T, Boxed>().encoded_len(&(Arc::new(value.clone()) as Value)),
        Some(len),
        "it can be measured"
    );
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Unit;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Newtype<T>(pub(super) T);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Pair<T>(pub(super) u8, pub(super) T);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Named<T> {
    pub(super) field: T,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Flat<T> {
    pub(super) id: u8,
    #[serde(flatten)]
    pub(super) rest: Named<T>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Shape<T> {
    Point,
    New(T),
    Tuple(u8, T),
    Struct { field: T },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Untagged {
    Nothing,
    Number(u8),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub(super) enum Tagged<T> {
    Struct { field: T },
}

#[test]
fn values_come_back() {
    round_trip(&7_u64);
    round_trip(&vec![Some(String::from("a")), None]);
    round_trip(&BTreeMap::from([(1, (2.5, 'x'))]));
    round_trip(&(i128::MIN, u128::MAX, Some(i128::MAX)));
    round_trip(&((), Unit, Newtype(()), Shape::New(())));
}

#[test]
fn options_come_back() {
    round_trip(&(Some(1_u8), None::<u8>));
    round_trip(&Some(vec![Some(1_u8), None]));
    round_trip(&(Some((1_u8,)), Some(((),)), Some([(); 0])));
    round_trip(&(Some(Some(1_u8)), None::<Option<u8>>, Some(Some(Some(String::new())))));
    round_trip(&(Some(Named { field: () }), Some(Pair(1, None::<u8>))));
    round_trip(&(Some(Shape::<()>::Point), Some(Shape::New(())), Some(Shape::New(None::<u8>))));
    round_trip(&(Some(Newtype(Some(1_u8))), Newtype(None::<u8>), Some(Untagged::Number(1))));
    round_trip(&Flat { id: 1, rest: Named { field: Some(Some(vec![None, Some(1_u8)])) } });
    round_trip(&BTreeMap::from([(Some(String::from("a")), Some(1_u8))]));
}

#[test]
fn what_would_come_back_as_none_is_refused() {
    refused(&Some(()));
    refused(&Some(None::<u8>));
    refused(&Some(Some(None::<u8>)));
    refused(&Some(Untagged::Nothing));
    refused(&Some(serde_json::Value::Null));
    refused(&(Some(Newtype(())), Some(Newtype(None::<u8>)), Some(Box::new(()))));
}

#[test]
fn it_is_refused_at_every_depth() {
    fn everywhere<T: CacheValue + Ord>(inner: T) {
        let inner = Some(inner);
        refused(&vec![None, inner.clone()]);
        refused(&(1_u8, inner.clone()));
        refused(&Pair(1, inner.clone()));
        refused(&Newtype(inner.clone()));
        refused(&Named { field: inner.clone() });
        refused(&Flat { id: 1, rest: Named { field: inner.clone() } });
        refused(&Shape::New(inner.clone()));
        refused(&Shape::Tuple(1, inner.clone()));
        refused(&Shape::Struct { field: inner.clone() });
        refused(&Tagged::Struct { field: inner.clone() });
        refused(&BTreeMap::from([(1_u8, inner.clone())]));
        refused(&BTreeMap::from([(inner.clone(), 1_u8)]));
        refused(&Some(vec![Named { field: Shape::Tuple(1, [Some((1, inner))]) }]));
    }
    everywhere(());
    everywhere(None::<u8>);
}

/// `rmp-serde` writes it as an empty array, `serde_json` as `null`.
#[test]
fn an_optional_unit_struct_is_refused_by_json_only() {
    let value = vec![Some(Unit), None];
    let bytes = stored(&value, Codec::MessagePack).unwrap();
    assert_eq!(loaded(&bytes, Codec::MessagePack), Some(value.clone()));
    #[cfg(feature = "json")]
    refused_by(Codec::Json, &value);
}

/// Passes its text as `serde_json::value::RawValue` does.
#[cfg(feature = "json")]
struct Raw(&'static str);

#[cfg(feature = "json")]
impl Serialize for Raw {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut raw = serializer.serialize_struct("$serde_json::private::RawValue", 1)?;
        raw.serialize_field("$serde_json::private::RawValue", self.0)?;
        raw.end()
    }
}

#[cfg(feature = "json")]
#[test]
fn json_refuses_what_it_has_no_text_for() {
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert!(stored(&Some(number), Codec::MessagePack).is_ok());
        let error = stored(&vec![Some(number)], Codec::Json).unwrap_err();
        assert!(error.to_string().contains("use the codec messagepack"), "{error}");
        assert!(stored(&number, Codec::Json).is_err());
        assert!(stored(&(number as f32), Codec::Json).is_err());
    }
    let refuses =
        |value: Option<Raw>| Codec::Json.write(&value, Refuse::Json, &mut Count(0)).is_err();
    assert!(refuses(Some(Raw("null"))));
    assert!(!refuses(Some(Raw("[null]"))));
}

/// A type with options at several depths.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Tree {
    Leaf,
    Float(Option<f64>),
    Units(Option<Unit>, Option<()>),
    Text(Newtype<Option<Newtype<Option<String>>>>),
    Fields { child: Option<Box<Self>>, list: Option<Vec<Option<Option<u8>>>> },
    Map(BTreeMap<String, Option<Option<Self>>>),
    Pair(Option<(Box<Self>, Option<i128>)>),
}

pub(super) fn tree() -> impl Strategy<Value = Tree> {
    let float = prop_oneof![Just(0.5), Just(-0.0), Just(f64::INFINITY)];
    let leaf = prop_oneof![
        Just(Tree::Leaf),
        proptest::option::of(float).prop_map(Tree::Float),
        any::<(Option<()>, Option<()>)>().prop_map(|(a, b)| Tree::Units(a.map(|()| Unit), b)),
        any::<Option<Option<String>>>().prop_map(|text| Tree::Text(Newtype(text.map(Newtype)))),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let child = proptest::option::of(inner.clone().prop_map(Box::new));
        let some = proptest::option::weighted(0.9, inner.clone());
        let some = proptest::option::weighted(0.9, some);
        prop_oneof![
            (child, any::<Option<Vec<Option<Option<u8>>>>>())
                .prop_map(|(child, list)| Tree::Fields { child, list }),
            proptest::collection::btree_map(any::<String>(), some, 0..4).prop_map(Tree::Map),
            any::<Option<Option<i128>>>()
                .prop_flat_map(move |number| {
                    inner
                        .clone()
                        .prop_map(move |tree| number.map(|number| (Box::new(tree), number)))
                })
                .prop_map(Tree::Pair),
        ]
    })
}

proptest! {
    /// P5: never a panic, never an unbounded allocation.
    #[test]
    fn foreign_bytes_are_no_value(bytes: Vec<u8>) {
        let _ = ValueOps::any::<Vec<(String, Vec<u64>)>, Boxed>().decode(Codec::MessagePack, &bytes);
    }

    /// P5: refused exactly when the plain bytes would be read as something else, and the plain bytes otherwise.
    #[test]
    fn a_value_comes_back_or_is_refused(value in tree()) {
        for &codec in CODECS {
            let mut plain = Vec::new();
            codec.write(&value, Refuse::Nothing, &mut plain).unwrap();
            let faithful = loaded(&plain, codec).as_ref() == Some(&value);
            match stored(&value, codec) {
                Ok(bytes) => {
                    prop_assert!(faithful, "{codec:?}");
                    prop_assert_eq!(bytes, plain);
                }
                Err(_) => prop_assert!(!faithful, "{codec:?}"),
            }
        }
        let plain = rmp_serde::to_vec_named(&value).unwrap();
        prop_assert_eq!(ValueOps::any::<Tree, Boxed>().encoded_len(&(Arc::new(value.clone()) as Value)), Some(plain.len() as u64));
    }
}
