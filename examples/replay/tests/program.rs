//! Runs the program: nothing is stale, and the check finds what is broken on purpose.

use std::process::{Command, Output};

fn replay(arguments: &str) -> Output {
    let program = env!("CARGO_BIN_EXE_replay");
    Command::new(program).args(arguments.split_whitespace()).output().expect("it starts")
}

/// The exit code, and the count of stale values.
fn outcome(arguments: &str) -> (Option<i32>, u64) {
    let output = replay(arguments);
    let text = String::from_utf8_lossy(&output.stdout);
    let stale = text.lines().find_map(|line| line.strip_prefix("stale values"));
    let stale = stale.unwrap_or_else(|| panic!("{text}{output:?}"));
    (output.status.code(), stale.trim().replace(',', "").parse().expect("a number"))
}

#[test]
fn nothing_is_stale_in_threads() {
    assert_eq!(outcome("--limit 200000 --write-every 50"), (Some(0), 0));
}

#[test]
fn nothing_is_stale_in_tasks() {
    assert_eq!(outcome("--limit 200000 --write-every 50 --async"), (Some(0), 0));
}

#[test]
fn a_small_cache_is_as_good() {
    assert_eq!(outcome("--limit 100000 --write-every 20 --capacity 100"), (Some(0), 0));
}

#[test]
fn forgotten_invalidations_are_found() {
    for face in ["", "--async"] {
        let line = format!("--limit 150000 --write-every 20 --break skip-invalidation {face}");
        let (code, stale) = outcome(&line);
        assert_eq!(code, Some(1));
        assert!(stale > 0);
    }
}

#[cfg(unix)]
#[test]
fn nothing_is_stale_between_processes() {
    let redis = ecached_testing::servers::Redis::start();
    for face in ["", "--async"] {
        let line = format!("--cache {} --limit 10000 --write-every 20 {face}", redis.url());
        assert_eq!(outcome(&line), (Some(0), 0), "{line}");
    }
}

#[cfg(unix)]
#[test]
fn forgotten_invalidations_are_found_between_processes() {
    let redis = ecached_testing::servers::Redis::start();
    let line =
        format!("--cache {} --limit 20000 --write-every 10 --break skip-invalidation", redis.url());
    let (code, stale) = outcome(&line);
    assert_eq!(code, Some(1));
    assert!(stale > 0);
}

/// Nobody waits for a server that is away: everything is computed, and nothing that was not invalidated is promised.
#[cfg(unix)]
#[test]
fn a_server_that_is_away_is_no_failure() {
    let redis = ecached_testing::servers::Redis::start();
    let url = redis.url();
    drop(redis);
    let output = replay(&format!("--cache {url} --seconds 2 --readers 2"));
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{text}{output:?}");
    assert!(text.contains("invalidations  0") && text.contains("still failing"), "{text}");
}

#[test]
fn wrong_arguments_are_explained() {
    let output = replay("--speed 5");
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("--speed") && text.contains("Usage"), "{text}");
}
