//! The arguments of a macro as a list: `name = expression`, a flag, or an expression.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Expr, Ident, Token};

/// Names that may stand alone.
const FLAGS: [&str; 2] = ["local", "in_impl"];

/// One argument of a macro.
pub(crate) enum Arg {
    Named(Ident, Expr),
    Flag(Ident),
    Positional(Expr),
}

impl Arg {
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Named(name, _) | Self::Flag(name) => name.span(),
            Self::Positional(expr) => expr.span(),
        }
    }
}

impl Parse for Arg {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(Ident::peek_any) && input.peek2(Token![=]) && !input.peek2(Token![==]) {
            let name = input.call(Ident::parse_any)?;
            input.parse::<Token![=]>()?;
            return Ok(Self::Named(name, input.parse()?));
        }
        let expr: Expr = input.parse()?;
        if let Expr::Path(path) = &expr
            && let Some(name) =
                path.path.get_ident().filter(|name| FLAGS.iter().any(|flag| name == flag))
        {
            return Ok(Self::Flag(name.clone()));
        }
        Ok(Self::Positional(expr))
    }
}

/// The arguments of an attribute.
pub(crate) struct Args(pub(crate) Vec<Arg>);

impl Parse for Args {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self(Punctuated::<Arg, Token![,]>::parse_terminated(input)?.into_iter().collect()))
    }
}

/// The arguments of `ecached!`: options, then what is cached.
pub(crate) struct WrapInput {
    pub(crate) args: Vec<Arg>,
    pub(crate) body: Expr,
}

impl Parse for WrapInput {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        const EXPECTED: &str = "the last argument is what is cached: a closure `|id: u64| -> T { … }`, `async { … }` \
                                or a block `{ … }`";
        let Args(mut args) = input.parse()?;
        match args.pop() {
            Some(Arg::Positional(body @ (Expr::Closure(_) | Expr::Async(_) | Expr::Block(_)))) => {
                Ok(Self { args, body })
            }
            Some(other) => Err(syn::Error::new(other.span(), EXPECTED)),
            None => Err(syn::Error::new(Span::call_site(), EXPECTED)),
        }
    }
}
