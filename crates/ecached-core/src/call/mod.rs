//! A call of a cached function: the hit on the spot, the rest by the machine. What the macros expand to.
//!
//! `hit` has the hit, `run` goes on from a miss, `companion` has calls that compute nothing.

#![expect(
    clippy::too_many_arguments,
    clippy::needless_pass_by_value,
    reason = "macros write these calls: all functions take the same arguments in the same order"
)]

mod companion;
mod hit;
mod run;

pub use companion::{peek, peek_async, precache, precache_async};
use hit::Rendered;
pub use hit::{Key, Start, start};
pub use run::Call;
pub(crate) use run::put_value;

use crate::backend::objects::ObjectStore;
use crate::cache::Cache;
use crate::codec::ValueOps;
use crate::key::KeyBuf;
use crate::key::numbered::Name;
use crate::kind::{IsOption, Kind};
use crate::protocol::machine::Held;
use crate::protocol::request::KeyHash;
use crate::protocol::{Machine, Mode, Names, Request};
use crate::registry::Registry;
use crate::site::Site;
use crate::stats::{Event, Meter};
use crate::timeout::Timeout;
use crate::value::CacheValue;
use crate::{Result, event};
use smallvec::SmallVec;
use smol_str::SmolStr;
use std::any::TypeId;
use std::borrow::Cow;

/// A function, and the cache it uses for this call.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    pub(crate) site: &'static Site,
    instance: Option<&'a Cache>,
    /// Where the alias is looked up, the first time.
    registry: fn() -> &'static Registry,
}

/// The function on its alias, which is looked up in `registry`.
#[inline]
#[must_use]
pub const fn at(site: &'static Site, registry: fn() -> &'static Registry) -> Target<'static> {
    Target { site, instance: None, registry }
}

/// The function on a cache of its own.
#[inline]
#[must_use]
pub const fn on<'a>(site: &'static Site, cache: &'a Cache) -> Target<'a> {
    Target { site, instance: Some(cache), registry: crate::caches }
}

impl<'a> Target<'a> {
    #[inline]
    pub(crate) fn meter(self) -> Meter {
        Meter { function: Some(self.site.counters()), cache: self.instance.is_some() }
    }

    #[inline]
    pub(crate) fn cache(self) -> Result<&'a Cache> {
        match self.instance {
            Some(cache) => Ok(cache),
            None => self.site.cache(self.registry),
        }
    }

    /// The cache, if it is known to be there as long as the function is.
    fn lasting_cache(self) -> Option<&'static Cache> {
        self.instance.is_none().then(|| self.site.known_cache())?
    }

    /// The cache and its store, if that is in this process and switched on.
    #[inline(always)]
    fn object_store(self) -> Option<(&'a Cache, &'a dyn ObjectStore)> {
        if self.instance.is_none()
            && let Some(known) = self.site.known_store()
        {
            return Some(known);
        }
        self.find_object_store()
    }

    #[inline(never)]
    fn find_object_store(self) -> Option<(&'a Cache, &'a dyn ObjectStore)> {
        let cache = self.cache().ok().filter(|cache| cache.is_enabled())?;
        Some((cache, cache.object_store()?))
    }
}

/// What is needed for a miss only.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "the macros of this very version write it")]
pub struct Plan {
    /// How values are stored.
    pub ops: ValueOps,
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
#[must_use]
pub const fn ops<K: Kind<Value: CacheValue>>(_: K) -> ValueOps {
    ValueOps::any::<K::Value, K::Packing>()
}

/// Operations on the values of a `local` function.
#[inline]
#[must_use]
pub const fn ops_local<K: Kind>(_: K) -> ValueOps {
    ValueOps::local::<K::Value, K::Packing>()
}

/// Refuses functions whose value is no `Option`, at compile time.
pub const fn require_option<K: Kind<Value: IsOption>>(_: K) {}

/// Whether the value is `None`.
pub fn is_none<K: Kind<Value: IsOption>>(_: K, value: &K::Value) -> bool {
    value.is_absent()
}

/// Begins a refresh.
pub fn refresh<K: Kind>(
    target: Target<'_>,
    kind: K,
    key: Key<&dyn Fn(&mut KeyBuf)>,
    extra: u64,
    plan: &dyn Fn() -> Plan,
) -> Call<K> {
    let wanted = Wanted::by::<K>(Mode::Refresh);
    let key = key.rendered(target.site);
    Call::new(kind, machine(target, key.as_ref(), extra, plan(), wanted))
}

/// What is wanted of the values.
struct Wanted {
    value_type: TypeId,
    mode: Mode,
    tells_failures: bool,
    /// Why a lookup was a miss already.
    why: Option<Event>,
}

impl Wanted {
    fn by<K: Kind>(mode: Mode) -> Self {
        let tells_failures = K::TELLS_FAILURES;
        Self { value_type: TypeId::of::<K::Value>(), mode, tells_failures, why: None }
    }
}

/// The machine for a call; `None` when the function has no cache to use.
#[cold]
fn machine(
    target: Target<'_>,
    key: Rendered<&KeyBuf>,
    extra: u64,
    plan: Plan,
    wanted: Wanted,
) -> Option<Box<Machine>> {
    try_machine(target, key, extra, plan, wanted).ok()
}

fn try_machine(
    target: Target<'_>,
    key: Rendered<&KeyBuf>,
    extra: u64,
    plan: Plan,
    wanted: Wanted,
) -> Result<Box<Machine>> {
    let site = target.site;
    let cache = match target.cache() {
        // Threads that miss at the same time should not have to count what stays anyway.
        Ok(cache) => {
            target.lasting_cache().map_or_else(|| Held::Counted(cache.clone()), Held::Lasting)
        }
        Err(error) => {
            let error = error.for_template(site.template());
            site.counters().count(Event::Error);
            event::error(site.spec().alias.unwrap_or_default(), site.template(), &error);
            return Err(error);
        }
    };
    if target.instance.is_none() {
        site.adopt_to(&cache);
    }
    // Without tags, the two that follow are in here; with tags, in the room that `names` left for them.
    let mut names = SmallVec::from_vec(plan.tags);
    names.push(site.function_name());
    let Rendered { text: key, numbered } = key;
    debug_assert!(numbered.is_none_or(|own| Name::Numbered(own).is_text(key.as_str())));
    if let Some(prefix) = key.prefix() {
        names.push(Cow::Owned(prefix.to_owned()));
    }
    let request = Request {
        // A prefix alone is no key.
        key: if key.is_empty() { SmolStr::default() } else { key.as_str().into() },
        hash: KeyHash(key.hash()),
        numbered,
        names: Names::new(names),
        tag_set: Some(site.tag_set(extra)),
        timeout: plan.timeout,
        has_value_tags: site.spec().value_tags,
        mode: wanted.mode,
        lock: site.lock(),
        tells_failures: wanted.tells_failures,
        ops: plan.ops,
        value_type: wanted.value_type,
        template: site.template(),
    };
    let started = cache.flights().now();
    let mut machine = Box::new(Machine::new(cache, target.meter(), request, started));
    if let Some(why) = wanted.why {
        machine.count_miss(why);
    }
    Ok(machine)
}
