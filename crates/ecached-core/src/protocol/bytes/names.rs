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
//! The alias's key prefix stands in front of all of them (of leases, unless it has braces). No two things ever share a name: an entry whose key begins as
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
    /// Appends `parts` behind the key prefix.
    fn put(&self, out: &mut String, parts: &[&str]) {
        let start = out.len();
        out.push_str(&self.settings.key_prefix);
        parts.iter().for_each(|part| out.push_str(part));
        if out.len() - start >= self.capabilities.max_key_bytes {
            shorten(out, start, self.capabilities.max_key_bytes);
        }
    }

    /// Whether an entry is called as its key, as most are.
    fn is_plain(&self, key: &str) -> bool {
        let limit = if self.capabilities.conditional_store {
            self.entry_limit()
        } else {
            self.capabilities.max_key_bytes
        };
        self.settings.key_prefix.is_empty()
            && key.len() < limit
            && !key.starts_with(OWN)
            && !key.contains('}')
    }

    /// Appends the name of an entry.
    pub(super) fn put_entry(&self, out: &mut String, key: &str) {
        if self.is_plain(key) { out.push_str(key) } else { self.put_changed_entry(out, key) }
    }

    fn put_changed_entry(&self, out: &mut String, key: &str) {
        let moved = if key.starts_with(OWN) { "ecached:entry:" } else { "" };
        if !self.capabilities.conditional_store {
            return self.put(out, &[moved, key]);
        }
        let start = out.len();
        out.extend([self.settings.key_prefix.as_str(), moved, key]);
        let (limit, full) = (self.entry_limit(), out.get(start..).unwrap_or_default());
        // A brace that closes nothing would end the lease's hash tag early, and so would one whose pair is cut off.
        if full.contains('}') && (hash_tag(full).is_none() || full.len() >= limit) {
            let prefix = self.plain_prefix();
            let rest = full.get(prefix.len()..).unwrap_or_default();
            let safe = rest.replace('%', "%25").replace('}', "%7D");
            out.truncate(start);
            out.extend([prefix, OWN, "braces:", &safe]);
        }
        shorten(out, start, limit);
    }

    pub(super) fn entry<'k>(&self, key: &'k str) -> Cow<'k, str> {
        if self.is_plain(key) {
            return Cow::Borrowed(key);
        }
        Cow::Owned(made(|out| self.put_changed_entry(out, key)))
    }

    /// Appends a name that goes with a key.
    fn put_beside(&self, out: &mut String, what: &str, key: &str) {
        if !self.capabilities.conditional_store {
            return self.put(out, &[OWN, what, ":", key]);
        }
        let (start, entry) = (self.plain_prefix(), self.entry(key));
        match hash_tag(&entry) {
            Some(tag) => out.extend([start, OWN, what, ":{", tag, "}:", &entry]),
            None => out.extend([start, OWN, what, ":{", &entry, "}"]),
        }
    }

    /// Leaves room for the lease, which repeats the key, and its hash tag or the prefix.
    const fn entry_limit(&self) -> usize {
        (self.capabilities.max_key_bytes - "ecached:lock:{}:".len()) / 2
    }

    /// The key prefix, where it can stand in front of a hash tag: so that a user whom the server lets use names of one
    /// prefix only can use these too.
    fn plain_prefix(&self) -> &str {
        let prefix = self.settings.key_prefix.as_str();
        let is_short = prefix.len() <= self.entry_limit();
        if is_short && !prefix.contains(['{', '}']) { prefix } else { "" }
    }

    pub(super) fn put_lease(&self, out: &mut String, key: &str) {
        self.put_beside(out, "key", key);
    }

    pub(super) fn lease(&self, key: &str) -> String {
        made(|out| self.put_lease(out, key))
    }

    pub(crate) fn put_lock(&self, out: &mut String, key: &str) {
        self.put_beside(out, "lock", key);
    }

    pub(crate) fn lock(&self, key: &str) -> String {
        made(|out| self.put_lock(out, key))
    }

    pub(super) fn put_alias(&self, out: &mut String) {
        self.put(out, &["ecached:alias"]);
    }

    pub(super) fn alias(&self) -> String {
        made(|out| self.put_alias(out))
    }

    pub(super) fn put_clock(&self, out: &mut String) {
        self.put(out, &["ecached:clock"]);
    }

    pub(super) fn clock(&self) -> String {
        made(|out| self.put_clock(out))
    }

    pub(super) fn put_version(&self, out: &mut String, name: &str) {
        self.put(out, &version_key(name));
    }

    pub(super) fn version(&self, name: &str) -> String {
        made(|out| self.put_version(out, name))
    }

    /// What invalidates `names` and `keys`.
    pub(crate) fn invalidating(&self, names: &[Cow<'_, str>], keys: &[&str]) -> Invalidating {
        Invalidating {
            versions: names.iter().map(|name| self.version(name)).collect(),
            clock: (!names.is_empty()).then(|| self.clock()),
            leases: keys.iter().map(|key| self.lease(key)).collect(),
            entries: keys.iter().map(|key| self.entry(key).into_owned()).collect(),
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

/// One name by itself.
fn made(put: impl FnOnce(&mut String)) -> String {
    let mut name = String::new();
    put(&mut name);
    name
}

/// [`fit`] for the end of a text, from `start` on, which mostly fits.
fn shorten(out: &mut String, start: usize, limit: usize) {
    if let Cow::Owned(short) = fit(out.get(start..).unwrap_or_default(), limit) {
        out.truncate(start);
        out.push_str(&short);
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
            prefix in "[{}a:]{0,3}|a{90,140}", key in "([{}a%:]|ecached:){1,12}|.{1,300}",
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
        fn a_plain_name_is_what_the_rules_make_of_it(
            key in "([{}a%:]|ecached:){1,12}|.{100,300}", has_conditional_store: bool,
        ) {
            let settings = Settings::default();
            let mut layout = layout(&settings);
            layout.capabilities.conditional_store = has_conditional_store;
            let by_the_rules = made(|out| layout.put_changed_entry(out, &key));
            prop_assert_eq!(layout.entry(&key), by_the_rules);
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
