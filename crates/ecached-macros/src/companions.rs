//! The functions beside a cached function: `refresh_cache`, `invalidate_cache_by_key` and the others.
//!
//! The same list serves free functions, methods and the closures of `ecached!`; a [`Host`] says how they differ.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Generics, Receiver, Type, Visibility};

use crate::expand::{Parts, at, bind, silence};
use crate::fallback::stub;
use crate::mention::{mentions, unraw};
use crate::model::{Param, value_type};

/// What has companions.
pub(crate) struct Host<'a> {
    pub(crate) parts: Parts<'a>,
    pub(crate) vis: Visibility,
    /// The `#[cfg]`s of the function, which hold for all that belongs to it.
    pub(crate) cfgs: TokenStream,
    /// What stands before the names of the companions: `orders_`, or nothing.
    pub(crate) name_prefix: String,
    /// How a companion that computes takes `self`.
    pub(crate) receiver: Option<Receiver>,
    /// How a companion that only looks at the arguments takes `self`.
    pub(crate) shared_receiver: Option<Receiver>,
    /// Whether those without arguments take `self` too.
    pub(crate) needs_self: bool,
    pub(crate) params: &'a [Param],
    pub(crate) generics: Generics,
    pub(crate) output: &'a Type,
    pub(crate) is_async: bool,
    /// An expression that computes the value: the value itself, or its future.
    pub(crate) compute: TokenStream,
    /// Whether only the signatures matter, because the input has errors.
    pub(crate) is_stub: bool,
}

/// Which parameters a companion takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    /// None, unless the expression for the cache names some.
    Nothing,
    /// The function's, to look at.
    Args,
    /// The function's, to compute with.
    ArgsToCompute,
    /// A value, then the function's.
    ValueAndArgs,
}

/// One companion.
struct Companion {
    name: &'static str,
    doc: &'static str,
    takes: Takes,
    is_async: bool,
    output: TokenStream,
    body: TokenStream,
}

impl Host<'_> {
    /// The body of the function itself: looks the value up, or computes and stores it.
    pub(crate) fn call_body(&self) -> TokenStream {
        let (p, start, kind, binds) = (&self.parts.p, self.start_args(), self.kind(), self.binds());
        let run = self.run();
        quote_spanned!(Span::mixed_site()=>
            #kind
            let __call = match {
                #binds
                let __start = #p::start(#start);
                __start
            } {
                #p::Start::Hit(__value) => return __value,
                #p::Start::Miss(__call) => __call,
            };
            #run
        )
    }

    /// All companions.
    pub(crate) fn companions(&self) -> TokenStream {
        let all = [self.for_values(), self.for_invalidation(), self.for_looking()];
        all.into_iter().flatten().map(|companion| self.function(companion)).collect()
    }

    fn for_values(&self) -> Vec<Companion> {
        let (p, output) = (&self.parts.p, self.output);
        let (kind, binds, run, start) = (self.kind(), self.binds(), self.run(), self.start_args());
        let value = value_type(output);
        let value_span = at(value.span());
        let error = quote_spanned!(Span::mixed_site()=> #p::Error);
        let (aio, wait) = self.waiting();
        let policy = self.parts.policy();
        vec![
            Companion {
                name: "refresh_cache",
                doc: "Computes now and stores the value, whatever is cached; returns it.",
                takes: Takes::ArgsToCompute,
                is_async: self.is_async,
                output: output.to_token_stream(),
                body: quote_spanned!(Span::mixed_site()=>
                    #kind
                    let __call = { #binds let __call = #p::refresh(#start); __call };
                    #run
                ),
            },
            Companion {
                name: "precache_value",
                doc: "Stores a known value for these arguments.",
                takes: Takes::ValueAndArgs,
                is_async: self.is_async,
                output: quote_spanned!(Span::mixed_site()=> #p::Result<(), #error>),
                body: quote_spanned!(value_span=>
                    #kind
                    let __done = { #binds let __done = #p::#aio precache::<_, #value, _>(#start, #policy, __value); __done };
                    __done #wait
                ),
            },
            Companion {
                name: "peek",
                doc: "The cached value, if there is one; never computes.",
                takes: Takes::Args,
                is_async: self.is_async,
                output: quote_spanned!(Span::mixed_site()=> #p::Result<#p::Option<#value>, #error>),
                // The plan borrows arguments; it is gone before anything is waited for.
                body: quote_spanned!(value_span=>
                    #kind
                    let __found = { #binds let __found = #p::#aio peek::<_, #value>(#start); __found };
                    __found #wait
                ),
            },
        ]
    }

    fn for_invalidation(&self) -> Vec<Companion> {
        let (p, parts, binds) = (&self.parts.p, &self.parts, self.binds());
        let (target, key, (aio, wait)) = (parts.target(), parts.key(), self.waiting());
        let output = quote_spanned!(Span::mixed_site()=> #p::Result<(), #p::Error>);
        let companion = |name, doc, takes, body| Companion {
            name,
            doc,
            takes,
            is_async: self.is_async,
            output: output.clone(),
            body,
        };
        let mut all = vec![companion(
            "invalidate_cache_by_key",
            "Invalidates the entry of these arguments.",
            Takes::Args,
            quote_spanned!(Span::mixed_site()=> #binds #p::#aio invalidate_key(#target, &#key)#wait),
        )];
        if !parts.options.tags.is_empty() {
            let tags = parts.names(&parts.options.tags);
            all.push(companion(
                "invalidate_cache_by_tags",
                "Invalidates every entry with a tag that this function declares, rendered for these arguments.",
                Takes::Args,
                quote_spanned!(Span::mixed_site()=> #binds #p::#aio invalidate_names(#target, #tags)#wait),
            ));
        }
        if let Some(prefix) = parts.prefix() {
            all.push(companion(
                "invalidate_cache_by_prefix",
                "Invalidates every entry under this function's prefix, rendered for these arguments.",
                Takes::Args,
                quote_spanned!(Span::mixed_site()=> #binds #p::#aio invalidate_prefix(#target, &#prefix)#wait),
            ));
        }
        all.push(companion(
            "invalidate_all",
            "Invalidates every entry of this function.",
            Takes::Nothing,
            quote_spanned!(Span::mixed_site()=> #p::#aio invalidate_all(#target)#wait),
        ));
        all
    }

    fn for_looking(&self) -> Vec<Companion> {
        let (p, krate, binds) = (&self.parts.p, &self.parts.options.krate, self.binds());
        let (target, key) = (self.parts.target(), self.parts.key());
        vec![
            Companion {
                name: "cache_key",
                doc: "The key under which the value for these arguments is kept.",
                takes: Takes::Args,
                is_async: false,
                output: quote_spanned!(Span::mixed_site()=> #p::String),
                body: quote_spanned!(Span::mixed_site()=> #binds #key.into_string()),
            },
            Companion {
                name: "stats",
                doc: "Hits, misses and the other counters of this function.",
                takes: Takes::Nothing,
                is_async: false,
                output: quote_spanned!(Span::mixed_site()=> #krate::Stats),
                body: quote_spanned!(Span::mixed_site()=> #p::stats(#target)),
            },
        ]
    }

    /// A companion as a function.
    fn function(&self, companion: Companion) -> TokenStream {
        let Companion { name, doc, takes, is_async, output, body } = companion;
        let (vis, name) = (&self.vis, self.companion_name(name));
        let takes_args = takes != Takes::Nothing || self.cache_needs_args();
        let receiver = match takes {
            Takes::ArgsToCompute => self.receiver.as_ref(),
            Takes::Nothing if !self.needs_self && !self.cache_needs_args() => None,
            _ => self.shared_receiver.as_ref(),
        };
        let value = (takes == Takes::ValueAndArgs).then(|| {
            let value = value_type(self.output);
            quote_spanned!(Span::mixed_site()=> __value: #value)
        });
        let params = if takes_args { self.params } else { &[] };
        let params = params.iter().map(Param::declaration);
        let inputs = receiver.map(ToTokens::to_token_stream).into_iter().chain(value).chain(params);
        let (generics, _, bounds) = self.generics.split_for_impl();
        let (generics, bounds) = if takes_args { (Some(generics), bounds) } else { (None, None) };
        let asyncness = is_async.then(|| quote!(async));
        let body =
            if self.is_stub { stub() } else { quote_spanned!(Span::mixed_site()=> { #body }) };
        let (allow, cfgs) = (silence(), &self.cfgs);
        quote_spanned!(Span::mixed_site()=>
            #cfgs
            #[doc = #doc]
            #allow
            #vis #asyncness fn #name #generics (#(#inputs),*) -> #output #bounds #body
        )
    }

    pub(crate) fn companion_name(&self, name: &str) -> Ident {
        Ident::new(&format!("{}{name}", self.name_prefix), Span::call_site())
    }

    /// Whether the expression for the cache names a parameter, so that everybody needs them.
    fn cache_needs_args(&self) -> bool {
        let Some(cache) = self.parts.options.cache.as_ref().filter(|_| !self.needs_self) else {
            return false;
        };
        let cache = cache.to_token_stream();
        let names = self.params.iter().flat_map(|param| &param.bindings).map(unraw);
        names
            .chain(self.receiver.is_some().then(|| "self".to_owned()))
            .any(|name| mentions(&cache, &name))
    }

    fn start_args(&self) -> TokenStream {
        let (target, key) = (self.parts.target(), self.parts.call_key());
        let (extra, plan) = (self.parts.extra(), self.parts.plan(&self.ops()));
        quote_spanned!(Span::mixed_site()=> #target, __kind, #key, #extra, #plan)
    }

    /// Runs the computation of `__call`.
    fn run(&self) -> TokenStream {
        let (policy, compute) = (self.parts.policy(), &self.compute);
        if self.is_async {
            quote_spanned!(Span::mixed_site()=> __call.run_async(#policy, #compute).await)
        } else {
            let output = self.output;
            quote_spanned!(Span::mixed_site()=> __call.run(#policy, move || -> #output { #compute }))
        }
    }

    /// Where the functions that wait are, and how they are waited for.
    fn waiting(&self) -> (Option<TokenStream>, Option<TokenStream>) {
        if self.is_async { (Some(quote!(aio::)), Some(quote!(.await))) } else { (None, None) }
    }

    fn kind(&self) -> TokenStream {
        let (p, output) = (&self.parts.p, self.output);
        quote_spanned!(at(output.span())=> let __kind = #p::kind!(#output);)
    }

    fn ops(&self) -> TokenStream {
        self.parts.ops(self.output.span())
    }

    /// Binds the variables of patterns.
    fn binds(&self) -> TokenStream {
        self.params.iter().filter_map(bind).collect()
    }
}

impl Param {
    /// The parameter as generated functions take it.
    pub(crate) fn declaration(&self) -> TokenStream {
        let Self { attrs, name, ty, .. } = self;
        quote_spanned!(Span::mixed_site()=> #(#attrs)* #name: #ty)
    }
}
