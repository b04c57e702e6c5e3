//! Entries of the model, read and rewritten.

use crate::codec::{Codec, ValueOps};
use crate::entry::{Cited, Entry, Seal};
use crate::sign::SigningKeys;
use crate::value::Boxed;
use crate::version::Version;
use std::sync::LazyLock;

static UNSIGNED: LazyLock<SigningKeys> = LazyLock::new(SigningKeys::default);

/// The names that entries of the model have. An entry is only readable under its own.
const NAMES: [&str; 4] = ["k", "l", "a", "b"];

/// Reads an entry of any of the names.
fn open(bytes: &[u8]) -> Option<(Entry<'_>, Seal<'static>)> {
    NAMES.into_iter().find_map(|name| {
        let seal = Seal { keys: &UNSIGNED, name };
        Entry::decode(bytes, &seal).map(|entry| (entry, seal))
    })
}

/// A version that an entry cites.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as the wire format names them")]
#[expect(clippy::exhaustive_structs, reason = "not an interface")]
pub struct CitedVersion {
    pub kind: u8,
    pub name: String,
    pub version: Version,
}

/// An entry whose value is a number.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as the wire format names them")]
#[expect(clippy::exhaustive_structs, reason = "not an interface")]
pub struct Stored {
    pub value: u64,
    pub written_unix_ms: u64,
    pub timeout_ms: Option<u64>,
    pub cited: Vec<CitedVersion>,
}

impl Stored {
    /// Reads an entry.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (entry, _) = open(bytes)?;
        let value = ValueOps::any::<u64, Boxed>().decode(Codec::default(), entry.payload)?;
        let cited = entry.cited.iter().map(|cited| CitedVersion {
            kind: cited.kind as u8,
            name: cited.name.to_owned(),
            version: cited.version,
        });
        Some(Self {
            value: super::number(&value)?,
            written_unix_ms: entry.written_unix_ms,
            timeout_ms: entry.timeout.map(|timeout| timeout.as_millis() as u64),
            cited: cited.collect(),
        })
    }

    /// The entry with other versions, asked for by kind and name; one that is not given stays.
    #[must_use]
    pub fn rewrite(bytes: &[u8], version: &dyn Fn(u8, &str) -> Option<Version>) -> Option<Vec<u8>> {
        let (mut entry, seal) = open(bytes)?;
        entry.cited = entry
            .cited
            .iter()
            .map(|cited| {
                let version = version(cited.kind as u8, cited.name).unwrap_or(cited.version);
                Cited { version, ..cited.clone() }
            })
            .collect();
        entry.encode(&seal)
    }
}
