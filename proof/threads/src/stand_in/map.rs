//! `dashmap::DashMap`: shards, each under a lock that readers share.

use loom::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};
use std::ops::{Deref, DerefMut};
use std::sync::PoisonError;

/// Enough for two keys to have locks of their own.
const SHARDS: usize = 2;

type Pairs<K, V> = Vec<(K, V)>;

/// The map.
pub(crate) struct DashMap<K, V, S> {
    shards: Vec<RwLock<Pairs<K, V>>>,
    hasher: S,
}

impl<K, V, S: Default> Default for DashMap<K, V, S> {
    fn default() -> Self {
        let shards = (0..SHARDS).map(|_| RwLock::new(Vec::new())).collect();
        Self { shards, hasher: S::default() }
    }
}

impl<K: Hash + Eq, V, S: BuildHasher> DashMap<K, V, S> {
    fn shard<Q: Hash + ?Sized>(&self, key: &Q) -> &RwLock<Pairs<K, V>> {
        &self.shards[usize::try_from(self.hasher.hash_one(key) >> 60).unwrap_or(0) % SHARDS]
    }

    fn write<Q: Hash + ?Sized>(&self, key: &Q) -> RwLockWriteGuard<'_, Pairs<K, V>> {
        self.shard(key).write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<Ref<'_, K, V>>
    where
        K: Borrow<Q>,
    {
        let pairs = self.shard(key).read().unwrap_or_else(PoisonError::into_inner);
        let index = pairs.iter().position(|(own, _)| own.borrow() == key)?;
        Some(Ref { pairs, index })
    }

    pub(crate) fn get_mut<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<RefMut<'_, K, V>>
    where
        K: Borrow<Q>,
    {
        let pairs = self.write(key);
        let index = pairs.iter().position(|(own, _)| own.borrow() == key)?;
        Some(RefMut { pairs, index })
    }

    pub(crate) fn entry(&self, key: K) -> Entry<'_, K, V> {
        let pairs = self.write(&key);
        match pairs.iter().position(|(own, _)| *own == key) {
            Some(index) => Entry::Occupied(Occupied(RefMut { pairs, index })),
            None => Entry::Vacant(Vacant { pairs, key }),
        }
    }

    pub(crate) fn remove_if<Q: Hash + Eq + ?Sized>(
        &self,
        key: &Q,
        condition: impl FnOnce(&K, &V) -> bool,
    ) -> Option<(K, V)>
    where
        K: Borrow<Q>,
    {
        let mut pairs = self.write(key);
        let index = pairs.iter().position(|(own, _)| own.borrow() == key)?;
        condition(&pairs[index].0, &pairs[index].1).then(|| pairs.swap_remove(index))
    }

    pub(crate) fn clear(&self) {
        for shard in &self.shards {
            shard.write().unwrap_or_else(PoisonError::into_inner).clear();
        }
    }

    pub(crate) fn len(&self) -> usize {
        let len = |shard: &RwLock<Pairs<K, V>>| {
            shard.read().unwrap_or_else(PoisonError::into_inner).len()
        };
        self.shards.iter().map(len).sum()
    }
}

/// A pair, under its shard's lock for readers.
pub(crate) struct Ref<'a, K, V> {
    pairs: RwLockReadGuard<'a, Pairs<K, V>>,
    index: usize,
}

impl<K, V> Ref<'_, K, V> {
    pub(crate) fn key(&self) -> &K {
        &self.pairs[self.index].0
    }
}

/// A pair, under its shard's lock.
pub(crate) struct RefMut<'a, K, V> {
    pairs: RwLockWriteGuard<'a, Pairs<K, V>>,
    index: usize,
}

impl<K, V> RefMut<'_, K, V> {
    pub(crate) fn key(&self) -> &K {
        &self.pairs[self.index].0
    }
}

impl<K, V> Deref for RefMut<'_, K, V> {
    type Target = V;

    fn deref(&self) -> &V {
        &self.pairs[self.index].1
    }
}

impl<K, V> DerefMut for RefMut<'_, K, V> {
    fn deref_mut(&mut self) -> &mut V {
        &mut self.pairs[self.index].1
    }
}

/// A key's place, under its shard's lock.
pub(crate) enum Entry<'a, K, V> {
    Occupied(Occupied<'a, K, V>),
    Vacant(Vacant<'a, K, V>),
}

impl<'a, K, V> Entry<'a, K, V> {
    pub(crate) fn or_insert_with(self, value: impl FnOnce() -> V) -> RefMut<'a, K, V> {
        match self {
            Self::Occupied(entry) => entry.into_ref(),
            Self::Vacant(entry) => entry.insert(value()),
        }
    }
}

/// A place that is taken.
pub(crate) struct Occupied<'a, K, V>(RefMut<'a, K, V>);

impl<'a, K, V> Occupied<'a, K, V> {
    pub(crate) fn get(&self) -> &V {
        &self.0
    }

    pub(crate) fn get_mut(&mut self) -> &mut V {
        &mut self.0
    }

    pub(crate) fn into_ref(self) -> RefMut<'a, K, V> {
        self.0
    }

    pub(crate) fn remove(mut self) -> V {
        let index = self.0.index;
        self.0.pairs.swap_remove(index).1
    }
}

/// A place that is free.
pub(crate) struct Vacant<'a, K, V> {
    pairs: RwLockWriteGuard<'a, Pairs<K, V>>,
    key: K,
}

impl<'a, K, V> Vacant<'a, K, V> {
    pub(crate) fn key(&self) -> &K {
        &self.key
    }

    pub(crate) fn insert(mut self, value: V) -> RefMut<'a, K, V> {
        self.pairs.push((self.key, value));
        let index = self.pairs.len() - 1;
        RefMut { pairs: self.pairs, index }
    }
}
