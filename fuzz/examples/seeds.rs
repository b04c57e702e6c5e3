//! Writes what the fuzzers begin with, into `corpus/` below the current folder: the golden entries and their payloads, values
//! of the types that the targets read, typical keys and templates.

use ecached_core::Codec;
use ecached_core::codec::ValueOps;
use ecached_core::value::{Boxed, CacheValue};
use ecached_fuzz::TARGETS;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

/// As in `ecached_core::fuzz`, by name as well: postcard compares names.
#[derive(Clone, Serialize, Deserialize)]
enum Anything {
    Unit,
    Numbers(i8, u16, i32, u64, i128),
    Text { text: String, letter: char, flag: Option<bool> },
    List(Vec<Self>),
    Map(BTreeMap<String, Option<Box<Self>>>),
}

const TEMPLATES: [&[u8]; 9] = [
    b"user:<id>\xFF7\xFFa:b",
    b"user:{id}:{kind}\xFFx\xFFy",
    b"shop:<self.shop>:<pair.0>/<pair.1>\xFFa/b\xFFa%2Fb",
    b"<point:?>\xFF1\xFF2",
    b"<<b>>-<a>-<c>\xFFx-y\xFFx",
    b"all users\xFF\xFF7",
    b"<a><b>\xFF1\xFF2",
    b"\xC3\xA9<r#type>\xC3\xA9<b>\xFF",
    b"{{<a>}}\xFF\xFF",
];
const VALUES: [&[u8]; 8] = [
    b"7",
    b"a:b c%d\n\x7F",
    b"a/b\xFF/",
    b"a\xC3\xA9b\xFF\xC3\xA9",
    b"100%\xFF%",
    b"\xE6\x97\xA5\xE6\x9C\xAC",
    b"%3A%3a\xFF3",
    b"",
];

fn main() -> io::Result<()> {
    for target in TARGETS {
        fs::create_dir_all(folder(target))?;
    }
    for (number, input) in TEMPLATES.iter().enumerate() {
        fs::write(folder("key_template").join(format!("seed-{number}")), input)?;
    }
    for (number, input) in VALUES.iter().enumerate() {
        fs::write(folder("escape").join(format!("seed-{number}")), input)?;
    }
    values()?;
    golden()
}

fn folder(target: &str) -> PathBuf {
    Path::new("corpus").join(target)
}

/// The entries without their checksums, and what is in them.
fn golden() -> io::Result<()> {
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/ecached-core/tests/golden");
    for file in fs::read_dir(files)? {
        let path = file?.path();
        let name =
            path.file_stem().and_then(|name| name.to_str()).expect("a name in ASCII").to_owned();
        let digits: Vec<char> =
            fs::read_to_string(&path)?.chars().filter(char::is_ascii_hexdigit).collect();
        let byte = |pair: &[char]| {
            u8::from_str_radix(&pair.iter().collect::<String>(), 16).expect("hex digits")
        };
        let bytes: Vec<u8> = digits.chunks(2).map(byte).collect();
        let body = &bytes[..bytes.len() - 8];
        fs::write(folder("envelope").join(&name), body)?;
        let codec = name.split('-').next().expect("a first part");
        fs::write(folder(&format!("codec_{codec}")).join(&name), payload(body))?;
    }
    Ok(())
}

fn payload(body: &[u8]) -> &[u8] {
    let number = |at: usize, len: usize| {
        body[at..at + len].iter().fold(0, |number, byte| number << 8 | usize::from(*byte))
    };
    let mut at = 39;
    for _ in 0..number(37, 2) {
        at += 19 + number(at + 1, 2);
    }
    &body[at + 4..at + 4 + number(at, 4)]
}

fn values() -> io::Result<()> {
    let text = Anything::Text { text: String::from("Ann"), letter: 'é', flag: Some(true) };
    let numbers = Anything::Numbers(-1, 300, -70_000, u64::MAX, i128::MIN);
    let map = BTreeMap::from([
        (String::from("a"), None),
        (String::from("users"), Some(Box::new(text.clone()))),
    ]);
    let map = Anything::Map(map);
    let list = Anything::List(vec![Anything::Unit, text.clone(), map.clone(), numbers.clone()]);
    for (number, value) in [Anything::Unit, numbers, text, map, list].into_iter().enumerate() {
        value_of(&format!("anything-{number}"), value)?;
    }
    value_of("lists", vec![(String::from("a"), vec![1_u64, 1 << 40]), (String::new(), vec![])])?;
    value_of("map", BTreeMap::from([(1_u32, None), (70_000, Some(String::from("x")))]))?;
    value_of("units", vec![(), (), ()])?;
    value_of("tuple", (true, -5_i64, Some(Some(3_u8))))?;
    value_of("none", (false, i64::MIN, None::<Option<u8>>))
}

fn value_of<T: CacheValue>(name: &str, value: T) -> io::Result<()> {
    let value: ecached_core::value::Value = Arc::new(value);
    for codec in ["messagepack", "json", "postcard"] {
        let known = Codec::by_name(codec).expect("all features");
        let bytes = ValueOps::any::<T, Boxed>().encode(&value, known).expect("nothing nil in it");
        fs::write(folder(&format!("codec_{codec}")).join(format!("seed-{name}")), bytes)?;
    }
    Ok(())
}
