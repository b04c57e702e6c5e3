//! What errors of the client mean. Their own texts hold keys and what the server sent, so none of them is passed on.

use ecached_core::{Error, ErrorKind};
use memcache::exp;
use std::io;

/// Why an exchange with a server failed.
#[derive(Debug)]
pub(crate) struct Failure {
    /// For the caller.
    pub(crate) error: Error,
    /// What it says about the connections.
    pub(crate) connection: Connection,
}

/// What a failure says about the connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Connection {
    /// They may be used further; the client has closed the one that was concerned, where it had to.
    Works,
    /// It was closed by the other side: the server was restarted, or something between closes what is idle.
    Closed,
    /// There is none, or nothing comes through it.
    Broken,
}

impl Failure {
    /// What `error` means, from the server called `server`.
    pub(crate) fn new(error: exp::Error, server: &str) -> Self {
        let works = |error| Self { error, connection: Connection::Works };
        let backend = |what: &str| {
            works(Error::new(ErrorKind::Backend, format!("the memcached server {server} {what}")))
        };
        match error {
            // Whether or not a write was done: it is not known to be done, which is all that an error says.
            exp::Error::Ambiguous { source, .. } => Self::new(*source, server),
            exp::Error::Timeout { .. } => Self::timeout(server),
            exp::Error::Io(error) => Self::io(error, server),
            exp::Error::Server(message) if is_too_large(&message) => {
                works(Error::new(ErrorKind::TooLarge, "the value is larger than memcached takes"))
            }
            exp::Error::Server(message) if message.starts_with("out of memory") => {
                backend("has no memory left")
            }
            exp::Error::Server(_) => backend("answered with an error"),
            exp::Error::Rejected(_) => {
                backend("refused a command: ecached needs memcached 1.6 or newer")
            }
            exp::Error::Usage(message) => works(Error::new(
                ErrorKind::InvalidName,
                format!("memcached cannot have such a name: {message}"),
            )),
            _ => backend("answered what is not its protocol"),
        }
    }

    /// The server took too long.
    fn timeout(server: &str) -> Self {
        let message = format!("the memcached server {server} did not answer in time");
        Self { error: Error::new(ErrorKind::Timeout, message), connection: Connection::Broken }
    }

    fn io(error: io::Error, server: &str) -> Self {
        let connection = match error.kind() {
            io::ErrorKind::TimedOut => return Self::timeout(server),
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::WriteZero
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::NotConnected
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset => Connection::Closed,
            _ => Connection::Broken,
        };
        let message = format!("the memcached server {server} cannot be reached");
        Self { error: Error::new(ErrorKind::Unavailable, message).with_source(error), connection }
    }
}

/// memcached's words for a value over the item limit: it has removed what was there.
fn is_too_large(message: &str) -> bool {
    message.starts_with("object too large for cache")
}

/// The answers do not fit what was asked.
pub(crate) fn nonsense() -> Error {
    Error::new(ErrorKind::Backend, "a memcached server answered something else than was asked")
}

/// The whole call took too long.
pub(crate) fn out_of_time() -> Error {
    Error::new(ErrorKind::Timeout, "the memcached servers did not answer in time")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_apart_and_nothing_is_given_away() {
        let io = |kind: io::ErrorKind| exp::Error::Io(kind.into());
        let ambiguous =
            |source| exp::Error::Ambiguous { key: b"secret".to_vec(), source: Box::new(source) };
        let text = |text: &str| text.to_owned();
        let cases = [
            (
                exp::Error::Timeout { key: b"secret".to_vec() },
                ErrorKind::Timeout,
                Connection::Broken,
            ),
            (ambiguous(io(io::ErrorKind::TimedOut)), ErrorKind::Timeout, Connection::Broken),
            (io(io::ErrorKind::ConnectionRefused), ErrorKind::Unavailable, Connection::Broken),
            (io(io::ErrorKind::ConnectionReset), ErrorKind::Unavailable, Connection::Closed),
            (
                ambiguous(io(io::ErrorKind::UnexpectedEof)),
                ErrorKind::Unavailable,
                Connection::Closed,
            ),
            (
                exp::Error::Server(text("object too large for cache")),
                ErrorKind::TooLarge,
                Connection::Works,
            ),
            (
                exp::Error::Server(text("out of memory storing object")),
                ErrorKind::Backend,
                Connection::Works,
            ),
            (exp::Error::Server(text("secret")), ErrorKind::Backend, Connection::Works),
            (exp::Error::Rejected(text("secret")), ErrorKind::Backend, Connection::Works),
            (exp::Error::Protocol(text("secret")), ErrorKind::Backend, Connection::Works),
            (exp::Error::Usage("key exceeds 250 bytes"), ErrorKind::InvalidName, Connection::Works),
        ];
        for (error, kind, connection) in cases {
            let shown = format!("{error:?}");
            let failure = Failure::new(error, "cache:11211");
            assert_eq!((failure.error.kind(), failure.connection), (kind, connection), "{shown}");
            let mut shown = format!("{0} {0:?}", failure.error);
            if let Some(source) = std::error::Error::source(&failure.error) {
                shown.push_str(&format!("{source} {source:?}"));
            }
            assert!(!shown.contains("secret"), "{shown}");
        }
    }
}
