//! Compressed payloads: LZ4 blocks, for values above a size. <https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md>
//!
//! A compressed payload is the length of the plain one, 4 bytes, big-endian, then the block. It is read without any setting,
//! and kept only where it is shorter.

use crate::{Error, ErrorKind, Result};
use std::borrow::Cow;

/// Payloads of more bytes are compressed, if the alias compresses at all and says nothing else.
pub(crate) const DEFAULT_COMPRESS_ABOVE: usize = 1024;

/// How payloads are compressed in stores that hold bytes. Each entry says whether it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Compression {
    /// Not at all.
    #[default]
    None,
    /// LZ4 blocks: the quickest there are. Feature `lz4`.
    /// <https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md>
    #[cfg(feature = "lz4")]
    Lz4,
}

impl Compression {
    /// The compression of that name: `none`, or `lz4` with the feature of that name.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`] when there is none; the message lists the known ones.
    pub fn by_name(name: &str) -> Result<Self> {
        match name {
            "none" => Ok(Self::None),
            #[cfg(feature = "lz4")]
            "lz4" => Ok(Self::Lz4),
            _ => Err(Error::new(
                ErrorKind::InvalidConfig,
                "unknown compression: known are none, and lz4 with the feature of that name",
            )),
        }
    }

    /// The compressed form of `payload`; `None` if there is none that is shorter.
    #[cfg_attr(not(feature = "lz4"), expect(unused_variables, reason = "nothing compresses it"))]
    pub(crate) fn pack(self, payload: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::None => None,
            #[cfg(feature = "lz4")]
            Self::Lz4 => {
                let mut packed = u32::try_from(payload.len()).ok()?.to_be_bytes().to_vec();
                packed.append(&mut lz4_flex::block::compress(payload));
                (packed.len() < payload.len()).then_some(packed)
            }
        }
    }
}

/// The payload that was packed. `None` if it was not, if it is longer than `limit` bytes, or if this build cannot read it.
///
/// A byte of a block stands for at most 255, so what claims more than that allocates nothing.
#[cfg(feature = "lz4")]
pub(crate) fn unpack(packed: &[u8], limit: usize) -> Option<Cow<'_, [u8]>> {
    let (len, block) = packed.split_first_chunk()?;
    let len = usize::try_from(u32::from_be_bytes(*len)).ok()?;
    if len > limit || len > block.len().saturating_mul(255) {
        return None;
    }
    let mut payload = vec![0; len];
    let written = lz4_flex::block::decompress_into(block, &mut payload).ok()?;
    (written == len).then_some(Cow::Owned(payload))
}

#[cfg(not(feature = "lz4"))]
pub(crate) const fn unpack(_: &[u8], _: usize) -> Option<Cow<'_, [u8]>> {
    None
}

#[cfg(all(test, feature = "lz4"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LIMIT: usize = 1 << 20;

    #[test]
    fn what_claims_too_much_is_nothing() {
        let plain = vec![7; 100_000];
        let packed = Compression::Lz4.pack(&plain).unwrap();
        assert!(packed.len() < 1000);
        assert_eq!(unpack(&packed, plain.len()).as_deref(), Some(&plain[..]));
        assert!(unpack(&packed, plain.len() - 1).is_none(), "over the limit");
        for claim in [0, 1, 99_999, 100_001, u32::MAX] {
            let lie = [&claim.to_be_bytes(), &packed[4..]].concat();
            assert!(unpack(&lie, usize::MAX).is_none(), "{claim}");
        }
        assert!(unpack(&[0xFF; 40], usize::MAX).is_none(), "4 GiB of 36 bytes");
        assert!(unpack(&[], LIMIT).is_none());
    }

    #[test]
    fn only_what_gets_shorter_is_packed() {
        assert_eq!(Compression::Lz4.pack(b"no two bytes alike"), None);
        assert_eq!(Compression::None.pack(&[0; 5000]), None);
    }

    proptest! {
        #[test]
        fn what_was_packed_is_unpacked(part: Vec<u8>, times in 1_usize..300) {
            let plain = part.repeat(times);
            if let Some(packed) = Compression::Lz4.pack(&plain) {
                prop_assert!(packed.len() < plain.len());
                let unpacked = unpack(&packed, plain.len());
                prop_assert_eq!(unpacked.as_deref(), Some(&plain[..]));
            }
        }

        #[test]
        fn foreign_bytes_allocate_little(bytes: Vec<u8>, len in 0_u32..5000) {
            let bytes = [&len.to_be_bytes()[..], &bytes].concat();
            if let Some(payload) = unpack(&bytes, LIMIT) {
                prop_assert!(payload.len() <= bytes.len() * 255);
            }
        }
    }
}
