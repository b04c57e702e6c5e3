//! The cache that the alias `default` stands for.

use crate::Failure;
use crate::args::Options;
use ecached::{BackendUrl, Config, Memory, caches};

/// Whether what a URL names is outside of the process.
pub(crate) fn is_shared(url: &str) -> bool {
    !["memory:", "null:"].iter().any(|scheme| url.starts_with(scheme))
}

/// A prefix that no other run has, so that what is left of those on a server does not matter.
pub(crate) fn new_key_prefix() -> String {
    format!("replay-{:08x}:", fastrand::u32(..))
}

/// Opens it; nothing is sent to a server yet.
pub(crate) fn open(options: &Options, key_prefix: &str) -> Result<(), Failure> {
    let Some(url) = &options.cache else {
        return Ok(caches().set_default(Memory::builder().max_entries(options.capacity).build())?);
    };
    let mut url = url.clone();
    // What a run leaves on a server goes by itself.
    for (option, value) in [("key_prefix", key_prefix), ("timeout", "1h")] {
        let parsed: BackendUrl = url.parse()?;
        if !parsed.options().any(|(name, _)| name == option) {
            let separator = if url.contains('?') { '&' } else { '?' };
            url = format!("{url}{separator}{option}={value}");
        }
    }
    Ok(caches().configure(&Config::new().with_url("default", &url))?)
}

/// What the cache is, in words; without a password.
pub(crate) fn describe(options: &Options) -> String {
    let Some(url) = &options.cache else {
        return format!(
            "memory of this process; capacity {} entries",
            crate::report::grouped(options.capacity as u64)
        );
    };
    let Ok(url) = url.parse::<BackendUrl>() else { return "no URL".into() };
    let place = url.place().rsplit('@').next().unwrap_or_default();
    format!("{}://{place}", url.scheme())
}
