//! What a function returns, seen through aliases: a plain value, or a `Result` whose `Err` is never cached.
//!
//! `probe` finds the kind of a function.

mod probe;

pub use probe::{
    Finer, FinerAny, FinerTells, FinerTravels, Probe, ProbeFallible, ProbeFalliblePointer,
    ProbePlain, ProbePointer, ProbeShareable, ProbeShareablePointer,
};

use crate::Error;
use crate::value::{Boxed, LocalValue, Packing};
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

    /// An error that waits, in a future that may be sent to other threads.
    type Parked: 'static;

    /// The error, to wait.
    ///
    /// # Errors
    ///
    /// The error itself: it cannot.
    fn park(error: Self::Error) -> Result<Self::Parked, Self::Error>;

    /// The error that waited.
    fn unpark(parked: Self::Parked) -> Self::Error;

    /// Whether [`failure`](Kind::failure) has somewhere to put an error of the cache.
    const TELLS_FAILURES: bool = false;

    /// What the function returns when its cache failed and it was not run.
    #[must_use]
    fn failure(_: Error) -> Option<Self::Return> {
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

impl<T, E, P, F, H> Outcome for Fallible<T, E, P, F, H> {
    type Returned = Result<T, E>;

    fn succeeded(returned: &Self::Returned) -> bool {
        returned.is_ok()
    }
}

impl<T, E, P, F> Outcome for Shareable<T, E, P, F> {
    type Returned = Result<T, E>;

    fn succeeded(returned: &Self::Returned) -> bool {
        returned.is_ok()
    }
}

/// An error that several callers get.
pub type SharedError = Arc<dyn Any + Send + Sync>;

/// Names types without owning values of them.
type Types<T, E, P, F> = fn() -> (T, E, P, F);

/// Whether a function's error can tell that its cache failed.
pub trait Failing<E>: Copy + 'static {
    /// Whether it can.
    const TELLS: bool;

    /// The function's error for an error of the cache.
    fn tell(error: Error) -> Option<E>;
}

/// It cannot: the function is computed.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing in it")]
pub struct Computes;

/// It can, being made of one.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing in it")]
pub struct Tells;

impl<E> Failing<E> for Computes {
    const TELLS: bool = false;

    fn tell(_: Error) -> Option<E> {
        None
    }
}

impl<E: From<Error>> Failing<E> for Tells {
    const TELLS: bool = true;

    fn tell(error: Error) -> Option<E> {
        Some(error.into())
    }
}

/// Whether a function's error may wait in a future that is sent to other threads.
pub trait Holding<E>: Copy + 'static {
    /// The error while it waits.
    type Parked: 'static;

    /// The error, to wait.
    ///
    /// # Errors
    ///
    /// The error itself: it cannot.
    fn park(error: E) -> Result<Self::Parked, E>;

    /// The error that waited.
    fn unpark(parked: Self::Parked) -> E;
}

/// It may not: it goes to the caller at once.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing in it")]
pub struct Stays;

/// It may.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing in it")]
pub struct Travels;

impl<E> Holding<E> for Stays {
    type Parked = Infallible;

    fn park(error: E) -> Result<Infallible, E> {
        Err(error)
    }

    fn unpark(parked: Infallible) -> E {
        match parked {}
    }
}

impl<E: Send + 'static> Holding<E> for Travels {
    type Parked = E;

    fn park(error: E) -> Result<E, E> {
        Ok(error)
    }

    fn unpark(parked: E) -> E {
        parked
    }
}

/// A function that cannot fail: all it returns is cached.
#[derive(Debug)]
pub struct Plain<T, P = Boxed>(PhantomData<fn() -> (T, P)>);

/// A function that returns a `Result` whose error cannot be copied.
#[derive(Debug)]
pub struct Fallible<T, E, P = Boxed, F = Computes, H = Stays>(PhantomData<Types<T, E, P, (F, H)>>);

/// A function that returns a `Result` whose error can be copied and sent to other threads.
#[derive(Debug)]
pub struct Shareable<T, E, P = Boxed, F = Computes>(PhantomData<Types<T, E, P, F>>);

impl<T, E, P, F, H> Fallible<T, E, P, F, H> {
    pub(crate) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T, P> Copy for Plain<T, P> {}
impl<T, P> Clone for Plain<T, P> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T, E, P, F, H> Copy for Fallible<T, E, P, F, H> {}
impl<T, E, P, F, H> Clone for Fallible<T, E, P, F, H> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T, E, P, F> Copy for Shareable<T, E, P, F> {}
impl<T, E, P, F> Clone for Shareable<T, E, P, F> {
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

    type Parked = Infallible;

    fn park(error: Infallible) -> Result<Infallible, Infallible> {
        Err(error)
    }

    fn unpark(parked: Infallible) -> Infallible {
        parked
    }
}

impl<T, E, P, F, H> Kind for Fallible<T, E, P, F, H>
where
    T: LocalValue,
    E: 'static,
    P: Packing<T>,
    F: Failing<E>,
    H: Holding<E>,
{
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

    type Parked = H::Parked;

    fn park(error: E) -> Result<H::Parked, E> {
        H::park(error)
    }

    fn unpark(parked: H::Parked) -> E {
        H::unpark(parked)
    }

    const TELLS_FAILURES: bool = F::TELLS;

    fn failure(error: Error) -> Option<Self::Return> {
        F::tell(error).map(Err)
    }
}

impl<T, E, P, F> Kind for Shareable<T, E, P, F>
where
    T: LocalValue,
    E: Clone + Send + Sync + 'static,
    P: Packing<T>,
    F: Failing<E>,
{
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

    type Parked = E;

    fn park(error: E) -> Result<E, E> {
        Ok(error)
    }

    fn unpark(parked: E) -> E {
        parked
    }

    const TELLS_FAILURES: bool = F::TELLS;

    fn failure(error: Error) -> Option<Self::Return> {
        F::tell(error).map(Err)
    }

    fn share(error: &E) -> Option<SharedError> {
        Some(Arc::new(error.clone()))
    }

    fn shared(shared: &SharedError) -> Option<E> {
        shared.downcast_ref().cloned()
    }
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
