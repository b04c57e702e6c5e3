//! What all targets share: the meaning of their inputs, and the bound on what reading them allocates.

#[path = "../../crates/ecached-core/tests/corpus/mod.rs"]
mod corpus;

use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// The targets, and the folders of their inputs.
pub const TARGETS: [&str; 6] = corpus::TARGETS;

/// Bytes that any input may have allocated at a time.
const FREE: usize = 64 << 10;

/// Bytes that each byte of an input may have allocated at a time in addition. A variant without fields is one byte in
/// postcard and 64 in memory, a vector that grows is there twice, and the targets read what they have read and written.
const PER_BYTE: usize = 512;

/// Hands an input to a target.
///
/// # Panics
///
/// When an invariant does not hold, or when more was allocated at a time than [`FREE`] and [`PER_BYTE`] allow. Rendering
/// has no such bound: a template of many fields repeats a long value.
pub fn run(target: &str, bytes: &[u8]) {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    corpus::run(target, bytes);
    let peak = ALLOCATOR.peak_usage().saturating_sub(before);
    let bound = FREE + PER_BYTE * bytes.len();
    let holds = peak <= bound || target == "key_template";
    assert!(holds, "{peak} bytes were allocated at a time for {}", bytes.len());
}
