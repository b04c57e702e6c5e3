//! Values: what can be cached, and how a value is held while it is shared.

use foldhash::fast::FixedState;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::any::{Any, TypeId};
use std::hash::BuildHasher;
use std::sync::{Arc, OnceLock};

/// What a value must be to be cached in this process: `Clone + Send + Sync + 'static`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be cached",
    label = "this type must be `Clone + Send + Sync + 'static`",
    note = "callers share one cached value: return an owned type that implements `Clone`, for example `Arc<…>`"
)]
pub trait LocalValue: Clone + Send + Sync + 'static {}

impl<T: Clone + Send + Sync + 'static> LocalValue for T {}

/// What a value must be to be cached in any backend: a [`LocalValue`] that serde can write and read.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be cached in every backend",
    label = "this type must be `Clone + Send + Sync + 'static` and implement serde's `Serialize` and `Deserialize`",
    note = "derive `Serialize` and `Deserialize`, or write `local` in the attribute to use in-process caches only"
)]
pub trait CacheValue: LocalValue + Serialize + DeserializeOwned {}

impl<T: LocalValue + Serialize + DeserializeOwned> CacheValue for T {}

/// A shared value, its type forgotten.
pub type Value = Arc<dyn Any + Send + Sync>;

/// How values of type `T` are held.
pub trait Packing<T>: 'static {
    /// Shares a value.
    fn pack(value: T) -> Value;

    /// Shows the value, if it is one of this type.
    fn with<R>(value: &Value, show: impl FnOnce(&T) -> R) -> Option<R>;

    /// A copy of the value, if it is one of this type.
    fn unpack(value: Value) -> Option<T>;

    /// The value itself where nobody else has it, else a copy; if it is one of this type.
    fn take(value: Value) -> Option<T> {
        Self::unpack(value)
    }

    /// The value as this packing holds it, if it is one of this type.
    fn adapt(value: Value) -> Option<Value>;
}

/// The value is behind a pointer of its own. Fits every type.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Boxed;

impl<T: LocalValue> Packing<T> for Boxed {
    fn pack(value: T) -> Value {
        Arc::new(value)
    }

    fn with<R>(value: &Value, show: impl FnOnce(&T) -> R) -> Option<R> {
        value.downcast_ref().map(show)
    }

    #[inline(always)]
    fn unpack(value: Value) -> Option<T> {
        value.downcast_ref().cloned()
    }

    fn take(value: Value) -> Option<T> {
        value.downcast().ok().map(Arc::unwrap_or_clone)
    }

    fn adapt(value: Value) -> Option<Value> {
        if value.is::<T>() {
            return Some(value);
        }
        let boxed = boxing(TypeId::of::<T>()).get(TypeId::of::<T>())?;
        boxed(value)
    }
}

/// The value is an `Arc`, and is held as it is: a hit has one pointer less to follow, and one count less to keep.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Pointer;

/// For types that are held as a [`Pointer`] by functions: what boxes them, for code that only knows them as any type.
///
/// Lists that only grow, so that each value that is stored finds its type there without a lock; so many that each is short.
static BOXED: [Boxing; 64] = [const { Boxing(OnceLock::new()) }; 64];

/// Puts a value that is held as a [`Pointer`] into a box.
type BoxIt = fn(Value) -> Option<Value>;

struct Boxing(OnceLock<Box<(TypeId, BoxIt, Self)>>);

/// The list that a type is in.
fn boxing(of: TypeId) -> &'static Boxing {
    let hash = FixedState::default().hash_one(of);
    &BOXED[(hash % BOXED.len() as u64) as usize]
}

impl Boxing {
    fn get(&self, wanted: TypeId) -> Option<BoxIt> {
        let mut list = self;
        while let Some((known, box_it, rest)) = list.0.get().map(|head| &**head) {
            if *known == wanted {
                return Some(*box_it);
            }
            list = rest;
        }
        None
    }

    fn add(&self, new: TypeId, box_it: BoxIt) {
        let mut list = self;
        loop {
            let (known, _, rest) =
                &**list.0.get_or_init(|| Box::new((new, box_it, Self(OnceLock::new()))));
            if *known == new {
                return;
            }
            list = rest;
        }
    }
}

impl<X: Send + Sync + 'static> Packing<Arc<X>> for Pointer {
    fn pack(value: Arc<X>) -> Value {
        let (own, list) = (TypeId::of::<Arc<X>>(), boxing(TypeId::of::<Arc<X>>()));
        if list.get(own).is_none() {
            list.add(own, |value| value.downcast::<X>().ok().map(|value| Arc::new(value) as Value));
        }
        value
    }

    fn with<R>(value: &Value, show: impl FnOnce(&Arc<X>) -> R) -> Option<R> {
        Self::unpack(Arc::clone(value)).map(|value| show(&value))
    }

    #[inline(always)]
    fn unpack(value: Value) -> Option<Arc<X>> {
        match value.downcast::<X>() {
            Ok(value) => Some(value),
            Err(boxed) => boxed.downcast_ref().cloned(),
        }
    }

    fn adapt(value: Value) -> Option<Value> {
        (value.is::<X>() || value.is::<Arc<X>>()).then_some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arc_is_held_as_it_is_and_read_in_both_ways() {
        let value = Arc::new(7_u64);
        let packed = Pointer::pack(Arc::clone(&value));
        assert_eq!(Arc::strong_count(&value), 2, "no box around it");
        let same: Option<Arc<u64>> = Pointer::unpack(Arc::clone(&packed));
        assert!(same.is_some_and(|same| Arc::ptr_eq(&same, &value)));
        let boxed = <Boxed as Packing<Arc<u64>>>::adapt(Arc::clone(&packed))
            .and_then(<Boxed as Packing<Arc<u64>>>::unpack);
        assert!(boxed.is_some_and(|boxed| Arc::ptr_eq(&boxed, &value)));
        let from_box: Option<Arc<u64>> =
            Pointer::unpack(<Boxed as Packing<Arc<u64>>>::pack(Arc::clone(&value)));
        assert!(from_box.is_some_and(|same| Arc::ptr_eq(&same, &value)));
        assert!(<Boxed as Packing<String>>::adapt(Arc::clone(&packed)).is_none());
        assert!(<Pointer as Packing<Arc<String>>>::adapt(packed).is_none());
    }
}
