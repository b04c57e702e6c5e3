//! `#[invalidates]` on functions that change data.

use ecached::prelude::*;
use ecached::{Error, ErrorKind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// How often [`profile()`] ran.
pub static PROFILES: AtomicU64 = AtomicU64::new(0);
/// What the handlers of errors were told.
pub static FAILURES: Mutex<Vec<ErrorKind>> = Mutex::new(Vec::new());

/// What is read.
#[cached("profile:<id>", 600, tags = ["profile_of:<id>"], prefix = "profiles")]
pub fn profile(id: u64) -> u64 {
    let _ = id;
    PROFILES.fetch_add(1, Ordering::SeqCst) + 1
}

/// Invalidates by tag after `Ok`, and only then.
///
/// # Errors
///
/// For an empty name.
#[invalidates(tags = ["profile_of:<id>"])]
pub fn rename(id: u64, name: String) -> Result<String, String> {
    if name.is_empty() { Err("a name is needed".to_owned()) } else { Ok(format!("{id}{name}")) }
}

/// The same, async.
///
/// # Errors
///
/// For an empty name.
#[invalidates(tags = ["profile_of:<id>"])]
pub async fn rename_async(id: u64, name: String) -> Result<String, String> {
    if name.is_empty() { Err("a name is needed".to_owned()) } else { Ok(format!("{id}{name}")) }
}

/// Invalidates by key, prefix included.
#[invalidates(keys = ["profiles:profile:<id>"])]
pub fn touch(id: u64) -> u64 {
    id
}

/// Invalidates a whole prefix.
#[invalidates(prefix = "profiles")]
pub fn import() -> usize {
    1
}

/// All at once, where nothing is registered: the result comes back, the failure goes to the handler.
#[invalidates(tags = ["profile_of:<id>"], keys = ["profiles:profile:<id>"], prefix = "profiles",
              alias = "never registered", on_error = |error| note(error))]
pub fn change_nowhere(id: u64) -> u64 {
    id + 1
}

/// The same, async, with a path as handler.
#[invalidates(tags = ["profile_of:<id>"], alias = "never registered", on_error = note)]
pub async fn change_nowhere_async(id: u64) -> u64 {
    id + 1
}

fn note(error: &Error) {
    FAILURES.lock().expect("invariant: nobody panics with it").push(error.kind());
}

/// A member of a club.
#[derive(Debug)]
pub struct Member {
    /// Whose profile it is.
    pub id: u64,
}

impl Member {
    /// Invalidates after a method.
    #[invalidates(tags = ["profile_of:<self.id>"])]
    pub fn leave(&mut self, _reason: &str) -> bool {
        true
    }
}
