//! A store of bytes that does one command after the other.

use super::setup::Mutant;
use ecached_core::backend::{Item, Storing, Written};
use ecached_core::proof::{Print, Stored};
use ecached_core::version::Version;
use std::collections::BTreeMap;

/// A command, done in one step.
#[derive(Clone, Debug)]
pub(super) enum Atom {
    Get(String),
    /// Create it if it is absent; what is there now.
    Open(Item),
    Set(Item),
    Delete(Vec<String>),
    /// If the lease stands.
    Store(Box<Storing>),
    Release(String, Version),
}

impl Atom {
    pub(super) const fn writes(&self) -> bool {
        !matches!(self, Self::Get(_))
    }

    pub(super) fn print(&self, out: &mut Print) {
        match self {
            Self::Get(key) => out.text(key),
            Self::Open(item) | Self::Set(item) => {
                out.text(&item.key);
                out.bytes(&item.value);
            }
            Self::Delete(keys) => keys.iter().for_each(|key| out.text(key)),
            Self::Store(storing) => {
                out.text(&storing.entry.key);
                out.bytes(&storing.entry.value);
                out.version(storing.lease.as_ref().map(|(_, version)| *version));
                out.version(storing.unlock.as_ref().map(|(_, version)| *version));
            }
            Self::Release(key, token) => {
                out.text(key);
                out.version(Some(*token));
            }
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Store {
    items: BTreeMap<String, Vec<u8>>,
    mutant: Option<Mutant>,
    /// Entries that were stored so far.
    pub(super) stored: u32,
    /// Entries that came too late so far.
    pub(super) doomed: u32,
}

impl Store {
    pub(super) fn new(mutant: Option<Mutant>) -> Self {
        Self { mutant, ..Self::default() }
    }

    pub(super) fn get(&self, key: &str) -> Option<&Vec<u8>> {
        self.items.get(key)
    }

    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    pub(super) fn key(&self, index: usize) -> Option<&str> {
        self.items.keys().nth(index).map(String::as_str)
    }

    pub(super) fn evict(&mut self, index: usize) {
        if let Some(key) = self.items.keys().nth(index).cloned() {
            self.items.remove(&key);
        }
    }

    pub(super) fn lose_all(&mut self) {
        self.items.clear();
    }

    /// The entry under the versions that are live now, which are created where they are absent: for mutants.
    pub(super) fn cite_live(&mut self, entry: &[u8]) -> Option<Vec<u8>> {
        let mut live = BTreeMap::new();
        for cited in Stored::read(entry)?.cited {
            let key = match cited.kind {
                0 | 1 => format!("ecached:tag:{}", cited.name),
                3 => String::from("ecached:alias"),
                _ => continue,
            };
            let new = Version::unique().ok()?;
            let bytes = self.items.entry(key).or_insert_with(|| new.as_bytes().to_vec());
            live.insert((cited.kind, cited.name), Version::read(bytes)?);
        }
        Stored::rewrite(entry, &|kind, name| live.get(&(kind, name.to_owned())).copied())
    }

    /// Runs a command: what was read, and what became of an entry.
    pub(super) fn run(&mut self, atom: &Atom) -> (Option<Vec<u8>>, Option<Written>) {
        match atom {
            Atom::Get(key) => return (self.items.get(key).cloned(), None),
            Atom::Open(item) => {
                let there = self.items.entry(item.key.clone());
                return (Some(there.or_insert_with(|| item.value.clone()).clone()), None);
            }
            Atom::Set(item) => self.set(item),
            Atom::Delete(keys) => keys.iter().for_each(|key| self.delete(key)),
            Atom::Store(storing) => {
                let lease = storing.lease.as_ref();
                let is_held = lease.is_none_or(|(key, version)| {
                    self.items.get(key).is_some_and(|held| held == version.as_bytes())
                });
                if !is_held {
                    self.doomed += 1;
                    return (None, Some(Written::Doomed));
                }
                self.set(&storing.entry);
                if let (Some((key, _)), true) = (lease, storing.supersedes) {
                    self.items.remove(key);
                }
                if let Some((key, token)) = &storing.unlock {
                    self.release(key, token);
                }
                return (None, Some(Written::Stored));
            }
            Atom::Release(key, token) => self.release(key, token),
        }
        (None, None)
    }

    fn set(&mut self, item: &Item) {
        let mut value = item.value.clone();
        if Stored::read(&value).is_some() {
            self.stored += 1;
            if self.mutant == Some(Mutant::VersionsAtCommit) {
                value = self.cite_live(&value).unwrap_or(value);
            }
        }
        self.items.insert(item.key.clone(), value);
    }

    fn delete(&mut self, key: &str) {
        let is_version = key.starts_with("ecached:tag:") || key == "ecached:alias";
        if self.mutant == Some(Mutant::CounterRestarts) && is_version {
            if let Some(counter) = self.items.get_mut(key).and_then(|bytes| bytes.last_mut()) {
                *counter += 1;
            }
        } else {
            self.items.remove(key);
        }
    }

    fn release(&mut self, key: &str, token: &Version) {
        if self.items.get(key).is_some_and(|held| held == token.as_bytes()) {
            self.items.remove(key);
        }
    }

    pub(super) fn print(&self, out: &mut Print) {
        for (key, value) in &self.items {
            out.text(key);
            out.bytes(value);
        }
    }
}
