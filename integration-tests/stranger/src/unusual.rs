//! Signatures that nobody expects: aliases, generics, lifetimes, patterns, raw names, odd places.

use ecached::prelude::*;
use std::cell::Cell;
use std::fmt::{Debug, Display};
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

thread_local! {
    static RUNS: Cell<u64> = const { Cell::new(0) };
}

/// How many functions of this module ran on this thread while `action` did.
pub fn runs<T>(action: impl FnOnce() -> T) -> u64 {
    let before = RUNS.get();
    action();
    RUNS.get() - before
}

fn ran() {
    RUNS.set(RUNS.get() + 1);
}

/// An alias that hides a `Result`.
pub type Fallible<T> = Result<T, String>;
/// An alias that hides all of it.
pub type Hidden = Result<u64, String>;
/// An error that is not `Clone`.
#[derive(Debug)]
pub struct Unclonable;
/// A `Result` of a name of its own.
pub type Answer<T, E = Unclonable> = Result<T, E>;

/// By an alias of one parameter.
///
/// # Errors
///
/// For 0.
#[cached("fallible:<n>", 60)]
pub fn fallible(n: u64) -> Fallible<u64> {
    ran();
    n.checked_sub(1).ok_or_else(|| "zero".to_owned())
}

/// By an alias without parameters: a companion takes and gives the whole.
///
/// # Errors
///
/// For 0.
#[cached("hidden:<n>", 60)]
pub async fn hidden(n: u64) -> Hidden {
    ran();
    n.checked_sub(1).ok_or_else(|| "zero".to_owned())
}

/// By a default parameter.
///
/// # Errors
///
/// For 0.
#[cached("answer:<n>", 60)]
pub fn answer(n: u64) -> Answer<Option<u64>> {
    ran();
    if n == 0 { Err(Unclonable) } else { Ok(n.checked_sub(2)) }
}

/// `io::Result`.
///
/// # Errors
///
/// For an empty path.
#[cached("file:<path>", 60)]
pub fn read(path: &str) -> io::Result<Vec<u8>> {
    ran();
    if path.is_empty() { Err(io::ErrorKind::NotFound.into()) } else { Ok(path.as_bytes().to_vec()) }
}

/// Generics with bounds.
#[cached("describe:<T>:<value>", 60)]
pub fn describe<T>(value: &T) -> String
where
    T: Display + ?Sized,
{
    ran();
    format!("<{value}>")
}

/// A generic value.
#[cached("twice:<T>:<value>", 60, tags = ["twice"])]
pub fn twice<T>(value: T) -> Vec<T>
where
    T: Clone + Display + Send + Sync + 'static,
    T: ecached::serde::Serialize + for<'de> ecached::serde::Deserialize<'de>,
{
    ran();
    vec![value.clone(), value]
}

/// Async generics.
#[cached("debugged:<T>:<value:?>", 60)]
pub async fn debugged<T: Debug + Send + Sync>(value: T) -> String {
    ran();
    format!("{value:?}")
}

/// Const generics.
#[cached("array:<N>:<first>", 60)]
pub fn array_sum<const N: usize>(first: u64) -> u64 {
    ran();
    [first; N].iter().sum()
}

/// Const generics in an argument, automatic key.
#[cached]
pub fn of_array<const N: usize>(array: [u8; N]) -> usize {
    ran();
    array.len()
}

/// Lifetimes of its own.
#[cached("longest:<left>:<right>", 60)]
pub fn longest<'a, 'b: 'a>(left: &'a str, right: &'b str) -> String {
    ran();
    if left.len() > right.len() { left } else { right }.to_owned()
}

/// Lifetimes, async, slices.
#[cached("joined:<words:?>:<with>", 60)]
pub async fn joined<'a>(words: &'a [&'a str], with: &'a str) -> String {
    ran();
    words.join(with)
}

/// `impl Trait` arguments.
#[cached("shout:<text>", 60)]
pub fn shout(text: impl Display) -> String {
    ran();
    text.to_string().to_uppercase()
}

/// `impl Trait` arguments of two sorts, one of which is not in the key.
#[cached("with:<text>", 60, ignore = [change])]
pub fn with(text: impl AsRef<str> + Display, change: impl Fn(&str) -> String) -> String {
    ran();
    change(text.as_ref())
}

/// An async function with a closure that makes futures.
#[cached("with_async:<id>", 60, ignore = [load])]
pub async fn with_async<F, Fut>(id: u64, load: F) -> String
where
    F: FnOnce(u64) -> Fut,
    Fut: Future<Output = String>,
{
    ran();
    load(id).await
}

/// Patterns as parameters.
#[cached("patterns:<left>:<right>:<id>", 60)]
pub fn patterns((left, right): (u64, u64), Wrapper { id }: Wrapper, mut _sum: u64) -> u64 {
    ran();
    _sum += left + right + id;
    _sum
}

/// For a pattern.
#[derive(Clone, Copy, Debug)]
pub struct Wrapper {
    /// What is taken out.
    pub id: u64,
}

/// Raw identifiers everywhere.
#[cached("raw:<type>:<match>", 60, tags = ["type:<type>"])]
pub fn r#type(r#type: u64, r#match: &str) -> String {
    ran();
    format!("{type} {match}", r#type = r#type, r#match = r#match)
}

/// Names that expansions are likely to use.
#[cached("names:<key>:<value>:<self_>:<plan>", 60, tags = |value_: &u64| [format!("names:{value_}:{value}:{key}")])]
pub fn names(key: u64, value: u64, self_: u64, plan: u64) -> u64 {
    ran();
    key + value + self_ + plan
}

/// Nothing goes in, and nothing comes out.
#[cached("nothing", 60)]
pub fn nothing() {
    ran();
}

/// Recursion: the Fibonacci numbers.
#[cached("fib:<n>", 60)]
pub fn fib(n: u64) -> u64 {
    ran();
    if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
}

/// Recursion of an async function, through a box.
#[cached("fib_async:<n>", 60)]
pub async fn fib_async(n: u64) -> u64 {
    ran();
    if n < 2 { n } else { Box::pin(fib_async(n - 1)).await + Box::pin(fib_async(n - 2)).await }
}

/// Recursion into the own key.
#[cached("itself:<n>", 60, ignore = [depth])]
pub fn itself(n: u64, depth: u64) -> u64 {
    ran();
    if depth == 0 { n } else { itself(n, depth - 1) + 1 }
}

/// Panics for 13.
#[cached("panics:<n>", 60)]
pub fn panics(n: u64) -> u64 {
    ran();
    assert_ne!(n, 13, "bad luck");
    n
}

/// A value whose `Clone` panics while it is told to.
#[derive(Debug, Default)]
pub struct Fragile(pub u64, pub Arc<AtomicBool>);

impl Clone for Fragile {
    fn clone(&self) -> Self {
        assert!(!self.1.load(Ordering::SeqCst), "this clone panics");
        Self(self.0, Arc::clone(&self.1))
    }
}

/// A value whose `Clone` panics.
#[cached("fragile:<n>", 60, local, ignore = [broken])]
pub fn fragile(n: u64, broken: &Arc<AtomicBool>) -> Fragile {
    ran();
    Fragile(n, Arc::clone(broken))
}

/// Any text as argument.
#[cached("text:<left>:<right>", 60, tags = ["text:<left>"], prefix = "texts:<right>")]
pub fn text(left: &str, right: &str) -> String {
    ran();
    format!("{left}|{right}")
}

/// A timeout that nobody may ask for.
#[cached("timeout:<seconds>", timeout = seconds)]
pub fn timed(seconds: f64) -> f64 {
    ran();
    seconds
}

/// A module within a module.
pub mod within {
    use ecached::prelude::*;

    /// Not in the root.
    #[cached]
    pub fn deep(n: u64) -> u64 {
        super::ran();
        n
    }

    /// Visible to the parent only.
    #[cached("restricted:<n>", 60)]
    pub(super) fn restricted(n: u64) -> u64 {
        super::ran();
        n
    }
}

/// Calls what only this module sees.
///
/// # Errors
///
/// The cache's.
pub fn through(n: u64) -> Result<Option<u64>, ecached::Error> {
    within::restricted(n);
    within::restricted::peek(n)
}

/// Has functions of all sorts in its `impl`.
#[derive(Clone, Debug)]
pub struct House<T> {
    /// Its number.
    pub number: u64,
    /// What lives there.
    pub guest: T,
}

impl<T: Display + Clone + Send + Sync> House<T> {
    /// Neither `self` nor `Self` in the signature.
    #[cached("street:<name>", 60)]
    #[must_use]
    pub fn street(name: &str) -> usize {
        ran();
        name.len()
    }

    /// The same with braces and strings in the way of who reads the source: `"{"`, '{'.
    #[cached("brackets:<name>", 60)]
    #[must_use]
    pub fn brackets(name: char) -> bool {
        ran();
        let _text = r#"}"{"#;
        name == '{' || name == '}'
    }

    /// `Self` in the signature.
    #[cached("same:<other.number>", 60, local)]
    pub fn same(other: &Self) -> u64 {
        ran();
        other.number
    }

    /// A generic method, whose key looks through `self`.
    #[cached("visit:<self.number>:<self.guest>:<by>", 60)]
    pub fn visit<U: Display>(&self, by: U) -> String {
        ran();
        format!("{} visits {}", by, self.guest)
    }

    /// By a mutable reference.
    #[cached("renumber:<self.number>:<by>", 60)]
    pub fn renumber(&mut self, by: u64) -> u64 {
        ran();
        self.number += by;
        self.number
    }

    /// By `Arc`.
    #[cached("shared:<self.number>", 60)]
    pub fn shared(self: Arc<Self>) -> u64 {
        ran();
        self.number
    }

    /// Async, with borrowed arguments, for `spawn`.
    #[cached("greet:<self.number>:<name>", 60, tags = ["house:<self.number>", "name:<name>"], prefix = "greetings")]
    pub async fn greet(&self, name: &str) -> String {
        ran();
        std::future::ready(()).await;
        format!("{name} at {}", self.guest)
    }

    /// A function in a method, with a `self` around it.
    pub fn nested(&self) -> u64 {
        #[cached("inner:<n>", 60)]
        fn inner(n: u64) -> u64 {
            ran();
            n + 1
        }
        inner(self.number)
    }
}

/// A trait with cached methods.
pub trait Priced {
    /// In the impl.
    fn price(&self, of: u64) -> u64;

    /// As default, without companions.
    #[cached("vat:<of>", 60, ignore = [self], companions = false)]
    fn vat(&self, of: u64) -> u64 {
        ran();
        of / 5
    }
}

impl<T> Priced for House<T> {
    #[cached("price:<self.number>:<of>", 60, companions = false)]
    fn price(&self, of: u64) -> u64 {
        ran();
        self.number * of
    }
}
