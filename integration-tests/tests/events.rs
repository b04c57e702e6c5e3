//! Events: each says what happened, on which alias and template, and none has a value or a key in it.

#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

use ecached::{Cache, EVENT_TARGET, Memory, cached, caches};
use ecached_testing::{Faults, Map};
use std::fmt::Write;
use std::sync::{Arc, LazyLock, Mutex};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Keeps the lines of all events of ecached.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        write!(self.0, " {}={value:?}", field.name()).unwrap();
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == EVENT_TARGET
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().level().to_string());
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

impl Log {
    /// What happened since the last look, without levels and fields.
    fn take(&self) -> Vec<String> {
        let lines = std::mem::take(&mut *self.0.lock().unwrap());
        for line in &lines {
            assert!(!line.contains("secret"), "no key, no value: {line}");
            assert!(line.contains("alias=\""), "{line}");
        }
        let message = |line: &String| {
            line.split("message=").nth(1).unwrap().split(' ').next().unwrap().to_owned()
        };
        lines.iter().map(message).collect()
    }
}

#[cached("user:<name>", 60, tags = ["users"], alias = "events")]
fn load(name: &str) -> String {
    format!("secret of {name}")
}

static FAULTY: LazyLock<Faults<Map>> = LazyLock::new(|| Faults::new(Map::default()));
static BYTES: LazyLock<Cache> = LazyLock::new(|| Cache::new(FAULTY.clone()));

#[cached("user:<name>", 60, cache = BYTES)]
fn load_bytes(name: &str) -> String {
    format!("secret of {name}")
}

#[test]
fn events_tell_what_happened() {
    caches().register("events", Memory::default()).unwrap();
    let log = Log::default();
    tracing::subscriber::with_default(log.clone(), || {
        load("secret");
        assert_eq!(log.take(), ["miss", "compute", "store"]);
        load("secret");
        assert_eq!(log.take(), ["hit"]);
        load::refresh_cache("secret");
        assert_eq!(log.take(), ["refresh", "compute", "store"]);
        load::invalidate_cache_by_tags("secret").unwrap();
        assert_eq!(log.take(), ["invalidate"]);
        load("secret");
        assert_eq!(log.take(), ["stale", "compute", "store"]);
        load_bytes("secret");
        assert_eq!(log.take(), ["get", "miss", "compute", "store"]);
        load_bytes("secret");
        assert_eq!(log.take(), ["get", "hit"]);
        FAULTY.fail_reads(true);
        load_bytes("secret");
        assert_eq!(log.take(), ["get", "breaker", "error", "compute"]);
        FAULTY.fail_reads(false);
        load_bytes("secret");
        assert_eq!(log.take(), ["get", "compute"], "while it is open, nothing new is said");
        load_bytes::invalidate_all().unwrap();
        assert_eq!(log.take(), ["breaker", "invalidate"]);
    });
}
