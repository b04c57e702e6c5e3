//! The one error of the crate: opaque, cheap to clone, with what is needed to find the place and nothing that is secret.

mod kind;

pub use kind::ErrorKind;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// Shorthand for results of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an operation on a cache failed.
///
/// It names the kind, the operation, the alias and the key *template* where they are known. It never holds a rendered
/// key, a value, or a password, neither in `Display` nor in `Debug`. Foreign errors are only reachable as
/// [`source`](std::error::Error::source).
///
/// # Examples
///
/// ```
/// use ecached_core::{Error, ErrorKind};
///
/// let error = Error::new(ErrorKind::UnknownAlias, "alias `sessions` is not registered").on_alias("sessions");
/// assert_eq!(error.kind(), ErrorKind::UnknownAlias);
/// assert_eq!(error.alias(), Some("sessions"));
/// ```
#[derive(Clone)]
pub struct Error(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    operation: Option<&'static str>,
    alias: Option<Box<str>>,
    template: Option<Box<str>>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
    weight: Weight,
}

/// What is worth saying about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    /// Counted, and an event.
    Full,
    /// Counted; an event says already that the backend does not answer.
    Quiet,
    /// The backend was not asked: counted as such.
    Skipped,
}

impl Error {
    /// An error of that kind. `message` says what happened and, where it can, what to do.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        let message = message.into();
        Self(Arc::new(Inner {
            kind,
            message,
            operation: None,
            alias: None,
            template: None,
            source: None,
            weight: Weight::Full,
        }))
    }

    /// The same error with the foreign error that caused it.
    #[must_use]
    pub fn with_source(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.inner().source = Some(Arc::new(source));
        self
    }

    /// The same error with the operation that failed, `store` for example. The innermost name stays.
    #[must_use]
    pub fn during(mut self, operation: &'static str) -> Self {
        self.inner().operation.get_or_insert(operation);
        self
    }

    /// The same error with the alias it happened on. The innermost name stays.
    #[must_use]
    pub fn on_alias(mut self, alias: &str) -> Self {
        self.inner().alias.get_or_insert_with(|| alias.into());
        self
    }

    /// The same error with the key template of the function it happened in. The innermost template stays.
    #[must_use]
    pub fn for_template(mut self, template: &str) -> Self {
        self.inner().template.get_or_insert_with(|| template.into());
        self
    }

    pub(crate) fn weighing(mut self, weight: Weight) -> Self {
        self.inner().weight = weight;
        self
    }

    pub(crate) fn weight(&self) -> Weight {
        self.0.weight
    }

    fn inner(&mut self) -> &mut Inner {
        Arc::make_mut(&mut self.0)
    }

    /// What kind of failure it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The operation that failed, if known.
    #[must_use]
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// The alias it happened on, if known.
    #[must_use]
    pub fn alias(&self) -> Option<&str> {
        self.0.alias.as_deref()
    }

    /// The key template of the function it happened in, if known.
    #[must_use]
    pub fn template(&self) -> Option<&str> {
        self.0.template.as_deref()
    }

    /// Whether the same call may succeed later without a change to the program: the backend was slow or away.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self.kind(), ErrorKind::Timeout | ErrorKind::Unavailable)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        let context = [
            ("operation", self.operation()),
            ("alias", self.alias()),
            ("key template", self.template()),
        ];
        let mut separator = " (";
        for (name, text) in context {
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                write!(f, "{separator}{name}: {text}")?;
                separator = ", ";
            }
        }
        if separator == ", " { f.write_str(")") } else { Ok(()) }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.kind())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl From<ecached_template::ParseError> for Error {
    fn from(error: ecached_template::ParseError) -> Self {
        Self::new(ErrorKind::InvalidTemplate, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_is_one_word_and_says_where() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
        let error = Error::new(ErrorKind::Timeout, "no answer within 50 ms")
            .during("store")
            .on_alias("redis")
            .for_template("user:<id>")
            .on_alias("ignored: the innermost stays");
        let text =
            "no answer within 50 ms (operation: store, alias: redis, key template: user:<id>)";
        assert_eq!(error.to_string(), text);
        assert!(error.is_transient());
    }
}
