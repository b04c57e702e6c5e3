//! Functions of many kinds, with every option.

use ecached::{cached, invalidates};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

/// N.
pub static N: AtomicU32 = AtomicU32::new(0);

/// Sum.
#[cached("sum:<n>", 60)]
#[must_use]
pub fn sum(n: u64) -> u64 {
    N.fetch_add(1, Relaxed);
    n + 1
}

/// Auto.
#[cached]
#[must_use]
pub fn auto(a: u64, b: &str, _c: &mut u8, d: Vec<u8>) -> Option<String> {
    drop(d);
    Some(format!("{a}{b}"))
}

/// Load.
/// # Errors
/// None.
#[cached("user:{id}", timeout = Duration::from_millis(250), tags = ["users", "org:{org}"], prefix = "shop:<org>")]
pub async fn load(id: u64, org: &str) -> Result<String, std::fmt::Error> {
    std::future::ready(()).await;
    Ok(format!("{id}{org}"))
}

/// tags only
#[cached("t:{id}", timeout = if org == "a" { 10 } else { 100 }, tags = ["org:{org}"])]
pub async fn tags_only(id: u64, org: &str) -> u64 {
    std::future::ready(()).await;
    let _ = org;
    id
}

/// B.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Book {
    /// id
    pub id: u64,
}

/// fav
/// # Errors
/// no
#[cached("fav:<user>", 600, tags = |books: &Vec<Book>| books.iter().map(|b| ecached::tag!("book:<b.id>:<user>")), cache_if = |b| !b.is_empty())]
pub fn fav(user: String) -> std::io::Result<Vec<Book>> {
    drop(user);
    Ok(vec![Book { id: 1 }])
}

/// opt
#[cached("opt:<a>:<b>", timeout = |v| if v.is_some() { 5 } else { 1 }, cache_none = false)]
#[must_use]
pub fn opt((a, mut b): (u64, u64)) -> Option<u64> {
    b += 1;
    (a > 1).then_some(b)
}

/// generic
#[cached("g:<T>:<N>:<x>", timeout = None, ignore = [y])]
pub fn generic<T, const N: usize>(x: T, y: [u8; N]) -> String
where
    T: Send + std::fmt::Display,
{
    let _ = y;
    let s = x.to_string();
    drop(x);
    s
}

/// impl
#[cached]
pub fn imp(x: impl std::fmt::Display + Clone, #[allow(unused)] r#type: &[u8]) -> String {
    x.to_string()
}

/// mut
#[cached(key = format!("m:{x}:{}", y.len()), timeout = 3_000_000_000)]
#[must_use]
pub fn mu(mut x: u64, y: &str) -> u64 {
    x += y.len() as u64;
    x
}

/// Shop.
#[derive(Debug)]
pub struct Shop {
    /// id
    pub id: u64,
}
/// T.
pub trait Tr {
    /// t
    fn t(&self, a: u64) -> u64;
    /// s
    fn s(a: u64) -> u64;
}
impl Shop {
    /// orders
    #[cached("o:<self.id>:<year>", 60, tags = ["orders", "shop:<self.id>"], prefix = "p:<self.id>")]
    #[must_use]
    pub fn orders(&self, year: u16) -> Vec<u16> {
        vec![year, u16::try_from(self.id).unwrap_or(0)]
    }
    #[cached("count:<x>")]
    /// assoc
    #[must_use]
    pub fn assoc(x: u64) -> u64 {
        x
    }
    #[cached("mm:<self.id>", cache_if = |v| *v > 0)]
    /// mutm
    pub fn mutm(&mut self) -> u64 {
        self.id += 1;
        self.id
    }
    #[cached("arc:<self.id>:<x>")]
    /// arc
    pub async fn arc(self: std::sync::Arc<Self>, x: u64) -> u64 {
        std::future::ready(()).await;
        self.id + x
    }
    #[cached]
    /// val
    #[must_use]
    pub fn val(mut self) -> u64 {
        self.id += 1;
        self.id
    }
    #[cached("a:<self.id>:<x>", tags = ["x", |v: &u64| [format!("v{v}"), self.id.to_string()]])]
    /// am
    pub async fn am(&self, x: &str) -> u64 {
        std::future::ready(()).await;
        self.id + x.len() as u64
    }
    #[invalidates(tags = ["shop:<self.id>"], keys = ["o:<self.id>:<year>"], on_error = |e| drop(format!("{e:?}")))]
    /// upd
    /// # Errors
    /// no
    pub async fn update(&mut self, year: u16, s: String) -> Result<u64, std::fmt::Error> {
        self.id += 1;
        drop(s);
        if year > 9 {
            return Err(std::fmt::Error);
        }
        std::future::ready(()).await;
        Err(std::fmt::Error)?;
        Ok(1)
    }
}
impl Tr for Shop {
    #[cached("tr:<self.id>:<a>", cache_if = |v| *v > a)]
    fn t(&self, mut a: u64) -> u64 {
        a += 1;
        if a > 3 {
            return a;
        }
        self.id + a
    }
    #[cached]
    fn s(a: u64) -> u64 {
        a
    }
}
/// upd
#[invalidates(tags = ["users"], prefix = "shop:<name>")]
#[must_use]
pub fn upd(name: String) -> usize {
    let n = name;
    n.len()
}
/// nested
#[must_use]
pub fn nested() -> u64 {
    #[cached("nested:<x>")]
    fn inner(x: u64) -> u64 {
        if x == 0 { 0 } else { inner(x - 1) + 1 }
    }
    inner::refresh_cache(3)
}
/// unit
#[cached("unit")]
pub fn unit() {}
/// allow
#[cached("e:<a>:<b>:<c>:<d>:<e>:<f>:<g>:<hh>")]
#[must_use]
#[expect(clippy::too_many_arguments, reason = "t")]
#[allow(clippy::many_single_char_names)]
pub fn many(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, hh: u8) -> u8 {
    a + b + c + d + e + f + g + hh
}
