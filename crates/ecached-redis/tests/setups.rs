//! Ways to reach a server: TLS, users, unix sockets, databases, Sentinels.

#![expect(clippy::unwrap_used, reason = "functions that tests call fail as tests do")]

use ecached_core::{Cache, EntryOptions, ErrorKind, Settings};
use ecached_redis::Redis;
use ecached_testing::{Face, servers};
use std::any::Any;
use std::sync::LazyLock;
use tokio::runtime::Runtime;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));

fn enter() -> Box<dyn Any> {
    Box::new(RUNTIME.enter())
}

/// Stores by one face and reads by the other, with connections of their own.
fn works(url: &str) {
    let cache = || Cache::new(Redis::open(url).expect("a URL"));
    let faces = [Face::blocking(cache()), Face::asynchronous(cache()).entering(enter)];
    for (writer, reader) in [(0, 1), (1, 0)] {
        faces[writer].set("key", writer as u64, 60).unwrap();
        assert_eq!(faces[reader].get::<u64>("key").unwrap(), Some(writer as u64));
        faces[reader].delete("key").unwrap();
        assert_eq!(faces[writer].get::<u64>("key").unwrap(), None);
    }
}

fn fails(url: &str, kind: ErrorKind) {
    let cache = || Cache::new(Redis::open(url).expect("a URL"));
    for face in [Face::blocking(cache()), Face::asynchronous(cache()).entering(enter)] {
        let error = face.set("key", 1_u64, 60).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[cfg(feature = "tls")]
#[test]
fn tls_with_a_certificate_of_our_own() {
    let server = servers::Redis::builder().tls().start();
    let url = server.url();
    works(&format!("{url}?tls_ca={}", server.ca_file().display()));
    // Whom nobody vouches for is not trusted.
    fails(&url, ErrorKind::Unavailable);
}

#[test]
fn a_password_is_given_and_never_shown() {
    let server = servers::Redis::builder().password("secret: 1@2").start();
    let host = server.address();
    works(&format!("redis://:secret%3A%201%402@{host}/0"));
    fails(&format!("redis://:secret-wrong@{host}/0"), ErrorKind::Unavailable);
    fails(&format!("redis://{host}/0"), ErrorKind::Unavailable);
    let redis = Redis::open(&format!("redis://user:secret@{host}/0")).unwrap();
    assert!(!format!("{redis:?}").contains("secret"), "{redis:?}");
}

#[test]
fn a_user_with_the_rights_that_the_guide_names() {
    let rules = "~* +mget +get +set +getex +unlink +eval +pttl +pexpire +persist +del +ping";
    let server = servers::Redis::builder().user("cache", "secret", rules).start();
    works(&format!("redis://cache:secret@{}/0", server.address()));
}

/// The names of one alias begin with its key prefix, all of them.
#[test]
fn a_user_with_the_names_of_one_prefix() {
    let server = servers::Redis::builder().user("cache", "secret", "~app:* +@all").start();
    let url = format!("redis://cache:secret@{}/0", server.address());
    let settings = Settings::default().with_key_prefix("app:");
    let cache = Cache::with_settings(Redis::open(&url).unwrap(), settings);
    let options = || EntryOptions::timeout(60).with_tags(["t"]);
    for key in ["plain", "odd}", "{tag}", "ecached:own"] {
        cache.set(key, 1_u64, options()).unwrap();
        assert_eq!(cache.get::<u64>(key).unwrap(), Some(1));
    }
    cache.invalidate_tags(&["t"]).unwrap();
    assert_eq!(cache.get::<u64>("plain").unwrap(), None);
}

#[test]
fn a_user_without_rights_is_told_so() {
    let server = servers::Redis::builder().user("cache", "secret", "~* +mget +ping").start();
    fails(&format!("redis://cache:secret@{}/0", server.address()), ErrorKind::Backend);
}

#[test]
fn a_unix_socket() {
    let server = servers::Redis::builder().unix_socket().start();
    works(&format!("redis+unix://{}", server.unix_socket().display()));
    works(&format!("redis+unix://{}?database=3", server.unix_socket().display()));
}

#[test]
fn databases_are_apart() {
    let server = servers::Redis::start();
    let open = |database: u8| {
        Cache::new(Redis::open(&format!("redis://{}/{database}", server.address())).unwrap())
    };
    open(1).set("key", 1_u64, 60).unwrap();
    assert_eq!(open(2).get::<u64>("key").unwrap(), None);
    assert_eq!(open(1).get::<u64>("key").unwrap(), Some(1));
}

#[test]
fn a_primary_that_sentinels_name_also_after_a_failover() {
    let servers = servers::Sentinel::start();
    let url = servers.url();
    works(&url);
    let cache = || Cache::new(Redis::open(&url).unwrap());
    let faces = [Face::blocking(cache()), Face::asynchronous(cache()).entering(enter)];
    for face in &faces {
        face.set("key", 1_u64, 60).unwrap();
    }
    servers.failover();
    for face in &faces {
        // The first operation finds the old connection closed; nothing has to be set up anew.
        let _ = face.set("key", 2_u64, 60);
        face.set("key", 3_u64, 60).unwrap();
        assert_eq!(face.get::<u64>("key").unwrap(), Some(3));
    }
    let held = servers.replica().command(&["EXISTS", "key"]);
    assert_eq!(held.integer(), Some(1), "it is the new primary that has it");
}

#[test]
fn urls_say_what_is_wrong() {
    for url in [
        "redis://",
        "redis://host:port",
        "redis://host/db",
        "redis://a,b",
        "redis://[::1",
        "redis://host?pool_size=0",
        "redis://host?pool_size=many",
        "redis://host?operation_timeout=soon",
        "redis://host?operation_timeout=0",
        "redis://host?max_entries=1",
        "redis://host?tls_ca=/none",
        "redis://host/1?database=2",
        "redis+unix://relative",
        "redis+cluster://a,b/1",
        "redis+sentinel://a,b",
        "redis+carrier-pigeon://a",
        "postgres://host",
        "rediss://host?tls_ca=/there/is/no/such/file",
        "redis://us%FFer@host",
    ] {
        let error = Redis::open(url).map(drop).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfig, "{url}: {error}");
    }
    for url in [
        "redis://host",
        "redis://[::1]:7000/1",
        "valkey://user:pass@host/2?protocol=resp3&pool_size=3",
        "redis+unix:///run/redis.sock?database=1",
        "redis+cluster://a:1,b:2,c",
        "valkey+sentinel://a,b:26380/mymaster/2?sentinel_password=x",
    ] {
        assert!(Redis::open(url).is_ok(), "{url}");
    }
}
