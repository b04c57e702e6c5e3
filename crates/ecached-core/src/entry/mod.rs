//! Entries as bytes: the envelope around an encoded value.
//!
//! ```text
//! offset  bytes  content, integers big-endian
//!      0      2  magic EC CE
//!      2      1  format version, 1
//!      3      1  codec: 1 MessagePack, 2 JSON, 3 postcard
//!      4      1  flags: 1 the payload is compressed, 2 signed; others: from a later version
//!      5      8  fingerprint of the value's type: XXH3-64 of its name
//!     13      8  written, milliseconds since 1970 by the writer's clock
//!     21      8  timeout, milliseconds; 0: none
//!     29      8  grace, milliseconds (0: reserved for serving entries past their timeout)
//!     37      2  number of cited versions, then for each:
//!                  1  kind: 0 declared name, 1 name found in the value, 2 the key's own version, 3 the alias
//!                  2  length of the name, then the name, UTF-8
//!                 16  version
//!             4  length of the payload, then the payload
//!            32  if signed: HMAC-SHA-256 over the entry's name in the store and everything before it
//!             8  XXH3-64 of everything before it, seeded with the XXH3-64 of the entry's name in the store
//! ```
//!
//! Whatever does not read exactly like this is a miss (P5). Lengths are checked against what is there before anything is
//! allocated. `docs/wire-format.md` says it for other languages.

use crate::sign::{SIGNATURE_BYTES, SigningKeys};
use crate::version::Version;
use std::time::Duration;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

const MAGIC: [u8; 2] = [0xEC, 0xCE];
const FORMAT: u8 = 1;
const CHECKSUM_BYTES: usize = 8;
const COMPRESSED: u8 = 1;
const SIGNED: u8 = 2;

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

/// The name is part of it: bytes that a client took for the answer to another question are a miss.
fn checksum(name: &str, body: &[u8]) -> [u8; CHECKSUM_BYTES] {
    xxh3_64_with_seed(body, xxh3_64(name.as_bytes())).to_be_bytes()
}

/// What vouches for an entry: the keys that may have signed it, and the name under which it stands in the store.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seal<'a> {
    pub(crate) keys: &'a SigningKeys,
    pub(crate) name: &'a str,
}

/// An entry, read in place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    pub(crate) codec: u8,
    pub(crate) compressed: bool,
    pub(crate) fingerprint: u64,
    pub(crate) written_unix_ms: u64,
    pub(crate) timeout: Option<Duration>,
    pub(crate) cited: Vec<Cited<'a>>,
    pub(crate) payload: &'a [u8],
}

impl<'a> Entry<'a> {
    /// The stored form; `None` if a name or the payload is too long for it.
    pub(crate) fn encode(&self, seal: &Seal<'_>) -> Option<Vec<u8>> {
        let names: usize = self.cited.iter().map(|cited| cited.name.len() + 3 + Version::LEN).sum();
        let mut out =
            Vec::with_capacity(43 + names + self.payload.len() + SIGNATURE_BYTES + CHECKSUM_BYTES);
        let signed = if seal.keys.is_empty() { 0 } else { SIGNED };
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&[FORMAT, self.codec, signed | u8::from(self.compressed)]);
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
        if let Some(signature) = seal.keys.sign(seal.name, &out) {
            out.extend_from_slice(&signature);
        }
        out.extend_from_slice(&checksum(seal.name, &out));
        Some(out)
    }

    /// Reads what [`encode`](Entry::encode) wrote; `None` for anything else, and for what none of the keys has signed. Without
    /// keys a signature is not looked at.
    pub(crate) fn decode(bytes: &'a [u8], seal: &Seal<'_>) -> Option<Self> {
        let (body, checksum) = bytes.split_at_checked(bytes.len().checked_sub(CHECKSUM_BYTES)?)?;
        if self::checksum(seal.name, body) != checksum {
            return None;
        }
        let header: &[u8; 5] = body.first_chunk()?;
        let [magic @ .., format, codec, flags] = *header;
        if magic != MAGIC || format != FORMAT || flags & !(COMPRESSED | SIGNED) != 0 {
            return None;
        }
        let mut input = Input(verified(body, flags, seal)?);
        input.take(header.len())?;
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
            compressed: flags & COMPRESSED != 0,
            fingerprint,
            written_unix_ms,
            timeout,
            cited,
            payload,
        })
    }
}

/// What the signature covers, without it; all of it where nothing is signed. `None` if the keys do not vouch for it.
fn verified<'a>(body: &'a [u8], flags: u8, seal: &Seal<'_>) -> Option<&'a [u8]> {
    if flags & SIGNED == 0 {
        return seal.keys.is_empty().then_some(body);
    }
    let (signed, signature) = body.split_at_checked(body.len().checked_sub(SIGNATURE_BYTES)?)?;
    let good = seal.keys.is_empty() || seal.keys.verify(seal.name, signed, signature);
    good.then_some(signed)
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
mod golden;
#[cfg(test)]
mod tests;
