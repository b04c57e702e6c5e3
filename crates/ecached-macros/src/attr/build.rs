//! What each option means, and the errors of its form.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{Expr, Ident, LitStr, Path};

use super::value::{as_bool, as_str, path, template};
use super::{Arg, Key, Macro, Options, TemplateLit, Timeout};
use crate::errors::Errors;

/// Gives every argument its meaning. Options with errors keep their default.
pub(crate) fn build(kind: Macro, args: Vec<Arg>, errors: &mut Errors) -> Options {
    let mut builder =
        Builder { kind, options: Options::new(), seen: Vec::new(), positional: 0, errors };
    for arg in args {
        match arg {
            Arg::Positional(expr) => builder.positional(expr),
            Arg::Flag(name) => {
                if builder.admit(&name) {
                    builder.flag(&name, true);
                }
            }
            Arg::Named(name, value) => {
                if builder.admit(&name) {
                    builder.named(&name, value);
                }
            }
        }
    }
    builder.options
}

struct Builder<'a> {
    kind: Macro,
    options: Options,
    /// Names of the options so far.
    seen: Vec<String>,
    /// How many positional arguments there were.
    positional: usize,
    errors: &'a mut Errors,
}

impl Builder<'_> {
    /// Whether the option is known here and given for the first time.
    fn admit(&mut self, name: &Ident) -> bool {
        let text = name.to_string();
        let known = self.kind.known_options();
        if !known.contains(&text.as_str()) {
            let macro_name = self.kind.name();
            let known =
                known.iter().map(|option| format!("`{option}`")).collect::<Vec<_>>().join(", ");
            self.errors.push(
                name.span(),
                format!("unknown option `{text}`: `{macro_name}` knows {known}"),
            );
            return false;
        }
        self.first(&text, name.span())
    }

    fn first(&mut self, name: &str, at: Span) -> bool {
        if self.seen.iter().any(|seen| seen == name) {
            self.errors.push(at, format!("`{name}` is given twice: keep one"));
            return false;
        }
        self.seen.push(name.to_owned());
        true
    }

    fn positional(&mut self, expr: Expr) {
        self.positional += 1;
        let at = expr.span();
        match (self.kind, self.positional) {
            (Macro::Cached | Macro::Wrap, 1) => match as_str(&expr) {
                Some(lit) => {
                    if self.first("key", at) {
                        self.key(lit);
                    }
                }
                None if matches!(&expr, Expr::Lit(_)) => {
                    self.errors.push(at, "the first argument is the key: for a timeout alone write `timeout = …`");
                }
                None => self.errors.push(
                    at,
                    "the first argument is the key, a string literal such as \"user:<id>\": for an expression write \
                     `key = …`",
                ),
            },
            (Macro::Cached | Macro::Wrap, 2) => {
                if self.first("timeout", at) {
                    self.timeout(expr);
                }
            }
            (Macro::Cached | Macro::Wrap, _) => {
                self.errors.push(at, "only the key and the timeout may stand without a name: write `option = …`");
            }
            (Macro::Invalidates, _) => {
                self.errors.push(at, "name what is invalidated: `tags = [\"user:<id>\"]`, `keys = […]`, `prefix = …`");
            }
        }
    }

    fn flag(&mut self, name: &Ident, value: bool) {
        if name == "local" {
            self.options.is_local = value;
        } else {
            self.options.in_impl = value;
        }
    }

    fn named(&mut self, name: &Ident, value: Expr) {
        match name.to_string().as_str() {
            "key" => match as_str(&value) {
                Some(lit) => self.key(lit),
                None => self.options.key = Key::Expr(value),
            },
            "timeout" => self.timeout(value),
            "tags" => self.tags(value),
            "keys" => self.keys(&value),
            "prefix" => self.options.prefix = self.template_option(&value, "prefix"),
            "alias" => self.alias(&value),
            "cache" => self.options.cache = Some(value),
            "cache_none" => {
                let at = name.span();
                self.options.no_none =
                    self.bool(&value, "cache_none").filter(|is_cached| !is_cached).map(|_| at);
            }
            "cache_if" => self.options.cache_if = Some(value),
            "ignore" => self.ignore(&value),
            "crate" => match path(&value) {
                Some(path) => self.options.krate = path,
                None => self
                    .errors
                    .push(value.span(), "`crate` takes a path: `crate = my_crate::ecached`"),
            },
            "companions" => {
                self.options.companions = self.bool(&value, "companions").unwrap_or(true);
            }
            "lock" => self.lock(&value),
            "on_error" => self.options.on_error = Some(value),
            _ => {
                if let Some(value) = self.bool(&value, &name.to_string()) {
                    self.flag(name, value);
                }
            }
        }
    }

    fn key(&mut self, lit: &LitStr) {
        if let Some(template) = self.template(lit) {
            self.options.key = Key::Template(template);
        }
    }

    fn timeout(&mut self, expr: Expr) {
        self.options.timeout = match expr {
            Expr::Closure(closure) => Timeout::Value(closure),
            expr => Timeout::Expr(expr),
        };
    }

    fn tags(&mut self, value: Expr) {
        match value {
            Expr::Array(array) => {
                for element in array.elems {
                    match element {
                        Expr::Closure(closure) if self.kind != Macro::Invalidates => {
                            self.value_tags(closure);
                        }
                        element => {
                            let tag = self.template_option(&element, "tags");
                            self.options.tags.extend(tag);
                        }
                    }
                }
            }
            Expr::Closure(closure) if self.kind != Macro::Invalidates => self.value_tags(closure),
            other => {
                let message = match self.kind {
                    Macro::Invalidates => "`tags` takes a list: `tags = [\"user:<id>\"]`",
                    _ => {
                        "`tags` takes a list, `tags = [\"user:<id>\"]`, or a closure over the value, `tags = |value| …`"
                    }
                };
                self.errors.push(other.span(), message);
            }
        }
    }

    fn value_tags(&mut self, closure: syn::ExprClosure) {
        if self.options.value_tags.is_some() {
            self.errors.push(
                closure.span(),
                "there is a closure for tags already: chain the iterators in one",
            );
        } else {
            self.options.value_tags = Some(closure);
        }
    }

    fn keys(&mut self, value: &Expr) {
        let Expr::Array(array) = value else {
            self.errors.push(value.span(), "`keys` takes a list: `keys = [\"user:<id>\"]`");
            return;
        };
        for element in &array.elems {
            let key = self.template_option(element, "keys");
            self.options.keys.extend(key);
        }
    }

    fn alias(&mut self, value: &Expr) {
        match as_str(value) {
            Some(lit) if lit.value().is_empty() => {
                self.errors.push(lit.span(), "this alias is empty: leave `alias` out for the default one");
            }
            Some(lit) => self.options.alias = Some(lit.clone()),
            None => self.errors.push(
                value.span(),
                "`alias` takes a string literal, `alias = \"redis\"`: for an instance write `cache = …`",
            ),
        }
    }

    fn lock(&mut self, value: &Expr) {
        let variant = match as_str(value).map(LitStr::value).as_deref() {
            Some("process") => "Process",
            Some("distributed") => "Distributed",
            _ => {
                self.errors.push(value.span(), "`lock` takes `\"process\"` or `\"distributed\"`");
                return;
            }
        };
        self.options.lock = Some(Ident::new(variant, Span::mixed_site()));
    }

    fn ignore(&mut self, value: &Expr) {
        let Expr::Array(array) = value else {
            self.errors.push(value.span(), "`ignore` takes a list of arguments: `ignore = [conn]`");
            return;
        };
        for element in &array.elems {
            match path(element).as_ref().and_then(Path::get_ident) {
                Some(name) => self.options.ignore.push(name.clone()),
                None => self.errors.push(
                    element.span(),
                    "name an argument here, without quotes: `ignore = [conn]`",
                ),
            }
        }
    }

    fn bool(&mut self, value: &Expr, name: &str) -> Option<bool> {
        let flag = as_bool(value);
        if flag.is_none() {
            self.errors.push(value.span(), format!("`{name}` takes `true` or `false`"));
        }
        flag
    }

    fn template_option(&mut self, value: &Expr, option: &str) -> Option<TemplateLit> {
        match as_str(value) {
            Some(lit) => self.template(lit),
            None => {
                let message = format!(
                    "a template is expected in `{option}`: a string literal such as \"user:<id>\""
                );
                self.errors.push(value.span(), message);
                None
            }
        }
    }

    fn template(&mut self, lit: &LitStr) -> Option<TemplateLit> {
        let parsed = template(lit);
        self.errors.take(parsed)
    }
}
