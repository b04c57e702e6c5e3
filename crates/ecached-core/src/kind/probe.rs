//! Finding the kind of a function by "autoref specialisation": method lookup prefers the impl with most references in front.

use super::{Fallible, Plain, Shareable, Tells, Travels};
use crate::Error;
use crate::value::{Boxed, Pointer};
use std::marker::PhantomData;
use std::sync::Arc;

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

/// Asks of a kind whether its error can be made of an error of the cache, and whether it may be sent to other threads.
#[derive(Debug)]
pub struct Finer<K>(K);

impl<K: Copy> Finer<K> {
    /// For the kind `kind`.
    #[must_use]
    pub const fn new(kind: K) -> Self {
        Self(kind)
    }
}

/// First choice: an error that can.
pub trait FinerTells {
    /// The kind.
    type Kind;
    /// The kind.
    fn finer(&self) -> Self::Kind;
}

impl<T, E: From<Error>, P> FinerTells for &Finer<Fallible<T, E, P>> {
    type Kind = Fallible<T, E, P, Tells>;
    fn finer(&self) -> Self::Kind {
        Fallible(PhantomData)
    }
}

impl<T, E: From<Error>, P> FinerTells for &Finer<Shareable<T, E, P>> {
    type Kind = Shareable<T, E, P, Tells>;
    fn finer(&self) -> Self::Kind {
        Shareable(PhantomData)
    }
}

/// First choice of the second question: an error that may be sent to other threads.
pub trait FinerTravels {
    /// The kind.
    type Kind;
    /// The kind.
    fn finer_still(&self) -> Self::Kind;
}

impl<T, E: Send, P, F> FinerTravels for &Finer<Fallible<T, E, P, F>> {
    type Kind = Fallible<T, E, P, F, Travels>;
    fn finer_still(&self) -> Self::Kind {
        Fallible(PhantomData)
    }
}

/// Last choice: the kind as it is.
pub trait FinerAny {
    /// The kind.
    type Kind;
    /// The kind.
    fn finer(&self) -> Self::Kind;
    /// The kind.
    fn finer_still(&self) -> Self::Kind;
}

impl<K: Copy> FinerAny for Finer<K> {
    type Kind = K;
    fn finer(&self) -> K {
        self.0
    }
    fn finer_still(&self) -> K {
        self.0
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
            FinerAny as _, FinerTells as _, FinerTravels as _, ProbeFallible as _,
            ProbeFalliblePointer as _, ProbePlain as _, ProbePointer as _, ProbeShareable as _,
            ProbeShareablePointer as _,
        };
        let kind = (&&&&&&$probe).kind();
        let kind = (&&$crate::kind::Finer::new(kind)).finer();
        (&&$crate::kind::Finer::new(kind)).finer_still()
    }};
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Kind;

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
        let is_pointer = |name: &str| name.contains("Pointer");
        let type_name = |name: &'static str| name;
        assert!(is_pointer(type_name(std::any::type_name_of_val(&__kind!(Arc<u64>)))));
        assert!(is_pointer(type_name(std::any::type_name_of_val(&__kind!(Alias<Arc<u64>>)))));
        assert!(is_pointer(type_name(std::any::type_name_of_val(&__kind!(
            std::io::Result<Arc<u64>>
        )))));
        assert!(!is_pointer(type_name(std::any::type_name_of_val(&__kind!(Arc<str>)))));
    }

    #[derive(Clone)]
    struct FromOurs;
    impl From<Error> for FromOurs {
        fn from(_: Error) -> Self {
            Self
        }
    }

    fn tells<K: Kind>(_: K) -> bool {
        K::TELLS_FAILURES
    }

    #[test]
    fn errors_that_may_wait_are_found() {
        fn may_wait<K: Kind>(_: K, error: K::Error) -> bool {
            K::park(error).is_ok()
        }
        assert!(may_wait(__kind!(std::io::Result<u64>), std::io::ErrorKind::Other.into()));
        assert!(may_wait(__kind!(Alias<u64>), String::new()));
        assert!(!may_wait(__kind!(Result<u64, std::rc::Rc<u8>>), std::rc::Rc::new(1)));
    }

    #[test]
    fn errors_that_can_be_made_of_ours_are_found() {
        assert!(tells(__kind!(Result<u64, FromOurs>)));
        assert!(tells(__kind!(crate::Result<Arc<u64>>)));
        assert!(tells(__kind!(Result<u64, Box<dyn std::error::Error + Send + Sync>>)));
        assert!(!tells(__kind!(Alias<u64>)));
        assert!(!tells(__kind!(std::io::Result<u64>)));
        assert!(!tells(__kind!(u64)));
        assert_eq!(name(__kind!(Result<u64, FromOurs>)), "Shareable");
    }
}
