//! Short histories on each backend, and the checker at work on backends that are broken on purpose.
#![cfg(unix)]

use std::process::{Command, Output, Stdio};

/// Runs the program; gives its code, and what it was asked and said, to show if the test fails.
fn histories(words: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_histories"));
    command.args(words).args(["--folder", env!("CARGO_TARGET_TMPDIR")]).stdin(Stdio::null());
    let Output { status, stdout, stderr } = command.output().expect("the program starts");
    let text = [stdout, stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    (status.code(), format!("histories {}\n{text}", words.join(" ")))
}

/// No invalidation is lost on that backend.
fn keeps_the_promise(backend: &str) {
    let (code, text) = histories(&["--backend", backend, "--seconds", "6", "--seed", "1"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("violations: 0"), "{text}");
}

/// The checker finds what is broken on purpose.
fn is_found_out(backend: &str, broken: &str) {
    let words = ["--backend", backend, "--seconds", "4", "--seed", "2", "--break", broken];
    let (code, text) = histories(&words);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("the shortest violation:") && text.contains("invalidates"), "{text}");
    let log = format!("{}/{backend}-2.log", env!("CARGO_TARGET_TMPDIR"));
    let (code, again) = histories(&["--check", &log]);
    assert_eq!(code, Some(1), "{again}");
    let shortest = |text: &str| text.split_once("the shortest").map(|(_, lines)| lines.to_owned());
    let (shortest, again) = (shortest(&text), shortest(&again));
    assert!(shortest.zip(again).is_some_and(|(first, again)| first.starts_with(&again)), "{text}");
}

#[test]
fn on_memory() {
    keeps_the_promise("memory");
}

#[test]
fn on_a_map() {
    keeps_the_promise("map");
}

#[test]
fn on_redis() {
    keeps_the_promise("redis");
}

#[test]
fn on_a_redis_cluster() {
    keeps_the_promise("redis-cluster");
}

#[test]
fn on_memcached() {
    keeps_the_promise("memcached");
}

#[test]
fn on_three_memcached_servers() {
    keeps_the_promise("memcached-3");
}

#[test]
fn an_invalidation_that_is_skipped_is_found_out() {
    is_found_out("redis", "skip-invalidation");
}

#[test]
fn an_invalidation_that_comes_late_is_found_out() {
    is_found_out("memcached", "late");
}

#[test]
fn a_store_that_ignores_the_lease_is_found_out() {
    is_found_out("map", "stale-store");
}
