//! Collects every error of one expansion, so that a user sees all of them at once.

use std::fmt::Display;

use proc_macro2::Span;

/// What is wrong with the input so far.
#[derive(Default)]
pub(crate) struct Errors {
    found: Option<syn::Error>,
}

impl Errors {
    /// Adds a message at the token that is to be changed.
    pub(crate) fn push(&mut self, at: Span, message: impl Display) {
        self.add(syn::Error::new(at, message));
    }

    /// Adds an error of the parser.
    pub(crate) fn add(&mut self, error: syn::Error) {
        match &mut self.found {
            Some(found) => found.combine(error),
            None => self.found = Some(error),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_none()
    }

    /// The errors, if there are any.
    pub(crate) fn into_result(self) -> syn::Result<()> {
        self.found.map_or(Ok(()), Err)
    }

    /// `result`, with its error added.
    pub(crate) fn take<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.add(error)).ok()
    }
}
