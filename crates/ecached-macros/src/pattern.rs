//! Keys of which only an integer changes: the template as the runtime knows it, and the integer of a call.
//!
//! Whether the field is an integer is found out when the user's crate is compiled; here it only has to be the one field, and
//! a whole segment: `user:<id>`, not `user-<id>`, so that it is hashed as a number.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

use ecached_template::{Field, Piece};

use crate::attr::{Key, Options};
use crate::expand::{Parts, at};

/// A template with one field: the text before it, the field, the text behind it.
struct Pattern<'a> {
    before: String,
    field: &'a Field,
    /// Where errors about the field are shown.
    span: Span,
    after: String,
}

impl Parts<'_> {
    /// An expression for the site's pattern.
    pub(crate) fn pattern(&self) -> TokenStream {
        let p = &self.p;
        let Some(Pattern { before, after, .. }) = pattern(self.options) else {
            return quote_spanned!(Span::mixed_site()=> #p::Pattern::NONE);
        };
        let hash = |segment| quote_spanned!(Span::mixed_site()=> #p::segment_hash(#segment));
        let (before_hashes, after_hashes) =
            (segments_before(&before).map(hash), segments_after(&after).map(hash));
        quote_spanned!(Span::mixed_site()=>
            #p::Pattern::new((#before, &[#(#before_hashes),*]), (#after, &[#(#after_hashes),*]))
        )
    }

    /// An expression for the integer of a call, if there is one.
    pub(crate) fn number(&self) -> TokenStream {
        let p = &self.p;
        let Some(Pattern { field, span, .. }) = pattern(self.options) else {
            return quote_spanned!(Span::mixed_site()=> #p::Option::None);
        };
        let place = self.scope.place(field, span);
        quote_spanned!(at(span)=> #p::number!(#place))
    }
}

fn pattern(options: &Options) -> Option<Pattern<'_>> {
    let Key::Template(key) = &options.key else { return None };
    let (mut before, mut found, mut after) = (String::new(), None, String::new());
    for (index, template) in options.prefix.iter().chain([key]).enumerate() {
        if index > 0 {
            // Between the prefix and the key.
            if found.is_none() { &mut before } else { &mut after }.push(':');
        }
        for piece in &template.template.pieces {
            match piece {
                Piece::Literal(text) if found.is_none() => before.push_str(text),
                Piece::Literal(text) => after.push_str(text),
                Piece::Field(field) if found.is_none() && !field.debug => {
                    found = Some((field, template.lit.span()));
                }
                Piece::Field(_) => return None,
            }
        }
    }
    let (field, span) = found?;
    let is_segment = (before.is_empty() || before.ends_with(':'))
        && (after.is_empty() || after.starts_with(':'));
    let has_number = |segment: &str| segment.starts_with(|first: char| first.is_ascii_digit());
    let is_fixed = !segments_before(&before).chain(segments_after(&after)).any(has_number);
    (is_segment && is_fixed).then_some(Pattern { before, field, span, after })
}

fn segments_before(text: &str) -> impl Iterator<Item = &str> {
    text.strip_suffix(':').into_iter().flat_map(|text| text.split(':'))
}

fn segments_after(text: &str) -> impl Iterator<Item = &str> {
    text.strip_prefix(':').into_iter().flat_map(|text| text.split(':'))
}
