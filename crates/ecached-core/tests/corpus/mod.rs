//! What the bytes of a fuzzer mean to each target. The targets in `fuzz/` and the tests that replay what these found share
//! it.

use ecached_core::fuzz;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// The targets, and the folders of their inputs.
pub(crate) const TARGETS: [&str; 6] =
    ["envelope", "codec_messagepack", "codec_json", "codec_postcard", "key_template", "escape"];

/// Separates texts in an input: no UTF-8 has this byte.
const BETWEEN: u8 = 0xFF;

/// Hands an input to a target.
///
/// # Panics
///
/// When one of the target's invariants does not hold.
pub(crate) fn run(target: &str, bytes: &[u8]) {
    match target {
        "envelope" => {
            fuzz::entry(bytes);
            // No fuzzer guesses a checksum. The second one is right for the reader that has keys.
            fuzz::entry(&with_checksum("", bytes));
            fuzz::entry(&with_checksum("fuzz", bytes));
        }
        "key_template" => {
            let [template, one, other] = texts(bytes);
            fuzz::key_template(&template, &one, &other);
        }
        "escape" => {
            let [value, until] = texts(bytes);
            fuzz::escape(&value, until.chars().next());
        }
        _ => fuzz::codec(target.strip_prefix("codec_").expect("a target"), bytes),
    }
}

/// An entry's body, and the checksum that it has under that name.
pub(crate) fn with_checksum(name: &str, body: &[u8]) -> Vec<u8> {
    let sum = xxh3_64_with_seed(body, xxh3_64(name.as_bytes()));
    [body, &sum.to_be_bytes()].concat()
}

/// The texts of an input; those that are missing are empty.
fn texts<const N: usize>(bytes: &[u8]) -> [String; N] {
    let mut parts = bytes.splitn(N, |byte| *byte == BETWEEN);
    [(); N].map(|()| String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned())
}
