//! Values of many types, and names of any text, through a third-party backend that keeps bytes.

#![deny(warnings)]

use ecached::prelude::*;
use ecached::{Cache, CacheValue};
use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;
use stranger::backend::{Blocking, Shelf};

static SHELF: LazyLock<Cache> = LazyLock::new(|| Cache::new(Blocking(Shelf::default())));

#[derive(Clone, Debug, PartialEq, ecached::serde::Serialize, ecached::serde::Deserialize)]
#[serde(crate = "ecached::serde")]
enum Shape {
    Unit,
    New(u8),
    Tuple(u8, String),
    Struct {
        a: Option<u8>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        b: Option<u8>,
    },
}

#[derive(Clone, Debug, PartialEq, ecached::serde::Serialize, ecached::serde::Deserialize)]
#[serde(crate = "ecached::serde", untagged)]
enum Untagged {
    Number(u8),
    Text(String),
    Point { x: f64 },
}

#[derive(Clone, Debug, PartialEq, ecached::serde::Serialize, ecached::serde::Deserialize)]
#[serde(crate = "ecached::serde", tag = "kind")]
enum Tagged {
    Point { x: u8 },
    Nothing,
}

#[derive(Clone, Debug, PartialEq, ecached::serde::Serialize, ecached::serde::Deserialize)]
#[serde(crate = "ecached::serde")]
struct Flat {
    a: u8,
    #[serde(flatten)]
    rest: BTreeMap<String, u8>,
}

/// What is stored is what comes back, and only as the type that it has.
fn comes_back<T: CacheValue + Debug + PartialEq>(value: T) {
    let cache = Cache::new(Blocking(Shelf::default()));
    cache.set("value", value.clone(), 60).unwrap();
    assert_eq!(cache.get_many(&["value", "other"]).unwrap(), [Some(value), None]);
    assert_eq!(cache.get::<BTreeMap<u8, u8>>("value").unwrap(), None, "as another type");
}

#[test]
fn simple_values() {
    comes_back(u128::MAX);
    comes_back(i128::MIN);
    comes_back(1.1_f32);
    comes_back(f64::NEG_INFINITY);
    comes_back('ü');
    comes_back(());
    comes_back(String::new());
    comes_back(Duration::from_nanos(1));
    comes_back(PathBuf::from("/a"));
    comes_back(IpAddr::from([1, 2, 3, 4]));
    comes_back(Box::<str>::from("a"));
}

#[test]
fn compound_values() {
    comes_back([7_u8; 32]);
    comes_back(vec![0_u8, 255]);
    comes_back((1_u8, "a".to_owned(), Some(2_u8), None::<u8>));
    comes_back(Err::<u8, String>("a".to_owned()));
    comes_back(HashMap::from([((1_u8, 2_u8), vec![Some('x'), None])]));
    let (b, rest) = (Some(2), BTreeMap::from([("b".to_owned(), 2)]));
    comes_back(vec![Shape::Unit, Shape::New(1), Shape::Tuple(2, "x".to_owned())]);
    comes_back(vec![Shape::Struct { a: None, b: None }, Shape::Struct { a: Some(1), b }]);
    comes_back(vec![
        Untagged::Number(1),
        Untagged::Text("x".to_owned()),
        Untagged::Point { x: 1.0 },
    ]);
    comes_back(vec![Tagged::Point { x: 1 }, Tagged::Nothing]);
    comes_back(Flat { a: 1, rest });
}

thread_local! {
    static RUNS: Cell<u64> = const { Cell::new(0) };
}

fn runs<T>(action: impl FnOnce() -> T) -> u64 {
    let before = RUNS.get();
    action();
    RUNS.get() - before
}

#[cached("text:<left>:<right>", 60, tags = ["text:<left>"], prefix = "texts:<right>", cache = SHELF)]
fn text(left: &str, right: &str) -> String {
    RUNS.set(RUNS.get() + 1);
    format!("{left}|{right}")
}

#[test]
fn texts_of_any_sort_in_keys_tags_and_prefixes() {
    let long = "x".repeat(10_240);
    let texts = ["", " ", "\0", "\n", ":", "::", "%", "%3A", "<a>", "é", "a:b", "a", "b", &long];
    let pairs = || texts.iter().flat_map(|left| texts.iter().map(move |right| (*left, *right)));
    let call = || {
        for (left, right) in pairs() {
            assert_eq!(text(left, right), format!("{left}|{right}"));
        }
    };
    assert_eq!(runs(call), 196);
    assert_eq!(runs(call), 0);
    text::invalidate_cache_by_key("a:b", "a").unwrap();
    assert_eq!(runs(call), 1);
    text::invalidate_cache_by_tags(&long, "").unwrap();
    assert_eq!(runs(call), 14);
    text::invalidate_cache_by_prefix("", "a:b").unwrap();
    assert_eq!(runs(call), 14);
    text::invalidate_all().unwrap();
    assert_eq!(runs(call), 196);
}
