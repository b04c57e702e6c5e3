//! The methods of a cache: values by key, without a cached function.

mod many;

use crate::cache::Cache;
use crate::call::{self, Always, Call};
use crate::codec::ValueOps;
use crate::key::{KeyRef, hash};
use crate::kind::{Fallible, Holding, Plain, Probe, ProbePlain, Stays, Tells, Travels};
use crate::protocol::invalidate::Target;
use crate::protocol::machine::Held;
use crate::protocol::request::KeyHash;
use crate::protocol::{Done, Machine, Mode, Names, Request, Step};
use crate::stats::Meter;
use crate::timeout::{IntoTimeout, Timeout};
use crate::value::{Boxed, CacheValue, Packing};
use crate::{Error, Result};
use many::Many;
use std::any::TypeId;
use std::borrow::Cow;

/// Identifies the tags that values are stored under by a handle.
fn tag_set(names: &Names) -> u64 {
    hash::keyed(names.as_slice().iter().map(AsRef::as_ref))
}

/// How a value is stored by a handle: its timeout, tags and prefix.
///
/// # Examples
///
/// ```
/// use ecached_core::EntryOptions;
///
/// let options = EntryOptions::timeout(60).with_tags(["users", "org:acme"]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct EntryOptions {
    timeout: Timeout,
    tags: Vec<Cow<'static, str>>,
}

impl EntryOptions {
    /// The alias's default timeout, no tags.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// That timeout, no tags.
    #[must_use]
    pub fn timeout(timeout: impl IntoTimeout) -> Self {
        Self { timeout: timeout.into_timeout(), tags: Vec::new() }
    }

    /// The same with these tags.
    #[must_use]
    pub fn with_tags<T: AsRef<str>>(mut self, tags: impl IntoIterator<Item = T>) -> Self {
        self.tags = tags.into_iter().map(|tag| Cow::Owned(tag.as_ref().to_owned())).collect();
        self
    }
}

/// What can be given where options are expected: [`EntryOptions`], or only a timeout.
pub trait IntoEntryOptions {
    /// The options.
    fn into_entry_options(self) -> EntryOptions;
}

impl IntoEntryOptions for EntryOptions {
    fn into_entry_options(self) -> EntryOptions {
        self
    }
}

impl<T: IntoTimeout> IntoEntryOptions for T {
    fn into_entry_options(self) -> EntryOptions {
        EntryOptions::timeout(self)
    }
}

impl Cache {
    /// The value of `key`, if there is one of this type that is valid.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidName`](crate::ErrorKind::InvalidName) for an empty key, or when the backend cannot tell.
    pub fn get<T: CacheValue>(&self, key: &str) -> Result<Option<T>> {
        let value =
            self.machine::<T>(key, EntryOptions::new(), Mode::Peek, true)?.run_to_end(absent)?;
        Ok(value.and_then(Boxed::take))
    }

    /// The values of `keys`, in their order. One round trip, unless entries have tags.
    ///
    /// # Errors
    ///
    /// As [`get`](Cache::get).
    pub fn get_many<T: CacheValue>(&self, keys: &[&str]) -> Result<Vec<Option<T>>> {
        let Some(mut many) = Many::new::<T>(self, keys)? else {
            return keys.iter().map(|key| self.get(key)).collect();
        };
        while let Some(ask) = many.next_ask() {
            let answer = self.ask(&ask);
            many.answered(answer)?;
        }
        Ok(many.into_values())
    }

    /// Stores a value.
    ///
    /// The computation of `value` is taken to begin during this call, when it has read the versions from the backend: an
    /// invalidation that happened between reading the source and that moment is not seen, also one that returns while this
    /// call is on its way. Cached functions, and [`get_or_compute`](Cache::get_or_compute), have no such gap.
    ///
    /// # Errors
    ///
    /// `InvalidName`, `InvalidTimeout`, `TooLarge` or `Codec` of [`ErrorKind`](crate::ErrorKind), or when the backend
    /// failed.
    pub fn set<T: CacheValue>(
        &self,
        key: &str,
        value: T,
        options: impl IntoEntryOptions,
    ) -> Result<()> {
        let mut machine = self.machine::<T>(key, options.into_entry_options(), Mode::Put, false)?;
        machine.run_to_end(|machine| call::put_value(machine, value)).map(drop)
    }

    /// Removes the entry of `key`; computations of it that are under way store nothing.
    ///
    /// # Errors
    ///
    /// When it is not known to be gone.
    pub fn delete(&self, key: &str) -> Result<()> {
        self.invalidate(Meter::cache(), &Target::Keys(&[Cow::Borrowed(key)]))
    }

    /// Removes everything; computations that are under way store nothing. O(1) where the backend keeps bytes.
    ///
    /// # Errors
    ///
    /// When it is not known to be gone.
    pub fn clear(&self) -> Result<()> {
        self.invalidate(Meter::cache(), &Target::All)
    }

    /// Invalidates every entry that carries one of `tags`. O(tags), however many entries there are.
    ///
    /// # Errors
    ///
    /// When it did not reach the backend, or a tag is empty.
    pub fn invalidate_tags<T: AsRef<str>>(&self, tags: &[T]) -> Result<()> {
        self.invalidate(Meter::cache(), &Target::Names(&names(tags)))
    }

    /// Invalidates every entry under `prefix`.
    ///
    /// # Errors
    ///
    /// As [`invalidate_tags`](Cache::invalidate_tags).
    pub fn invalidate_prefix(&self, prefix: &str) -> Result<()> {
        self.invalidate(Meter::cache(), &Target::Names(&[Cow::Borrowed(prefix)]))
    }

    /// The value of `key`; if there is none, what `compute` returns, which is then stored. Callers at the same time share
    /// one computation.
    ///
    /// Never fails: whatever is wrong with the cache, the value is computed.
    pub fn get_or_compute<T: CacheValue>(
        &self,
        key: &str,
        options: impl IntoEntryOptions,
        compute: impl FnOnce() -> T,
    ) -> T {
        self.call(key, options.into_entry_options()).run(Always, compute)
    }

    /// The value of `key`; if there is none, what `compute` returns, which is then stored. Callers at the same time share
    /// one computation. An `Err` is not stored, and not shared: callers who wait for it compute for themselves.
    ///
    /// It computes whatever is wrong with the cache, unless the alias's [`OnError`](crate::OnError) says `Fail`.
    ///
    /// # Errors
    ///
    /// The computation's own. Under `OnError::Fail` also the cache's, when the lookup failed; nothing was computed then.
    ///
    /// # Examples
    ///
    /// ```
    /// use ecached_core::backend::Null;
    /// use ecached_core::{Cache, Error};
    ///
    /// let cache = Cache::new(Null);
    /// let value: Result<u64, Box<dyn std::error::Error>> =
    ///     cache.get_or_try_compute("answer", 60, || Ok("42".parse()?));
    /// assert_eq!(value.unwrap(), 42);
    /// ```
    pub fn get_or_try_compute<T: CacheValue, E: From<Error> + 'static>(
        &self,
        key: &str,
        options: impl IntoEntryOptions,
        compute: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        self.try_call::<T, E, Stays>(key, options.into_entry_options()).run(Always, compute)
    }

    fn try_call<T: CacheValue, E: From<Error> + 'static, H: Holding<E>>(
        &self,
        key: &str,
        options: EntryOptions,
    ) -> Call<Fallible<T, E, Boxed, Tells, H>> {
        let mut request = request::<T>(key, options, Mode::Lookup, false);
        request.tells_failures = true;
        let started = self.flights().now();
        let machine = Machine::new(Held::Counted(self.clone()), Meter::cache(), request, started);
        Call::new(Fallible::new(), Some(Box::new(machine)))
    }

    fn call<T: CacheValue>(&self, key: &str, options: EntryOptions) -> Call<Plain<T>> {
        Call::new(
            Probe::<T>::new().kind(),
            self.machine::<T>(key, options, Mode::Lookup, false).ok(),
        )
    }

    fn machine<T: CacheValue>(
        &self,
        key: &str,
        options: EntryOptions,
        mode: Mode,
        any_tags: bool,
    ) -> Result<Box<Machine>> {
        let started = self.flights().now();
        let request = request::<T>(key, options, mode, any_tags);
        if mode != Mode::Lookup {
            crate::key::name::check("key", key)?;
        }
        Ok(Box::new(Machine::new(Held::Counted(self.clone()), Meter::cache(), request, started)))
    }
}

/// The async methods; [`crate::aio::Cache`] shows them to users.
impl Cache {
    pub(crate) async fn get_async<T: CacheValue>(&self, key: &str) -> Result<Option<T>> {
        let mut machine = self.machine::<T>(key, EntryOptions::new(), Mode::Peek, true)?;
        let value = machine.run_to_end_async(absent).await?;
        Ok(value.and_then(Boxed::take))
    }

    pub(crate) async fn get_many_async<T: CacheValue>(
        &self,
        keys: &[&str],
    ) -> Result<Vec<Option<T>>> {
        let Some(mut many) = Many::new::<T>(self, keys)? else {
            return keys.iter().map(|key| self.get(key)).collect();
        };
        while let Some(ask) = many.next_ask() {
            let answer = self.ask_async(&ask).await;
            many.answered(answer)?;
        }
        Ok(many.into_values())
    }

    pub(crate) async fn set_async<T: CacheValue>(
        &self,
        key: &str,
        value: T,
        options: EntryOptions,
    ) -> Result<()> {
        let mut machine = self.machine::<T>(key, options, Mode::Put, false)?;
        machine.run_to_end_async(|machine| call::put_value(machine, value)).await.map(drop)
    }

    pub(crate) async fn get_or_compute_async<T: CacheValue>(
        &self,
        key: &str,
        options: EntryOptions,
        compute: impl Future<Output = T>,
    ) -> T {
        self.call(key, options).run_async(Always, compute).await
    }
}

impl Cache {
    pub(crate) async fn get_or_try_compute_async<T: CacheValue, E: From<Error> + Send + 'static>(
        &self,
        key: &str,
        options: EntryOptions,
        compute: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        self.try_call::<T, E, Travels>(key, options).run_async(Always, compute).await
    }
}

fn absent(_: &mut Machine) -> Step {
    Step::Done(Done::Absent)
}

pub(crate) fn names<T: AsRef<str>>(names: &[T]) -> Vec<Cow<'_, str>> {
    names.iter().map(|name| Cow::Borrowed(name.as_ref())).collect()
}

fn request<T: CacheValue>(key: &str, options: EntryOptions, mode: Mode, any_tags: bool) -> Request {
    let names = Names::new(options.tags.into());
    Request {
        key: key.into(),
        hash: KeyHash(KeyRef::new(key).hash()),
        numbered: None,
        tag_set: (!any_tags).then(|| tag_set(&names)),
        names,
        timeout: options.timeout,
        has_value_tags: false,
        mode,
        lock: None,
        tells_failures: false,
        ops: ValueOps::any::<T, Boxed>(),
        value_type: TypeId::of::<T>(),
        template: "",
    }
}
