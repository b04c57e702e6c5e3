//! Leases: the right to store what is being computed for a key. All who compute it at a time share one; invalidating the
//! key takes it away from all of them.
//!
//! Keys are known by their hash here. Two keys of one hash share a lease, which at worst costs one of them a computation.

use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use ecached_core::version::serial;
use foldhash::fast::RandomState;

struct Slot {
    id: u64,
    holders: usize,
}

/// The leases of a store.
pub(crate) struct Leases {
    slots: DashMap<u64, Slot, RandomState>,
}

impl Leases {
    pub(crate) fn new() -> Self {
        Self { slots: DashMap::default() }
    }

    /// Takes the lease of a key, or shares the one that is there. Answers its id.
    fn take(&self, key: u64) -> u64 {
        let new = || Slot { id: serial(), holders: 0 };
        let mut slot = self.slots.entry(key).or_insert_with(new);
        slot.holders += 1;
        slot.id
    }

    /// Revokes the lease of a key, and does `remove` before anybody can take a new one or store under the old one.
    pub(crate) fn revoke<T>(&self, key: u64, remove: impl FnOnce() -> T) -> T {
        match self.slots.entry(key) {
            Entry::Occupied(slot) => {
                let removed = remove();
                slot.remove();
                removed
            }
            Entry::Vacant(_slot) => remove(),
        }
    }

    /// Revokes all.
    pub(crate) fn revoke_all(&self) {
        self.slots.clear();
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }
}

/// Who has the leases. A computation needs the rest of the store too, and so counts one pointer only.
pub(crate) trait Owner {
    fn leases(&self) -> &Leases;
}

/// A share in a lease.
pub(crate) struct Lease<O: Owner> {
    owner: O,
    key: u64,
    id: u64,
}

impl<O: Owner> Lease<O> {
    /// Takes the lease of a key, or shares the one that is there.
    pub(crate) fn take(owner: O, key: u64) -> Self {
        let id = owner.leases().take(key);
        Self { owner, key, id }
    }

    pub(crate) const fn owner(&self) -> &O {
        &self.owner
    }

    /// The hash of the key.
    pub(crate) const fn key(&self) -> u64 {
        self.key
    }

    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// Does `store` if the lease still stands; nobody can revoke it, or store under it, meanwhile.
    pub(crate) fn use_for<T>(&self, store: impl FnOnce() -> T) -> Option<T> {
        let slot = self.owner.leases().slots.get_mut(&self.key)?;
        (slot.id == self.id).then(store)
    }
}

impl<O: Owner> Drop for Lease<O> {
    fn drop(&mut self) {
        if let Entry::Occupied(mut slot) = self.owner.leases().slots.entry(self.key)
            && slot.get().id == self.id
        {
            slot.get_mut().holders -= 1;
            if slot.get().holders == 0 {
                slot.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Owner for &Leases {
        fn leases(&self) -> &Leases {
            self
        }
    }

    #[test]
    fn a_lease_is_shared_until_it_is_revoked() {
        let leases = Leases::new();
        let (first, second) = (Lease::take(&leases, 7), Lease::take(&leases, 7));
        assert_eq!(first.id(), second.id());
        assert_eq!(first.use_for(|| "stored"), Some("stored"));
        leases.revoke(7, || ());
        let third = Lease::take(&leases, 7);
        assert_ne!(third.id(), first.id());
        assert_eq!(first.use_for(|| "stored"), None);
        assert_eq!(third.use_for(|| "stored"), Some("stored"));
        drop((first, second));
        assert_eq!(
            third.use_for(|| "stored"),
            Some("stored"),
            "old holders do not count for the new lease"
        );
        drop(third);
        assert_eq!(leases.len(), 0);
    }

    #[test]
    fn revoking_all_revokes_each() {
        let leases = Leases::new();
        let (one, two) = (Lease::take(&leases, 1), Lease::take(&leases, 2));
        leases.revoke_all();
        assert_eq!((one.use_for(|| ()), two.use_for(|| ())), (None, None));
    }
}
