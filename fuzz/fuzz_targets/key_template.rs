//! libFuzzer target `key_template`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ecached_fuzz::run("key_template", bytes));
