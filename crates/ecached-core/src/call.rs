//! A call of a cached function: the hit on the spot, the rest by the machine. What the macros expand to.

use crate::cache::Cache;
use crate::codec::ValueOps;
use crate::flight::context::InContext;
use crate::key::KeyBuf;
use crate::kind::{IsOption, Kind};
use crate::protocol::request::{KeyHash, function_name};
use crate::protocol::machine::Verdict;
use crate::protocol::{Done, Machine, Mode, Names, Request, Step};
use crate::site::Site;
use crate::stats::Event;
use crate::timeout::Timeout;
use crate::value::{CacheValue, Object, Value};
use crate::{Error, ErrorKind, Result, backend::objects::Found, event};
use std::any::{Any, TypeId};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// A function, and the cache it uses for this call.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    pub(crate) site: &'static Site,
    instance: Option<&'a Cache>,
}

/// The function on its alias.
#[must_use]
pub const fn at(site: &'static Site) -> Target<'static> {
    Target { site, instance: None }
}

/// The function on a cache of its own.
#[must_use]
pub const fn on<'a>(site: &'static Site, cache: &'a Cache) -> Target<'a> {
    Target { site, instance: Some(cache) }
}

impl Target<'_> {
    #[inline]
    pub(crate) fn cache(&self) -> Result<&Cache> {
        match self.instance {
            Some(cache) => Ok(cache),
            None => self.site.cache(),
        }
    }
}

/// What is needed for a miss only.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "the macros of this very version write it")]
pub struct Plan {
    /// The declared tags, rendered.
    pub tags: Vec<Cow<'static, str>>,
    /// The timeout, unless the value decides.
    pub timeout: Timeout,
}

/// What a value means for its entry.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "the macros of this very version write it")]
pub struct Decision {
    /// Whether to store it.
    pub store: bool,
    /// Its tags, beside the declared ones.
    pub tags: Vec<Cow<'static, str>>,
    /// Its timeout, if it decides.
    pub timeout: Option<Timeout>,
}

impl Default for Decision {
    fn default() -> Self {
        Self { store: true, tags: Vec::new(), timeout: None }
    }
}

/// Decides by the value.
pub trait Policy<K: Kind> {
    /// What `value` means for its entry.
    fn decide(&self, value: &K::Value) -> Decision;
}

/// Every value is stored, as declared.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing in it")]
pub struct Always;

impl<K: Kind> Policy<K> for Always {
    fn decide(&self, _: &K::Value) -> Decision {
        Decision::default()
    }
}

/// A closure decides.
#[derive(Clone, Copy, Debug)]
pub struct ByValue<F>(F);

impl<K: Kind, F: Fn(&K::Value) -> Decision> Policy<K> for ByValue<F> {
    fn decide(&self, value: &K::Value) -> Decision {
        self.0(value)
    }
}

/// The policy of a closure; `kind` tells the closure its argument's type.
pub const fn by_value<K: Kind, F: Fn(&K::Value) -> Decision>(_: K, decide: F) -> ByValue<F> {
    ByValue(decide)
}

/// Operations on the values of a function that any backend can hold.
#[inline]
pub const fn ops<K: Kind<Value: CacheValue>>(_: K) -> ValueOps {
    ValueOps::any::<K::Value>()
}

/// Operations on the values of a `local` function.
#[inline]
pub const fn ops_local<K: Kind>(_: K) -> ValueOps {
    ValueOps::local::<K::Value>()
}

/// Refuses functions whose value is no `Option`, at compile time.
pub const fn require_option<K: Kind<Value: IsOption>>(_: K) {}

/// Whether the value is `None`.
pub fn is_none<K: Kind<Value: IsOption>>(_: K, value: &K::Value) -> bool {
    value.is_absent()
}

/// The answer to a call, if it is there already.
#[expect(clippy::exhaustive_enums, reason = "the macros of this very version match it")]
#[derive(Debug)]
pub enum Start<K: Kind> {
    /// A hit in an in-process store.
    Hit(K::Return),
    /// Anything else.
    Miss(Call<K>),
}

/// Begins a call. Never blocks, and never waits.
#[inline]
pub fn start<K: Kind>(
    target: Target<'_>,
    kind: K,
    ops: ValueOps,
    key: KeyBuf,
    extra: u64,
    plan: &dyn Fn() -> Plan,
) -> Start<K> {
    let why = match target.cache() {
        Ok(cache) if cache.is_enabled() => match cache.object_store() {
            None => None,
            Some(store) => match store.lookup(key.key(), Some(target.site.tag_set(extra))) {
                Found::Hit(value) => match value.downcast_ref::<K::Value>() {
                    Some(value) => {
                        count_hit(target, cache);
                        return Start::Hit(K::join(Ok(value.clone())));
                    }
                    None => Some(Event::Foreign),
                },
                Found::Absent => Some(Event::Absent),
                Found::Expired => Some(Event::Expired),
                Found::Invalidated => Some(Event::Invalidated),
                Found::OtherTags => Some(Event::Foreign),
            },
        },
        Ok(_) | Err(_) => None,
    };
    let value_type = TypeId::of::<K::Value>();
    Start::Miss(Call::new(kind, machine(target, &key, extra, plan(), Wanted { ops, value_type, mode: Mode::Lookup, why })))
}

#[inline]
fn count_hit(target: Target<'_>, cache: &Cache) {
    target.site.counters().count(Event::Hit);
    if target.instance.is_some() {
        cache.count(None, Event::Hit);
    }
    event::hit(cache.alias(), target.site.spec().template);
}

/// Begins a refresh.
pub fn refresh<K: Kind>(
    target: Target<'_>,
    kind: K,
    ops: ValueOps,
    key: KeyBuf,
    extra: u64,
    plan: &dyn Fn() -> Plan,
) -> Call<K> {
    let wanted = Wanted { ops, value_type: TypeId::of::<K::Value>(), mode: Mode::Refresh, why: None };
    Call::new(kind, machine(target, &key, extra, plan(), wanted))
}

/// What is wanted of the values.
struct Wanted {
    ops: ValueOps,
    value_type: TypeId,
    mode: Mode,
    /// Why a lookup was a miss already.
    why: Option<Event>,
}

/// The machine for a call; `None` when the function has no cache to use.
#[cold]
fn machine(target: Target<'_>, key: &KeyBuf, extra: u64, plan: Plan, wanted: Wanted) -> Option<Box<Machine>> {
    try_machine(target, key, extra, plan, wanted).ok()
}

fn try_machine(target: Target<'_>, key: &KeyBuf, extra: u64, plan: Plan, wanted: Wanted) -> Result<Box<Machine>> {
    let site = target.site;
    let cache = match target.cache() {
        Ok(cache) => cache.clone(),
        Err(error) => {
            let error = error.for_template(site.template());
            site.counters().count(Event::Error);
            event::error(site.spec().alias.unwrap_or_default(), site.template(), &error);
            return Err(error);
        }
    };
    let function = target.instance.is_none().then(|| {
        site.adopt_to(&cache);
        site.counters()
    });
    let mut names = plan.tags;
    names.push(function_name((site.spec().path)()));
    names.extend(key.prefix().map(|prefix| Cow::Owned(prefix.to_owned())));
    let request = Request {
        // A prefix alone is no key.
        key: if key.is_empty() { Box::default() } else { key.as_str().into() },
        hash: KeyHash(key.hash()),
        names: Names::new(names),
        tag_set: Some(site.tag_set(extra)),
        timeout: plan.timeout,
        has_value_tags: site.spec().value_tags,
        mode: wanted.mode,
        ops: wanted.ops,
        value_type: wanted.value_type,
        template: site.template(),
    };
    let started = cache.flights().now();
    let machine = Machine::new(cache, function, request, started);
    if let Some(why) = wanted.why {
        machine.count_miss(why);
    }
    Ok(Box::new(machine))
}

/// A call that was not a hit on the spot.
pub struct Call<K> {
    machine: Option<Box<Machine>>,
    kind: PhantomData<fn() -> K>,
}

impl<K: Kind> Call<K> {
    pub(crate) fn new(_: K, machine: Option<Box<Machine>>) -> Self {
        Self { machine, kind: PhantomData }
    }

    /// Goes on, blocking.
    pub fn run<P: Policy<K>, F: FnOnce() -> K::Return>(self, policy: P, compute: F) -> K::Return {
        let Some(mut machine) = self.machine else { return compute() };
        let (mut compute, mut computed) = (Some(compute), None);
        let mut step = machine.begin();
        loop {
            step = match step {
                Step::Ask(ask) => {
                    let answer = machine.cache().ask(&ask);
                    machine.answered(answer)
                }
                Step::Wait(follower) => machine.waited(follower.wait()),
                Step::Compute(context) => {
                    let compute = compute.take().expect("invariant: a call computes once");
                    match settle::<K, P>(&mut machine, &policy, context.enter(compute)) {
                        Settled::Return(returned) => return returned,
                        Settled::Store(value, step) => {
                            computed = Some(value);
                            step
                        }
                    }
                }
                Step::Done(done) => match conclude::<K>(done, computed.take()) {
                    Some(returned) => return returned,
                    None => return compute.take().expect("invariant: nothing was computed")(),
                },
            };
        }
    }

    /// Goes on, async.
    ///
    /// # Cancel safety
    ///
    /// A dropped future computes and stores nothing more; a follower takes over.
    pub async fn run_async<P: Policy<K>, F: Future<Output = K::Return>>(self, policy: P, compute: F) -> K::Return {
        let Some(mut machine) = self.machine else { return compute.await };
        let mut compute = Some(Box::pin(compute));
        let mut computed = None;
        let mut step = machine.begin();
        loop {
            step = match step {
                Step::Ask(ask) => {
                    let answer = machine.cache().ask_async(&ask).await;
                    machine.answered(answer)
                }
                Step::Wait(follower) => {
                    let waited = follower.wait_async().await;
                    machine.waited(waited)
                }
                Step::Compute(context) => {
                    let future = compute.take().expect("invariant: a call computes once");
                    let returned = InContext { context, future }.await;
                    match settle::<K, P>(&mut machine, &policy, returned) {
                        Settled::Return(returned) => return returned,
                        Settled::Store(value, step) => {
                            computed = Some(value);
                            step
                        }
                    }
                }
                Step::Done(done) => match conclude::<K>(done, computed.take()) {
                    Some(returned) => return returned,
                    None => return compute.take().expect("invariant: nothing was computed").await,
                },
            };
        }
    }
}

impl<K> fmt::Debug for Call<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}

/// What came of the computation.
enum Settled<K: Kind> {
    Return(K::Return),
    Store(K::Value, Step),
}

/// Tells the machine what the function returned.
fn settle<K: Kind, P: Policy<K>>(machine: &mut Machine, policy: &P, returned: K::Return) -> Settled<K> {
    let value = match K::split(returned) {
        Ok(value) => value,
        Err(error) => {
            machine.failed(K::share(&error));
            return Settled::Return(K::join(Err(error)));
        }
    };
    if !machine.keeps_value() {
        machine.succeeded_alone();
        return Settled::Return(K::join(Ok(value)));
    }
    let step = put::<K>(machine, policy.decide(&value), value.clone());
    Settled::Store(value, step)
}

/// Gives the machine a value to share and to store.
fn put<K: Kind>(machine: &mut Machine, decision: Decision, value: K::Value) -> Step {
    let Decision { store, tags, timeout } = decision;
    let header = machine.seal(Verdict { store, tags, timeout }, &value as &(dyn Any + Send + Sync));
    machine.computed(Object::shared(header, value))
}

/// What the caller gets; `None` when another function's error or value cannot be this one's.
fn conclude<K: Kind>(done: Done, computed: Option<K::Value>) -> Option<K::Return> {
    match done {
        Done::Value(value) => value.downcast_ref::<K::Value>().map(|value| K::join(Ok(value.clone()))),
        Done::Error(error) => K::shared(&error).map(|error| K::join(Err(error))),
        Done::Computed | Done::Absent => computed.map(|value| K::join(Ok(value))),
    }
}

/// Looks up, and never computes. Blocking.
///
/// # Errors
///
/// When the backend cannot tell, or the alias is unknown.
pub fn peek<K: Kind, V: 'static>(
    target: Target<'_>,
    _: K,
    ops: ValueOps,
    key: KeyBuf,
    extra: u64,
    plan: &dyn Fn() -> Plan,
) -> Result<Option<V>> {
    let wanted = Wanted { ops, value_type: TypeId::of::<K::Value>(), mode: Mode::Peek, why: None };
    let mut machine = try_machine(target, &key, extra, plan(), wanted)?;
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
    ops: ValueOps,
    key: KeyBuf,
    extra: u64,
    plan: &dyn Fn() -> Plan,
) -> impl Future<Output = Result<Option<V>>> + Send + use<K, V> {
    let wanted = Wanted { ops, value_type: TypeId::of::<K::Value>(), mode: Mode::Peek, why: None };
    let machine = try_machine(target, &key, extra, plan(), wanted);
    async move { machine?.run_to_end_async(|_| Step::Done(Done::Absent)).await.and_then(to_public::<K, V>) }
}

/// Stores a known value. Blocking.
///
/// # Errors
///
/// When it is not stored, unless the policy or an invalidation at the time says so.
#[expect(clippy::too_many_arguments, reason = "the same arguments as the other functions that macros call, and the value")]
pub fn precache<K: Kind, V: 'static, P: Policy<K>>(
    target: Target<'_>,
    _: K,
    ops: ValueOps,
    key: KeyBuf,
    extra: u64,
    plan: &dyn Fn() -> Plan,
    policy: P,
    value: V,
) -> Result<()> {
    let value = from_public::<K, V>(value)?;
    let decision = policy.decide(&value);
    let wanted = Wanted { ops, value_type: TypeId::of::<K::Value>(), mode: Mode::Put, why: None };
    let mut machine = try_machine(target, &key, extra, plan(), wanted)?;
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
#[expect(clippy::too_many_arguments, reason = "the same arguments as the other functions that macros call, and the value")]
pub fn precache_async<K: Kind, V: 'static, P: Policy<K>>(
    target: Target<'_>,
    _: K,
    ops: ValueOps,
    key: KeyBuf,
    extra: u64,
    plan: &dyn Fn() -> Plan,
    policy: P,
    value: V,
) -> impl Future<Output = Result<()>> + Send + use<K, V, P> {
    let wanted = Wanted { ops, value_type: TypeId::of::<K::Value>(), mode: Mode::Put, why: None };
    let machine = try_machine(target, &key, extra, plan(), wanted);
    let decided = from_public::<K, V>(value).map(|value| (policy.decide(&value), value));
    async move {
        let (decision, value) = decided?;
        machine?.run_to_end_async(|machine| put::<K>(machine, decision, value)).await.map(drop)
    }
}

impl Machine {
    /// Runs a call that computes nothing: where others compute, this one goes on with `supply`. Blocking.
    pub(crate) fn run_to_end(&mut self, supply: impl FnOnce(&mut Self) -> Step) -> Result<Option<Value>> {
        let mut supply = Some(supply);
        let mut step = self.begin();
        loop {
            step = match step {
                Step::Ask(ask) => {
                    let answer = self.cache().ask(&ask);
                    self.answered(answer)
                }
                Step::Wait(follower) => self.waited(follower.wait()),
                Step::Compute(_) => supply.take().map_or(Step::Done(Done::Absent), |supply| supply(self)),
                Step::Done(done) => return self.end(done),
            };
        }
    }

    /// The same, async.
    pub(crate) async fn run_to_end_async(&mut self, supply: impl FnOnce(&mut Self) -> Step) -> Result<Option<Value>> {
        let mut supply = Some(supply);
        let mut step = self.begin();
        loop {
            step = match step {
                Step::Ask(ask) => {
                    let answer = self.cache().ask_async(&ask).await;
                    self.answered(answer)
                }
                Step::Wait(follower) => {
                    let waited = follower.wait_async().await;
                    self.waited(waited)
                }
                Step::Compute(_) => supply.take().map_or(Step::Done(Done::Absent), |supply| supply(self)),
                Step::Done(done) => return self.end(done),
            };
        }
    }

    fn end(&mut self, done: Done) -> Result<Option<Value>> {
        match (done, self.take_failure()) {
            (Done::Value(value), _) => Ok(Some(value)),
            (_, Some(error)) => Err(error),
            _ => Ok(None),
        }
    }
}

/// A companion's signature is written without knowing whether an alias hides a `Result`: its value type is that of the
/// entries, or what the function returns.
fn to_public<K: Kind, V: 'static>(value: Option<Value>) -> Result<Option<V>> {
    let Some(value) = value else { return Ok(None) };
    let Some(value) = value.downcast_ref::<K::Value>().cloned() else { return Ok(None) };
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

/// Gives the machine a value to store as it is.
pub(crate) fn put_value<T: CacheValue>(machine: &mut Machine, value: T) -> Step {
    put::<crate::kind::Plain<T>>(machine, Decision::default(), value)
}
