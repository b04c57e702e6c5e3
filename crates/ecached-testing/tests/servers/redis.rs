//! One Redis server.

use ecached_testing::servers::{Redis, Reply};
use std::fs;
use std::io::ErrorKind;
use std::net::TcpStream;
use std::time::Duration;

/// Long enough to tell a server that stands still.
const SOON: Duration = Duration::from_millis(100);

#[test]
fn it_answers() {
    let redis = Redis::start();
    assert_eq!(redis.url(), format!("redis://127.0.0.1:{}/0", redis.port()));
    assert_eq!(redis.command(&["SET", "key", "value"]), Reply::Status("OK".into()));
    assert_eq!(redis.command(&["GET", "key"]).text(), Some("value"));
    assert_eq!(redis.command(&["GET", "other"]), Reply::Nil);
    assert_eq!(redis.command(&["LPUSH", "list", "a", "b"]).integer(), Some(2));
    assert_eq!(redis.command(&["LRANGE", "list", "0", "-1"]).items().len(), 2);
    assert!(redis.command(&["NONSENSE"]).is_error());
    TcpStream::connect(redis.address()).unwrap();
}

#[test]
fn commands_are_counted() {
    let redis = Redis::start();
    for _ in 0..3 {
        redis.command(&["GET", "key"]);
    }
    redis.command(&["CONFIG", "GET", "maxmemory"]);
    let stats = redis.command_stats();
    assert_eq!(stats["get"], 3);
    assert_eq!(stats["config|get"], 1);
    assert!(!stats.contains_key("set"));
}

#[test]
fn it_restarts_empty_on_the_same_port() {
    let redis = Redis::start();
    let address = redis.address();
    redis.command(&["SET", "key", "value"]);
    redis.restart();
    assert_eq!(redis.address(), address);
    assert_eq!(redis.command(&["GET", "key"]), Reply::Nil);
    TcpStream::connect(address).unwrap();
}

#[test]
fn flushing_leaves_nothing() {
    let redis = Redis::start();
    redis.command(&["SET", "key", "value"]);
    redis.flush();
    assert_eq!(redis.command(&["DBSIZE"]).integer(), Some(0));
}

#[test]
fn a_frozen_server_answers_when_it_is_thawed() {
    let redis = Redis::start();
    redis.freeze();
    let error = redis.try_command(&["PING"], SOON).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error:?}");
    redis.thaw();
    assert_eq!(redis.command(&["PING"]).text(), Some("PONG"));
    redis.freeze();
    redis.restart();
    assert_eq!(redis.command(&["PING"]).text(), Some("PONG"));
}

#[test]
fn a_server_that_is_down_refuses_and_can_come_back() {
    let redis = Redis::start();
    for down in [Redis::kill, Redis::stop] {
        down(&redis);
        down(&redis);
        let refused = TcpStream::connect(redis.address()).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
        assert!(redis.try_command(&["PING"], SOON).is_err());
        redis.restart();
        assert_eq!(redis.command(&["PING"]).text(), Some("PONG"));
    }
}

#[test]
fn dropping_it_leaves_no_process_and_no_file() {
    for is_frozen in [false, true] {
        let redis = Redis::start();
        let (address, socket) = (redis.address(), redis.unix_socket());
        let folder = socket.parent().unwrap();
        assert!(folder.exists());
        if is_frozen {
            redis.freeze();
        }
        drop(redis);
        let refused = TcpStream::connect(address).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
        assert!(!folder.exists());
    }
}

#[test]
fn a_line_of_configuration_is_heeded() {
    let redis = Redis::builder().config("maxmemory", "2mb").start();
    assert_eq!(redis.command(&["CONFIG", "GET", "maxmemory"]).items()[1].text(), Some("2097152"));
}

#[test]
#[should_panic(expected = "Bad directive")]
fn a_server_that_does_not_start_says_why() {
    let _ = Redis::builder().config("no-such-option", "1").start();
}

#[test]
fn a_password_keeps_others_out() {
    let redis = Redis::builder().password("p@ss").start();
    assert_eq!(redis.url(), format!("redis://:p%40ss@{}/0", redis.address()));
    assert_eq!(redis.command(&["PING"]).text(), Some("PONG"));
    assert_eq!(redis.command(&["CONFIG", "GET", "requirepass"]).items()[1].text(), Some("p@ss"));
}

#[test]
fn a_user_has_the_rules_that_it_was_given() {
    let redis = Redis::builder().user("app", "secret", "~* &* +@all -@scripting").start();
    assert_eq!(redis.url(), format!("redis://app:secret@{}/0", redis.address()));
    let refused = redis.command(&["ACL", "DRYRUN", "app", "EVAL", "return 1", "0"]);
    assert!(refused.text().unwrap().contains("no permissions"), "{refused:?}");
    assert_eq!(redis.command(&["ACL", "DRYRUN", "app", "GET", "key"]).text(), Some("OK"));
}

#[test]
fn a_server_with_tls_shows_an_authority() {
    let redis = Redis::builder().tls().start();
    assert_eq!(redis.url(), format!("rediss://{}/0", redis.address()));
    assert_eq!(redis.command(&["PING"]).text(), Some("PONG"));
    assert!(
        fs::read_to_string(redis.ca_file()).unwrap().starts_with("-----BEGIN CERTIFICATE-----")
    );
    TcpStream::connect(redis.address()).unwrap();
}

#[test]
fn a_unix_socket_is_in_the_url() {
    let redis = Redis::builder().unix_socket().start();
    assert_eq!(redis.url(), format!("redis+unix://{}", redis.unix_socket().display()));
    assert!(redis.unix_socket().exists());
}

#[test]
fn servers_start_at_once() {
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(Redis::start)).collect();
        let servers: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        for (number, redis) in servers.iter().enumerate() {
            redis.command(&["SET", "number", &number.to_string()]);
        }
        for (number, redis) in servers.iter().enumerate() {
            assert_eq!(redis.command(&["GET", "number"]).text(), Some(&*number.to_string()));
        }
    });
}
