//! P5 for the envelope: what is written is what is read, and nothing else is.

use super::*;
use proptest::prelude::*;
use std::sync::LazyLock;

/// Nothing is signed or checked.
pub(super) fn unsigned() -> Seal<'static> {
    static NONE: LazyLock<SigningKeys> = LazyLock::new(SigningKeys::default);
    Seal { keys: &NONE, name: "" }
}

fn sample<'a>(names: &'a [String], payload: &'a [u8]) -> Entry<'a> {
    let cite = |(index, name): (usize, &'a String)| Cited {
        kind: CitedAs::read((index % 4) as u8).unwrap(),
        name,
        version: Version::from_bytes([index as u8; 16]),
    };
    let cited = names.iter().enumerate().map(cite).collect();
    Entry {
        codec: 1,
        compressed: false,
        fingerprint: 7,
        written_unix_ms: 8,
        timeout: Some(Duration::from_secs(9)),
        cited,
        payload,
    }
}

#[test]
fn every_truncation_and_every_flipped_bit_is_a_miss() {
    let names = [String::from("users"), String::from("org:acme")];
    let bytes = sample(&names, b"payload").encode(&unsigned()).unwrap();
    for len in 0..bytes.len() {
        assert_eq!(Entry::decode(&bytes[..len], &unsigned()), None, "{len} bytes");
    }
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(Entry::decode(&flipped, &unsigned()), None, "bit {bit}");
    }
}

#[test]
fn an_entry_of_another_name_is_a_miss() {
    let names = [String::from("users")];
    let bytes = sample(&names, b"7").encode(&unsigned()).unwrap();
    assert_eq!(Entry::decode(&bytes, &Seal { name: "another", ..unsigned() }), None);
}

proptest! {
    #[test]
    fn what_was_written_is_read(names: Vec<String>, payload: Vec<u8>) {
        let entry = sample(&names, &payload);
        let bytes = entry.encode(&unsigned()).unwrap();
        prop_assert_eq!(Entry::decode(&bytes, &unsigned()), Some(entry));
    }

    #[test]
    fn foreign_bytes_are_a_miss(mut bytes: Vec<u8>, with_checksum: bool) {
        if with_checksum {
            let sum = checksum(unsigned().name, &bytes);
            bytes.extend_from_slice(&sum);
        }
        prop_assert_eq!(Entry::decode(&bytes, &unsigned()), None);
    }
}
