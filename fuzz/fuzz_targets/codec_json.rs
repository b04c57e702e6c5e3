//! libFuzzer target `codec_json`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ecached_fuzz::run("codec_json", bytes));
