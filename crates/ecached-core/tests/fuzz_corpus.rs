//! What the fuzzers found, as plain tests: every kept input, and some thousand mutations of each target's, the same in every
//! run. `docs/guarantees.md`, "Bytes", says how the inputs were found.
#![cfg(feature = "fuzzing")]

mod corpus;

use std::fs;
use std::path::Path;

/// Mutated inputs for each target.
const MUTATIONS: u32 = 5000;

/// Longest input that is mutated into a longer one, bytes; libFuzzer's `-max_len`.
const MAX_LEN: usize = 4096;

/// The numbers that lengths and counts are read wrongly with.
const EXTREMES: [u64; 8] =
    [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, u64::MAX];

/// Marsaglia's xorshift64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Below `end`; 0 if there is nothing below it.
    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

/// The kept inputs of a target, in an order that does not depend on the machine.
fn inputs(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(target);
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{target}: {error}"));
    let mut paths: Vec<_> = files.map(|file| file.expect("readable").path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{target} has no inputs");
    paths.iter().map(|path| fs::read(path).expect("readable")).collect()
}

/// One to four small changes of `input`, parts of `other` among them.
fn mutated(input: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = input.to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len());
        let end = at + random.below(bytes.len() - at + 1);
        match random.below(7) {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << random.below(8),
            1 if !bytes.is_empty() => bytes[at] = random.next() as u8,
            2 => bytes.insert(at, random.next() as u8),
            3 => drop(bytes.drain(at..end)),
            4 => {
                let part = bytes[at..end].to_vec();
                drop(bytes.splice(at..at, part));
            }
            5 => {
                let from = random.below(other.len());
                let until = from + random.below(other.len() - from + 1);
                drop(bytes.splice(at..end, other[from..until].iter().copied()));
            }
            _ => {
                let number = random.of(&EXTREMES).to_be_bytes();
                let width = *random.of(&[1, 2, 4, 8]);
                let room = bytes.len() - at;
                let number = &number[8 - width..][..width.min(room)];
                bytes[at..at + number.len()].copy_from_slice(number);
            }
        }
    }
    bytes.truncate(MAX_LEN);
    bytes
}

fn replay(target: &str) {
    let inputs = inputs(target);
    inputs.iter().for_each(|input| corpus::run(target, input));
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    for _ in 0..MUTATIONS {
        let [one, other] = [(); 2].map(|()| random.below(inputs.len()));
        let input = mutated(&inputs[one], &inputs[other], &mut random);
        corpus::run(target, &input);
    }
}

#[test]
fn every_target_has_a_test() {
    let tested =
        ["envelope", "codec_messagepack", "codec_json", "codec_postcard", "key_template", "escape"];
    assert_eq!(corpus::TARGETS, tested);
}

#[test]
fn envelope() {
    replay("envelope");
}

#[test]
fn codec_messagepack() {
    replay("codec_messagepack");
}

#[test]
fn codec_json() {
    replay("codec_json");
}

#[test]
fn codec_postcard() {
    replay("codec_postcard");
}

#[test]
fn key_template() {
    replay("key_template");
}

#[test]
fn escape() {
    replay("escape");
}
