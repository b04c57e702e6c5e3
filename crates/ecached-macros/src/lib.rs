//! The macros of `ecached`. Use them through that crate, which exports them: their expansions call it.
//!
//! # Layout
//!
//! Each macro goes through the same steps. `attr` reads the options; `model` reads the function or closure; `scope` knows
//! the names that both may use, and `mention` finds them in expressions; `context`, with `scan`, tells where a function
//! stands; `validate` holds the rules. `expand` and `policy` have the parts that all expansions are made
//! of; `function`, `site`,
//! `companions`, `wrap`, `inline` and `invalidates` put them together. `errors` collects, and `fallback` says what is emitted then.

mod attr;
mod companions;
mod context;
mod errors;
mod expand;
mod fallback;
mod function;
mod inline;
mod invalidates;
mod mention;
mod model;
mod pattern;
mod policy;
mod scan;
mod scope;
mod site;
#[cfg(test)]
mod tests;
mod validate;
mod wrap;

use proc_macro::TokenStream;

/// Caches what a function returns.
///
/// ```
/// use ecached::cached;
///
/// #[cached("user:<id>", 3600, tags = ["users", "org:<org>"])]
/// fn load_user(id: u64, org: &str) -> Result<String, std::io::Error> {
///     Ok(format!("user {id} of {org}")) // something expensive
/// }
/// # load_user(7, "acme").unwrap();
/// ```
///
/// It goes on functions, nested functions, methods with any receiver, and associated functions; `async` or not; with
/// generics, references and patterns as parameters. A function that returns a `Result` has only its `Ok` values cached.
///
/// # The key
///
/// | written | key |
/// | --- | --- |
/// | `#[cached]` | the path of the function and every argument by name (`Display`, else `Debug`) |
/// | `#[cached("user:<id>:<address.city>:<pair.0>")]` | a template: parameters and their fields, by `Display` |
/// | `#[cached(key = "user:<id>")]` | the same template |
/// | `#[cached("point:<point:?>")]` | by `Debug` |
/// | `#[cached("list:<T>:<N>")]` | the name of a type parameter, the value of a const parameter |
/// | `#[cached(key = format!("list:{}", date.year()))]` | any expression that is `AsRef<str>` |
///
/// `{id}` is the same as `<id>`; mixing both in one template is an error. `<<`, `>>`, `{{` and `}}` are the characters
/// themselves. Values are escaped, so that different arguments never share a key. The text of an expression is not.
///
/// An argument that neither the key, the prefix nor a declared tag uses is an error, and so is a method whose key does not
/// look at `self`: calls that differ in it would share an entry. Say `ignore = [conn]` or `ignore = [self]` where that is
/// right. Arguments whose name begins with `_` are ignored.
///
/// # Options
///
/// | option | meaning |
/// | --- | --- |
/// | `timeout = 60`, or second without a name | seconds, a `Duration`, or any expression of these over the arguments; `None`: never expires |
/// | `timeout = \|value\| …` | the value decides |
/// | `tags = ["users", "user:<id>"]` | templates; invalidating one of them invalidates the entry |
/// | `tags = \|books: &Vec<Book>\| …` | an iterator of what is `AsRef<str>`, from the value; also as an element of the list |
/// | `prefix = "shop:<shop>"` | stands before the key, with a colon, and can be invalidated as a tag can |
/// | `alias = "redis"` | the cache registered under that name, instead of `default` |
/// | `cache = expression` | that cache |
/// | `cache_none = false` | `None` is not kept |
/// | `cache_if = \|value\| …` | whether to keep the value |
/// | `local` | values stay in the process, so they need no serde |
/// | `lock = "distributed"` | one computation across processes, instead of what the alias says; `"process"`: in this one |
/// | `ignore = [conn, self]` | these do not belong in the key |
/// | `crate = path` | where `ecached` is, if not at `::ecached` |
/// | `in_impl` | the function stands in an `impl`, where the macro cannot find that out (see below) |
/// | `companions = false` | no functions beside this one |
///
/// Arguments are in scope in all expressions. Closures over the value see clones of those they mention, because the
/// computation may consume the arguments; `self` is there in `&self` methods. What a pattern such as `Path(id): Path<u64>`
/// binds is in scope as a reference.
///
/// ```
/// use ecached::{cached, tag};
/// use std::time::Duration;
///
/// # #[derive(Clone, serde::Serialize, serde::Deserialize)]
/// # struct Book { id: u64 }
/// #[cached("fav:<user>", 600, tags = |books: &Vec<Book>| books.iter().map(|book| tag!("book:<book.id>")))]
/// fn favourites(user: &str) -> Vec<Book> {
///     // …
/// #    let _ = user;
/// #    vec![Book { id: 1 }]
/// }
///
/// #[cached("group:<group>", timeout = if group == "admins" { 10 } else { 100 })]
/// fn members(group: &str) -> usize {
///     // …
/// #    group.len()
/// }
///
/// #[cached("rate:<pair.0>:<pair.1>", timeout = |rate: &Option<f64>| Duration::from_secs(if rate.is_some() { 60 } else { 1 }))]
/// fn rate(pair: (&str, &str)) -> Option<f64> {
///     // …
/// #    let _ = pair;
/// #    None
/// }
/// # favourites("ann");
/// # members("admins");
/// # rate(("a", "b"));
/// ```
///
/// # Companions
///
/// For a function there is a type of the same name with functions of the same arguments, `async` if the function is:
///
/// | companion | does |
/// | --- | --- |
/// | `load_user::refresh_cache(7, "acme")` | computes now and stores; returns the value |
/// | `load_user::invalidate_cache_by_key(7, "acme")` | invalidates this entry |
/// | `load_user::invalidate_cache_by_tags(7, "acme")` | invalidates the declared tags, rendered for these arguments |
/// | `load_user::invalidate_cache_by_prefix(7, "acme")` | invalidates the prefix, rendered for these arguments |
/// | `load_user::invalidate_all()` | invalidates every entry of this function |
/// | `load_user::cache_key(7, "acme")` | the key |
/// | `load_user::precache_value(value, 7, "acme")` | stores a known value |
/// | `load_user::peek(7, "acme")` | the cached value, if there is one |
/// | `load_user::uncached(7, "acme")` | the function itself |
/// | `load_user::stats()` | hits, misses and other counters |
///
/// `…_by_tags` exists if the list of `tags` has templates, `…_by_prefix` if there is a `prefix`. For a method `orders` they
/// are called `orders_refresh_cache(&self, …)` and so on, beside the method.
///
/// ```
/// use ecached::cached;
///
/// struct Shop {
///     id: u64,
/// }
///
/// impl Shop {
///     #[cached("orders:<self.id>:<year>", 60)]
///     fn orders(&self, year: u16) -> Vec<u64> {
///         // …
/// #        vec![self.id, u64::from(year)]
///     }
/// }
///
/// let shop = Shop { id: 7 };
/// assert_eq!(shop.orders_cache_key(2026), "orders:7:2026");
/// shop.orders_invalidate_cache_by_key(2026)?;
/// # Ok::<(), ecached::Error>(())
/// ```
///
/// # Functions in an `impl`
///
/// A function without `self` and without `Self` looks the same in an `impl` and outside of it. The macro looks at its
/// source file to find out. Where there is none, because the code comes from another macro, write `in_impl`. Methods of
/// traits get no companions; if such a method comes from another macro, write `companions = false`.
#[proc_macro_attribute]
pub fn cached(args: TokenStream, item: TokenStream) -> TokenStream {
    function::cached(args.into(), &item.into(), context::of_call_site()).into()
}

/// Invalidates after a function that changes data.
///
/// Once the function has returned, and if that is a `Result`, once it has returned `Ok`, what is named is invalidated. The
/// names are rendered before, so that the function may consume its arguments.
///
/// | option | meaning |
/// | --- | --- |
/// | `tags = ["user:<id>"]` | templates of tags |
/// | `keys = ["user:<id>"]` | templates of keys, with their prefix |
/// | `prefix = "shop:<shop>"` | template of a prefix |
/// | `alias = "redis"` | the cache registered under that name, instead of `default` |
/// | `on_error = \|error\| …` | called with the error if the invalidation did not succeed |
/// | `crate = path` | where `ecached` is, if not at `::ecached` |
///
/// If the invalidation fails, the function's own result still comes back; the failure is counted, logged, and given to
/// `on_error`.
///
/// ```
/// use ecached::invalidates;
///
/// #[invalidates(tags = ["user:<id>"], keys = ["profile:<id>"])]
/// fn rename(id: u64, name: String) -> Result<(), std::io::Error> {
///     // …
/// #    let _ = (id, name);
///     Ok(())
/// }
/// # rename(7, "Ann".to_owned()).unwrap();
/// ```
#[proc_macro_attribute]
pub fn invalidates(args: TokenStream, item: TokenStream) -> TokenStream {
    invalidates::invalidates(args.into(), &item.into()).into()
}

/// Caches without touching a function: a closure, or a block in place.
///
/// The options are those of [`macro@cached`]; the key is required. The last argument is what is cached.
///
/// **What is taken from around is not in the key** unless the key names it: with the key `add:<a>`, the block `{ a + b }` gives
/// the first `b`'s sum to all. The macro cannot see such a `b`, as it can the argument of a function.
///
/// # A closure
///
/// The types of its parameters and of its result must be written. What comes back has the methods `call`,
/// `refresh_cache`, `invalidate_cache_by_key`, `invalidate_cache_by_tags` and `invalidate_cache_by_prefix` (if declared),
/// `invalidate_all`, `cache_key`, `precache_value`, `peek`, `uncached` and `stats`, all with the closure's parameters. The
/// options see these parameters; only `cache = …` sees what is around. Types cannot name the type parameters of a
/// function around.
///
/// ```
/// use ecached::ecached;
///
/// let offset = 1;
/// let total = ecached!("sum:<n>", 60, tags = ["sums"], |n: u64| -> u64 { n + offset });
/// assert_eq!(total.call(5), 6);
/// assert_eq!(total.refresh_cache(5), 6);
/// total.invalidate_cache_by_key(5)?;
/// # Ok::<(), ecached::Error>(())
/// ```
///
/// For an `async` closure the methods are async. If their futures must be `Send` where they are awaited, and the closure
/// borrows what is around, make it `async move`.
///
/// # A block in place
///
/// `{ … }` is computed and its value cached; `async { … }` makes a future of that. Names in the key are variables in scope;
/// they are rendered first, so the block may consume them. `return` and `?` end the block, not the function around.
///
/// ```
/// use ecached::ecached;
///
/// # fn count_rows(_: &str) -> u64 { 3 }
/// let table = String::from("users");
/// let rows = ecached!("count:<table>", 60, tags = ["tables"], { count_rows(&table) });
/// assert_eq!(rows, 3);
///
/// let rows = ecached!("count_async:<table>", 60, async move { count_rows(&table) });
/// # drop(rows);
/// // let rows = rows.await;
/// ```
#[proc_macro]
pub fn ecached(input: TokenStream) -> TokenStream {
    wrap::ecached(input.into()).into()
}

/// The key of a template, as a `String`: its fields are variables in scope, and escaped as in [`macro@cached`].
///
/// ```
/// use ecached::key;
///
/// let id = 7;
/// assert_eq!(key!("user:<id>"), "user:7");
/// ```
#[proc_macro]
pub fn key(input: TokenStream) -> TokenStream {
    invalidates::name(input.into()).into()
}

/// The name of a tag from a template, as a `String`: its fields are variables in scope, and escaped as in
/// [`macro@cached`].
///
/// ```
/// use ecached::tag;
///
/// struct Book {
///     id: u64,
/// }
/// let book = Book { id: 7 };
/// assert_eq!(tag!("book:<book.id>"), "book:7");
/// ```
#[proc_macro]
pub fn tag(input: TokenStream) -> TokenStream {
    invalidates::name(input.into()).into()
}
