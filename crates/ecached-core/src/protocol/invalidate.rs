//! Making entries invalid. Each of these is done when it returns `Ok`, and an `Err` when it is not known to be done.

use super::bytes::{Ask, Layout};
use crate::backend::Invalidating;
use crate::cache::Cache;
use crate::key::{KeyRef, name};
use crate::stats::{Event, Meter};
use crate::{Result, event};
use std::borrow::Cow;

/// What to invalidate.
pub(crate) enum Target<'a> {
    /// Everything that depends on one of these names.
    Names(&'a [Cow<'a, str>]),
    /// The entries of these keys.
    Keys(&'a [Cow<'a, str>]),
    /// Everything.
    All,
}

impl Target<'_> {
    fn check(&self) -> Result<()> {
        match self {
            Self::Names(names) => {
                names.iter().try_for_each(|name| name::check("tag or prefix", name))
            }
            Self::Keys(keys) => keys.iter().try_for_each(|key| name::check("key", key)),
            Self::All => Ok(()),
        }
    }

    fn describe(&self) -> (&'static str, usize, Event) {
        match self {
            Self::Names(names) => ("names", names.len(), Event::InvalidationByName),
            Self::Keys(keys) => ("keys", keys.len(), Event::InvalidationByKey),
            Self::All => ("all", 0, Event::InvalidationByName),
        }
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self::Names([]) | Self::Keys([]))
    }

    /// What the backend has to do, if it holds bytes; an in-process store has done it when this returns.
    fn plan(&self, cache: &Cache) -> Result<Option<Invalidating>> {
        let Some(store) = cache.objects() else {
            let layout = Layout { settings: cache.settings(), capabilities: cache.capabilities() };
            return Ok(Some(match self {
                Self::Names(names) => layout.invalidating(names, &[]),
                Self::Keys(keys) => {
                    layout.invalidating(&[], &keys.iter().map(AsRef::as_ref).collect::<Vec<_>>())
                }
                Self::All => layout.clearing(),
            }));
        };
        match self {
            Self::Names(names) => store.invalidate_names(names)?,
            Self::Keys(keys) => store
                .invalidate_keys(&keys.iter().map(|key| KeyRef::new(key)).collect::<Vec<_>>())?,
            Self::All => store.clear()?,
        }
        Ok(None)
    }
}

impl Cache {
    /// Invalidates, blocking.
    pub(crate) fn invalidate(&self, meter: Meter, target: &Target<'_>) -> Result<()> {
        let Some(plan) = self.begin_invalidation(meter, target)? else { return Ok(()) };
        self.end_invalidation(meter, target, self.ask(&Ask::Invalidate(plan)).map(drop))
    }

    /// Invalidates, async.
    pub(crate) async fn invalidate_async(&self, meter: Meter, target: &Target<'_>) -> Result<()> {
        let Some(plan) = self.begin_invalidation(meter, target)? else { return Ok(()) };
        self.end_invalidation(meter, target, self.ask_async(&Ask::Invalidate(plan)).await.map(drop))
    }

    fn begin_invalidation(
        &self,
        meter: Meter,
        target: &Target<'_>,
    ) -> Result<Option<Invalidating>> {
        if target.is_empty() {
            return Ok(None);
        }
        match target.check().and_then(|()| target.plan(self)) {
            Ok(Some(plan)) => Ok(Some(plan)),
            Ok(None) => self.end_invalidation(meter, target, Ok(())).map(|()| None),
            Err(error) => self.end_invalidation(meter, target, Err(error)).map(|()| None),
        }
    }

    fn end_invalidation(
        &self,
        meter: Meter,
        target: &Target<'_>,
        result: Result<()>,
    ) -> Result<()> {
        let (what, names, counted) = target.describe();
        match result {
            Ok(()) => {
                self.count(meter, counted);
                event::invalidate(self.alias(), what, names);
                Ok(())
            }
            Err(error) => Err(self.report(meter, "", &error.during("invalidate"))),
        }
    }
}
