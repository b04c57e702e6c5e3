//! Expansions as text, and what is said about wrong input.

mod expansions;
mod messages;

use proc_macro2::TokenStream;

use crate::scan::Enclosing;

/// Expands `#[cached(args)] item`.
fn cached(args: &str, item: &str) -> TokenStream {
    crate::function::cached(args.parse().unwrap(), &item.parse().unwrap(), Some(Enclosing::Other))
}
