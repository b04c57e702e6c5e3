//! What a function returns, seen through aliases: a plain value, or a `Result` whose `Err` is never cached.
//!
//! [`Probe`] finds the kind by "autoref specialisation": method lookup prefers the impl with most references in front.

use crate::value::{Boxed, LocalValue, Packing, Pointer};
use std::any::Any;
use std::convert::Infallible;
use std::marker::PhantomData;
use std::sync::Arc;

/// How a function's return value splits into what is cached and what is not.
pub trait Kind: Copy + 'static {
    /// What the function returns.
    type Return: 'static;
    /// What is cached.
    type Value: LocalValue;
    /// How it is held.
    type Packing: Packing<Self::Value>;
    /// What is not cached.
    type Error: 'static;

    /// Splits what the function returned.
    ///
    /// # Errors
    ///
    /// The function's own error.
    fn split(returned: Self::Return) -> Result<Self::Value, Self::Error>;

    /// Puts it together again.
    fn join(result: Result<Self::Value, Self::Error>) -> Self::Return;

    /// A copy of the error for the callers who wait for the same computation, where it can be copied.
    #[must_use]
    fn share(_: &Self::Error) -> Option<SharedError> {
        None
    }

    /// The error that [`share`](Kind::share) copied.
    #[must_use]
    fn shared(_: &SharedError) -> Option<Self::Error> {
        None
    }
}

/// Whether a function succeeded, for any function, cached or not.
pub trait Outcome: Copy {
    /// What the function returns.
    type Returned;

    /// Whether it is anything but an `Err`.
    fn succeeded(returned: &Self::Returned) -> bool;
}

impl<T, P> Outcome for Plain<T, P> {
    type Returned = T;

    fn succeeded(_: &T) -> bool {
        true
    }
}

impl<T, E, P> Outcome for Fallible<T, E, P> {
    type Returned = Result<T, E>;

    fn succeeded(returned: &Self::Returned) -> bool {
        returned.is_ok()
    }
}

impl<T, E, P> Outcome for Shareable<T, E, P> {
    type Returned = Result<T, E>;

    fn succeeded(returned: &Self::Returned) -> bool {
        returned.is_ok()
    }
}

/// An error that several callers get.
pub type SharedError = Arc<dyn Any + Send + Sync>;

/// Names types without owning values of them.
type Types<T, E, P> = fn() -> (T, E, P);

/// A function that cannot fail: all it returns is cached.
#[derive(Debug)]
pub struct Plain<T, P = Boxed>(PhantomData<fn() -> (T, P)>);

/// A function that returns a `Result` whose error cannot be copied.
#[derive(Debug)]
pub struct Fallible<T, E, P = Boxed>(PhantomData<Types<T, E, P>>);

/// A function that returns a `Result` whose error can be copied and sent to other threads.
#[derive(Debug)]
pub struct Shareable<T, E, P = Boxed>(PhantomData<Types<T, E, P>>);

impl<T, P> Copy for Plain<T, P> {}
impl<T, P> Clone for Plain<T, P> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T, E, P> Copy for Fallible<T, E, P> {}
impl<T, E, P> Clone for Fallible<T, E, P> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T, E, P> Copy for Shareable<T, E, P> {}
impl<T, E, P> Clone for Shareable<T, E, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: LocalValue, P: Packing<T>> Kind for Plain<T, P> {
    type Return = T;
    type Value = T;
    type Packing = P;
    type Error = Infallible;

    fn split(returned: T) -> Result<T, Infallible> {
        Ok(returned)
    }

    #[inline]
    fn join(result: Result<T, Infallible>) -> T {
        match result {
            Ok(value) => value,
            Err(never) => match never {},
        }
    }
}

impl<T: LocalValue, E: 'static, P: Packing<T>> Kind for Fallible<T, E, P> {
    type Return = Result<T, E>;
    type Value = T;
    type Packing = P;
    type Error = E;

    fn split(returned: Self::Return) -> Result<T, E> {
        returned
    }

    #[inline]
    fn join(result: Result<T, E>) -> Self::Return {
        result
    }
}

impl<T: LocalValue, E: Clone + Send + Sync + 'static, P: Packing<T>> Kind for Shareable<T, E, P> {
    type Return = Result<T, E>;
    type Value = T;
    type Packing = P;
    type Error = E;

    fn split(returned: Self::Return) -> Result<T, E> {
        returned
    }

    #[inline]
    fn join(result: Result<T, E>) -> Self::Return {
        result
    }

    fn share(error: &E) -> Option<SharedError> {
        Some(Arc::new(error.clone()))
    }

    fn shared(shared: &SharedError) -> Option<E> {
        shared.downcast_ref().cloned()
    }
}

/// Asks what kind of function returns `R`.
#[derive(Debug)]
pub struct Probe<R>(PhantomData<fn() -> R>);

impl<R> Probe<R> {
    /// For the type `R`.
    #[expect(clippy::new_without_default, reason = "a question has no default")]
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }

    /// For what `function` returns.
    #[must_use]
    pub const fn of<F: FnOnce() -> R>(_: &F) -> Self {
        Self(PhantomData)
    }

    /// For what `future` resolves to.
    #[must_use]
    pub const fn of_future<F: Future<Output = R>>(_: &F) -> Self {
        Self(PhantomData)
    }
}

/// First choice: a `Result` of an `Arc`, with an error that can be shared.
pub trait ProbeShareablePointer {
    /// The kind.
    type Kind;
    /// The kind.
    fn kind(&self) -> Self::Kind;
}

impl<X: Send + Sync + 'static, E: Clone + Send + Sync + 'static> ProbeShareablePointer
    for &&&&&Probe<Result<Arc<X>, E>>
{
    type Kind = Shareable<Arc<X>, E, Pointer>;
    fn kind(&self) -> Self::Kind {
        Shareable(PhantomData)
    }
}

/// Second choice: a `Result` with an error that can be shared.
pub trait ProbeShareable {
    /// The kind.
    type Kind;
    /// The kind.
    fn kind(&self) -> Self::Kind;
}

impl<T, E: Clone + Send + Sync + 'static> ProbeShareable for &&&&Probe<Result<T, E>> {
    type Kind = Shareable<T, E, Boxed>;
    fn kind(&self) -> Self::Kind {
        Shareable(PhantomData)
    }
}

/// Third choice: any `Result` of an `Arc`.
pub trait ProbeFalliblePointer {
    /// The kind.
    type Kind;
    /// The kind.
    fn kind(&self) -> Self::Kind;
}

impl<X: Send + Sync + 'static, E> ProbeFalliblePointer for &&&Probe<Result<Arc<X>, E>> {
    type Kind = Fallible<Arc<X>, E, Pointer>;
    fn kind(&self) -> Self::Kind {
        Fallible(PhantomData)
    }
}

/// Fourth choice: any `Result`.
pub trait ProbeFallible {
    /// The kind.
    type Kind;
    /// The kind.
    fn kind(&self) -> Self::Kind;
}

impl<T, E> ProbeFallible for &&Probe<Result<T, E>> {
    type Kind = Fallible<T, E, Boxed>;
    fn kind(&self) -> Self::Kind {
        Fallible(PhantomData)
    }
}

/// Fifth choice: an `Arc`.
pub trait ProbePointer {
    /// The kind.
    type Kind;
    /// The kind.
    fn kind(&self) -> Self::Kind;
}

impl<X: Send + Sync + 'static> ProbePointer for &Probe<Arc<X>> {
    type Kind = Plain<Arc<X>, Pointer>;
    fn kind(&self) -> Self::Kind {
        Plain(PhantomData)
    }
}

/// Last choice: any type.
pub trait ProbePlain {
    /// The kind.
    type Kind;
    /// The kind.
    fn kind(&self) -> Self::Kind;
}

impl<T> ProbePlain for Probe<T> {
    type Kind = Plain<T, Boxed>;
    fn kind(&self) -> Self::Kind {
        Plain(PhantomData)
    }
}

/// The kind of a function that returns `$return`.
#[doc(hidden)]
#[macro_export]
macro_rules! __kind {
    ($return:ty) => {
        $crate::__kind_from!($crate::kind::Probe::<$return>::new())
    };
}

/// The kind of a closure.
#[doc(hidden)]
#[macro_export]
macro_rules! __kind_of {
    ($closure:expr) => {
        $crate::__kind_from!($crate::kind::Probe::of($closure))
    };
}

/// The kind of a future.
#[doc(hidden)]
#[macro_export]
macro_rules! __kind_of_future {
    ($future:expr) => {
        $crate::__kind_from!($crate::kind::Probe::of_future($future))
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __kind_from {
    ($probe:expr) => {{
        #[allow(
            unused_imports,
            clippy::allow_attributes,
            reason = "which of them is used depends on the type"
        )]
        use $crate::kind::{
            ProbeFallible as _, ProbeFalliblePointer as _, ProbePlain as _, ProbePointer as _,
            ProbeShareable as _, ProbeShareablePointer as _,
        };
        (&&&&&&$probe).kind()
    }};
}

/// Functions whose cached value is an `Option`.
#[diagnostic::on_unimplemented(
    message = "`cache_none = false` is for functions that return an `Option`, or a `Result` of one",
    label = "`{Self}` is not an `Option`"
)]
pub trait IsOption {
    /// Whether it is `None`.
    fn is_absent(&self) -> bool;
}

impl<T> IsOption for Option<T> {
    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Alias<T> = Result<T, String>;
    struct Opaque;

    fn name<K: Kind>(_: K) -> &'static str {
        let name = std::any::type_name::<K>();
        ["Plain", "Fallible", "Shareable"]
            .into_iter()
            .find(|kind| name.contains(&format!("kind::{kind}<")))
            .unwrap()
    }

    #[test]
    fn results_are_seen_through_aliases() {
        assert_eq!(name(__kind!(u64)), "Plain");
        assert_eq!(name(__kind!(Option<u64>)), "Plain");
        assert_eq!(name(__kind!(Alias<u64>)), "Shareable");
        assert_eq!(name(__kind!(std::io::Result<u64>)), "Fallible");
        assert_eq!(name(__kind!(Result<u64, Opaque>)), "Fallible");
        assert_eq!(name(__kind_of!(&|| -> Alias<()> { Ok(()) })), "Shareable");
        assert_eq!(name(__kind_of_future!(&async { 1_u8 })), "Plain");
        let is_pointer = |name: &str| name.ends_with("Pointer>");
        let type_name = |name: &'static str| name;
        assert!(is_pointer(type_name(std::any::type_name_of_val(&__kind!(Arc<u64>)))));
        assert!(is_pointer(type_name(std::any::type_name_of_val(&__kind!(Alias<Arc<u64>>)))));
        assert!(is_pointer(type_name(std::any::type_name_of_val(&__kind!(
            std::io::Result<Arc<u64>>
        )))));
        assert!(!is_pointer(type_name(std::any::type_name_of_val(&__kind!(Arc<str>)))));
    }
}
