//! A third party's backend: a map behind the four methods, blocking and async.

use ecached::Result;
use ecached::backend::{AsyncBackend, Backend, Item};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

type Entries = HashMap<String, Vec<u8>>;

/// A map that several backends may share.
#[derive(Clone, Debug, Default)]
pub struct Shelf(Arc<Mutex<Entries>>);

impl Shelf {
    /// What is on it, by key.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        self.entries().keys().cloned().collect()
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().expect("invariant: nobody panics with it")
    }

    fn read(&self, keys: &[&str]) -> Vec<Option<Vec<u8>>> {
        let entries = self.entries();
        keys.iter().map(|key| entries.get(*key).cloned()).collect()
    }

    fn write(&self, items: &[Item]) {
        self.entries().extend(items.iter().map(|item| (item.key.clone(), item.value.clone())));
    }

    fn remove(&self, keys: &[&str]) {
        let mut entries = self.entries();
        for key in keys {
            entries.remove(*key);
        }
    }
}

/// The blocking side.
#[derive(Debug, Default)]
pub struct Blocking(pub Shelf);

impl Backend for Blocking {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.0.read(&[key]).pop().flatten())
    }

    fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Vec<u8>>>> {
        Ok(self.0.read(keys))
    }

    fn set_many(&self, items: &[Item]) -> Result<()> {
        self.0.write(items);
        Ok(())
    }

    fn delete(&self, keys: &[&str]) -> Result<()> {
        self.0.remove(keys);
        Ok(())
    }
}

/// The async side.
#[derive(Debug, Default)]
pub struct Asynchronous(pub Shelf);

impl AsyncBackend for Asynchronous {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.0.read(&[key]).pop().flatten())
    }

    async fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Vec<u8>>>> {
        Ok(self.0.read(keys))
    }

    async fn set_many(&self, items: &[Item]) -> Result<()> {
        self.0.write(items);
        Ok(())
    }

    async fn delete(&self, keys: &[&str]) -> Result<()> {
        self.0.remove(keys);
        Ok(())
    }
}
