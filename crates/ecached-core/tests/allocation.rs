//! Reading foreign bytes allocates at most a small multiple of their length, whatever lengths they claim: P5 for memory.
//!
//! One test: the allocator counts for the whole process.
#![cfg(feature = "fuzzing")]

mod corpus;

use ecached_core::codec::ValueOps;
use ecached_core::value::{Boxed, CacheValue};
use ecached_core::{Codec, fuzz};
use peak_alloc::PeakAlloc;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Bytes that any input may have allocated at a time.
const FREE: usize = 64 << 10;

/// Bytes for each byte of an entry, for its names, its payload and what the target writes again.
const PER_BYTE: usize = 16;

/// Bytes for each byte of what is compressed: a byte of an LZ4 block stands for 255.
const PER_BYTE_OF_LZ4: usize = 255 + PER_BYTE;

/// Bytes for each byte of a value: 4 times what an element of one byte takes in memory, here 64 bytes. A vector that grows
/// is there twice.
const PER_BYTE_OF_VALUE: usize = 4 * size_of::<Nested>();

/// Bytes for each byte of a fuzzer's input: read, written and read again.
const PER_BYTE_OF_INPUT: usize = 2 * PER_BYTE_OF_VALUE;

/// A type that nests in itself, and is much bigger in memory than the one byte of a `Nothing`.
#[derive(Clone, Serialize, Deserialize)]
enum Nested {
    Nothing,
    Number(u128, u128, u64),
    List(Vec<Self>),
    Map(HashMap<String, Self>),
}

/// Most bytes that were allocated at a time while `read` was running.
fn peak(read: impl FnOnce()) -> usize {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    read();
    ALLOCATOR.peak_usage().saturating_sub(before)
}

fn assert_peak(what: &str, len: usize, per_byte: usize, read: impl FnOnce()) {
    let (peak, bound) = (peak(read), FREE + per_byte * len);
    assert!(peak <= bound, "{what}: {peak} bytes at a time for {len}, more than {bound}");
}

/// The files in a folder below `tests`.
fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let files = fs::read_dir(folder).expect("a folder");
    files.map(|file| file.expect("readable").path()).collect()
}

/// A golden entry without its checksum.
fn golden(path: &Path) -> Vec<u8> {
    let text = fs::read_to_string(path).expect("readable");
    let digits: Vec<char> = text.chars().filter(char::is_ascii_hexdigit).collect();
    let byte = |pair: &[char]| u8::from_str_radix(&String::from_iter(pair), 16).expect("hex");
    let mut bytes: Vec<u8> = digits.chunks(2).map(byte).collect();
    bytes.truncate(bytes.len() - 8);
    bytes
}

/// `len`, as it may be announced and may not be true.
fn extremes() -> [u32; 8] {
    [0, 1, 0xFF, 0x7FFF, 0xFFFF, 0xFF_FFFF, 0x7FFF_FFFF, u32::MAX]
}

/// Every golden entry, with an extreme in the place of whatever stands at each offset.
fn entries_with_lengths_replaced() {
    let mut read = 0;
    for path in files("golden") {
        let name = path.display().to_string();
        let body = golden(&path);
        let per_byte = if name.contains("lz4") { PER_BYTE_OF_LZ4 } else { PER_BYTE };
        for at in 0..body.len() {
            for extreme in extremes() {
                for width in [2, 4] {
                    let mut body = body.clone();
                    let end = (at + width).min(body.len());
                    body[at..end].copy_from_slice(&extreme.to_be_bytes()[4 - (end - at)..]);
                    let bytes = corpus::with_checksum("", &body);
                    assert_peak(&name, bytes.len(), per_byte, || fuzz::entry(&bytes));
                    read += 1;
                }
            }
        }
    }
    assert!(read > 10_000, "{read} entries");
}

/// Where the payload's length stands in an entry.
fn payload_at(body: &[u8]) -> usize {
    let number = |at: usize| usize::from(u16::from_be_bytes([body[at], body[at + 1]]));
    (0..number(37)).fold(39, |at, _| at + 19 + number(at + 1))
}

/// Blocks that stand for 255 times their length, announced truly, too short, and far too long.
fn bombs() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/json-lz4-unsigned.hex");
    let body = golden(&path);
    for more in [0, 10, 1000, 100_000] {
        // One literal, repeated 4 + 15 + 255 × `more` times, then the five literals that a block ends with.
        let mut block = vec![0x1F, b'x', 1, 0];
        block.resize(block.len() + more, 255);
        block.extend_from_slice(&[0, 0x50, 1, 2, 3, 4, 5]);
        let plain = 1 + 4 + 15 + 255 * more + 5;
        let most = 255 * block.len();
        for claim in [plain, plain - 1, plain + 1, most, most + 1, 1 << 26, u32::MAX as usize] {
            let mut bomb = body[..payload_at(&body)].to_vec();
            bomb.extend_from_slice(&(block.len() as u32 + 4).to_be_bytes());
            bomb.extend_from_slice(&(claim as u32).to_be_bytes());
            bomb.extend_from_slice(&block);
            let bytes = corpus::with_checksum("", &bomb);
            let what = format!("a bomb of {claim}");
            assert_peak(&what, bytes.len(), PER_BYTE_OF_LZ4, || fuzz::entry(&bytes));
        }
    }
}

/// MessagePack that announces much and ends, also nested 200 deep.
fn messagepack() -> Vec<Vec<u8>> {
    let announced: [&[u8]; 11] = [
        &[0xDD, 0xFF, 0xFF, 0xFF, 0xFF], // a list
        &[0xDD, 0x00, 0x00, 0xFF, 0xFF],
        &[0xDC, 0xFF, 0xFF],
        &[0x9F],
        &[0xDF, 0xFF, 0xFF, 0xFF, 0xFF], // a map
        &[0xDE, 0xFF, 0xFF],
        &[0xDB, 0xFF, 0xFF, 0xFF, 0xFF], // a text
        &[0xDA, 0xFF, 0xFF],
        &[0xC6, 0xFF, 0xFF, 0xFF, 0xFF],       // bytes
        &[0xC9, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], // an extension
        b"\x81\xA4List\xDD\xFF\xFF\xFF\xFF",
    ];
    let map = b"\x81\xA3Map\xDF\xFF\xFF\xFF\xFF\xA1a";
    let nested = announced.iter().map(|one| one.repeat(200));
    let full = [[b"\x81\xA4List\xDD\x00\x00\x10\x00".to_vec(), vec![0xC0; 4096]].concat()];
    let nothings = [0x81, 0xA4].into_iter().chain(*b"List").chain([0xDC, 0x10, 0x00]);
    let nothings = nothings.chain(b"\xA7Nothing".repeat(4096)).collect::<Vec<u8>>();
    let singles = announced.iter().map(|one| one.to_vec());
    singles.chain(nested).chain(full).chain([nothings, map.repeat(200)]).collect()
}

/// postcard that announces much and ends, with room for the hash behind it.
fn postcard() -> Vec<Vec<u8>> {
    let lengths: [&[u8]; 5] = [
        &[0xFF, 0xFF, 0xFF, 0xFF, 0x0F],
        &[0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
        &[0xFF, 0x7F],
        &[0x02, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F], // `Nested::List`
        &[0x03, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x01, b'a'], // `Nested::Map`
    ];
    let repeated = lengths.iter().flat_map(|one| [one.to_vec(), one.repeat(200)]);
    let mut inputs: Vec<_> = repeated.collect();
    inputs.push([&[0x02, 0x80, 0x20][..], &[0; 4096]].concat());
    for input in &mut inputs {
        input.extend_from_slice(&[0; 8]);
    }
    inputs
}

/// JSON that nests, and does not end.
fn json() -> Vec<Vec<u8>> {
    let parts = ["[", "{\"a\":", "{\"List\":[", "{\"Map\":{\"a\":", "\"", "\\u0041", "1"];
    let nested = parts.iter().map(|part| part.repeat(500).into_bytes());
    let full = format!("{{\"List\":[{}\"Nothing\"]}}", "\"Nothing\",".repeat(2000));
    nested.chain([full.into_bytes()]).collect()
}

fn read_as<T: CacheValue>(codec: Codec, bytes: &[u8]) {
    let what = format!(
        "{} of {codec:?} {:02x?}",
        std::any::type_name::<T>(),
        &bytes[..bytes.len().min(16)]
    );
    let ops = ValueOps::any::<T, Boxed>();
    assert_peak(&what, bytes.len(), PER_BYTE_OF_VALUE, || drop(ops.decode(codec, bytes)));
}

fn values() {
    let hostile = [("messagepack", messagepack()), ("json", json()), ("postcard", postcard())];
    for (name, inputs) in hostile {
        let Ok(codec) = Codec::by_name(name) else { continue };
        for bytes in inputs {
            read_as::<Nested>(codec, &bytes);
            read_as::<String>(codec, &bytes);
            read_as::<Vec<u8>>(codec, &bytes);
            read_as::<Vec<()>>(codec, &bytes);
            read_as::<Vec<u64>>(codec, &bytes);
            read_as::<Vec<Vec<Vec<String>>>>(codec, &bytes);
            read_as::<HashMap<String, u64>>(codec, &bytes);
            read_as::<BTreeMap<u32, Option<String>>>(codec, &bytes);
        }
    }
}

/// What the fuzzers kept. Rendering has no bound of this sort: a template of many fields repeats a long value.
fn kept_inputs() {
    for target in corpus::TARGETS.iter().filter(|target| **target != "key_template") {
        for path in files(&format!("corpus/{target}")) {
            let bytes = fs::read(&path).expect("readable");
            let what = path.display().to_string();
            assert_peak(&what, bytes.len(), PER_BYTE_OF_INPUT, || corpus::run(target, &bytes));
        }
    }
}

#[test]
fn reading_allocates_a_small_multiple_of_the_input() {
    entries_with_lengths_replaced();
    bombs();
    values();
    kept_inputs();
}
