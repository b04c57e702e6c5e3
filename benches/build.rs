//! Tells the report which compiler built it.

use std::process::Command;
use std::{env, str};

fn main() {
    let compiler = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(compiler).arg("--version").output().expect("cargo just ran it");
    let version = str::from_utf8(&output.stdout).expect("a version is text");
    println!("cargo::rustc-env=BENCHED_RUSTC={}", version.trim());
    println!("cargo::rerun-if-changed=build.rs");
}
