//! `ecached!` around a closure: a value with `call` and the companions as methods.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ExprClosure, Generics, Type, Visibility, parse_quote_spanned};

use crate::attr::{Key, Macro, Options, WrapInput, build};
use crate::companions::Host;
use crate::errors::Errors;
use crate::expand::{Parts, private, silence};
use crate::model::{Param, closure_params};
use crate::scope::Scope;
use crate::{fallback, inline, validate};

/// Expands `ecached!(…)` in each of its forms.
pub(crate) fn ecached(input: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let Some(WrapInput { args, body }) = errors.take(syn::parse2(input)) else {
        return fallback::expression(errors);
    };
    let options = build(Macro::Wrap, args, &mut errors);
    if matches!(options.key, Key::Auto) && errors.is_empty() {
        errors.push(Span::call_site(), "write the key: `ecached!(\"user:<id>\", …)`, or `key = …`");
    }
    match body {
        Expr::Closure(closure) => self::closure(options, &closure, errors),
        body => {
            validate::cached(&options, &Scope::open(), &mut errors);
            if errors.is_empty() {
                inline::expand(&options, &body)
            } else {
                fallback::expression(errors)
            }
        }
    }
}

/// The path of a site in an expression: the module and the key.
pub(crate) fn path(options: &Options) -> TokenStream {
    let key = match &options.key {
        Key::Template(template) => template.template.to_string(),
        Key::Expr(expr) => expr.to_token_stream().to_string(),
        Key::Auto => String::new(),
    };
    let tail = format!("::ecached!({key})");
    quote_spanned!(Span::mixed_site()=> || ::core::concat!(::core::module_path!(), #tail))
}

fn closure(mut options: Options, closure: &ExprClosure, mut errors: Errors) -> TokenStream {
    let (params, output) = closure_params(closure, &mut errors);
    if errors.is_empty() {
        validate::cached(&options, &Scope::of_closure(&params), &mut errors);
    }
    if !errors.is_empty() {
        return fallback::expression(errors);
    }
    // The closure's surroundings are out of reach for methods: the cache is taken along.
    let span = Span::mixed_site();
    let cache = options.cache.take();
    options.cache = cache.as_ref().map(|_| parse_quote_spanned!(span=> self.__cache));
    let wrapped = Wrapped { options: &options, closure, params: &params, output: &output, cache };
    wrapped.expand()
}

struct Wrapped<'a> {
    options: &'a Options,
    closure: &'a ExprClosure,
    params: &'a [Param],
    output: &'a Type,
    /// The expression for the cache, evaluated where the macro stands.
    cache: Option<Expr>,
}

impl Wrapped<'_> {
    fn expand(&self) -> TokenStream {
        let host = self.host();
        let (p, allow) = (&host.parts.p, silence());
        let (closure, output) = (self.closure, self.output);
        let types = self.params.iter().map(|param| &param.ty);
        let bound =
            if host.is_async { quote!(::core::ops::AsyncFn) } else { quote!(::core::ops::Fn) };
        let (lifetime, field, value) = match &self.cache {
            Some(cache) => (
                Some(quote!('cache,)),
                Some(quote_spanned!(Span::mixed_site()=> __cache: &'cache #p::Cache,)),
                Some(quote_spanned!(Span::mixed_site()=> __cache: #p::as_cache(&(#cache)),)),
            ),
            None => (None, None, None),
        };
        let site = host.parts.site_static(&path(self.options), host.is_async);
        let (call, companions) = (self.call(&host), host.companions());
        quote_spanned!(Span::mixed_site()=> {
            struct Ecached<#lifetime F> { __compute: F, #field }
            #allow
            impl<#lifetime F: #bound(#(#types),*) -> #output> Ecached<#lifetime F> {
                fn __ecached_site() -> &'static #p::Site { #site &__ECACHED_SITE }
                #call
                #companions
            }
            Ecached { __compute: #closure, #value }
        })
    }

    /// `call` and `uncached`.
    fn call(&self, host: &Host<'_>) -> TokenStream {
        let (output, body, compute, allow) =
            (self.output, host.call_body(), &host.compute, silence());
        let params: Vec<_> = self.params.iter().map(Param::declaration).collect();
        let asyncness = host.is_async.then(|| quote!(async));
        let wait = host.is_async.then(|| quote!(.await));
        quote_spanned!(Span::mixed_site()=>
            #allow
            #asyncness fn call(&self, #(#params),*) -> #output { #body }
            #allow
            #asyncness fn uncached(&self, #(#params),*) -> #output { #compute #wait }
        )
    }

    fn host(&self) -> Host<'_> {
        let span = Span::mixed_site();
        let args = self.params.iter().map(|param| &param.name);
        let receiver: syn::Receiver = parse_quote_spanned!(span=> &self);
        Host {
            parts: Parts {
                options: self.options,
                scope: Scope::of_closure(self.params),
                p: private(self.options),
                site: quote_spanned!(span=> Self::__ecached_site()),
                auto_path: TokenStream::new(),
            },
            vis: Visibility::Inherited,
            cfgs: TokenStream::new(),
            name_prefix: String::new(),
            receiver: Some(receiver.clone()),
            shared_receiver: Some(receiver),
            needs_self: true,
            params: self.params,
            generics: Generics::default(),
            output: self.output,
            is_async: self.closure.asyncness.is_some(),
            compute: quote_spanned!(self.closure.span().resolved_at(span)=> (self.__compute)(#(#args),*)),
            is_stub: false,
        }
    }
}
