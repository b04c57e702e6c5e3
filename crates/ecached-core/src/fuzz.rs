//! What fuzz targets call: everything that reads foreign bytes or foreign text, with its invariants as assertions. Not an
//! interface. How much is allocated is the fuzzer's to watch (`-malloc_limit_mb`); what can be told from the outside is
//! asserted here.

use crate::codec::ValueOps;
use crate::entry::{Entry, Seal};
use crate::key::template::KeyTemplate;
use crate::sign::SigningKeys;
use crate::value::{Boxed, CacheValue};
use crate::{Codec, compress};
use ecached_template::Template;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Display;

/// Longest payload that is unpacked, bytes.
const LIMIT: usize = 1 << 26;

/// A value of most of serde's sorts. No floats: a NaN is not equal to itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Anything {
    Unit,
    Numbers(i8, u16, i32, u64, i128),
    Text { text: String, letter: char, flag: Option<bool> },
    List(Vec<Self>),
    Map(BTreeMap<String, Option<Box<Self>>>),
}

/// Reads an entry, with and without keys, and what is compressed in it.
///
/// # Panics
///
/// When an invariant does not hold.
pub fn entry(bytes: &[u8]) {
    let none = SigningKeys::default();
    let seal = Seal { keys: &none, name: "" };
    #[cfg(feature = "hmac")]
    {
        let key = crate::SigningKey::new([7; 32]).expect("invariant: 32 bytes are enough");
        let keys = SigningKeys::from_iter([key]);
        let forged = Entry::decode(bytes, &Seal { keys: &keys, name: "fuzz" });
        assert!(forged.is_none(), "nobody has signed this");
    }
    let Some(entry) = Entry::decode(bytes, &seal) else { return };
    let again = entry.encode(&seal).expect("invariant: what was read can be written");
    assert_eq!(Entry::decode(&again, &seal).as_ref(), Some(&entry), "round trip");
    if entry.compressed
        && let Some(payload) = compress::unpack(entry.payload, LIMIT)
    {
        assert!(payload.len() <= entry.payload.len().saturating_mul(255).min(LIMIT), "expansion");
    }
}

/// Reads values of several types with the codec of that name; an unknown name does nothing.
///
/// # Panics
///
/// When a value that was read is not written and read as the same.
pub fn codec(name: &str, bytes: &[u8]) {
    let Ok(codec) = Codec::by_name(name) else { return };
    read_as::<Anything>(codec, bytes);
    read_as::<Vec<(String, Vec<u64>)>>(codec, bytes);
    read_as::<BTreeMap<u32, Option<String>>>(codec, bytes);
    read_as::<Vec<()>>(codec, bytes);
    read_as::<(bool, i64, Option<Option<u8>>)>(codec, bytes);
}

fn read_as<T: CacheValue + PartialEq + std::fmt::Debug>(codec: Codec, bytes: &[u8]) {
    let ops = ValueOps::any::<T, Boxed>();
    let Some(value) = ops.decode(codec, bytes) else { return };
    // It may be refused, a `Some(None)` for example, but not written as something else.
    let Ok(written) = ops.encode(&value, codec) else { return };
    let again = ops.decode(codec, &written).expect("invariant: what was written is read");
    assert_eq!(again.downcast_ref::<T>(), value.downcast_ref::<T>(), "round trip");
}

/// Renders a template of run time for two values: different values never have the same key (P6).
///
/// # Panics
///
/// When they do, or when an accepted template cannot be rendered.
pub fn key_template(text: &str, one: &str, other: &str) {
    let Ok(template) = KeyTemplate::parse(text) else {
        assert!(Template::parse(text).is_err(), "the run time accepts what the macros do");
        return;
    };
    let parsed =
        Template::parse(text).expect("invariant: the macros accept what the run time does");
    let fields: Vec<String> = parsed.fields().map(|field| field.path.join(".")).collect();
    let render = |value: &str| {
        let values: Vec<(&str, &dyn Display)> =
            fields.iter().map(|field| (field.as_str(), &value as &dyn Display)).collect();
        template.render(&values).expect("invariant: every field has a value")
    };
    let differ = render(one) != render(other);
    assert_eq!(differ, one != other && !fields.is_empty(), "a key for each value");
}

/// Escapes a value, and reads it back.
///
/// # Panics
///
/// When another value is read, or when something is left that ends the field.
pub fn escape(value: &str, until: Option<char>) {
    let mut escaped = String::new();
    ecached_template::escape_into(&mut escaped, value, until);
    assert_eq!(ecached_template::unescape(&escaped).as_deref(), Some(value), "round trip");
    let plain =
        escaped.split('%').enumerate().map(|(at, part)| part.get(if at > 0 { 2 } else { 0 }..));
    let plain = plain.map(Option::unwrap_or_default).collect::<String>();
    assert!(!ecached_template::needs_escape(&plain, until), "nothing is left");
    if !ecached_template::needs_escape(value, until) {
        assert_eq!(escaped, value, "ordinary values stay");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;
    use proptest::prelude::*;
    use std::sync::Arc;

    proptest! {
        #[test]
        fn the_targets_hold(
            bytes: Vec<u8>, text: String, value: String, other: String, until: Option<char>,
            template in "([a-z:<>{}?%.]|<id>){0,8}",
        ) {
            entry(&bytes);
            ["messagepack", "json", "postcard", "xml"].iter().for_each(|name| codec(name, &bytes));
            key_template(&text, &value, &other);
            key_template(&template, &value, &other);
            escape(&value, until);
        }

        #[test]
        fn values_survive_the_targets(numbers: (i8, u16, i32, u64, i128), texts: Vec<String>) {
            let values = texts.into_iter().map(|text| Anything::Text { text, letter: 'x', flag: None });
            let list = Anything::List(values.chain([
                Anything::Numbers(numbers.0, numbers.1, numbers.2, numbers.3, numbers.4),
                Anything::Map(BTreeMap::from([(String::from("a"), Some(Box::new(Anything::Unit)))])),
            ]).collect());
            let codecs = ["messagepack", "json", "postcard"].into_iter();
            for (name, known) in codecs.filter_map(|name| Some((name, Codec::by_name(name).ok()?))) {
                let ops = ValueOps::any::<Anything, Boxed>();
                let bytes = ops.encode(&(Arc::new(list.clone()) as Value), known).unwrap();
                codec(name, &bytes);
            }
        }
    }
}
