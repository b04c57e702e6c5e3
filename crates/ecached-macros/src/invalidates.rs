//! `#[invalidates]` on a function that changes data, and `key!` and `tag!`.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{LitStr, Path, Token};

use crate::attr::{Args, Macro, Options, build, template};
use crate::errors::Errors;
use crate::expand::{Parts, at, buffer, private};
use crate::fallback;
use crate::mention::unraw;
use crate::model::Function;
use crate::scope::Scope;
use crate::validate;

/// Expands `#[invalidates(args)] item`.
pub(crate) fn invalidates(args: TokenStream, item: &TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let Some(function) = fallback::function("#[invalidates]", item, &mut errors) else {
        return fallback::unchanged(item, errors);
    };
    let parsed = errors.take(syn::parse2::<Args>(args));
    let is_parsed = parsed.is_some();
    let options =
        build(Macro::Invalidates, parsed.map_or_else(Vec::new, |args| args.0), &mut errors);
    let function = Function::new(function);
    validate::signature(&function, &mut errors);
    if is_parsed && errors.is_empty() {
        validate::invalidates(&options, &Scope::of_function(&function), &mut errors);
    }
    if errors.is_empty() { expand(&function, &options) } else { fallback::unchanged(item, errors) }
}

fn expand(function: &Function, options: &Options) -> TokenStream {
    let parts = parts(options, Scope::of_function(function));
    let (p, output, block, sig) = (&parts.p, &function.output, &function.block, &function.sig);
    let (attrs, vis) = (&function.attrs, &function.vis);
    let tail = format!("::{}", unraw(function.name()));
    let invalidation = invalidation(&parts);
    let on_error = match &options.on_error {
        Some(expr) => quote_spanned!(at(expr.span())=> ::core::option::Option::Some(&(#expr))),
        None => quote_spanned!(Span::mixed_site()=> ::core::option::Option::None),
    };
    let (run, aio, wait) = if function.is_async() {
        let run = quote_spanned!(Span::mixed_site()=> {
            // Tells the block its type beforehand, as the function's signature did.
            fn __ecached_typed<T, F: ::core::future::Future<Output = T>>(future: F) -> F { future }
            __ecached_typed::<#output, _>(async move #block).await
        });
        (run, Some(quote!(aio::)), Some(quote!(.await)))
    } else {
        (quote_spanned!(Span::mixed_site()=> (move || -> #output #block)()), None, None)
    };
    let allow = quote_spanned!(Span::mixed_site()=> #[allow(clippy::redundant_closure_call)]);
    quote_spanned!(Span::mixed_site()=>
        #(#attrs)*
        #allow
        #vis #sig {
            let __invalidation = #invalidation;
            let __kind = #p::kind!(#output);
            let __result = #run;
            if #p::succeeded(__kind, &__result) {
                #p::#aio invalidate_after(
                    ::core::concat!(::core::module_path!(), #tail), &__invalidation, #on_error,
                )#wait;
            }
            __result
        }
    )
}

/// An expression for what is to be invalidated.
fn invalidation(parts: &Parts<'_>) -> TokenStream {
    let (p, options) = (&parts.p, parts.options);
    let (tags, keys) = (parts.names(&options.tags), parts.names(&options.keys));
    let prefixes = match &options.prefix {
        Some(prefix) => parts.names(std::slice::from_ref(prefix)),
        None => quote_spanned!(Span::mixed_site()=> #p::Vec::new()),
    };
    let alias = match &options.alias {
        Some(alias) => quote_spanned!(Span::mixed_site()=> ::core::option::Option::Some(#alias)),
        None => quote_spanned!(Span::mixed_site()=> ::core::option::Option::None),
    };
    quote_spanned!(Span::mixed_site()=>
        #p::Invalidation { alias: #alias, tags: #tags, keys: #keys, prefixes: #prefixes }
    )
}

/// Expands `key!("…")` and `tag!("…")`.
pub(crate) fn name(input: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let parsed = errors.take(syn::parse2::<NameInput>(input));
    let parsed = parsed
        .and_then(|input| errors.take(template(&input.lit)).map(|template| (input, template)));
    let Some((input, template)) = parsed else {
        return fallback::string(errors);
    };
    let mut options = Options::new();
    if let Some(krate) = input.krate {
        options.krate = krate;
    }
    let parts = parts(&options, Scope::open());
    let (p, k, statements) = (&parts.p, buffer(), parts.render(&template));
    quote_spanned!(Span::mixed_site()=> { let mut #k = #p::KeyBuf::new(); #statements #k.into_string() })
}

fn parts<'a>(options: &'a Options, scope: Scope<'a>) -> Parts<'a> {
    Parts {
        options,
        scope,
        p: private(options),
        site: TokenStream::new(),
        auto_path: TokenStream::new(),
    }
}

/// A template, and perhaps `crate = path`.
struct NameInput {
    lit: LitStr,
    krate: Option<Path>,
}

impl Parse for NameInput {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let lit = input.parse().map_err(|error| {
            syn::Error::new(
                error.span(),
                "a template is expected: a string literal such as \"user:<id>\"",
            )
        })?;
        let mut krate = None;
        if input.parse::<Option<Token![,]>>()?.is_some() && !input.is_empty() {
            input.parse::<Token![crate]>()?;
            input.parse::<Token![=]>()?;
            krate = Some(input.parse()?);
            input.parse::<Option<Token![,]>>()?;
        }
        Ok(Self { lit, krate })
    }
}
