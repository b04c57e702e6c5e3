//! What decides about a computed value: whether it is stored, with which tags and for how long.
//!
//! The closures in the options are taken apart and put into one, so that what they return may borrow from the value.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ExprClosure, ExprLit, Lit, Pat};

use crate::attr::Timeout;
use crate::expand::{Parts, at, bind};
use crate::mention::{mentions, unraw};

impl Parts<'_> {
    /// An expression for what decides about a computed value.
    pub(crate) fn policy(&self) -> TokenStream {
        let p = &self.p;
        if !self.options.looks_at_value() {
            return quote_spanned!(Span::mixed_site()=> #p::Always);
        }
        let require =
            self.options.no_none.map(|span| quote_spanned!(at(span)=> #p::require_option(__kind);));
        let (copies, decision) = (self.copies(), self.decision());
        let capture = (!self.scope.is_open).then(|| quote!(move));
        quote_spanned!(Span::mixed_site()=> { #require #copies #p::by_value(__kind, #capture |__value| #decision) })
    }

    /// Statements that copy the arguments which the closures over the value mention, before the computation takes them.
    fn copies(&self) -> TokenStream {
        let mentioned = self.options.value_exprs();
        let is_mentioned =
            |ident: &&Ident| mentioned.iter().any(|(_, tokens)| mentions(tokens, &unraw(ident)));
        let mut statements = TokenStream::new();
        for param in self.scope.params {
            let mut bindings = param.bindings.iter().filter(is_mentioned).peekable();
            if bindings.peek().is_none() {
                continue;
            }
            statements.extend(bind(param));
            for ident in bindings {
                let span = at(ident.span());
                statements.extend(if param.is_plain {
                    quote_spanned!(span=> let #ident = ::core::clone::Clone::clone(&#ident);)
                } else {
                    quote_spanned!(span=> let #ident = ::std::borrow::ToOwned::to_owned(#ident);)
                });
            }
        }
        statements
    }

    /// An expression for the decision about `__value`.
    fn decision(&self) -> TokenStream {
        let p = &self.p;
        let mut fields = Vec::new();
        let not_none = self
            .options
            .no_none
            .map(|span| quote_spanned!(at(span)=> !#p::is_none(__kind, __value)));
        let is_wanted = self.options.cache_if.as_ref().map(|expr| match expr {
            Expr::Closure(closure) => apply(closure),
            expr => quote_spanned!(at(expr.span())=> (#expr)(__value)),
        });
        let conditions: Vec<_> = not_none.into_iter().chain(is_wanted).collect();
        if !conditions.is_empty() {
            fields.push(quote_spanned!(Span::mixed_site()=> store: #(#conditions)&&*));
        }
        if let Some(closure) = &self.options.value_tags {
            let tags = apply(closure);
            fields.push(quote_spanned!(at(closure.body.span())=> tags: {
                let mut __tags = #p::Vec::new();
                for __tag in #tags {
                    let __tag: &str = ::core::convert::AsRef::<str>::as_ref(&__tag);
                    __tags.push(#p::Cow::Owned(#p::String::from(__tag)));
                }
                __tags
            }));
        }
        if let Timeout::Value(closure) = &self.options.timeout {
            let body = apply_with(closure, |body| timeout(p, body));
            fields.push(quote_spanned!(Span::mixed_site()=> timeout: #p::Option::Some(#body)));
        }
        let rest = (fields.len() < 3).then(|| quote!(..::core::default::Default::default()));
        quote_spanned!(Span::mixed_site()=> #p::Decision { #(#fields,)* #rest })
    }
}

/// An expression for a timeout.
pub(crate) fn timeout(p: &TokenStream, expr: &Expr) -> TokenStream {
    let span = at(expr.span());
    match expr {
        // Over 2^31 is too much for the type that a bare integer has by default.
        Expr::Lit(ExprLit { lit: Lit::Int(lit), .. }) if lit.suffix().is_empty() => {
            let seconds = lit.base10_parse::<u64>().unwrap_or(u64::MAX);
            quote_spanned!(span=> #p::timeout(#seconds))
        }
        Expr::Path(path) if path.path.is_ident("None") => {
            quote_spanned!(span=> #p::timeout(::core::option::Option::<u64>::None))
        }
        _ => quote_spanned!(span=> #p::timeout(#expr)),
    }
}

/// A closure over the value, applied to `__value`.
fn apply(closure: &ExprClosure) -> TokenStream {
    apply_with(closure, ToTokens::to_token_stream)
}

fn apply_with(closure: &ExprClosure, body: impl FnOnce(&Expr) -> TokenStream) -> TokenStream {
    let body = body(&closure.body);
    let pat = closure.inputs.first().map_or_else(|| quote!(_), Pat::to_token_stream);
    quote_spanned!(Span::mixed_site()=> { let #pat = __value; #body })
}
