//! The rules that depend on the function and its options, and what to write instead.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{Expr, ExprUnary, Lit, ReceiverKind, Safety, Type, UnOp};

use crate::attr::{Key, Options, TemplateLit, Timeout};
use crate::errors::Errors;
use crate::mention::{mentions, unraw};
use crate::model::Function;
use crate::scope::{Known, Scope, is_impl_trait};

/// 100 years in seconds; more is a mistake.
const TIMEOUT_MAX_SECS: f64 = 100.0 * 366.0 * 86_400.0;

/// What cannot be wrapped, whatever the options say.
pub(crate) fn signature(function: &Function, errors: &mut Errors) {
    let sig = &function.sig;
    if let Some(token) = &sig.constness {
        errors.push(token.span(), "a `const fn` cannot use a cache: remove `const`");
    }
    if let Safety::Unsafe(token) = &sig.safety {
        errors.push(
            token.span(),
            "an `unsafe fn` cannot be wrapped: wrap a safe function that checks what this one relies on",
        );
    }
    if let Some(abi) = &sig.abi {
        errors.push(
            abi.span(),
            "an `extern` function cannot be wrapped: wrap a Rust function that it calls",
        );
    }
    if let Some(variadic) = &sig.variadic {
        errors.push(variadic.dots.span(), "variadic functions cannot be wrapped");
    }
    match &function.output {
        ty if is_impl_trait(ty) => {
            errors.push(
                ty.span(),
                "the type of the result must have a name: write it instead of `impl …`",
            );
        }
        Type::Never(never) => {
            errors.push(never.span(), "this function never returns: there is nothing to keep");
        }
        _ => {}
    }
}

/// The rules of `#[cached]` and `ecached!`.
pub(crate) fn cached(options: &Options, scope: &Scope<'_>, errors: &mut Errors) {
    if let (Some(alias), Some(_)) = (&options.alias, &options.cache) {
        errors.push(alias.span(), "`alias` and `cache` both name the cache: keep one");
    }
    if let Timeout::Expr(expr) = &options.timeout {
        literal_timeout(expr, errors);
    }
    for (name, closure) in
        [("timeout", timeout_closure(options)), ("tags", options.value_tags.as_ref())]
    {
        let Some(closure) = closure else { continue };
        if closure.inputs.len() != 1 {
            let message = format!("this closure takes the value: `{name} = |value| …`");
            errors.push(closure.inputs_begin.span(), message);
        }
        if let Some(token) = &closure.asyncness {
            errors.push(token.span(), format!("`{name}` cannot wait: remove `async`"));
        }
    }
    if let Some(Expr::Closure(closure)) = &options.cache_if
        && closure.inputs.len() != 1
    {
        errors.push(
            closure.inputs_begin.span(),
            "this closure takes the value: `cache_if = |value| …`",
        );
    }
    options
        .key_templates()
        .chain(&options.tags)
        .for_each(|template| names(template, scope, errors));
    if scope.is_open {
        return;
    }
    unused_arguments(options, scope, errors);
    receiver(options, scope, errors);
    ignored(options, scope, errors);
}

/// The rules of `#[invalidates]`.
pub(crate) fn invalidates(options: &Options, scope: &Scope<'_>, errors: &mut Errors) {
    let mut templates = options.tags.iter().chain(&options.keys).chain(&options.prefix).peekable();
    if templates.peek().is_none() {
        let message =
            "name what is invalidated: `tags = [\"user:<id>\"]`, `keys = […]`, `prefix = …`";
        errors.push(Span::call_site(), message);
    }
    templates.for_each(|template| names(template, scope, errors));
}

fn timeout_closure(options: &Options) -> Option<&syn::ExprClosure> {
    match &options.timeout {
        Timeout::Value(closure) => Some(closure),
        Timeout::Default | Timeout::Expr(_) => None,
    }
}

/// Refuses placeholders that name no parameter.
fn names(template: &TemplateLit, scope: &Scope<'_>, errors: &mut Errors) {
    if scope.is_open {
        return;
    }
    for field in template.template.fields() {
        let root = &field.path[0];
        match scope.lookup(root) {
            Some(Known::Type(_)) if field.path.len() > 1 => {
                errors.push(
                    template.lit.span(),
                    format!("`{root}` in `{field}` is a type, it has no fields: write `<{root}>`"),
                );
            }
            Some(_) => {}
            None if root == "self" => {
                errors
                    .push(template.lit.span(), format!("`{field}`: {} has no `self`", scope.owner));
            }
            None => {
                let known: Vec<_> =
                    scope.variables().map(|name| format!("`<{}>`", unraw(name))).collect();
                let advice = if known.is_empty() {
                    "which has none".to_owned()
                } else {
                    format!("write one of {}", known.join(", "))
                };
                let message = format!("`{field}` is not a parameter of {}: {advice}", scope.owner);
                errors.push(template.lit.span(), message);
            }
        }
    }
}

/// Refuses arguments that do not tell entries apart.
fn unused_arguments(options: &Options, scope: &Scope<'_>, errors: &mut Errors) {
    if matches!(options.key, Key::Auto) {
        return;
    }
    for ident in scope.variables() {
        let name = unraw(ident);
        if name.starts_with('_') || options.ignores(&name) || options.entry_uses(&name) {
            continue;
        }
        let write = match options.key {
            Key::Expr(_) => format!("use `{name}` in the key's expression"),
            Key::Auto | Key::Template(_) => format!("write `<{name}>` in the key"),
        };
        let message = format!(
            "`{name}` is not part of the key: calls that differ in it would share an entry; {write}, or \
             `ignore = [{name}]`"
        );
        errors.push(ident.span(), message);
    }
}

/// Refuses methods whose key does not look at `self`, and closures that cannot have it.
fn receiver(options: &Options, scope: &Scope<'_>, errors: &mut Errors) {
    let Some(receiver) = scope.receiver else { return };
    if !matches!(options.key, Key::Auto) && !options.ignores("self") && !options.key_uses("self") {
        errors.push(
            receiver.self_token.span(),
            "`self` is not part of the key: calls on different values would share an entry; write a field that tells \
             them apart, `<self.id>`, in the key, or `ignore = [self]`",
        );
    }
    if matches!(receiver.kind, ReceiverKind::Reference(_, _, None)) {
        return;
    }
    for (name, tokens) in options.value_exprs() {
        if mentions(&tokens, "self") {
            let message = format!(
                "`self` is not available in `{name}` here: only with `&self`; the computation has it"
            );
            errors.push(receiver.self_token.span(), message);
        }
    }
}

/// Refuses `ignore` of what does not exist or is used.
fn ignored(options: &Options, scope: &Scope<'_>, errors: &mut Errors) {
    for ident in &options.ignore {
        let name = unraw(ident);
        match scope.lookup(&name) {
            Some(Known::Receiver(_) | Known::Variable(_)) if options.key_uses(&name) => {
                errors.push(
                    ident.span(),
                    format!("`{name}` is part of the key: remove it from `ignore`"),
                );
            }
            Some(Known::Receiver(_) | Known::Variable(_)) => {}
            _ => errors.push(
                ident.span(),
                format!("`{name}` is not a parameter of {}: remove it", scope.owner),
            ),
        }
    }
}

/// Refuses timeouts that are wrong whatever the program does.
fn literal_timeout(expr: &Expr, errors: &mut Errors) {
    let (negative, lit) = match expr {
        Expr::Lit(expr) => (false, &expr.lit),
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => match &**expr {
            Expr::Lit(expr) => (true, &expr.lit),
            _ => return,
        },
        Expr::Group(group) => return literal_timeout(&group.expr, errors),
        _ => return,
    };
    let seconds = match lit {
        Lit::Int(lit) => lit.base10_parse::<u64>().map_or(f64::INFINITY, |seconds| seconds as f64),
        Lit::Float(lit) => lit.base10_parse::<f64>().unwrap_or(f64::INFINITY),
        _ => {
            errors.push(
                expr.span(),
                "a timeout is a number of seconds or a `Duration`: `60`, `0.25`",
            );
            return;
        }
    };
    if negative {
        errors.push(
            expr.span(),
            "a timeout cannot be negative: write seconds, or `timeout = None` to never expire",
        );
    } else if seconds == 0.0 {
        errors.push(
            expr.span(),
            "a timeout of 0 would never keep anything: write seconds, or `timeout = None` to never expire",
        );
    } else if seconds > TIMEOUT_MAX_SECS {
        errors.push(
            expr.span(),
            "this timeout is over 100 years: timeouts are in seconds; write `timeout = None` to never expire",
        );
    }
}
