//! How the values of options are read.

use ecached_template::Template;
use syn::{Expr, Lit, LitStr, Path};

use super::TemplateLit;

/// Parses the template in a string literal.
pub(crate) fn template(lit: &LitStr) -> syn::Result<TemplateLit> {
    match Template::parse(&lit.value()) {
        Ok(template) => Ok(TemplateLit { lit: lit.clone(), template }),
        Err(error) => Err(syn::Error::new(lit.span(), error)),
    }
}

pub(super) fn as_str(expr: &Expr) -> Option<&LitStr> {
    match expr {
        Expr::Lit(expr) => match &expr.lit {
            Lit::Str(lit) => Some(lit),
            _ => None,
        },
        // What a `macro_rules!` passes on as `$key:expr` or `$key:literal` stands in an invisible group.
        Expr::Group(group) => as_str(&group.expr),
        _ => None,
    }
}

pub(super) fn path(expr: &Expr) -> Option<Path> {
    match expr {
        Expr::Path(expr) if expr.qself.is_none() => Some(expr.path.clone()),
        Expr::Group(group) => path(&group.expr),
        _ => None,
    }
}

pub(super) fn as_bool(expr: &Expr) -> Option<bool> {
    match expr {
        Expr::Lit(expr) => match &expr.lit {
            Lit::Bool(lit) => Some(lit.value),
            _ => None,
        },
        Expr::Group(group) => as_bool(&group.expr),
        _ => None,
    }
}
