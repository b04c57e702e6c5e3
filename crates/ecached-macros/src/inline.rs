//! `ecached!` around a block or an `async` block, in place.
//!
//! The names are rendered first, because the block may take what they are made of.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

use crate::attr::Options;
use crate::expand::{Parts, private};
use crate::scope::Scope;
use crate::wrap::path;

/// Expands to the value of the block, or to a future of it.
pub(crate) fn expand(options: &Options, body: &Expr) -> TokenStream {
    let span = Span::mixed_site();
    let is_async = matches!(body, Expr::Async(_));
    let parts = Parts {
        options,
        scope: Scope::open(),
        p: private(options),
        site: quote_spanned!(span=> &__ECACHED_SITE),
        auto_path: TokenStream::new(),
    };
    let p = &parts.p;
    let site = parts.site_static(&path(options), is_async);
    let (number, key, extra) = (parts.number(), parts.key(), parts.extra());
    let ops = parts.ops(body.span());
    let (tags, timeout, policy) = (parts.names(&options.tags), parts.timeout(), parts.policy());
    let cache = options
        .cache
        .as_ref()
        .map(|cache| quote_spanned!(span=> let __cache = #p::as_cache(&(#cache));));
    let target = match &options.cache {
        Some(_) => quote_spanned!(span=> #p::on(&__ECACHED_SITE, __cache)),
        None => parts.target(),
    };
    let (list, tags) = match options.tags.is_empty() {
        true => (None, tags),
        false => (
            Some(quote_spanned!(span=> let __tags = #tags;)),
            quote_spanned!(span=> ::core::clone::Clone::clone(&__tags)),
        ),
    };
    let (compute, kind_of) = compute(body);
    let rendered = quote_spanned!(span=>
        #p::Key { number: __number, render: &|__k: &mut #p::KeyBuf| ::core::clone::Clone::clone_from(__k, &__text) }
    );
    let start = quote_spanned!(span=>
        #p::start(#target, __kind, #rendered, __extra, &|| #p::Plan { ops: #ops, tags: #tags, timeout: __timeout })
    );
    let run = if is_async {
        quote_spanned!(span=>
            let __policy = #policy;
            async move {
                let __call = match { let __start = #start; __start } {
                    #p::Start::Hit(__value) => return __value,
                    #p::Start::Miss(__call) => __call,
                };
                __call.run_async(__policy, __compute).await
            }
        )
    } else {
        quote_spanned!(span=>
            let __start = #start;
            match __start {
                #p::Start::Hit(__value) => __value,
                #p::Start::Miss(__call) => __call.run(#policy, __compute),
            }
        )
    };
    quote_spanned!(span=> {
        #site
        let (__number, __text) = (#number, #key);
        let __extra = #extra;
        let __timeout = #timeout;
        #list
        #cache
        let __compute = #compute;
        let __kind = #p::#kind_of!(&__compute);
        #run
    })
}

/// An expression for what computes the value, and the macro that finds its kind.
fn compute(body: &Expr) -> (TokenStream, TokenStream) {
    match body {
        Expr::Async(future) => (future.to_token_stream(), quote!(kind_of_future)),
        block => (quote_spanned!(Span::mixed_site()=> || #block), quote!(kind_of)),
    }
}
