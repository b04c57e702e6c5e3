//! Whether a deserializer has read all there was, for one that does not say so.

use serde::de::{Deserializer, Error, Visitor};
use std::fmt;

/// Whether nothing is left. It reads the first byte of what follows, and nothing more.
pub(super) fn is_reached<'de, D: Deserializer<'de>>(deserializer: D) -> bool {
    deserializer.deserialize_option(Anything).is_err()
}

/// Is there anything, be it nil or not?
struct Anything;

impl<'de> Visitor<'de> for Anything {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("anything")
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, _: D) -> Result<(), D::Error> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_byte_that_follows_is_seen() {
        for first in 0..=u8::MAX {
            let bytes = [7, first];
            let mut reader = rmp_serde::Deserializer::from_read_ref(&bytes);
            assert_eq!(<u8 as serde::Deserialize>::deserialize(&mut reader).unwrap(), 7);
            assert!(!is_reached(&mut reader), "{first:#x}");
        }
        let mut reader = rmp_serde::Deserializer::from_read_ref(&[7]);
        assert_eq!(<u8 as serde::Deserialize>::deserialize(&mut reader).unwrap(), 7);
        assert!(is_reached(&mut reader));
    }
}
