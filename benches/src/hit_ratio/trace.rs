//! Accesses of a real program, read from a file: big-endian numbers of 32 bits, plain or in xz.

use liblzma::read::XzDecoder;
use std::collections::HashMap;
use std::error::Error;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// What an xz file begins with.
const XZ_MAGIC: &[u8] = &[0xFD, b'7', b'z', b'X', b'Z', 0];

/// Traces whose owners are to be named where figures of them are shown.
const CREDITS: [(&str, &str); 2] = [("orm-busy", CACHE2K), ("web12", CACHE2K)];
const CACHE2K: &str =
    "trace: copyright headissue GmbH, Jens Wilke; CC BY 4.0; from the cache2k benchmarks";

/// A trace.
#[derive(Clone, Debug)]
pub struct Trace {
    /// The name of its file, without endings.
    pub name: String,
    /// The keys in the order of access. The keys are numbered from 0 on, in the order of the numbers that the file has: what
    /// is near to each other there, is here too.
    pub accesses: Vec<u32>,
    /// How many keys there are.
    pub keys: usize,
}

impl Trace {
    /// Reads at most `limit` accesses.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or is no trace.
    pub fn read(path: &Path, limit: usize) -> Result<Self, Box<dyn Error>> {
        let about = |problem: &dyn std::fmt::Display| format!("{}: {problem}", path.display());
        let bytes = bytes(path, limit).map_err(|error| about(&error))?;
        let (numbers, rest) = bytes.as_chunks::<4>();
        if numbers.is_empty() || !rest.is_empty() {
            return Err(about(&"is no trace of whole numbers of 4 bytes").into());
        }
        let numbers: Vec<u32> = numbers.iter().map(|number| u32::from_be_bytes(*number)).collect();
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        Ok(Self::new(file.split('.').next().unwrap_or_default(), &numbers))
    }

    fn new(name: &str, numbers: &[u32]) -> Self {
        let mut distinct = numbers.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        let ranks: HashMap<u32, u32> = distinct.iter().copied().zip(0..).collect();
        let accesses = numbers.iter().map(|number| ranks[number]).collect();
        Self { name: plain(name), accesses, keys: distinct.len() }
    }

    /// Who is to be named.
    #[must_use]
    pub fn credit(&self) -> Option<&'static str> {
        CREDITS.iter().find(|(name, _)| *name == self.name).map(|(_, credit)| *credit)
    }
}

/// What can stand in the name of a file and in a link: the name comes from outside.
fn plain(name: &str) -> String {
    let kept = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '-' };
    name.chars().map(kept).collect()
}

fn bytes(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let mut file = BufReader::new(File::open(path)?);
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_mul(4);
    let mut bytes = Vec::new();
    if file.fill_buf()?.starts_with(XZ_MAGIC) {
        XzDecoder::new_multi_decoder(file).take(most).read_to_end(&mut bytes)?;
    } else {
        file.take(most).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_numbered_in_the_order_of_their_numbers() {
        let trace = Trace::new("a b", &[900, 7, 900, 8]);
        assert_eq!(
            (trace.name.as_str(), &trace.accesses[..], trace.keys),
            ("a-b", &[2, 0, 2, 1][..], 3)
        );
    }

    #[test]
    fn what_is_no_trace_is_refused() {
        let error = Trace::read(Path::new("no such trace"), 10).unwrap_err().to_string();
        assert!(error.contains("no such trace"), "{error}");
        let path = std::env::temp_dir().join(format!("ecached-{}.trace", std::process::id()));
        for (content, is_trace) in [("12345", false), ("", false), ("12345678", true)] {
            std::fs::write(&path, content).unwrap();
            assert_eq!(Trace::read(&path, 10).is_ok(), is_trace, "{content}");
        }
        std::fs::remove_file(path).unwrap();
    }
}
