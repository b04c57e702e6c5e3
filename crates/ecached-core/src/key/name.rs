//! Names made of parts, and names that are too long for a backend.

use super::KeyBuf;
use super::field::display;
use crate::{Error, ErrorKind, Result};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::fmt::Display;

/// Bytes of the hash in a shortened name, as hexadecimal digits: 192 bits of SHA-256.
const HASH_DIGITS: usize = 48;

/// What stands between the kept beginning and the hash of a shortened name.
const HASH_MARK: &str = ":#";

/// The shortest limit that a backend may have for names, bytes.
pub const MIN_LIMIT: usize = 64;

/// Joins parts to a key: escaped, with colons between them. Distinct lists of parts give distinct keys.
///
/// # Examples
///
/// ```
/// use ecached_core::key::name::create_cache_key;
///
/// assert_eq!(create_cache_key(&[&"user", &7]), "user:7");
/// assert_ne!(create_cache_key(&[&"a:b", &"c"]), create_cache_key(&[&"a", &"b:c"]));
/// ```
#[must_use]
pub fn create_cache_key(parts: &[&dyn Display]) -> String {
    let mut key = KeyBuf::new();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            key.text(":");
        }
        display(&mut key, *part, None);
    }
    key.into_string()
}

/// Joins parts to the name of a tag, as [`create_cache_key`] does for keys. Tags need no marker of their own: backends
/// keep them apart from keys.
///
/// # Examples
///
/// ```
/// use ecached_core::key::name::create_tag_cache_key;
///
/// assert_eq!(create_tag_cache_key(&[&"org", &"acme"]), "org:acme");
/// ```
#[must_use]
pub fn create_tag_cache_key(parts: &[&dyn Display]) -> String {
    create_cache_key(parts)
}

/// Refuses names that name nothing.
///
/// # Errors
///
/// [`ErrorKind::InvalidName`] when `name` is empty.
pub fn check(what: &'static str, name: &str) -> Result<()> {
    if name.is_empty() {
        return Err(Error::new(ErrorKind::InvalidName, format!("a {what} cannot be empty")));
    }
    Ok(())
}

/// `name`, or if it is as long as `limit` bytes or longer, its beginning and a hash of the whole.
///
/// Shortened names have exactly `limit` bytes and others have fewer, so no name is ever taken for a shortened one.
/// `limit` is at least [`MIN_LIMIT`]. SHA-256: FIPS 180-4.
#[must_use]
pub fn fit(name: &str, limit: usize) -> Cow<'_, str> {
    if name.len() < limit {
        return Cow::Borrowed(name);
    }
    let limit = limit.max(MIN_LIMIT);
    let mut keep = limit - HASH_DIGITS - HASH_MARK.len();
    while !name.is_char_boundary(keep) {
        keep -= 1;
    }
    let mut short = String::with_capacity(limit);
    short.push_str(name.get(..keep).unwrap_or_default());
    while short.len() < limit - HASH_DIGITS - HASH_MARK.len() {
        short.push('#');
    }
    short.push_str(HASH_MARK);
    for byte in Sha256::digest(name.as_bytes()).iter().take(HASH_DIGITS / 2) {
        short.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
        short.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
    }
    Cow::Owned(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_stay_and_long_ones_keep_their_length_and_differ() {
        assert_eq!(fit("user:7", 250), "user:7");
        let [long, longer] = [100, 200].map(|n| format!("user:{}", "é".repeat(n)));
        assert_eq!(fit(&long, 250), long);
        let (one, two) = (fit(&longer, 250), fit(&longer[..longer.len() - 2], 250));
        assert_eq!((one.len(), two.len()), (250, 250));
        assert_ne!(one, two);
        assert_eq!(one, fit(&longer, 250), "the same name is shortened the same way");
        assert!(one.starts_with("user:é"));
    }

    #[test]
    fn a_name_of_exactly_the_limit_cannot_pretend_to_be_a_shortened_one() {
        let shortened = fit(&"x".repeat(400), 250).into_owned();
        assert_ne!(fit(&shortened, 250), shortened);
    }
}
