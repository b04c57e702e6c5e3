//! Where and with what it was measured.

use std::fs;
use std::time::SystemTime;

/// The lock file of this very build.
const LOCK: &str = include_str!("../Cargo.lock");

/// The model of the processor, as the system calls it.
#[must_use]
pub fn processor() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    model.map_or_else(|| "unknown processor".to_owned(), |(_, model)| model.trim().to_owned())
}

/// Cores that this process may use.
#[must_use]
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, Into::into)
}

/// How many processes wanted to run in the last minute, on average, before this one.
#[must_use]
pub fn load() -> Option<f64> {
    fs::read_to_string("/proc/loadavg").ok()?.split(' ').next()?.parse().ok()
}

/// The compiler.
#[must_use]
pub const fn compiler() -> &'static str {
    env!("BENCHED_RUSTC")
}

/// The version of a package in the lock file.
///
/// # Panics
///
/// If there is none, which the build would have found.
#[must_use]
pub fn version(package: &str) -> String {
    versions(package).swap_remove(0)
}

/// The latest of the versions of a package in the lock file.
///
/// # Panics
///
/// If there is none, which the build would have found.
#[must_use]
pub fn latest(package: &str) -> String {
    versions(package).pop().expect("the package is a dependency")
}

/// All versions of a package, in the order of the lock file, which is theirs.
fn versions(package: &str) -> Vec<String> {
    let lock: toml::Table = LOCK.parse().expect("cargo writes TOML");
    let packages = lock["package"].as_array().expect("an array of packages");
    let found = packages.iter().filter(|entry| entry["name"].as_str() == Some(package));
    let versions: Vec<_> =
        found.filter_map(|entry| entry["version"].as_str()).map(str::to_owned).collect();
    assert!(!versions.is_empty(), "{package} is a dependency");
    versions
}

/// All of that in one sentence: the machine, the load that it had, and the versions of ecached and of its peers.
#[must_use]
pub fn conditions(load: Option<f64>, peers: &[&str]) -> String {
    let load = load.map(|load| format!(", load {load:.1} before")).unwrap_or_default();
    let packages = ["ecached"].iter().chain(peers);
    let versions: Vec<_> = packages.map(|name| format!("{name} {}", version(name))).collect();
    format!(
        "{}, {} cores{load}; {}; {}; {}.",
        processor(),
        cores(),
        compiler(),
        versions.join(", "),
        today(),
    )
}

/// Bytes that programs can still have, if the system tells.
#[must_use]
pub fn available_memory() -> Option<u64> {
    let info = fs::read_to_string("/proc/meminfo").ok()?;
    let line = info.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
}

/// Today, in UTC.
#[must_use]
pub fn today() -> String {
    humantime::format_rfc3339_seconds(SystemTime::now()).to_string().chars().take(10).collect()
}
