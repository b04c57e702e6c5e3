//! What stands in the copies for types of other crates: the same promises, kept with loom's types.
//!
//! Each is as weak as what it stands for. Nothing here orders more than the original documents, or a bug could hide.

mod cache;
mod event;
pub(crate) mod map;

pub(crate) use cache::Cache;
pub(crate) use event::Event;

use loom::sync::atomic::{AtomicBool, Ordering};
use std::task::Context;
use std::time::Duration;

/// `parking_lot::Mutex`: a lock that does not poison.
#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(loom::sync::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(loom::sync::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> loom::sync::MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub(crate) fn into_inner(self) -> T {
        self.0.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// `once_cell::sync::OnceCell`: who sees the value sees all that came before it.
pub(crate) struct OnceCell<T> {
    value: once_cell::sync::OnceCell<T>,
    is_set: AtomicBool,
    setting: Mutex<()>,
}

impl<T> OnceCell<T> {
    pub(crate) fn new() -> Self {
        Self {
            value: once_cell::sync::OnceCell::new(),
            is_set: AtomicBool::new(false),
            setting: Mutex::new(()),
        }
    }

    pub(crate) fn with_value(value: T) -> Self {
        Self {
            value: once_cell::sync::OnceCell::with_value(value),
            is_set: AtomicBool::new(true),
            setting: Mutex::new(()),
        }
    }

    pub(crate) fn get(&self) -> Option<&T> {
        self.is_set.load(Ordering::Acquire).then(|| self.value.get()).flatten()
    }

    pub(crate) fn set(&self, value: T) -> Result<(), T> {
        let _setting = self.setting.lock();
        self.value.set(value)?;
        self.is_set.store(true, Ordering::Release);
        Ok(())
    }
}

/// An alarm that never rings: time stands still here.
pub(crate) struct Alarm;

impl Alarm {
    pub(crate) const fn after(_: Duration) -> Self {
        Self
    }

    pub(crate) const fn poll_rung(&mut self, _: &Context<'_>) -> bool {
        false
    }
}
