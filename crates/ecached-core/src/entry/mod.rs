//! Entries as bytes: the envelope around an encoded value.
//!
//! ```text
//! offset  bytes  content, integers big-endian
//!      0      2  magic EC CE
//!      2      1  format version, 1
//!      3      1  codec: 1 MessagePack, 2 JSON
//!      4      8  fingerprint of the value's type: XXH3-64 of its name
//!     12      8  written, milliseconds since 1970 by the writer's clock
//!     20      8  timeout, milliseconds; 0: none
//!     28      8  grace, milliseconds (0: reserved for serving entries past their timeout)
//!     36      2  number of cited versions, then for each:
//!                  1  kind: 0 declared name, 1 name found in the value, 2 the key's own version, 3 the alias
//!                  2  length of the name, then the name, UTF-8
//!                 16  version
//!             4  length of the payload, then the payload
//!             8  XXH3-64 of everything before it
//! ```
//!
//! Whatever does not read exactly like this is a miss (P5). Lengths are checked against what is there before anything is
//! allocated.

use crate::version::Version;
use std::time::Duration;
use xxhash_rust::xxh3::xxh3_64;

const MAGIC: [u8; 2] = [0xEC, 0xCE];
const FORMAT: u8 = 1;
const CHECKSUM_BYTES: usize = 8;

/// Why an entry cites a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum CitedAs {
    /// A tag or prefix that the function declares, or the function itself.
    Declared = 0,
    /// A tag found in the value.
    Value = 1,
    /// The key's own version.
    Key = 2,
    /// The alias as a whole.
    Alias = 3,
}

impl CitedAs {
    const fn read(kind: u8) -> Option<Self> {
        match kind {
            0 => Some(Self::Declared),
            1 => Some(Self::Value),
            2 => Some(Self::Key),
            3 => Some(Self::Alias),
            _ => None,
        }
    }
}

/// A version that an entry stays valid by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cited<'a> {
    pub(crate) kind: CitedAs,
    pub(crate) name: &'a str,
    pub(crate) version: Version,
}

/// An entry, read in place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    pub(crate) codec: u8,
    pub(crate) fingerprint: u64,
    pub(crate) written_unix_ms: u64,
    pub(crate) timeout: Option<Duration>,
    pub(crate) cited: Vec<Cited<'a>>,
    pub(crate) payload: &'a [u8],
}

impl<'a> Entry<'a> {
    /// The stored form; `None` if a name or the payload is too long for it.
    pub(crate) fn encode(&self) -> Option<Vec<u8>> {
        let names: usize = self.cited.iter().map(|cited| cited.name.len() + 3 + Version::LEN).sum();
        let mut out = Vec::with_capacity(42 + names + self.payload.len() + CHECKSUM_BYTES);
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&[FORMAT, self.codec]);
        out.extend_from_slice(&self.fingerprint.to_be_bytes());
        out.extend_from_slice(&self.written_unix_ms.to_be_bytes());
        // A timeout below a millisecond is still a timeout.
        let timeout_ms = self
            .timeout
            .map_or(0, |timeout| u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX).max(1));
        out.extend_from_slice(&timeout_ms.to_be_bytes());
        out.extend_from_slice(&0_u64.to_be_bytes());
        out.extend_from_slice(&u16::try_from(self.cited.len()).ok()?.to_be_bytes());
        for cited in &self.cited {
            out.push(cited.kind as u8);
            out.extend_from_slice(&u16::try_from(cited.name.len()).ok()?.to_be_bytes());
            out.extend_from_slice(cited.name.as_bytes());
            out.extend_from_slice(cited.version.as_bytes());
        }
        out.extend_from_slice(&u32::try_from(self.payload.len()).ok()?.to_be_bytes());
        out.extend_from_slice(self.payload);
        out.extend_from_slice(&xxh3_64(&out).to_be_bytes());
        Some(out)
    }

    /// Reads what [`encode`](Entry::encode) wrote; `None` for anything else.
    pub(crate) fn decode(bytes: &'a [u8]) -> Option<Self> {
        let (body, checksum) = bytes.split_at_checked(bytes.len().checked_sub(CHECKSUM_BYTES)?)?;
        if xxh3_64(body).to_be_bytes() != checksum {
            return None;
        }
        let mut input = Input(body);
        if input.take(2)? != MAGIC || input.u8()? != FORMAT {
            return None;
        }
        let codec = input.u8()?;
        let fingerprint = input.u64()?;
        let written_unix_ms = input.u64()?;
        let timeout = Some(input.u64()?).filter(|ms| *ms > 0).map(Duration::from_millis);
        let _grace = input.u64()?;
        let count = usize::from(input.u16()?);
        // Each cited version takes at least 19 bytes, so a lying count cannot reserve more than was sent.
        let mut cited = Vec::with_capacity(count.min(input.0.len() / (3 + Version::LEN)));
        for _ in 0..count {
            let kind = CitedAs::read(input.u8()?)?;
            let len = usize::from(input.u16()?);
            let name = std::str::from_utf8(input.take(len)?).ok()?;
            cited.push(Cited { kind, name, version: Version::read(input.take(Version::LEN)?)? });
        }
        let len = usize::try_from(input.u32()?).ok()?;
        let payload = input.take(len)?;
        input.0.is_empty().then_some(Self {
            codec,
            fingerprint,
            written_unix_ms,
            timeout,
            cited,
            payload,
        })
    }
}

/// Bytes not read yet.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample<'a>(names: &'a [String], payload: &'a [u8]) -> Entry<'a> {
        let cite = |(index, name): (usize, &'a String)| Cited {
            kind: CitedAs::read((index % 4) as u8).unwrap(),
            name,
            version: Version::from_bytes([index as u8; 16]),
        };
        let cited = names.iter().enumerate().map(cite).collect();
        Entry {
            codec: 1,
            fingerprint: 7,
            written_unix_ms: 8,
            timeout: Some(Duration::from_secs(9)),
            cited,
            payload,
        }
    }

    #[test]
    fn the_stored_form_is_frozen() {
        let names = [String::from("users")];
        let bytes = sample(&names, b"\x07").encode().unwrap();
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let body = "ecce0101000000000000000700000000000000080000000000002328000000000000000000010000057573657273\
                    00000000000000000000000000000000000000010704";
        assert_eq!(&hex[..hex.len() - 16], &body[..body.len() - 2]);
    }

    #[test]
    fn every_truncation_and_every_flipped_bit_is_a_miss() {
        let names = [String::from("users"), String::from("org:acme")];
        let bytes = sample(&names, b"payload").encode().unwrap();
        for len in 0..bytes.len() {
            assert_eq!(Entry::decode(&bytes[..len]), None, "{len} bytes");
        }
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Entry::decode(&flipped), None, "bit {bit}");
        }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(names: Vec<String>, payload: Vec<u8>) {
            let entry = sample(&names, &payload);
            let bytes = entry.encode().unwrap();
            prop_assert_eq!(Entry::decode(&bytes), Some(entry));
        }

        #[test]
        fn foreign_bytes_are_a_miss(mut bytes: Vec<u8>, with_checksum: bool) {
            if with_checksum {
                let sum = xxh3_64(&bytes);
                bytes.extend_from_slice(&sum.to_be_bytes());
            }
            prop_assert_eq!(Entry::decode(&bytes), None);
        }
    }
}
