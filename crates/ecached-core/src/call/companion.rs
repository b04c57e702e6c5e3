//! Calls that compute nothing: looking at an entry, storing a known value.

use super::run::put;
use super::{Key, Plan, Policy, Target, Wanted, try_machine};
use crate::key::KeyBuf;
use crate::kind::Kind;
use crate::protocol::{Done, Mode, Step};
use crate::value::{Packing, Value};
use crate::{Error, ErrorKind, Result};
use std::any::Any;

/// Looks up, and never computes. Blocking.
///
/// # Errors
///
/// When the backend cannot tell, or the alias is unknown.
pub fn peek<K: Kind, V: 'static>(
    target: Target<'_>,
    _: K,
    key: Key<&dyn Fn(&mut KeyBuf)>,
    extra: u64,
    plan: &dyn Fn() -> Plan,
) -> Result<Option<V>> {
    let wanted = Wanted::by::<K>(Mode::Peek);
    let mut machine =
        try_machine(target, key.rendered(target.site).as_ref(), extra, plan(), wanted)?;
    machine.run_to_end(|_| Step::Done(Done::Absent)).and_then(to_public::<K, V>)
}

/// Looks up, and never computes. Async.
///
/// # Errors
///
/// As [`peek`].
///
/// # Cancel safety
///
/// A dropped future has no effect.
pub fn peek_async<K: Kind, V: 'static>(
    target: Target<'_>,
    _: K,
    key: Key<&dyn Fn(&mut KeyBuf)>,
    extra: u64,
    plan: &dyn Fn() -> Plan,
) -> impl Future<Output = Result<Option<V>>> + Send + use<K, V> {
    let wanted = Wanted::by::<K>(Mode::Peek);
    let machine = try_machine(target, key.rendered(target.site).as_ref(), extra, plan(), wanted);
    async move {
        machine?.run_to_end_async(|_| Step::Done(Done::Absent)).await.and_then(to_public::<K, V>)
    }
}

/// Stores a known value. Blocking.
///
/// # Errors
///
/// When it is not stored, unless the policy or an invalidation at the time says so.
pub fn precache<K: Kind, V: 'static, P: Policy<K>>(
    target: Target<'_>,
    _: K,
    key: Key<&dyn Fn(&mut KeyBuf)>,
    extra: u64,
    plan: &dyn Fn() -> Plan,
    policy: P,
    value: V,
) -> Result<()> {
    let value = from_public::<K, V>(value)?;
    let decision = policy.decide(&value);
    let wanted = Wanted::by::<K>(Mode::Put);
    let mut machine =
        try_machine(target, key.rendered(target.site).as_ref(), extra, plan(), wanted)?;
    machine.run_to_end(|machine| put::<K>(machine, decision, value)).map(drop)
}

/// Stores a known value. Async.
///
/// # Errors
///
/// As [`precache`].
///
/// # Cancel safety
///
/// A dropped future has stored the value or not.
pub fn precache_async<K: Kind, V: 'static, P: Policy<K>>(
    target: Target<'_>,
    _: K,
    key: Key<&dyn Fn(&mut KeyBuf)>,
    extra: u64,
    plan: &dyn Fn() -> Plan,
    policy: P,
    value: V,
) -> impl Future<Output = Result<()>> + Send + use<K, V, P> {
    let wanted = Wanted::by::<K>(Mode::Put);
    let machine = try_machine(target, key.rendered(target.site).as_ref(), extra, plan(), wanted);
    let decided = from_public::<K, V>(value).map(|value| (policy.decide(&value), value));
    async move {
        let (decision, value) = decided?;
        machine?.run_to_end_async(|machine| put::<K>(machine, decision, value)).await.map(drop)
    }
}

/// A companion's signature is written without knowing whether an alias hides a `Result`: its value type is that of the
/// entries, or what the function returns.
fn to_public<K: Kind, V: 'static>(value: Option<Value>) -> Result<Option<V>> {
    let Some(value) = value else { return Ok(None) };
    let Some(value) = K::Packing::take(value) else { return Ok(None) };
    let mut slot = Some(value);
    if let Some(same) = (&mut slot as &mut dyn Any).downcast_mut::<Option<V>>() {
        return Ok(same.take());
    }
    let whole: Box<dyn Any> = Box::new(slot.take().map(|value| K::join(Ok(value))));
    whole.downcast::<Option<V>>().map(|value| *value).map_err(|_| mismatch())
}

fn from_public<K: Kind, V: 'static>(value: V) -> Result<K::Value> {
    let mut slot = Some(value);
    if let Some(same) = (&mut slot as &mut dyn Any).downcast_mut::<Option<K::Value>>() {
        return same.take().ok_or_else(mismatch);
    }
    let boxed: Box<dyn Any> = Box::new(slot.take());
    let returned = boxed.downcast::<Option<K::Return>>().map_err(|_| mismatch())?;
    let failed = || Error::new(ErrorKind::TypeMismatch, "an `Err` cannot be cached");
    (*returned).and_then(|returned| K::split(returned).ok()).ok_or_else(failed)
}

fn mismatch() -> Error {
    Error::new(ErrorKind::TypeMismatch, "the value is of another type than the function's")
}
