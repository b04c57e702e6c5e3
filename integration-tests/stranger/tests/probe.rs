//! Probes.
use ecached::prelude::*;
use ecached::{Cache, Memory, Settings};
use std::collections::{BTreeMap, HashMap};
use std::error::Error as StdError;
use std::fmt::Display;
use std::sync::{Arc, LazyLock, Mutex};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use stranger::backend::{Blocking, Shelf};
use stranger::executor::block_on;

static SHELF: LazyLock<Cache> = LazyLock::new(|| Cache::new(Blocking(Shelf::default())));
static RUNS: AtomicU64 = AtomicU64::new(0);
fn ran() { RUNS.fetch_add(1, Ordering::SeqCst); }
fn runs<T>(action: impl FnOnce() -> T) -> u64 {
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(|p| p.into_inner());
    let before = RUNS.load(Ordering::SeqCst);
    action();
    RUNS.load(Ordering::SeqCst) - before
}

#[cached("boxed:<n>", 60)]
fn boxed(n: u64) -> Result<u64, Box<dyn StdError>> { if n == 0 { Err("zero".into()) } else { Ok(n) } }
#[cached("boxed_async:<n>", 60)]
async fn boxed_async(n: u64) -> Result<u64, Box<dyn StdError + Send + Sync>> { if n == 0 { Err("zero".into()) } else { Ok(n) } }
#[cached("dyn:<d>", 60)]
fn dynamic(d: &dyn Display) -> String { d.to_string() }
#[cached("dynb:<d>", 60)]
fn dynamic_box(d: Box<dyn Display + Send>) -> String { d.to_string() }
#[cached("opt:<n>", 60, cache_none = false)]
fn opt(n: u64) -> Result<Option<u64>, String> { ran(); Ok(n.checked_sub(1)) }
#[cached("static:<n>", 60, local)]
fn static_str(n: u64) -> &'static str { let _ = n; "x" }
#[cached("arc:<n>", 60, local)]
fn arc(n: u64) -> Arc<str> { n.to_string().into() }
#[cached("cond:<n>", 60, cache_if = is_even)]
async fn cond(n: u64) -> u64 { n }
fn is_even(n: &u64) -> bool { n % 2 == 0 }
#[cached("res_if:<n>", 60, cache_if = |v| *v > 1)]
fn res_if(n: u64) -> std::io::Result<u64> { ran(); Ok(n) }
#[cached("untyped:<n>", 60, tags = |books| books.iter().map(|b: &u64| tag!("b:<b>")))]
fn untyped(n: u64) -> Vec<u64> { vec![n] }
struct View<'a> { text: &'a str }
impl<'a> View<'a> {
    #[cached("view:<self.text>:<by>", 60)]
    fn view<'b>(&self, by: &'b str) -> String where 'a: 'b { format!("{}{by}", self.text) }
    #[cached("view_async:<self.text>", 60)]
    async fn view_async(&mut self) -> usize { self.text.len() }
    #[cached("new:<text>", 60)]
    async fn assoc<T: Into<String> + Display>(mut text: T, #[allow(unused)] _x: &'a str) -> String { let t: String = text.into(); text = todo_none(); let _ = text; t }
}
fn todo_none<T>() -> T { panic!() }
trait Repo { fn get(&self, id: u64) -> impl Future<Output = u64> + Send; }
struct Pg(u64);
impl Repo for Pg {
    #[cached("pg:<self.0>:<id>", 60)]
    async fn get(&self, id: u64) -> u64 { ran(); self.0 + id }
}
impl Pg { #[cached("oneline:<n>")] fn oneline(n: u64) -> u64 { n } }

#[test]
fn compiles() {
    assert!(boxed(0).is_err() && boxed(1).is_ok());
    assert!(block_on(boxed_async(0)).is_err());
    assert_eq!(dynamic(&1) + &dynamic_box(Box::new('x')), "1x");
    assert_eq!(runs(|| (opt(0), opt(0), opt(1), opt(1))), 3);
    assert_eq!((static_str(1), &*arc(1)), ("x", "1"));
    assert_eq!(block_on(cond(1)), 1);
    assert_eq!(runs(|| (res_if(1), res_if(1), res_if(2), res_if(2))), 3);
    assert_eq!(untyped(1), [1]);
    let s = String::from("v");
    let mut v = View { text: &s };
    assert_eq!(v.view("x"), "vx");
    assert_eq!(block_on(v.view_async()), 1);
    assert_eq!(Pg::oneline_cache_key(3), "oneline:3");
    let pg = Pg(1);
    assert_eq!(runs(|| block_on(async { (pg.get(1).await, pg.get(1).await) })), 1);
    let _ = std::thread::spawn(move || block_on(async move { pg.get(1).await })).join();
}

macro_rules! codec {
    ($($name:ident: $ty:ty = $value:expr;)*) => {$(
        #[test]
        fn $name() {
            #[cached("codec", 60, cache = SHELF)]
            fn $name() -> $ty { ran(); $value }
            // a cache of its own per type: the key is the same
            let cache = Cache::new(Blocking(Shelf::default()));
            let value: $ty = $value; cache.set("x", value.clone(), 60).unwrap();
            let got: Option<$ty> = cache.get("x").unwrap();
            assert_eq!(got, Some(value));
        }
    )*};
}
type Nested = HashMap<(u8, u8), Vec<Option<char>>>;
#[derive(Clone, Debug, PartialEq, ecached::serde::Serialize, ecached::serde::Deserialize)]
#[serde(crate = "ecached::serde")]
enum Shape { Unit, New(u8), Tuple(u8, String), Struct { a: Option<u8>, #[serde(skip_serializing_if = "Option::is_none", default)] b: Option<u8> } }
#[derive(Clone, Debug, PartialEq, ecached::serde::Serialize, ecached::serde::Deserialize)]
#[serde(crate = "ecached::serde", untagged)]
enum Untagged { A(u8), B(String), C { x: f64 } }
#[derive(Clone, Debug, PartialEq, ecached::serde::Serialize, ecached::serde::Deserialize)]
#[serde(crate = "ecached::serde", tag = "t")]
enum Tagged { A { x: u8 }, B }
#[derive(Clone, Debug, PartialEq, ecached::serde::Serialize, ecached::serde::Deserialize)]
#[serde(crate = "ecached::serde")]
struct Flat { a: u8, #[serde(flatten)] rest: BTreeMap<String, u8> }
codec! {
    c_u128: u128 = u128::MAX;
    c_i128: i128 = i128::MIN;
    c_f32: f32 = 1.1;
    c_char: char = 'ü';
    c_unit: () = ();
    c_opt_unit: Option<()> = Some(());
    c_opt_opt: Option<Option<u8>> = Some(None);
    c_vec_opt_opt: Vec<Option<Option<u8>>> = vec![Some(None), None];
    c_map: Nested = [((1, 2), vec![Some('x'), None])].into();
    c_shape: Vec<Shape> = vec![Shape::Unit, Shape::New(1), Shape::Tuple(2, "x".into()), Shape::Struct { a: None, b: None }, Shape::Struct { a: Some(1), b: Some(2) }];
    c_untagged: Vec<Untagged> = vec![Untagged::A(1), Untagged::B("x".into()), Untagged::C { x: 1.0 }];
    c_tagged: Vec<Tagged> = vec![Tagged::A { x: 1 }, Tagged::B];
    c_flat: Flat = Flat { a: 1, rest: [("b".to_string(), 2)].into() };
    c_duration: Duration = Duration::from_millis(1);
    c_result: Result<u8, String> = Err("x".into());
    c_bytes: Vec<u8> = vec![0, 255];
    c_array: [u8; 32] = [7; 32];
    c_box: Box<str> = "x".into();
    c_path: std::path::PathBuf = "/x".into();
    c_ip: std::net::IpAddr = [1, 2, 3, 4].into();
}

#[cached("text:<left>:<right>", 60, tags = ["text:<left>"], prefix = "texts:<right>", cache = SHELF)]
fn text(left: &str, right: &str) -> String { ran(); format!("{left}|{right}") }
#[test]
fn shelf_texts() {
    let long = "x".repeat(10_240);
    let texts = ["", " ", "\0", "\n", ":", "::", "%", "%3A", "<a>", "{a}", "é", "\u{202e}", "a:b", "a", "b", &long];
    let pairs = || texts.iter().flat_map(|left| texts.iter().map(move |right| (*left, *right)));
    let call = || pairs().for_each(|(left, right)| assert_eq!(text(left, right), format!("{left}|{right}")));
    assert_eq!(runs(call), 256);
    assert_eq!(runs(call), 0);
    text::invalidate_cache_by_key("a:b", "a").unwrap();
    assert_eq!(runs(call), 1);
    text::invalidate_cache_by_tags(&long, "").unwrap();
    assert_eq!(runs(call), 16);
    text::invalidate_cache_by_tags("", "").unwrap();
    assert_eq!(runs(call), 16);
    text::invalidate_cache_by_prefix("", "a:b").unwrap();
    assert_eq!(runs(call), 16);
    text::invalidate_all().unwrap();
    assert_eq!(runs(call), 256);
}

#[cached("mutual_a:<n>", 60, ignore = [depth])]
fn mutual_a(n: u64, depth: u64) -> u64 { std::thread::yield_now(); if depth == 0 { n } else { mutual_b(n, depth - 1) } }
#[cached("mutual_b:<n>", 60, ignore = [depth])]
fn mutual_b(n: u64, depth: u64) -> u64 { std::thread::yield_now(); if depth == 0 { n } else { mutual_a(n, depth - 1) } }
#[test]
fn mutual_recursion_from_threads() {
    let started = std::time::Instant::now();
    for n in 0..200 {
        let threads: Vec<_> = (0..4).map(|i| std::thread::spawn(move || if i % 2 == 0 { mutual_a(n, 3) } else { mutual_b(n, 3) })).collect();
        for t in threads { assert_eq!(t.join().unwrap(), n); }
    }
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}

#[test]
fn a_leader_that_nobody_polls() {
    let cache = Cache::with_settings(Memory::builder().build(), Settings::default().with_wait(Duration::from_millis(50)));
    let aio = ecached::aio::Cache::from(cache);
    let mut first = Box::pin(aio.get_or_compute("a", 60, async { std::future::pending::<()>().await; 1 }));
    let waker = std::task::Waker::noop();
    assert!(first.as_mut().poll(&mut std::task::Context::from_waker(waker)).is_pending());
    assert_eq!(block_on(aio.get_or_compute("a", 60, async { 2 })), 2);
    drop(first);
    assert_eq!(block_on(aio.get_or_compute("b", 60, async { 2 })), 2);
}

#[cached("ptags:<n>", 60, tags = |v: &u64| { assert!(*v != 13, "tags panic"); [tag!("t:<v>")] })]
fn ptags(n: u64) -> u64 { n }
#[cached("pif:<n>", 60, cache_if = |v| { assert!(*v != 13, "if panic"); true })]
fn pif(n: u64) -> u64 { n }
#[cached("ptime:<n>", timeout = { assert!(n != 13, "timeout panic"); 60 })]
fn ptime(n: u64) -> u64 { n }
#[test]
fn options_that_panic() {
    for f in [ptags, pif, ptime] {
        let t: Vec<_> = (0..4).map(|_| std::thread::spawn(move || f(13))).collect();
        println!("{:?}", t.into_iter().map(|t| t.join().is_err()).collect::<Vec<_>>());
        assert_eq!(f(1), 1);
    }
    println!("{:?} {:?}", ptags::stats(), pif::stats());
}

#[test]
fn inline_forms() {
    let mut count = 0;
    let x = ecached!("inl:mut", 60, { count += 1; count });
    let y = || -> Option<u64> { let v = ecached!("inl:q", 60, { let z: Option<u64> = None; z }); v };
    assert_eq!((x, y(), count), (1, None, 1));
    let r: Result<u64, std::io::Error> = (|| { let v = ecached!("inl:res", 60, { std::fs::read("/nonexistent").map(|v| v.len() as u64) })?; Ok(v) })();
    assert!(r.is_err());
    let user = (1, "a".to_string());
    let v = ecached!("inl:<user.0>:<user.1>", 60, tags = |v: &u64| [tag!("v:<v>")], cache_if = |v| *v > 0, { user.0 });
    assert_eq!(v, 1);
    let secs = 7;
    let w = ecached!(key = format!("k:{secs}"), timeout = secs * 2, local, { secs });
    assert_eq!(w, 7);
    let c = ecached!("two:<a>:<b>", 60, |a: &str, b: u64| -> Result<String, String> { if b == 0 { Err("z".into()) } else { Ok(format!("{a}{b}")) } });
    assert_eq!((c.call("x", 1), c.call("x", 0), c.peek("x", 1).unwrap()), (Ok("x1".into()), Err("z".into()), Some("x1".into())));
    let own = Cache::new(Memory::builder().build());
    let d = ecached!("own:<a>", 60, cache = own, |a: u64| -> u64 { a });
    assert_eq!((d.call(1), own.get::<u64>("own:1").unwrap()), (1, Some(1)));
}
