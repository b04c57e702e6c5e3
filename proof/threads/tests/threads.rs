//! Walks the small worlds of threads, and looks for every mutant.

use std::process::Command;

fn explorer() -> Command {
    Command::new(env!("CARGO_BIN_EXE_proof-threads"))
}

#[test]
fn no_schedule_of_threads_breaks_a_promise() {
    let ran = explorer().args(["--small", "--worlds"]).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stdout));
}

#[test]
fn every_bug_that_is_put_in_is_found() {
    let ran = explorer().arg("--mutants").output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stdout));
}
