//! Accesses: read from a file, or made up.

use crate::Failure;
use liblzma::read::XzDecoder;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// What an xz file begins with.
const XZ_MAGIC: &[u8] = &[0xFD, b'7', b'z', b'X', b'Z', 0];

/// How much is made up.
const ZIPF_ACCESSES: usize = 2_000_000;
const ZIPF_OBJECTS: u32 = 50_000;
const ZIPF_EXPONENT: f64 = 0.9;
const ZIPF_SEED: u64 = 2026;

/// The objects of a trace file in the order of access, at most `limit`.
pub(crate) fn read(path: &Path, limit: Option<usize>) -> Result<Vec<u32>, Failure> {
    let file = File::open(path).map_err(|error| about(path, &error))?;
    let mut file = BufReader::new(file);
    let is_xz = file.fill_buf().map_err(|error| about(path, &error))?.starts_with(XZ_MAGIC);
    let bytes =
        if is_xz { take(XzDecoder::new_multi_decoder(file), limit) } else { take(file, limit) };
    let bytes = bytes.map_err(|error| about(path, &error))?;
    let (numbers, rest) = bytes.as_chunks::<4>();
    match numbers.len() {
        _ if !rest.is_empty() => Err(about(path, &"is no trace: it ends within a number")),
        0 => Err(about(path, &"is an empty trace")),
        _ => Ok(numbers.iter().map(|number| u32::from_be_bytes(*number)).collect()),
    }
}

fn take(source: impl Read, limit: Option<usize>) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = limit.and_then(|limit| u64::try_from(limit).ok()?.checked_mul(4));
    source.take(most.unwrap_or(u64::MAX)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn about(path: &Path, problem: &dyn std::fmt::Display) -> Failure {
    format!("{}: {problem}", path.display()).into()
}

/// Accesses after Zipf's law, always the same ones. The number of an object is built as those of `orm-busy` are: eight
/// types in the upper bits.
pub(crate) fn zipf(limit: Option<usize>) -> Vec<u32> {
    let mut sum = 0.0;
    let sums: Vec<f64> = (1..=ZIPF_OBJECTS)
        .map(|rank| {
            sum += f64::from(rank).powf(-ZIPF_EXPONENT);
            sum
        })
        .collect();
    let mut random = fastrand::Rng::with_seed(ZIPF_SEED);
    let mut draw = || {
        let drawn = random.f64() * sum;
        let rank = sums.partition_point(|sum| *sum <= drawn) as u32;
        (rank % 8) << 27 | rank << 9
    };
    (0..limit.unwrap_or(ZIPF_ACCESSES).min(ZIPF_ACCESSES)).map(|_| draw()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    #[test]
    fn plain_and_compressed_files_are_read() {
        let plain = [0, 0, 0, 7, 8, 0, 2, 0];
        let mut compressed = Vec::new();
        liblzma::read::XzEncoder::new(&plain[..], 6).read_to_end(&mut compressed).unwrap();
        for bytes in [&plain[..], &compressed] {
            let file = file(bytes);
            assert_eq!(read(file.path(), None).unwrap(), [7, 0x0800_0200]);
            assert_eq!(read(file.path(), Some(1)).unwrap(), [7]);
        }
    }

    #[test]
    fn what_is_no_trace_is_refused() {
        for bytes in [&b""[..], b"12345", XZ_MAGIC] {
            assert!(read(file(bytes).path(), None).is_err(), "{bytes:?}");
        }
        let missing = read(Path::new("no such trace"), None).unwrap_err().to_string();
        assert!(missing.contains("no such trace"), "{missing}");
    }

    #[test]
    fn what_is_made_up_is_always_the_same() {
        assert_eq!(zipf(Some(1000)), zipf(Some(1000)));
        let most_popular = zipf(Some(10_000)).iter().filter(|object| **object == 0).count();
        assert!(most_popular > 100, "{most_popular}");
    }
}
