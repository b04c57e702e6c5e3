//! Signed entries: HMAC-SHA-256 (RFC 2104, FIPS 180-4) over the name under which the entry stands and all of its bytes.

#[cfg(feature = "hmac")]
use crate::{Error, ErrorKind, Result};
#[cfg(feature = "hmac")]
use hmac::{Hmac, KeyInit, Mac};
#[cfg(feature = "hmac")]
use sha2::Sha256;
use std::fmt;
#[cfg(feature = "hmac")]
use std::sync::Arc;
#[cfg(feature = "hmac")]
use zeroize::Zeroizing;

/// Bytes of a signature.
pub(crate) const SIGNATURE_BYTES: usize = 32;

/// A key that signs entries: at least 32 random bytes. Feature `hmac`.
///
/// Its `Debug` form shows nothing. It holds two states of the hash that the key was turned into, not the key, and they are
/// cleared when it is dropped; copies that the compiler leaves on the stack are not.
#[cfg(feature = "hmac")]
#[derive(Clone)]
pub struct SigningKey(Hmac<Sha256>);

#[cfg(feature = "hmac")]
impl SigningKey {
    /// A shorter key is refused, bytes: it would be weaker than the hash (RFC 2104, section 3).
    pub const MIN_BYTES: usize = 32;

    /// The key that consists of these bytes. They are not kept; clearing them is up to the caller.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`] when there are fewer than [`MIN_BYTES`](Self::MIN_BYTES).
    pub fn new(key: impl AsRef<[u8]>) -> Result<Self> {
        let key = key.as_ref();
        let hmac = (key.len() >= Self::MIN_BYTES).then(|| Hmac::new_from_slice(key));
        match hmac {
            Some(Ok(hmac)) => Ok(Self(hmac)),
            _ => Err(Error::new(
                ErrorKind::InvalidConfig,
                "a key that signs entries has at least 32 bytes",
            )),
        }
    }

    /// The key in hexadecimal digits, two for each byte.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`] when it is something else, or shorter than 64 digits. The message does not repeat it.
    pub fn from_hex(digits: &str) -> Result<Self> {
        let byte = |pair: &[u8]| {
            let [high, low] = [pair.first(), pair.get(1)]
                .map(|digit| digit.and_then(|digit| char::from(*digit).to_digit(16)));
            u8::try_from(high? * 16 + low?).ok()
        };
        let bytes: Option<Vec<u8>> = digits.as_bytes().chunks(2).map(byte).collect();
        let bytes = bytes.map(Zeroizing::new).ok_or_else(|| {
            Error::new(
                ErrorKind::InvalidConfig,
                "a key that signs entries is written in pairs of hexadecimal digits",
            )
        })?;
        Self::new(&*bytes)
    }

    /// The length of the name stands in front of it, so that no other name and bytes are the same text.
    fn over(&self, name: &str, bytes: &[u8]) -> Hmac<Sha256> {
        let mut hmac = self.0.clone();
        hmac.update(&(name.len() as u64).to_be_bytes());
        hmac.update(name.as_bytes());
        hmac.update(bytes);
        hmac
    }
}

#[cfg(feature = "hmac")]
impl PartialEq for SigningKey {
    /// Whether both sign alike; takes equally long for any two keys.
    fn eq(&self, other: &Self) -> bool {
        self.over("", &[]).finalize() == other.over("", &[]).finalize()
    }
}

#[cfg(feature = "hmac")]
impl Eq for SigningKey {}

#[cfg(feature = "hmac")]
impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

/// The keys of an alias: the first one signs, each is good for reading. Without any, nothing is signed or checked.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct SigningKeys {
    #[cfg(feature = "hmac")]
    keys: Arc<[SigningKey]>,
}

#[cfg(feature = "hmac")]
impl FromIterator<SigningKey> for SigningKeys {
    fn from_iter<I: IntoIterator<Item = SigningKey>>(iter: I) -> Self {
        Self { keys: iter.into_iter().collect() }
    }
}

#[cfg(feature = "hmac")]
impl SigningKeys {
    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The signature of what stands under `name`; `None` without a key.
    pub(crate) fn sign(&self, name: &str, bytes: &[u8]) -> Option<[u8; SIGNATURE_BYTES]> {
        Some(self.keys.first()?.over(name, bytes).finalize().into_bytes().into())
    }

    /// Whether one of the keys made `signature`. How long it takes depends on the number of keys only.
    pub(crate) fn verify(&self, name: &str, bytes: &[u8], signature: &[u8]) -> bool {
        let made = |key: &SigningKey| key.over(name, bytes).verify_slice(signature).is_ok();
        self.keys.iter().fold(false, |any, key| any | made(key))
    }
}

/// Without the feature there are no keys.
#[cfg(not(feature = "hmac"))]
#[expect(clippy::unused_self, reason = "the same methods as with the feature")]
impl SigningKeys {
    pub(crate) const fn is_empty(&self) -> bool {
        true
    }

    pub(crate) const fn sign(&self, _: &str, _: &[u8]) -> Option<[u8; SIGNATURE_BYTES]> {
        None
    }

    pub(crate) const fn verify(&self, _: &str, _: &[u8], _: &[u8]) -> bool {
        false
    }
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_empty() { "none" } else { "…" })
    }
}

#[cfg(all(test, feature = "hmac"))]
mod tests {
    use super::*;

    #[test]
    fn keys_are_long_and_show_nothing() {
        fn is_cleared<T: zeroize::ZeroizeOnDrop>() {}
        // An HMAC is two of them.
        is_cleared::<Sha256>();
        assert!(SigningKey::new([7; 31]).is_err());
        let key = SigningKey::new([0xA7; 32]).unwrap();
        assert_eq!(SigningKey::from_hex(&"a7".repeat(32)).unwrap(), key);
        assert_eq!(SigningKey::from_hex(&"A7".repeat(32)).unwrap(), key);
        assert_ne!(SigningKey::new([0xA8; 32]).unwrap(), key);
        for digits in [&"a7".repeat(31), "", &"a".repeat(65), &"+7".repeat(32), &"é7".repeat(32)] {
            let error = SigningKey::from_hex(digits).unwrap_err();
            assert!(!error.to_string().contains("a7"), "{error}");
        }
        assert_eq!(format!("{key:?}"), "SigningKey(…)");
    }

    /// RFC 4231, test case 6, has no name in front; so this is the construction, written out.
    #[test]
    fn the_signature_is_hmac_over_name_and_bytes() {
        let keys: SigningKeys = [SigningKey::new([0xAA; 131]).unwrap()].into_iter().collect();
        let mut hmac = Hmac::<Sha256>::new_from_slice(&[0xAA; 131]).unwrap();
        hmac.update(b"\0\0\0\0\0\0\0\x04nameTest");
        let signature = keys.sign("name", b"Test").unwrap();
        assert_eq!(signature[..], hmac.finalize().into_bytes()[..]);
        assert!(keys.verify("name", b"Test", &signature));
        assert!(!keys.verify("nameT", b"est", &signature));
        assert!(!keys.verify("name", b"Test", &signature[..31]));
    }
}
