//! Failures of the client and the server, as errors of ecached. What a server says is not repeated: it may quote keys.

use ecached_core::{Error, ErrorKind};
use redis::{ErrorKind as RedisErrorKind, RedisError, RedisResult, ServerErrorKind, Value};
use std::io;
use std::sync::Arc;

/// A reply that makes no sense for the command.
pub(crate) fn unexpected() -> Error {
    Error::new(ErrorKind::Backend, "the server's reply is not one to the command that was sent")
}

/// The replies of a pipeline, unless one of them is an error.
pub(crate) fn check(replies: Vec<Value>) -> RedisResult<Vec<Value>> {
    let failed = replies.iter().find_map(|reply| match reply {
        Value::ServerError(error) => Some(error.clone()),
        _ => None,
    });
    failed.map_or(Ok(replies), |error| Err(error.into()))
}

/// No answer in time.
pub(crate) fn timed_out() -> Error {
    Error::new(ErrorKind::Timeout, "the server did not answer within the operation time-out")
}

/// What a failure means for the caller.
pub(crate) fn translate(error: &RedisError) -> Error {
    if error.is_timeout() {
        return timed_out();
    }
    let code = error.code().unwrap_or_default();
    let unavailable = |message: &'static str| Error::new(ErrorKind::Unavailable, message);
    match error.kind() {
        RedisErrorKind::AuthenticationFailed => {
            unavailable("the server refused the user or the password")
        }
        RedisErrorKind::Parse | RedisErrorKind::RESP3NotSupported => {
            unavailable("the server does not speak this protocol")
        }
        RedisErrorKind::Io | RedisErrorKind::ClusterConnectionNotFound => {
            let failed = unavailable("the server cannot be reached");
            // Why, and nothing of what was sent.
            match cause(error) {
                Some(why) => failed.with_source(io::Error::from(why.kind())),
                None => failed,
            }
        }
        RedisErrorKind::InvalidClientConfig => {
            Error::new(ErrorKind::InvalidConfig, "the client refused its configuration")
        }
        RedisErrorKind::Server(kind) if is_passing(kind) => Error::new(
            ErrorKind::Unavailable,
            format!("the server cannot serve at the moment ({})", name(kind, code)),
        ),
        _ if matches!(code, "NOAUTH" | "WRONGPASS") => {
            unavailable("the server refused the user or the password")
        }
        _ if says(error, "max number of clients") => {
            unavailable("the server has all the clients that it takes")
        }
        _ if says(error, "unknown command") => Error::new(
            ErrorKind::Unsupported,
            "the server lacks a command: Redis 6.2 or later, or Valkey, is needed",
        ),
        _ if code == "OOM" => Error::new(ErrorKind::Backend, "the server is full (OOM)"),
        RedisErrorKind::Server(kind) => Error::new(
            ErrorKind::Backend,
            format!("the server refused the command ({})", name(kind, code)),
        ),
        _ => Error::new(
            ErrorKind::Backend,
            format!("the command could not be sent ({})", error.category()),
        ),
    }
}

/// The operating system's error, which the client shares.
fn cause(error: &RedisError) -> Option<&io::Error> {
    type Shared = Arc<dyn std::error::Error + Send + Sync>;
    std::error::Error::source(error)?.downcast_ref::<Shared>()?.downcast_ref()
}

/// Whether the connection may have a reply under way that nobody reads, or leads to a server that is no primary any more.
/// It must not be used again.
pub(crate) fn spoils_connection(error: &RedisError) -> bool {
    match error.kind() {
        RedisErrorKind::Server(kind) => is_passing(kind),
        // Of codes that the client does not know.
        RedisErrorKind::Extension => matches!(error.code(), Some("NOAUTH")),
        _ => true,
    }
}

fn is_passing(kind: ServerErrorKind) -> bool {
    matches!(
        kind,
        ServerErrorKind::BusyLoading
            | ServerErrorKind::ClusterDown
            | ServerErrorKind::MasterDown
            | ServerErrorKind::ReadOnly
            | ServerErrorKind::TryAgain
    )
}

fn says(error: &RedisError, text: &str) -> bool {
    error.detail().is_some_and(|detail| detail.to_ascii_lowercase().contains(text))
}

fn name(kind: ServerErrorKind, code: &str) -> String {
    if code.is_empty() { format!("{kind:?}") } else { code.to_owned() }
}
