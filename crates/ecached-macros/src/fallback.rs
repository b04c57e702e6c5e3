//! What is emitted when the input has errors: the item as it was, so that nothing else seems wrong.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ItemFn;

use crate::errors::Errors;
use crate::function::parse_function;

/// Parses the item under an attribute as a function, or says that it should be one.
pub(crate) fn function(attribute: &str, item: &TokenStream, errors: &mut Errors) -> Option<ItemFn> {
    match parse_function(item) {
        Ok(function) => Some(function),
        Err(error) => {
            let is_item = syn::parse2::<syn::Item>(item.clone()).is_ok();
            if is_item {
                let at = item
                    .clone()
                    .into_iter()
                    .next()
                    .map_or_else(Span::call_site, |token| token.span());
                errors.push(at, format!("`{attribute}` goes on a function or a method"));
            } else {
                errors.add(error);
            }
            None
        }
    }
}

/// The errors and the item as it was.
pub(crate) fn unchanged(item: &TokenStream, errors: Errors) -> TokenStream {
    let errors = errors.into_result().err().map(|error| error.to_compile_error());
    quote!(#errors #item)
}

/// The errors in the place of an expression.
pub(crate) fn expression(errors: Errors) -> TokenStream {
    let errors = errors.into_result().err().map(|error| error.to_compile_error());
    quote!({ #errors ::core::unreachable!("this program does not compile") })
}

/// The errors in the place of a `String`.
pub(crate) fn string(errors: Errors) -> TokenStream {
    let errors = errors.into_result().err().map(|error| error.to_compile_error());
    quote!({ #errors ::std::string::String::new() })
}

/// The body of functions that only have to be there.
pub(crate) fn stub() -> TokenStream {
    quote_spanned!(Span::mixed_site()=> { ::core::unreachable!("this program does not compile") })
}
