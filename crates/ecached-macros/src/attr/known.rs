//! Which options each macro knows.

use super::Macro;

impl Macro {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Cached => "#[cached]",
            Self::Wrap => "ecached!",
            Self::Invalidates => "#[invalidates]",
        }
    }

    pub(super) fn known_options(self) -> &'static [&'static str] {
        match self {
            Self::Cached => &[
                "key",
                "timeout",
                "tags",
                "prefix",
                "alias",
                "cache",
                "cache_none",
                "cache_if",
                "local",
                "lock",
                "ignore",
                "crate",
                "in_impl",
                "companions",
            ],
            Self::Wrap => &[
                "key",
                "timeout",
                "tags",
                "prefix",
                "alias",
                "cache",
                "cache_none",
                "cache_if",
                "local",
                "lock",
                "ignore",
                "crate",
            ],
            Self::Invalidates => &["tags", "keys", "prefix", "alias", "on_error", "crate"],
        }
    }
}
