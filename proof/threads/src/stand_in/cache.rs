//! `quick_cache::sync::Cache`: entries under a lock that readers share. Nothing is evicted.

use loom::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use quick_cache::{Equivalent, Lifecycle, Options, Weighter};
use std::hash::Hash;
use std::marker::PhantomData;
use std::sync::PoisonError;

/// The entries, in one shard: worlds have one key or two, and those of two want them to meet.
pub(crate) struct Cache<K, V, W, B, L> {
    pairs: RwLock<Vec<(K, V)>>,
    weighter: W,
    rest: PhantomData<(B, L)>,
}

impl<K: Eq + Hash, V: Clone, W: Weighter<K, V>, B, L: Lifecycle<K, V>> Cache<K, V, W, B, L> {
    pub(crate) fn with_options(_: Options, weighter: W, _: B, _: L) -> Self {
        Self { pairs: RwLock::new(Vec::new()), weighter, rest: PhantomData }
    }

    fn read(&self) -> RwLockReadGuard<'_, Vec<(K, V)>> {
        self.pairs.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Vec<(K, V)>> {
        self.pairs.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn get<Q: Hash + Equivalent<K>>(&self, key: &Q) -> Option<V> {
        let pairs = self.read();
        pairs.iter().find(|(own, _)| key.equivalent(own)).map(|(_, value)| value.clone())
    }

    pub(crate) fn peek<Q: Hash + Equivalent<K>>(&self, key: &Q) -> Option<V> {
        self.get(key)
    }

    pub(crate) fn remove<Q: Hash + Equivalent<K>>(&self, key: &Q) -> Option<(K, V)> {
        let mut pairs = self.write();
        let index = pairs.iter().position(|(own, _)| key.equivalent(own))?;
        Some(pairs.swap_remove(index))
    }

    /// An entry that is replaced is dropped under the lock, or after it: the original does not say.
    pub(crate) fn insert_with_lifecycle(&self, key: K, value: V, _: &mut L::RequestState) {
        let mut pairs = self.write();
        match pairs.iter().position(|(own, _)| *own == key) {
            Some(index) => pairs[index] = (key, value),
            None => pairs.push((key, value)),
        }
    }

    pub(crate) fn retain(&self, is_kept: impl Fn(&K, &V) -> bool) {
        self.write().retain(|(key, value)| is_kept(key, value));
    }

    pub(crate) fn len(&self) -> usize {
        self.read().len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.read().is_empty()
    }

    pub(crate) fn weight(&self) -> u64 {
        self.read().iter().map(|(key, value)| self.weighter.weight(key, value)).sum()
    }
}
