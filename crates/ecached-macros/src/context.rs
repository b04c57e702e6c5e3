//! Where a function stands: alone, in an `impl`, or where nothing may be added beside it.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;

use crate::attr::Options;
use crate::model::Function;
use crate::scan::{Enclosing, innermost};

/// Where the companions of a function go.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Placement {
    /// Into a type of the same name.
    Free,
    /// Beside the function, into its `impl`.
    Associated,
    /// Nowhere: a trait decides what stands there, or the user does not want them.
    Nowhere {
        /// Whether there is a `Self`.
        has_self: bool,
    },
}

/// Decides by the options, then the signature, then the source.
pub(crate) fn placement(
    function: &Function,
    options: &Options,
    enclosing: Option<Enclosing>,
) -> Placement {
    let is_in_trait = matches!(enclosing, Some(Enclosing::Trait | Enclosing::TraitImpl));
    let has_self = options.in_impl
        || function.receiver().is_some()
        || is_in_trait
        || enclosing == Some(Enclosing::Inherent)
        || names_self(&function.sig.to_token_stream())
        || names_self(&function.block.to_token_stream());
    if !options.companions || is_in_trait {
        Placement::Nowhere { has_self }
    } else if has_self {
        Placement::Associated
    } else {
        Placement::Free
    }
}

/// Whether `Self` stands in `tokens`, outside of items with a `Self` of their own.
fn names_self(tokens: &TokenStream) -> bool {
    let mut is_item = false;
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) if ident == "impl" || ident == "trait" => {
            is_item = true;
            false
        }
        TokenTree::Ident(ident) => !is_item && ident == "Self",
        TokenTree::Group(group) => {
            let is_body = group.delimiter() == proc_macro2::Delimiter::Brace;
            let found = !is_item && names_self(&group.stream());
            is_item &= !is_body;
            found
        }
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// What encloses the macro's call in its source file; `None` if that cannot be known.
pub(crate) fn of_call_site() -> Option<Enclosing> {
    let call = proc_macro::Span::call_site();
    let source = std::fs::read_to_string(call.local_file()?).ok()?;
    Some(innermost(&source, call.line(), call.column()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_self_of_an_inner_impl_is_not_ours() {
        for (code, expected) in [
            ("{ Self::x() }", true),
            ("{ struct A; impl A { fn f() -> Self { A } } }", false),
            ("{ impl A { fn f() {} } Self::x() }", true),
            ("{ self_x() }", false),
        ] {
            assert_eq!(names_self(&code.parse().unwrap()), expected, "{code}");
        }
    }
}
