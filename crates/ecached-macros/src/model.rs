//! Our own model of a function or closure: what the rules and the expansion ask about it.

use proc_macro2::{Ident, Span};
use quote::format_ident;
use syn::spanned::Spanned;
use syn::{
    Attribute, Block, ExprClosure, FnArg, GenericArgument, GenericParam, ItemFn, Pat,
    PathArguments, Receiver, ReceiverKind, ReturnType, Signature, Type, Visibility, parse_quote,
};

use crate::errors::Errors;

/// A function with the attribute on it.
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    pub(crate) block: Block,
    pub(crate) params: Vec<Param>,
    /// What it returns; `()` if nothing is written.
    pub(crate) output: Type,
}

/// A parameter other than `self`.
pub(crate) struct Param {
    pub(crate) attrs: Vec<Attribute>,
    /// The pattern as written.
    pub(crate) pat: Pat,
    /// The name under which generated functions take it: the user's own, or one that user code cannot see.
    pub(crate) name: Ident,
    pub(crate) ty: Type,
    /// The variables that the pattern binds.
    pub(crate) bindings: Vec<Ident>,
    /// Whether the pattern is a name, perhaps with `mut`.
    pub(crate) is_plain: bool,
}

impl Function {
    pub(crate) fn new(item: ItemFn) -> Self {
        let params = item.sig.inputs.iter().filter_map(|input| match input {
            FnArg::Receiver(_) => None,
            FnArg::Typed(typed) => {
                Some((typed.attrs.clone(), (*typed.pat).clone(), (*typed.ty).clone()))
            }
        });
        let params =
            params.enumerate().map(|(n, (attrs, pat, ty))| Param::new(n, attrs, pat, ty)).collect();
        let output = output_type(&item.sig.output);
        Self { attrs: item.attrs, vis: item.vis, sig: item.sig, block: *item.block, params, output }
    }

    pub(crate) fn name(&self) -> &Ident {
        &self.sig.ident
    }

    pub(crate) fn is_async(&self) -> bool {
        self.sig.asyncness.is_some()
    }

    pub(crate) fn receiver(&self) -> Option<&Receiver> {
        self.sig.receiver()
    }

    /// The receiver as a companion takes it that only looks at `self`.
    pub(crate) fn shared_receiver(&self) -> Option<Receiver> {
        let mut receiver = self.receiver()?.clone();
        receiver.mutability = None;
        receiver.kind = match receiver.kind {
            ReceiverKind::Reference(and, lifetime, _) => {
                ReceiverKind::Reference(and, lifetime, None)
            }
            _ => {
                ReceiverKind::Reference(syn::token::And { spans: [Span::mixed_site()] }, None, None)
            }
        };
        Some(receiver)
    }

    /// The type and const parameters, in order.
    pub(crate) fn generic_args(&self) -> Vec<&Ident> {
        let params = self.sig.generics.params.iter();
        params
            .filter_map(|param| match param {
                GenericParam::Type(param) => Some(&param.ident),
                GenericParam::Const(param) => Some(&param.ident),
                GenericParam::Lifetime(_) => None,
            })
            .collect()
    }
}

impl Param {
    pub(crate) fn new(index: usize, attrs: Vec<Attribute>, pat: Pat, ty: Type) -> Self {
        let mut bindings = Vec::new();
        collect_bindings(&pat, &mut bindings);
        let plain = match &pat {
            Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => {
                Some(pat.ident.clone())
            }
            _ => None,
        };
        let is_plain = plain.is_some();
        let name = plain.unwrap_or_else(|| match bindings.as_slice() {
            [binding] => Ident::new(&binding.to_string(), Span::mixed_site()),
            _ => format_ident!("arg{index}", span = Span::mixed_site()),
        });
        Self { attrs, pat, name, ty, bindings, is_plain }
    }
}

/// The parameters and the result type of a closure in `ecached!`; every type must be written.
pub(crate) fn closure_params(closure: &ExprClosure, errors: &mut Errors) -> (Vec<Param>, Type) {
    let mut params = Vec::new();
    for (index, input) in closure.inputs.iter().enumerate() {
        match input {
            Pat::Type(typed) => {
                params.push(Param::new(
                    index,
                    typed.attrs.clone(),
                    (*typed.pat).clone(),
                    (*typed.ty).clone(),
                ));
            }
            untyped => errors
                .push(untyped.span(), "write the type of this parameter: `|id: u64| -> T { … }`"),
        }
    }
    if matches!(closure.output, ReturnType::Default) {
        errors.push(
            closure.inputs_end.span(),
            "write the type of the result: `|id: u64| -> T { … }`",
        );
    }
    (params, output_type(&closure.output))
}

fn output_type(output: &ReturnType) -> Type {
    match output {
        ReturnType::Default => parse_quote!(()),
        ReturnType::Type(_, ty) => (**ty).clone(),
    }
}

/// The type of the values that `peek` returns: `T` of a `Result<T, …>` that is written as such, else the whole type.
pub(crate) fn value_type(output: &Type) -> &Type {
    let Type::Path(path) = output else { return output };
    let Some(last) = path.path.segments.last().filter(|last| last.ident == "Result") else {
        return output;
    };
    let PathArguments::AngleBracketed(args) = &last.arguments else { return output };
    let first = args.args.iter().find_map(|arg| match arg {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    first.unwrap_or(output)
}

/// Adds the variables that `pat` binds.
fn collect_bindings(pat: &Pat, bindings: &mut Vec<Ident>) {
    match pat {
        Pat::Ident(pat) => {
            bindings.push(pat.ident.clone());
            if let Some((_, pat)) = &pat.subpat {
                collect_bindings(pat, bindings);
            }
        }
        Pat::Paren(pat) => collect_bindings(&pat.pat, bindings),
        Pat::Reference(pat) => collect_bindings(&pat.pat, bindings),
        Pat::Type(pat) => collect_bindings(&pat.pat, bindings),
        Pat::Slice(pat) => pat.elems.iter().for_each(|pat| collect_bindings(pat, bindings)),
        Pat::Tuple(pat) => pat.elems.iter().for_each(|pat| collect_bindings(pat, bindings)),
        Pat::TupleStruct(pat) => pat.elems.iter().for_each(|pat| collect_bindings(pat, bindings)),
        Pat::Struct(pat) => {
            pat.fields.iter().for_each(|field| collect_bindings(&field.pat, bindings));
        }
        // Every case binds the same names.
        Pat::Or(pat) => pat.cases.iter().take(1).for_each(|pat| collect_bindings(pat, bindings)),
        _ => {}
    }
}

/// `pat` as it matches a reference to the value: without `mut` and `ref`, which have no place there.
pub(crate) fn borrowing(mut pat: Pat) -> Pat {
    match &mut pat {
        Pat::Ident(inner) => {
            inner.by_ref = None;
            inner.mutability = None;
            if let Some((_, sub)) = &mut inner.subpat {
                **sub = borrowing((**sub).clone());
            }
        }
        Pat::Paren(inner) => *inner.pat = borrowing((*inner.pat).clone()),
        Pat::Reference(inner) => *inner.pat = borrowing((*inner.pat).clone()),
        Pat::Type(inner) => *inner.pat = borrowing((*inner.pat).clone()),
        Pat::Slice(inner) => inner.elems.iter_mut().for_each(borrow_in_place),
        Pat::Tuple(inner) => inner.elems.iter_mut().for_each(borrow_in_place),
        Pat::TupleStruct(inner) => inner.elems.iter_mut().for_each(borrow_in_place),
        Pat::Or(inner) => inner.cases.iter_mut().for_each(borrow_in_place),
        Pat::Struct(inner) => {
            inner.fields.iter_mut().for_each(|field| borrow_in_place(&mut field.pat));
        }
        _ => {}
    }
    pat
}

fn borrow_in_place(pat: &mut Pat) {
    *pat = borrowing(pat.clone());
}
