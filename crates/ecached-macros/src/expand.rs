//! The parts that all expansions are made of: how keys, tags, timeouts and decisions become calls of the runtime.
//!
//! Everything is emitted with mixed-site hygiene: the locals of an expansion and those of the user never meet, and lints
//! see the code as a macro's. What a user wrote keeps its own spans.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use ecached_template::Piece;

use crate::attr::{Key, Options, TemplateLit, Timeout};
use crate::mention::unraw;
use crate::model::{Param, borrowing};
use crate::policy::timeout;
use crate::scope::{Known, Scope, is_impl_trait};

/// The span for generated tokens whose errors are best shown at `span`.
pub(crate) fn at(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// What the parts are made for.
pub(crate) struct Parts<'a> {
    pub(crate) options: &'a Options,
    pub(crate) scope: Scope<'a>,
    /// The hidden module of the facade.
    pub(crate) p: TokenStream,
    /// An expression for the `&'static Site`.
    pub(crate) site: TokenStream,
    /// Statements that render the beginning of an automatic key into `__k`.
    pub(crate) auto_path: TokenStream,
}

/// The hidden module of the facade, in mixed-site hygiene.
pub(crate) fn private(options: &Options) -> TokenStream {
    let krate = &options.krate;
    quote_spanned!(Span::mixed_site()=> #krate::__private)
}

impl Parts<'_> {
    /// An expression for the rendered key.
    pub(crate) fn key(&self) -> TokenStream {
        let (p, k, key) = (&self.p, buffer(), self.render_key());
        quote_spanned!(Span::mixed_site()=> { let mut #k = #p::KeyBuf::new(); #key #k })
    }

    /// Statements that render the key into `__k`.
    fn render_key(&self) -> TokenStream {
        let k = buffer();
        let prefix = self.options.prefix.iter().map(|prefix| {
            let prefix = self.render(prefix);
            quote_spanned!(Span::mixed_site()=> #prefix #k.end_prefix();)
        });
        let key = match &self.options.key {
            Key::Template(template) => self.render(template),
            Key::Expr(expr) => {
                quote_spanned!(at(expr.span())=> #k.text(::core::convert::AsRef::<str>::as_ref(&(#expr)));)
            }
            Key::Auto => self.auto_key(),
        };
        quote_spanned!(Span::mixed_site()=> #(#prefix)* #key)
    }

    /// An expression for the key of a call: its number, and how to render it.
    pub(crate) fn call_key(&self) -> TokenStream {
        let (p, k, number, key) = (&self.p, buffer(), self.number(), self.render_key());
        quote_spanned!(Span::mixed_site()=>
            #p::Key { number: #number, render: &|mut #k: &mut #p::KeyBuf| { #key } }
        )
    }

    /// An expression for a key of which only the prefix is rendered.
    pub(crate) fn prefix(&self) -> Option<TokenStream> {
        let (p, k) = (&self.p, buffer());
        let prefix = self.render(self.options.prefix.as_ref()?);
        Some(
            quote_spanned!(Span::mixed_site()=> { let mut #k = #p::KeyBuf::new(); #prefix #k.end_prefix(); #k }),
        )
    }

    /// Statements that render a template into `__k`.
    pub(crate) fn render(&self, template: &TemplateLit) -> TokenStream {
        let (p, k, span) = (&self.p, buffer(), template.lit.span());
        let mut at_segment_start = true;
        let pieces = template.template.pieces.iter().map(|piece| match piece {
            Piece::Literal(text) => {
                let statement = self.literal(text, at_segment_start);
                at_segment_start = text.ends_with(':');
                statement
            }
            Piece::Field(field) => {
                at_segment_start = false;
                let place = self.scope.place(field, span);
                let render =
                    Ident::new(if field.debug { "field_debug" } else { "field" }, at(span));
                let until = option(field.until.as_ref());
                quote_spanned!(at(span)=> #p::#render!(&mut #k, #place, #until);)
            }
        });
        pieces.collect()
    }

    /// Statements that append text of a template. A whole segment of it, such as `user:`, is hashed when the user's crate
    /// is compiled.
    fn literal(&self, text: &str, at_segment_start: bool) -> TokenStream {
        let (p, k) = (&self.p, buffer());
        let is_name = |segment: &str| segment.starts_with(|first: char| !first.is_ascii_digit());
        match text.split_once(':') {
            Some((segment, rest)) if at_segment_start && is_name(segment) => {
                let with_colon = &text[..=segment.len()];
                let rest = (!rest.is_empty()).then(|| self.literal(rest, true));
                quote_spanned!(Span::mixed_site()=> #k.segment(#with_colon, const { #p::segment_hash(#segment) }); #rest)
            }
            _ => quote_spanned!(Span::mixed_site()=> #k.literal(#text);),
        }
    }

    /// Statements that render the function's path and every argument by name.
    fn auto_key(&self) -> TokenStream {
        let (p, k) = (&self.p, buffer());
        let mut statements = self.auto_path.clone();
        for param in self.scope.type_params() {
            let Some(ident) = param.ident() else { continue };
            let (label, place) = (format!(":{}=", unraw(ident)), param.place(ident.span()));
            statements.extend(quote_spanned!(at(ident.span())=> #k.literal(#label); #p::field!(&mut #k, #place, #p::Option::None);));
        }
        if let Some(receiver) = self.scope.receiver.filter(|_| !self.options.ignores("self")) {
            let span = receiver.self_token.span;
            let place = Known::Receiver(span).place(span);
            statements.extend(
                quote_spanned!(at(span)=> #k.literal(":self="); #p::field_auto!(&mut #k, #place, #p::Option::None);),
            );
        }
        for param in self.scope.params {
            for ident in &param.bindings {
                let name = unraw(ident);
                if name.starts_with('_') || self.options.ignores(&name) {
                    continue;
                }
                if param.is_plain && is_impl_trait(&param.ty) {
                    // 1_u8 and "1" are different arguments of `impl Display`.
                    statements.extend(quote_spanned!(at(ident.span())=>
                        #k.literal(":");
                        #p::field!(&mut #k, ::core::any::type_name_of_val(&#ident), #p::Option::None);
                    ));
                }
                let label = format!(":{name}=");
                statements.extend(quote_spanned!(at(ident.span())=>
                    #k.literal(#label);
                    #p::field_auto!(&mut #k, #ident, #p::Option::None);
                ));
            }
        }
        statements
    }

    /// An expression for what tells entries apart that differ in their tags only.
    pub(crate) fn extra(&self) -> TokenStream {
        let (p, k) = (&self.p, buffer());
        let mut seen = Vec::new();
        let mut statements = TokenStream::new();
        for tag in &self.options.tags {
            for field in tag.template.fields() {
                let root = &field.path[0];
                // The key tells calls apart by this very field, or by the whole argument; anything less is not enough: two
                // users of one id may have two organisations.
                let is_in_auto_key = matches!(self.options.key, Key::Auto)
                    && field.path.len() == 1
                    && !self.options.ignores(root)
                    && !root.starts_with('_');
                if is_in_auto_key || self.options.key_has(field) || seen.contains(&field.path) {
                    continue;
                }
                if !seen.is_empty() {
                    statements.extend(quote_spanned!(Span::mixed_site()=> #k.literal(":");));
                }
                seen.push(field.path.clone());
                let (span, place) = (tag.lit.span(), self.scope.place(field, tag.lit.span()));
                let render =
                    Ident::new(if field.debug { "field_debug" } else { "field" }, at(span));
                statements.extend(
                    quote_spanned!(at(span)=> #p::#render!(&mut #k, #place, #p::Option::None);),
                );
            }
        }
        if seen.is_empty() {
            return quote_spanned!(Span::mixed_site()=> 0);
        }
        quote_spanned!(Span::mixed_site()=> { let mut #k = #p::KeyBuf::new(); #statements #p::extra(#k) })
    }

    /// An expression for a list of rendered names.
    pub(crate) fn names(&self, templates: &[TemplateLit]) -> TokenStream {
        let (p, k) = (&self.p, buffer());
        if templates.is_empty() {
            return quote_spanned!(Span::mixed_site()=> #p::Vec::new());
        }
        let names = templates.iter().map(|name| match name.template.pieces.as_slice() {
            [Piece::Literal(text)] => quote_spanned!(Span::mixed_site()=> #p::Cow::Borrowed(#text)),
            _ => {
                let statements = self.render(name);
                quote_spanned!(Span::mixed_site()=> { let mut #k = #p::KeyBuf::new(); #statements #k.name() })
            }
        });
        quote_spanned!(Span::mixed_site()=> #p::names([#(#names),*]))
    }

    /// An expression for the timeout that the arguments decide.
    pub(crate) fn timeout(&self) -> TokenStream {
        let p = &self.p;
        match &self.options.timeout {
            Timeout::Expr(expr) => timeout(p, expr),
            Timeout::Default | Timeout::Value(_) => {
                quote_spanned!(Span::mixed_site()=> #p::Timeout::Default)
            }
        }
    }

    /// An expression for the plan, rendered when it is asked for.
    pub(crate) fn plan(&self, ops: &TokenStream) -> TokenStream {
        let (p, tags, timeout) = (&self.p, self.names(&self.options.tags), self.timeout());
        quote_spanned!(Span::mixed_site()=> &|| #p::Plan { ops: #ops, tags: #tags, timeout: #timeout })
    }

    /// An expression for the cache and the function's place in it.
    pub(crate) fn target(&self) -> TokenStream {
        let (p, site) = (&self.p, &self.site);
        match &self.options.cache {
            Some(cache) => {
                quote_spanned!(at(cache.span())=> #p::on(#site, #p::as_cache(&(#cache))))
            }
            None => quote_spanned!(Span::mixed_site()=> #p::at(#site)),
        }
    }

    /// An expression for how values are stored; `output` is where errors about their type appear.
    pub(crate) fn ops(&self, output: Span) -> TokenStream {
        let p = &self.p;
        let ops = Ident::new(if self.options.is_local { "ops_local" } else { "ops" }, at(output));
        quote_spanned!(at(output)=> #p::#ops(__kind))
    }

    /// The static of a site; `path` is an expression for a `fn() -> &'static str`.
    pub(crate) fn site_static(&self, path: &TokenStream, is_async: bool) -> TokenStream {
        let (p, options) = (&self.p, self.options);
        let template = match &options.key {
            Key::Template(template) => template.template.to_string(),
            Key::Auto | Key::Expr(_) => String::new(),
        };
        let alias = option(options.alias.as_ref());
        let tags = options.tags.iter().map(|tag| tag.template.to_string());
        let prefix =
            option(options.prefix.as_ref().map(|prefix| prefix.template.to_string()).as_ref());
        let (value_tags, pattern) = (options.value_tags.is_some(), self.pattern());
        let lock = options.lock.as_ref().map(|lock| quote!(.with_lock(#p::Lock::#lock)));
        quote_spanned!(Span::mixed_site()=>
            static __ECACHED_SITE: #p::Site = #p::Site::new(#p::SiteSpec {
                path: #path, template: #template, pattern: #pattern, alias: #alias, tags: &[#(#tags),*], prefix: #prefix,
                value_tags: #value_tags, is_async: #is_async,
            })#lock;
        )
    }
}

/// The name of the buffer that a name is rendered into.
pub(crate) fn buffer() -> Ident {
    Ident::new("__k", Span::mixed_site())
}

/// A statement that binds the variables of a parameter's pattern to references into it; nothing if it is a name.
pub(crate) fn bind(param: &Param) -> Option<TokenStream> {
    if param.is_plain || param.bindings.is_empty() {
        return None;
    }
    let (pat, name) = (borrowing(param.pat.clone()), &param.name);
    Some(quote_spanned!(Span::mixed_site()=> let #pat = &#name;))
}

/// `Some(value)` or `None`, as tokens.
fn option(value: Option<&impl ToTokens>) -> TokenStream {
    match value {
        Some(value) => quote_spanned!(Span::mixed_site()=> ::core::option::Option::Some(#value)),
        None => quote_spanned!(Span::mixed_site()=> ::core::option::Option::None),
    }
}

/// What user lints have nothing to say about in generated functions.
pub(crate) fn silence() -> TokenStream {
    quote_spanned!(Span::mixed_site()=>
        #[allow(dead_code, unused_variables, unreachable_pub, unused_lifetimes, non_snake_case)]
        #[allow(clippy::all, clippy::pedantic, clippy::nursery)]
    )
}
