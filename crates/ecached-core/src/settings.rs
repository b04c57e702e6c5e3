//! What can be set per alias.

use crate::breaker::Breaker;
use crate::codec::Codec;
use crate::compress::{Compression, DEFAULT_COMPRESS_ABOVE};
#[cfg(feature = "hmac")]
use crate::sign::SigningKey;
use crate::sign::SigningKeys;
use crate::{Error, ErrorKind, Result};
use std::time::Duration;

/// How long a caller waits for another caller's computation before it computes for itself.
pub const DEFAULT_WAIT: Duration = Duration::from_secs(30);

/// How long a computation may take before its lease, and with it the right to store, may be lost.
pub const DEFAULT_LEASE: Duration = Duration::from_secs(600);

/// How long the lock of one computation across processes lives.
pub const DEFAULT_LOCK_LIFE: Duration = Duration::from_secs(30);

/// What can be set per alias.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// Stands in front of every key in a backend that holds bytes, so that applications can share a server. Default: empty.
    pub key_prefix: String,
    /// The timeout of entries whose function names none. Default: `None`, they live until invalidated or evicted.
    pub timeout: Option<Duration>,
    /// How values are written in a backend that holds bytes. Default: MessagePack.
    pub codec: Codec,
    /// How large values are compressed in a backend that holds bytes. Default: not at all.
    pub compression: Compression,
    /// Encoded values of more bytes are compressed, where that makes them smaller. Default: 1,024.
    pub compress_above: usize,
    /// What signs entries in a backend that holds bytes.
    pub(crate) signing_keys: SigningKeys,
    /// How long a caller waits for another caller's computation of the same entry before it computes for itself.
    /// Default: 30 seconds.
    pub wait: Duration,
    /// How long the right to store a computed value lives in a backend that several processes share: a value whose
    /// computation takes longer may not be stored. Default: 10 minutes.
    pub lease: Duration,
    /// When calls stop to ask a backend that holds bytes and does not answer. Default: after one failure.
    pub breaker: Breaker,
    /// What a call does when its lookup fails. Default: it computes.
    pub on_error: OnError,
    /// Among whom callers at once share one computation. Default: those of one process.
    pub lock: Lock,
    /// How long a process that is dead, or frozen, while it computes can make others wait, at most: the life of the lock of
    /// [`Lock::Distributed`]. A computation that takes longer may happen twice. Default: 30 seconds.
    pub lock_life: Duration,
}

/// Among whom callers at once share one computation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lock {
    /// The callers of one process.
    #[default]
    Process,
    /// The callers of all processes that share the backend: the others wait until the value is there, at most for
    /// [`Settings::wait`], and then compute. In-process backends, which nobody shares, do as for [`Lock::Process`].
    Distributed,
}

impl Lock {
    pub(crate) fn by_name(name: &str) -> Result<Self> {
        match name {
            "process" => Ok(Self::Process),
            "distributed" => Ok(Self::Distributed),
            _ => Err(Error::new(
                ErrorKind::InvalidConfig,
                format!("`lock` is `process` or `distributed`, not `{name}`"),
            )),
        }
    }
}

/// What a call does when its lookup fails: the backend answered with an error, or not at all, or the breaker is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnError {
    /// It computes, as if there were no cache.
    #[default]
    Compute,
    /// It returns the error and does not run the function: for functions whose source could not bear all the calls. Only
    /// functions that return a `Result<T, E>` with `E: From<ecached::Error>` can; others compute. So do refreshes. A value
    /// that could not be *stored* is returned in any case.
    Fail,
}

impl OnError {
    pub(crate) fn by_name(name: &str) -> Result<Self> {
        match name {
            "compute" => Ok(Self::Compute),
            "fail" => Ok(Self::Fail),
            _ => Err(Error::new(
                ErrorKind::InvalidConfig,
                format!("`on_error` is `compute` or `fail`, not `{name}`"),
            )),
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            key_prefix: String::new(),
            timeout: None,
            codec: Codec::default(),
            compression: Compression::default(),
            compress_above: DEFAULT_COMPRESS_ABOVE,
            signing_keys: SigningKeys::default(),
            wait: DEFAULT_WAIT,
            lease: DEFAULT_LEASE,
            breaker: Breaker::default(),
            on_error: OnError::default(),
            lock: Lock::default(),
            lock_life: DEFAULT_LOCK_LIFE,
        }
    }
}

impl Settings {
    /// The same with another key prefix.
    #[must_use]
    pub fn with_key_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.key_prefix = prefix.into();
        self
    }

    /// The same with another default timeout; `None`: entries live until invalidated or evicted.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Option<Duration>) -> Self {
        self.timeout = timeout;
        self
    }

    /// The same with another codec.
    #[must_use]
    pub fn with_codec(mut self, codec: Codec) -> Self {
        self.codec = codec;
        self
    }

    /// The same with another compression of values above [`compress_above`](Settings::compress_above). Entries say whether
    /// they are compressed, so processes that share a backend need not agree.
    #[must_use]
    pub fn with_compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    /// The same with another size above which values are compressed, bytes of the encoded value.
    #[must_use]
    pub fn with_compress_above(mut self, bytes: usize) -> Self {
        self.compress_above = bytes;
        self
    }

    /// The same with keys that sign entries in a backend that holds bytes: the first key signs, an entry that any of them
    /// signed is read, and any other entry is a miss that counts as foreign. No key: nothing is signed or checked.
    ///
    /// To change the key without losing entries: add the new one last everywhere, then put it first everywhere, then leave
    /// the old one out. Feature `hmac`. HMAC-SHA-256: RFC 2104.
    #[cfg(feature = "hmac")]
    #[must_use]
    pub fn with_signing_keys(mut self, keys: impl IntoIterator<Item = SigningKey>) -> Self {
        self.signing_keys = keys.into_iter().collect();
        self
    }

    /// The same with another limit for waiting.
    #[must_use]
    pub fn with_wait(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }

    /// The same with another life of leases.
    #[must_use]
    pub fn with_lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// The same with another circuit breaker.
    #[must_use]
    pub fn with_breaker(mut self, breaker: Breaker) -> Self {
        self.breaker = breaker;
        self
    }

    /// The same with another reaction to a lookup that fails.
    #[must_use]
    pub fn with_on_error(mut self, on_error: OnError) -> Self {
        self.on_error = on_error;
        self
    }

    /// The same with another scope of computations.
    #[must_use]
    pub fn with_lock(mut self, lock: Lock) -> Self {
        self.lock = lock;
        self
    }

    /// The same with another life of locks.
    #[must_use]
    pub fn with_lock_life(mut self, life: Duration) -> Self {
        self.lock_life = life;
        self
    }

    /// The same without a circuit breaker: every call asks the backend, however often it has failed.
    #[must_use]
    pub fn without_breaker(self) -> Self {
        self.with_breaker(Breaker::off())
    }
}
