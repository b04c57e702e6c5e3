//! `#[cached]` on a function: parse → model → validate → expand.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Attribute, FnArg, ItemFn, Meta, Signature, parse_quote};

use crate::attr::{Args, Macro, Options, build};
use crate::companions::Host;
use crate::context::{Placement, placement};
use crate::errors::Errors;
use crate::expand::{Parts, private, silence};
use crate::fallback::{self, stub};
use crate::mention::unraw;
use crate::model::Function;
use crate::scan::Enclosing;
use crate::scope::Scope;
use crate::validate;

/// Expands `#[cached(args)] item`; `enclosing` is asked where the item stands.
pub(crate) fn cached(
    args: TokenStream,
    item: &TokenStream,
    enclosing: Option<Enclosing>,
) -> TokenStream {
    let mut errors = Errors::default();
    let Some(function) = fallback::function("#[cached]", item, &mut errors) else {
        return fallback::unchanged(item, errors);
    };
    let function = Function::new(function);
    validate::signature(&function, &mut errors);
    let can_be_wrapped = errors.is_empty();
    let args = errors.take(syn::parse2::<Args>(args)).map(|args| args.0);
    let is_parsed = args.is_some();
    let options = build(Macro::Cached, args.unwrap_or_default(), &mut errors);
    if is_parsed {
        validate::cached(&options, &Scope::of_function(&function), &mut errors);
    }
    let place = placement(&function, &options, enclosing);
    let expansion = Expansion { function: &function, options: &options, place };
    match errors.into_result() {
        Ok(()) => expansion.whole(),
        Err(error) => {
            let errors = error.to_compile_error();
            let stubs = can_be_wrapped.then(|| expansion.stubs());
            quote!(#errors #item #stubs)
        }
    }
}

/// A function that nothing is wrong with, or a stub of one.
pub(crate) struct Expansion<'a> {
    pub(crate) function: &'a Function,
    options: &'a Options,
    pub(crate) place: Placement,
}

impl Expansion<'_> {
    fn whole(&self) -> TokenStream {
        let (function, host) = (self.function, self.host(false));
        let vis = &function.vis;
        let (attrs, sig) = (function.attrs.iter().map(without_expect), self.wrapper_signature());
        let body = host.call_body();
        let site = (self.is_alone()).then(|| self.local_site(&host.parts));
        let wrapper = quote_spanned!(Span::mixed_site()=>
            #(#attrs)*
            #[allow(clippy::used_underscore_binding)]
            #vis #sig { #site #body }
        );
        let beside = match self.place {
            Placement::Nowhere { .. } => TokenStream::new(),
            Placement::Associated | Placement::Free => {
                let (uncached, site, companions) =
                    (self.uncached(false), self.site(&host.parts), host.companions());
                self.beside(quote!(#site #uncached #companions))
            }
        };
        quote!(#wrapper #beside)
    }

    /// The companions' signatures, so that calls of them are no errors of their own.
    fn stubs(&self) -> TokenStream {
        if self.is_alone() {
            return TokenStream::new();
        }
        let (companions, uncached) = (self.host(true).companions(), self.uncached(true));
        self.beside(quote!(#uncached #companions))
    }

    /// Puts functions where the companions go.
    fn beside(&self, functions: TokenStream) -> TokenStream {
        if self.place != Placement::Free {
            return functions;
        }
        let (vis, name, cfgs) = (&self.function.vis, self.function.name(), self.cfgs());
        let doc = format!(
            "The companions of the cached function [`{0}`](fn@{0}): `refresh_cache`, `invalidate_cache_by_key`, \
             `invalidate_all`, `cache_key`, `precache_value`, `peek`, `uncached`, `stats`.",
            unraw(name)
        );
        quote_spanned!(Span::mixed_site()=>
            #cfgs
            #[doc = #doc]
            #[allow(non_camel_case_types, dead_code, missing_debug_implementations, missing_copy_implementations)]
            #[allow(clippy::all, clippy::pedantic, clippy::nursery)]
            #vis struct #name {}
            #cfgs
            impl #name { #functions }
        )
    }

    /// The `#[cfg]`s that are still to be looked at.
    pub(crate) fn cfgs(&self) -> TokenStream {
        let cfgs = self.function.attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
        cfgs.map(ToTokens::to_token_stream).collect()
    }

    /// Whether nothing may stand beside the function, so that its body stays in it.
    fn is_alone(&self) -> bool {
        matches!(self.place, Placement::Nowhere { .. })
    }

    fn host(&self, is_stub: bool) -> Host<'_> {
        let function = self.function;
        Host {
            parts: Parts {
                options: self.options,
                scope: Scope::of_function(function),
                p: private(self.options),
                site: self.site_expr(),
                auto_path: self.auto_path(),
            },
            vis: function.vis.clone(),
            cfgs: self.cfgs(),
            name_prefix: match self.place {
                Placement::Free => String::new(),
                Placement::Associated | Placement::Nowhere { .. } => {
                    format!("{}_", unraw(function.name()))
                }
            },
            receiver: self.wrapper_receiver(),
            shared_receiver: function.shared_receiver(),
            needs_self: false,
            params: &function.params,
            generics: function.sig.generics.clone(),
            output: &function.output,
            is_async: function.is_async(),
            compute: self.compute(),
            is_stub,
        }
    }

    /// The receiver without `mut`, which only the body needs.
    fn wrapper_receiver(&self) -> Option<syn::Receiver> {
        let mut receiver = self.function.receiver()?.clone();
        if !self.is_alone() {
            receiver.mutability = None;
        }
        Some(receiver)
    }

    /// The signature with every pattern replaced by a name.
    fn wrapper_signature(&self) -> Signature {
        let mut sig = self.function.sig.clone();
        let receiver = self.wrapper_receiver();
        let mut params = self.function.params.iter();
        for input in &mut sig.inputs {
            *input = match input {
                FnArg::Receiver(_) => match &receiver {
                    Some(receiver) => FnArg::Receiver(receiver.clone()),
                    None => continue,
                },
                FnArg::Typed(typed) => match params.next() {
                    // Without companions the body stays inside, and may change the variable.
                    Some(param) if param.is_plain && self.is_alone() => FnArg::Typed(typed.clone()),
                    Some(param) => {
                        let declaration = param.declaration();
                        parse_quote!(#declaration)
                    }
                    None => continue,
                },
            };
        }
        sig
    }

    /// The function as it was written, under its other name.
    fn uncached(&self, is_stub: bool) -> TokenStream {
        let (function, vis) = (self.function, &self.function.vis);
        let attrs = function.attrs.iter().filter(|attr| is_lint(attr)).map(without_expect);
        let mut sig = function.sig.clone();
        sig.ident = self.uncached_name();
        let block = if is_stub { stub() } else { self.block() };
        let (silence, cfgs) = (is_stub.then(silence), self.cfgs());
        quote_spanned!(Span::mixed_site()=>
            #cfgs
            #silence
            #[doc = "The function without its cache."]
            #[allow(dead_code, unreachable_pub, non_snake_case)]
            #[allow(clippy::must_use_candidate, clippy::missing_errors_doc, clippy::missing_panics_doc)]
            #[allow(clippy::wrong_self_convention, clippy::should_implement_trait, clippy::items_after_statements)]
            #(#attrs)*
            #vis #sig #block
        )
    }

    /// The body. An argument that only a template names is in use, though the body does not mention it.
    fn block(&self) -> TokenStream {
        let block = &self.function.block;
        let statements = &block.stmts;
        let names = self.function.params.iter().flat_map(|param| &param.bindings);
        let names: Vec<_> = names.filter(|name| !unraw(name).starts_with('_')).collect();
        if names.is_empty() {
            return block.to_token_stream();
        }
        quote_spanned!(Span::mixed_site()=> { let _ = (#(&#names,)*); #(#statements)* })
    }

    fn uncached_name(&self) -> Ident {
        match self.place {
            Placement::Free => Ident::new("uncached", Span::call_site()),
            _ => {
                Ident::new(&format!("{}_uncached", unraw(self.function.name())), Span::call_site())
            }
        }
    }

    /// An expression that computes the value.
    fn compute(&self) -> TokenStream {
        let function = self.function;
        if self.is_alone() {
            let binds = function.params.iter().filter(|param| !param.is_plain).map(|param| {
                let (pat, name) = (&param.pat, &param.name);
                quote_spanned!(Span::mixed_site()=> let #pat = #name;)
            });
            // Without braces of its own, which the closure around it has.
            let body = &function.block.stmts;
            let body = quote_spanned!(Span::mixed_site()=> #(#binds)* #(#body)*);
            return if function.is_async() { quote!(async move { #body }) } else { body };
        }
        let (uncached, generics) = (self.uncached_name(), function.generic_args());
        let turbofish = (!generics.is_empty()).then(|| quote!(::<#(#generics),*>));
        let owner = match self.place {
            Placement::Free => function.name().to_token_stream(),
            _ => quote!(Self),
        };
        let receiver = function.receiver().map(|receiver| receiver.self_token.to_token_stream());
        let args = receiver
            .into_iter()
            .chain(function.params.iter().map(|param| param.name.to_token_stream()));
        quote_spanned!(Span::mixed_site()=> #owner::#uncached #turbofish(#(#args),*))
    }
}

/// `attr`, with `expect` as `allow`: its lint may now fire at one of two places.
fn without_expect(attr: &Attribute) -> Attribute {
    let mut attr = attr.clone();
    if let Meta::List(list) = &mut attr.meta
        && list.path.is_ident("expect")
    {
        list.path = Ident::new("allow", Span::mixed_site()).into();
    }
    attr
}

fn is_lint(attr: &Attribute) -> bool {
    ["allow", "expect", "warn", "deny", "forbid"].iter().any(|level| attr.path().is_ident(level))
}

/// Parses the item under an attribute as a function.
pub(crate) fn parse_function(item: &TokenStream) -> syn::Result<ItemFn> {
    syn::parse2(item.clone())
}
