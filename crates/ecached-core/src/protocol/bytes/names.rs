//! What things are called in a store of bytes.
//!
//! | what | name |
//! |---|---|
//! | entry | `<key>` |
//! | version of a tag or prefix | `ecached:tag:<name>` |
//! | version of a function, of the alias | `ecached:fn:<path>`, `ecached:alias` |
//! | the alias's counter | `ecached:clock` |
//! | lease, and lock, of a key | `ecached:key:<key>`, `ecached:lock:<key>` |
//!
//! The alias's key prefix stands in front of all of them. No two things ever share a name: an entry whose key begins as
//! ecached's own names do is moved to `ecached:entry:<key>`.
//!
//! A store that compares a lease and stores the entry in one step may be one of many servers, as in a Redis Cluster, and
//! both must then be on the same one. So there the lease is called `ecached:key:{<key>}`: what is in braces, its *hash
//! tag*, decides the place (<https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags>).

use crate::backend::{Capabilities, Invalidating};
use crate::key::name::fit;
use crate::protocol::request::version_key;
use crate::settings::Settings;
use std::borrow::Cow;

/// Begins every name that is not an entry's.
const OWN: &str = "ecached:";

/// How an alias names things in its backend.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) capabilities: Capabilities,
}

impl Layout<'_> {
    /// `parts` behind the key prefix. Each lookup makes some of these, so the text is written once.
    fn place(&self, parts: [&str; 2]) -> String {
        let prefix = &self.settings.key_prefix;
        let length = prefix.len() + parts[0].len() + parts[1].len();
        let mut full = String::with_capacity(length);
        full.extend([prefix.as_str(), parts[0], parts[1]]);
        shorten(full, self.capabilities.max_key_bytes)
    }

    pub(super) fn entry(&self, key: &str) -> String {
        let moved = if key.starts_with(OWN) { "ecached:entry:" } else { "" };
        if !self.capabilities.conditional_store {
            return self.place([moved, key]);
        }
        let prefix = &self.settings.key_prefix;
        let mut full = String::with_capacity(prefix.len() + moved.len() + key.len());
        full.extend([prefix.as_str(), moved, key]);
        // Room for the lease, which repeats the key and perhaps its hash tag.
        let limit = (self.capabilities.max_key_bytes - "ecached:lock:{}:".len()) / 2;
        // A brace that closes nothing would end the lease's hash tag early, and so would one whose pair is cut off.
        if full.contains('}') && (hash_tag(&full).is_none() || full.len() >= limit) {
            let start = self.plain_prefix();
            let rest = full.get(start.len()..).unwrap_or_default();
            full = format!("{start}{OWN}braces:{}", rest.replace('%', "%25").replace('}', "%7D"));
        }
        shorten(full, limit)
    }

    /// A name that goes with a key.
    fn beside(&self, what: &str, key: &str) -> String {
        if !self.capabilities.conditional_store {
            return self.place([&format!("{OWN}{what}:"), key]);
        }
        let (start, entry) = (self.plain_prefix(), self.entry(key));
        match hash_tag(&entry) {
            Some(tag) => format!("{start}{OWN}{what}:{{{tag}}}:{entry}"),
            None => format!("{start}{OWN}{what}:{{{entry}}}"),
        }
    }

    /// The key prefix, where it can stand in front of a hash tag: so that a user whom the server lets use names of one
    /// prefix only can use these too.
    fn plain_prefix(&self) -> &str {
        let prefix = self.settings.key_prefix.as_str();
        if prefix.contains(['{', '}']) { "" } else { prefix }
    }

    pub(super) fn lease(&self, key: &str) -> String {
        self.beside("key", key)
    }

    pub(crate) fn lock(&self, key: &str) -> String {
        self.beside("lock", key)
    }

    pub(super) fn alias(&self) -> String {
        self.place(["ecached:alias", ""])
    }

    pub(super) fn clock(&self) -> String {
        self.place(["ecached:clock", ""])
    }

    pub(super) fn version(&self, name: &str) -> String {
        self.place(version_key(name))
    }

    /// What invalidates `names` and `keys`.
    pub(crate) fn invalidating(&self, names: &[Cow<'_, str>], keys: &[&str]) -> Invalidating {
        Invalidating {
            versions: names.iter().map(|name| self.version(name)).collect(),
            clock: (!names.is_empty()).then(|| self.clock()),
            leases: keys.iter().map(|key| self.lease(key)).collect(),
            entries: keys.iter().map(|key| self.entry(key)).collect(),
        }
    }

    /// What invalidates everything.
    pub(crate) fn clearing(&self) -> Invalidating {
        Invalidating {
            versions: vec![self.alias()],
            clock: Some(self.clock()),
            leases: Vec::new(),
            entries: Vec::new(),
        }
    }
}

/// [`fit`] for text that mostly fits.
fn shorten(name: String, limit: usize) -> String {
    match fit(&name, limit) {
        Cow::Borrowed(_) => name,
        Cow::Owned(short) => short,
    }
}

/// What is between the first `{` and the next `}`, if it is not empty: as Redis Cluster reads it.
fn hash_tag(name: &str) -> Option<&str> {
    let (_, behind) = name.split_once('{')?;
    let (tag, _) = behind.split_once('}')?;
    (!tag.is_empty()).then_some(tag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn layout(settings: &Settings) -> Layout<'_> {
        Layout { settings, capabilities: Capabilities::basic().with_conditional_store() }
    }

    /// What Redis Cluster hashes.
    fn hashed(name: &str) -> &str {
        hash_tag(name).unwrap_or(name)
    }

    #[test]
    fn ordinary_names_are_readable() {
        let settings = Settings::default().with_key_prefix("app:");
        let layout = layout(&settings);
        assert_eq!(layout.entry("user:7"), "app:user:7");
        assert_eq!(layout.lease("user:7"), "app:ecached:key:{app:user:7}");
        assert_eq!(layout.version("users"), "app:ecached:tag:users");
        assert_eq!(layout.lease("{shop}:7"), "app:ecached:key:{shop}:app:{shop}:7");
    }

    #[test]
    fn no_key_is_taken_for_a_name_of_our_own() {
        let settings = Settings::default();
        let layout = layout(&settings);
        assert_ne!(layout.entry("ecached:tag:users"), layout.version("users"));
        assert_ne!(layout.entry("ecached:alias"), layout.alias());
        assert_ne!(layout.entry("ecached:braces:a%7D"), layout.entry("a}"));
        assert_ne!(layout.entry("ecached:entry:ecached:alias"), layout.entry("ecached:alias"));
    }

    proptest! {
        #[test]
        fn entry_and_lease_share_a_hash_slot(
            prefix in "[{}a:]{0,3}", key in "([{}a%:]|ecached:){1,12}|.{1,300}",
        ) {
            let settings = Settings::default().with_key_prefix(prefix);
            let layout = layout(&settings);
            let (entry, lease) = (layout.entry(&key), layout.lease(&key));
            let lock = layout.lock(&key);
            prop_assert_eq!(hashed(&entry), hashed(&lock));
            prop_assert!(lock.len() <= layout.capabilities.max_key_bytes, "{}", lock);
            prop_assert_ne!(&lock, &lease);
            prop_assert_eq!(hashed(&entry), hashed(&lease));
            prop_assert!(lease.len() <= layout.capabilities.max_key_bytes, "{}", lease);
            prop_assert_ne!(entry, lease);
        }

        #[test]
        fn distinct_keys_have_distinct_entries(
            one in "([{}a%7D25]|ecached:|entry:|braces:){1,8}",
            other in "([{}a%7D25]|ecached:|entry:|braces:){1,8}",
        ) {
            prop_assume!(one != other);
            let settings = Settings::default();
            let conditional = layout(&settings);
            prop_assert_ne!(conditional.entry(&one), conditional.entry(&other));
            let basic = Layout { settings: &settings, capabilities: Capabilities::basic() };
            prop_assert_ne!(basic.entry(&one), basic.entry(&other));
        }
    }
}
