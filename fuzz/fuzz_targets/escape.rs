//! libFuzzer target `escape`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ecached_fuzz::run("escape", bytes));
