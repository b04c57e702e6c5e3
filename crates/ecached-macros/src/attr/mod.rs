//! The options of the macros, as they are written.
//!
//! Parsing goes in two steps: `list` splits the tokens into named and positional arguments, `build` gives each its
//! meaning and refuses what is unknown, doubled or of the wrong form. What depends on the function is for `validate`.

mod build;
mod known;
mod list;
mod value;

use ecached_template::Template;
use proc_macro2::Span;
use quote::ToTokens;
use syn::{Expr, ExprClosure, Ident, LitStr, Path, parse_quote};

pub(crate) use build::build;
pub(crate) use list::{Arg, Args, WrapInput};
pub(crate) use value::template;

/// The macro whose options are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Macro {
    /// `#[cached]`
    Cached,
    /// `ecached!`
    Wrap,
    /// `#[invalidates]`
    Invalidates,
}

/// Everything that can be said in the options of a macro.
pub(crate) struct Options {
    pub(crate) key: Key,
    pub(crate) timeout: Timeout,
    /// Tags that depend on the arguments only.
    pub(crate) tags: Vec<TemplateLit>,
    /// Tags that depend on the value.
    pub(crate) value_tags: Option<ExprClosure>,
    pub(crate) prefix: Option<TemplateLit>,
    pub(crate) alias: Option<LitStr>,
    pub(crate) cache: Option<Expr>,
    /// Where `cache_none = false` stands.
    pub(crate) no_none: Option<Span>,
    pub(crate) cache_if: Option<Expr>,
    pub(crate) is_local: bool,
    /// The name of a variant of `Lock`.
    pub(crate) lock: Option<Ident>,
    pub(crate) ignore: Vec<Ident>,
    pub(crate) krate: Path,
    pub(crate) in_impl: bool,
    pub(crate) companions: bool,
    /// `keys = […]` of `#[invalidates]`.
    pub(crate) keys: Vec<TemplateLit>,
    /// `on_error = …` of `#[invalidates]`.
    pub(crate) on_error: Option<Expr>,
}

/// Where the key comes from.
pub(crate) enum Key {
    /// The path of the function and every argument by name.
    Auto,
    Template(TemplateLit),
    Expr(Expr),
}

/// Where the timeout comes from.
pub(crate) enum Timeout {
    /// The default of the alias.
    Default,
    /// From the arguments.
    Expr(Expr),
    /// From the value.
    Value(ExprClosure),
}

/// A string literal and the template it holds.
pub(crate) struct TemplateLit {
    pub(crate) lit: LitStr,
    pub(crate) template: Template,
}

impl Options {
    pub(crate) fn new() -> Self {
        Self {
            key: Key::Auto,
            timeout: Timeout::Default,
            tags: Vec::new(),
            value_tags: None,
            prefix: None,
            alias: None,
            cache: None,
            no_none: None,
            cache_if: None,
            is_local: false,
            lock: None,
            ignore: Vec::new(),
            krate: parse_quote!(::ecached),
            in_impl: false,
            companions: true,
            keys: Vec::new(),
            on_error: None,
        }
    }

    /// The expressions that see the value, with what they are called in messages.
    pub(crate) fn value_exprs(&self) -> Vec<(&'static str, proc_macro2::TokenStream)> {
        let mut exprs = Vec::new();
        if let Timeout::Value(closure) = &self.timeout {
            exprs.push(("timeout", closure.to_token_stream()));
        }
        if let Some(closure) = &self.value_tags {
            exprs.push(("tags", closure.to_token_stream()));
        }
        if let Some(expr) = &self.cache_if {
            exprs.push(("cache_if", expr.to_token_stream()));
        }
        exprs
    }

    /// Whether what is stored depends on the value.
    pub(crate) fn looks_at_value(&self) -> bool {
        self.no_none.is_some() || !self.value_exprs().is_empty()
    }
}
