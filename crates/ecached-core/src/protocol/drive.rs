//! Doing what the machine asks, blocking or async. These two loops are all that differs; the circuit breaker
//! stands before both.

use super::bytes::{Answer, Ask};
use crate::backend::{Backend, DynAsyncBackend};
use crate::cache::Cache;
use crate::{Error, ErrorKind, Result};

impl Cache {
    /// Asks the blocking side of the backend.
    pub(crate) fn ask(&self, ask: &Ask) -> Result<Answer> {
        let backend = self.blocking_side()?;
        let attempt = self.attempt(ask)?;
        attempt.end(match ask {
            Ask::Read(keys) => {
                backend.get_many(&keys.as_slices()).map(|values| Answer::Read(values.into()))
            }
            Ask::Open(opening) => backend.open(opening).map(Answer::Opened),
            Ask::Store(storing) => backend.store(storing).map(Answer::Written),
            Ask::Invalidate(invalidating) => {
                backend.invalidate(invalidating).map(|()| Answer::Invalidated)
            }
            Ask::Release(key, token) => backend.release(key, token).map(|()| Answer::Released),
        })
    }

    /// Asks the async side of the backend.
    pub(crate) async fn ask_async(&self, ask: &Ask) -> Result<Answer> {
        let backend = self.async_side()?;
        let attempt = self.attempt(ask)?;
        attempt.end(match ask {
            Ask::Read(keys) => backend.read(&keys.as_slices()).await.map(Answer::Read),
            Ask::Open(opening) => backend.open(opening).await.map(Answer::Opened),
            Ask::Store(storing) => backend.store(storing).await.map(Answer::Written),
            Ask::Invalidate(invalidating) => {
                backend.invalidate(invalidating).await.map(|()| Answer::Invalidated)
            }
            Ask::Release(key, token) => {
                backend.release(key, token).await.map(|()| Answer::Released)
            }
        })
    }

    fn blocking_side(&self) -> Result<&dyn Backend> {
        self.blocking_backend().ok_or_else(|| {
            Error::new(
                ErrorKind::Unsupported,
                "this backend is async only: call it from async code",
            )
            .on_alias(self.alias())
        })
    }

    fn async_side(&self) -> Result<&dyn DynAsyncBackend> {
        self.async_backend().ok_or_else(|| {
            Error::new(
                ErrorKind::Unsupported,
                "this backend is blocking only: it would block the async executor",
            )
            .on_alias(self.alias())
        })
    }
}
