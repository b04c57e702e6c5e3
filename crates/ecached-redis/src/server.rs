//! What kind of server it is: looked at once, and said in the log where it matters for the promise.

use ecached_core::EVENT_TARGET;
use redis::{Cmd, cmd};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether somebody has looked already.
#[derive(Debug, Default)]
pub(crate) struct Looked(AtomicBool);

impl Looked {
    /// True for the first who asks.
    pub(crate) fn is_first(&self) -> bool {
        !self.0.swap(true, Ordering::Relaxed)
    }
}

/// What to ask.
pub(crate) fn question() -> Cmd {
    cmd("INFO")
}

/// What a server that answered `info` means for the promise, one line each.
fn remarks(info: &str) -> Vec<String> {
    let field = |name: &str| {
        let line = info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.map(str::trim)
    };
    let mut remarks = Vec::new();
    // Valkey says for which version of Redis it stands in.
    let version = field("redis_version").unwrap_or_default();
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let (major, minor) = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if major != 0 && (major, minor) < (6, 2) {
        remarks.push(format!(
            "the server is Redis {version}; it lacks commands that ecached needs (6.2 or later): nothing will be cached"
        ));
    }
    match field("maxmemory_policy") {
        Some("noeviction") if field("maxmemory").is_some_and(|bytes| bytes != "0") => {
            remarks.push(
                "maxmemory-policy is noeviction: when the server is full, nothing more is cached (invalidations still work); allkeys-lru or allkeys-lfu suit a cache"
                    .to_owned(),
            );
        }
        Some(policy) if policy.starts_with("volatile-") => remarks.push(format!(
            "maxmemory-policy is {policy}: entries without a timeout are never evicted; allkeys-lru or allkeys-lfu suit a cache"
        )),
        _ => {}
    }
    if field("role") == Some("slave") {
        remarks.push(
            "the server is a replica: it may not have seen an invalidation yet, and it refuses writes; give the primary's address"
                .to_owned(),
        );
    }
    remarks
}

/// Says it.
pub(crate) fn report(info: &str) {
    for remark in remarks(info) {
        tracing::warn!(target: EVENT_TARGET, backend = "redis", "{remark}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_made_for_caching_needs_no_remark() {
        let info = "redis_version:7.0.15\r\nrole:master\r\nmaxmemory:100\r\nmaxmemory_policy:allkeys-lru\r\n";
        assert!(remarks(info).is_empty());
        assert!(remarks("maxmemory:0\r\nmaxmemory_policy:noeviction\r\n").is_empty());
    }

    #[test]
    fn what_matters_is_said() {
        let of = |info: &str| remarks(info).join("\n");
        assert!(of("redis_version:5.0.3\r\n").contains("6.2 or later"));
        assert!(
            of("maxmemory:1\r\nmaxmemory_policy:noeviction\r\n").contains("nothing more is cached")
        );
        assert!(of("maxmemory_policy:volatile-ttl\r\n").contains("never evicted"));
        assert!(of("role:slave\r\n").contains("replica"));
    }
}
