//! The kinds of failure that a program can react to.

/// What kind of failure an [`Error`](crate::Error) is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No backend is registered under that alias.
    UnknownAlias,
    /// A backend is already registered under that alias.
    AliasExists,
    /// A key, tag or prefix is empty, or cannot be a name in this backend.
    InvalidName,
    /// A template known only at run time does not follow the grammar, or names nothing.
    InvalidTemplate,
    /// A timeout is zero, negative, not a number, or over 100 years.
    InvalidTimeout,
    /// A configuration or URL has an unknown scheme or option, or an option with a wrong value.
    InvalidConfig,
    /// The backend cannot do this.
    Unsupported,
    /// The backend did not answer within the operation time-out.
    Timeout,
    /// The backend cannot be reached.
    Unavailable,
    /// The backend answered with an error.
    Backend,
    /// A value could not be encoded.
    Codec,
    /// A value is larger than the backend takes.
    TooLarge,
    /// The stored or given value is of another type than the one asked for.
    TypeMismatch,
}
