//! The names that a template or an expression in the options can use.

use ecached_template::Field;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{GenericParam, Generics, Index, Receiver, Type};

use crate::attr::{Key, Options, TemplateLit};
use crate::mention::{mentions, unraw};
use crate::model::{Function, Param};

/// What is in scope where the options stand.
pub(crate) struct Scope<'a> {
    /// What the parameters belong to, for messages.
    pub(crate) owner: String,
    pub(crate) receiver: Option<&'a Receiver>,
    pub(crate) params: &'a [Param],
    generics: Option<&'a Generics>,
    /// Whether any variable may be named, as in the inline forms.
    pub(crate) is_open: bool,
}

/// What a name stands for.
pub(crate) enum Known<'a> {
    Receiver(Span),
    Variable(&'a Ident),
    Type(&'a Ident),
    Const(&'a Ident),
}

impl<'a> Scope<'a> {
    /// The parameters of a function.
    pub(crate) fn of_function(function: &'a Function) -> Self {
        Self {
            owner: format!("`{}`", function.name()),
            receiver: function.receiver(),
            params: &function.params,
            generics: Some(&function.sig.generics),
            is_open: false,
        }
    }

    /// The parameters of a closure.
    pub(crate) fn of_closure(params: &'a [Param]) -> Self {
        Self {
            owner: "this closure".to_owned(),
            receiver: None,
            params,
            generics: None,
            is_open: false,
        }
    }

    /// Whatever is in scope at the place of the macro.
    pub(crate) fn open() -> Self {
        Self {
            owner: "this place".to_owned(),
            receiver: None,
            params: &[],
            generics: None,
            is_open: true,
        }
    }

    /// The variables that the parameters bind.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &'a Ident> {
        self.params.iter().flat_map(|param| &param.bindings)
    }

    /// The type and const parameters.
    pub(crate) fn type_params(&self) -> impl Iterator<Item = Known<'a>> {
        let params = self.generics.into_iter().flat_map(|generics| &generics.params);
        params.filter_map(|param| match param {
            GenericParam::Type(param) => Some(Known::Type(&param.ident)),
            GenericParam::Const(param) => Some(Known::Const(&param.ident)),
            GenericParam::Lifetime(_) => None,
        })
    }

    pub(crate) fn lookup(&self, name: &str) -> Option<Known<'a>> {
        if name == "self" {
            return self.receiver.map(|receiver| Known::Receiver(receiver.self_token.span));
        }
        let variable = self.variables().find(|ident| unraw(ident) == name).map(Known::Variable);
        variable.or_else(|| {
            self.type_params().find(|known| known.ident().is_some_and(|ident| unraw(ident) == name))
        })
    }

    /// The place that a field of a template names; errors about it appear at `at`.
    pub(crate) fn place(&self, field: &Field, at: Span) -> TokenStream {
        let root = &field.path[0];
        let mut place = match self.lookup(root) {
            Some(known) => known.place(at),
            None => raw_if_keyword(root, at).to_token_stream(),
        };
        for member in &field.path[1..] {
            let member = match member.parse::<u32>() {
                Ok(index) => Index { index, span: at }.to_token_stream(),
                Err(_) => raw_if_keyword(member, at).to_token_stream(),
            };
            place = quote_spanned!(at=> #place.#member);
        }
        place
    }
}

impl Known<'_> {
    pub(crate) fn ident(&self) -> Option<&Ident> {
        match self {
            Self::Receiver(_) => None,
            Self::Variable(ident) | Self::Type(ident) | Self::Const(ident) => Some(ident),
        }
    }

    /// The place, with the name resolved as in the signature and errors shown at `at`.
    pub(crate) fn place(&self, at: Span) -> TokenStream {
        let ident = match self {
            Self::Receiver(span) => Ident::new("self", at.resolved_at(*span)),
            Self::Variable(ident) | Self::Type(ident) | Self::Const(ident) => {
                let mut ident = (*ident).clone();
                ident.set_span(at.resolved_at(ident.span()));
                ident
            }
        };
        if matches!(self, Self::Type(_)) {
            quote_spanned!(at=> ::core::any::type_name::<#ident>())
        } else {
            ident.to_token_stream()
        }
    }
}

impl Options {
    /// The templates that the key is made of.
    pub(crate) fn key_templates(&self) -> impl Iterator<Item = &TemplateLit> {
        let key = match &self.key {
            Key::Template(template) => Some(template),
            Key::Auto | Key::Expr(_) => None,
        };
        self.prefix.iter().chain(key)
    }

    /// Whether `name` is written in the key or the prefix.
    pub(crate) fn key_uses(&self, name: &str) -> bool {
        let in_expr = match &self.key {
            Key::Expr(expr) => mentions(&expr.to_token_stream(), name),
            Key::Auto | Key::Template(_) => false,
        };
        in_expr || self.key_templates().any(|template| template.uses(name))
    }

    /// Whether a template of the key renders exactly this field.
    pub(crate) fn key_has(&self, field: &Field) -> bool {
        self.key_templates()
            .flat_map(|template| template.template.fields())
            .any(|own| own.path == field.path && own.debug == field.debug)
    }

    /// Whether the key or a declared tag depends on `name`.
    pub(crate) fn entry_uses(&self, name: &str) -> bool {
        self.key_uses(name) || self.tags.iter().any(|tag| tag.uses(name))
    }

    pub(crate) fn ignores(&self, name: &str) -> bool {
        self.ignore.iter().any(|ignored| unraw(ignored) == name)
    }
}

impl TemplateLit {
    pub(crate) fn uses(&self, name: &str) -> bool {
        self.template.fields().any(|field| field.path[0] == name)
    }
}

/// Whether a type is `impl Trait`, which has no name.
pub(crate) fn is_impl_trait(ty: &Type) -> bool {
    match ty {
        Type::ImplTrait(_) => true,
        Type::Reference(reference) => is_impl_trait(&reference.elem),
        Type::Paren(paren) => is_impl_trait(&paren.elem),
        Type::Group(group) => is_impl_trait(&group.elem),
        _ => false,
    }
}

fn raw_if_keyword(name: &str, at: Span) -> Ident {
    match name {
        "self" | "Self" | "super" | "crate" => Ident::new(name, at),
        _ if syn::parse_str::<Ident>(name).is_ok() => Ident::new(name, at),
        _ => Ident::new_raw(name, at),
    }
}
