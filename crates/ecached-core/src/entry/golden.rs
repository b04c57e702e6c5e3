//! Entries as they stand in stores today, for good: each codec, plain and compressed, signed and not. The files are in
//! `tests/golden`, and the worked example is in `docs/wire-format.md`.

use super::tests::unsigned as no_keys;
use super::*;
use crate::Codec;
use crate::codec::ValueOps;
use crate::value::{Boxed, Value};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::Arc;

const NAME: &str = "user:7";

fn unsigned() -> Seal<'static> {
    Seal { name: NAME, ..no_keys() }
}

/// A value that uses most of serde's sorts, and gets shorter when it is compressed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Sample {
    id: u64,
    name: String,
    tags: Vec<String>,
    score: Option<f64>,
    nothing: Option<u8>,
    role: Role,
    text: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Role {
    Admin { level: i32 },
}

fn sample() -> Sample {
    Sample {
        id: 7,
        name: String::from("Ann"),
        tags: vec![String::from("users"), String::from("org:acme")],
        score: Some(2.5),
        nothing: None,
        role: Role::Admin { level: -3 },
        text: "a tag-invalidation cache; ".repeat(8),
    }
}

/// What is frozen: codec, its name, and its bytes for [`sample`].
fn codecs() -> Vec<(&'static str, Codec)> {
    vec![
        ("messagepack", Codec::MessagePack),
        #[cfg(feature = "json")]
        ("json", Codec::Json),
        #[cfg(feature = "postcard")]
        ("postcard", Codec::Postcard),
    ]
}

fn entry(codec: Codec, payload: &[u8], compressed: bool) -> Entry<'_> {
    let cite = |kind, name, byte| Cited { kind, name, version: Version::from_bytes([byte; 16]) };
    Entry {
        codec: codec.id(),
        compressed,
        fingerprint: xxh3_64(b"example::User"),
        written_unix_ms: 1_750_000_000_123,
        timeout: Some(Duration::from_secs(60)),
        cited: vec![
            cite(CitedAs::Declared, "\u{1}fn:example::load_user", 0xA1),
            cite(CitedAs::Declared, "users", 0xA2),
            cite(CitedAs::Value, "org:acme", 0xA3),
            cite(CitedAs::Alias, "", 0xA4),
            cite(CitedAs::Key, "", 0xA5),
        ],
        payload,
    }
}

#[cfg(feature = "hmac")]
fn keys(first_bytes: &[u8]) -> SigningKeys {
    first_bytes.iter().map(|byte| crate::SigningKey::new([*byte; 32]).unwrap()).collect()
}

fn with_checksum(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() - CHECKSUM_BYTES);
    let sum = checksum(NAME, &bytes);
    bytes.extend_from_slice(&sum);
    bytes
}

/// The file's bytes. With `ECACHED_WRITE_GOLDEN=1` a file that is missing is written; what is there never changes.
fn golden(file: &str, bytes: &[u8]) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file);
    if !path.exists() && std::env::var_os("ECACHED_WRITE_GOLDEN").is_some() {
        let line = |line: &[u8]| line.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let lines: Vec<_> = bytes.chunks(40).map(line).collect();
        std::fs::write(&path, lines.join("\n") + "\n").unwrap();
    }
    bytes_of_hex(&std::fs::read_to_string(&path).unwrap())
}

fn bytes_of_hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}

/// Writes, compares with the file, reads, and reads all that is almost the same.
fn check(file: &str, entry: &Entry<'_>, seal: &Seal<'_>) {
    let bytes = entry.encode(seal).unwrap();
    let frozen = golden(file, &bytes);
    assert_eq!(Entry::decode(&frozen, seal).as_ref(), Some(entry), "{file} is not read any more");
    assert_eq!(bytes, frozen, "{file} is written differently");
    assert_eq!(Entry::decode(&bytes, &unsigned()).as_ref(), Some(entry), "{file}, without keys");
    for len in 0..bytes.len() {
        assert_eq!(Entry::decode(&bytes[..len], seal), None, "{file}, {len} bytes");
    }
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(Entry::decode(&flipped, seal), None, "{file}, bit {bit}");
        if !seal.keys.is_empty() && bit / 8 < bytes.len() - CHECKSUM_BYTES {
            assert_eq!(
                Entry::decode(&with_checksum(flipped), seal),
                None,
                "{file}, bit {bit}, sum"
            );
        }
    }
    for (at, byte) in [(2, 2), (2, 0), (4, bytes[4] | 4), (4, bytes[4] | 0x80)] {
        let mut newer = bytes.clone();
        newer[at] = byte;
        assert_eq!(Entry::decode(&with_checksum(newer), &unsigned()), None, "{file}, of later");
    }
}

#[test]
fn entries_are_frozen() {
    for (name, codec) in codecs() {
        let ops = ValueOps::any::<Sample, Boxed>();
        let payload = ops.encode(&(Arc::new(sample()) as Value), codec).unwrap();
        let read = ops.decode(codec, &payload).unwrap();
        assert_eq!(read.downcast_ref(), Some(&sample()), "{name}");
        let plain = entry(codec, &payload, false);
        check(&format!("{name}-plain-unsigned.hex"), &plain, &unsigned());
        #[cfg(feature = "hmac")]
        check(&format!("{name}-plain-signed.hex"), &plain, &Seal { keys: &keys(&[1]), name: NAME });
        // Another release of the compressor may write another block. Then keep the old file under another name, only read.
        #[cfg(feature = "lz4")]
        {
            let packed = crate::Compression::Lz4.pack(&payload).unwrap();
            let unpacked = crate::compress::unpack(&packed, payload.len());
            assert_eq!(unpacked.as_deref(), Some(&payload[..]));
            let packed = entry(codec, &packed, true);
            check(&format!("{name}-lz4-unsigned.hex"), &packed, &unsigned());
            #[cfg(feature = "hmac")]
            check(
                &format!("{name}-lz4-signed.hex"),
                &packed,
                &Seal { keys: &keys(&[1]), name: NAME },
            );
        }
    }
}

#[cfg(feature = "hmac")]
#[test]
fn only_what_one_of_the_keys_signed_for_that_name_is_read() {
    let entry = entry(Codec::MessagePack, b"\x07", false);
    let old = keys(&[1]);
    let by_old = entry.encode(&Seal { keys: &old, name: NAME }).unwrap();
    let reads = |bytes: &[u8], keys: &SigningKeys, name| {
        Entry::decode(bytes, &Seal { keys, name }).is_some()
    };
    assert!(reads(&by_old, &old, NAME));
    assert!(reads(&by_old, &keys(&[2, 1]), NAME), "rotation");
    assert!(!reads(&by_old, &keys(&[2]), NAME), "another key");
    assert!(!reads(&by_old, &old, "app:user:8"), "moved to another name");
    assert!(!reads(&entry.encode(&unsigned()).unwrap(), &old, NAME), "unsigned");
    let by_new = entry.encode(&Seal { keys: &keys(&[2, 1]), name: NAME }).unwrap();
    assert!(reads(&by_new, &keys(&[2]), NAME) && !reads(&by_new, &old, NAME), "the first signs");
    // The flag that says "signed" is covered too, and the signature cannot be cut off.
    let mut stripped = by_old.clone();
    stripped[4] &= !SIGNED;
    stripped.truncate(by_old.len() - SIGNATURE_BYTES);
    assert!(!reads(&with_checksum(stripped), &old, NAME));
}

/// The bytes in the first column of the block behind `heading` in the page.
fn block(page: &str, heading: &str) -> Vec<u8> {
    let (_, behind) = page.split_once(heading).unwrap();
    let block = behind.split("```").nth(1).unwrap();
    block
        .lines()
        .filter_map(|line| line.split_once('|'))
        .flat_map(|(hex, _)| bytes_of_hex(hex))
        .collect()
}

#[test]
fn the_worked_example_of_the_page_is_true() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/wire-format.md");
    let page = std::fs::read_to_string(path).unwrap();
    let cite = |kind, name, byte| Cited { kind, name, version: Version::from_bytes([byte; 16]) };
    let ops = ValueOps::any::<u64, Boxed>();
    let payload = ops.encode(&(Arc::new(42_u64) as Value), Codec::MessagePack).unwrap();
    let entry = Entry {
        fingerprint: ops.fingerprint(),
        cited: vec![
            cite(CitedAs::Declared, "\u{1}fn:app::answer", 0x11),
            cite(CitedAs::Declared, "users", 0x22),
            cite(CitedAs::Alias, "", 0x33),
        ],
        ..self::entry(Codec::MessagePack, &payload, false)
    };
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x} ")).collect::<String>();
    let plain = entry.encode(&unsigned()).unwrap();
    assert_eq!(hex(&block(&page, "## Worked example")), hex(&plain));
    #[cfg(feature = "hmac")]
    {
        let key: Vec<u8> = (0..32).collect();
        let keys = [crate::SigningKey::new(key).unwrap()].into_iter().collect();
        let signed = entry.encode(&Seal { keys: &keys, name: "user:7" }).unwrap();
        let end = signed.len() - SIGNATURE_BYTES - CHECKSUM_BYTES;
        assert_eq!(signed[..4], plain[..4]);
        assert_eq!(signed[5..end], plain[5..end]);
        assert_eq!(hex(&block(&page, "### Signed")), hex(&signed[end..]));
    }
}
