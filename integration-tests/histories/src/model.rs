//! What is cached, and under which names it can be invalidated.
//!
//! The checker knows nothing of the cache but this: which names an entry depends on.

use ecached::serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Rows in the source of truth.
pub(crate) const ROWS: u8 = 16;

/// Rows are shared out to groups: tags and prefixes that reach some rows.
pub(crate) const GROUPS: u8 = 4;

/// A row's group.
pub(crate) const fn group(row: u8) -> u8 {
    row % GROUPS
}

/// What reads a row through the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(crate = "ecached::serde")]
pub(crate) enum Function {
    /// Declared tags, blocking.
    Tagged,
    /// Declared tags, async.
    TaggedAsync,
    /// Tags from the value, blocking.
    Listed,
    /// Tags from the value, async.
    ListedAsync,
    /// A prefix, blocking.
    Shelved,
    /// A prefix, async.
    ShelvedAsync,
    /// `lock = "distributed"`.
    Locked,
    /// No function, but the handle, blocking and async.
    Handle,
}

impl Function {
    /// All of them.
    pub(crate) const ALL: [Self; 8] = [
        Self::Tagged,
        Self::TaggedAsync,
        Self::Listed,
        Self::ListedAsync,
        Self::Shelved,
        Self::ShelvedAsync,
        Self::Locked,
        Self::Handle,
    ];

    /// Short, as in logs and keys.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Tagged => "tagged",
            Self::TaggedAsync => "tagged_async",
            Self::Listed => "listed",
            Self::ListedAsync => "listed_async",
            Self::Shelved => "shelved",
            Self::ShelvedAsync => "shelved_async",
            Self::Locked => "locked",
            Self::Handle => "handle",
        }
    }
}

impl FromStr for Function {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|function| function.name() == text).ok_or(())
    }
}

/// A row of the source at some version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(crate = "ecached::serde")]
pub(crate) struct Part {
    pub(crate) row: u8,
    pub(crate) version: u64,
}

/// What is cached. It says where it comes from, so that a read can be judged by it alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(crate = "ecached::serde")]
pub(crate) struct Value {
    /// Which function's, and of which row: the key.
    pub(crate) function: Function,
    pub(crate) row: u8,
    /// When its computation began, on the clock of all processes, before the source was read.
    pub(crate) computed: u64,
    /// The process that computed it.
    pub(crate) by: u32,
    /// It was not computed by a function, but given to `set`.
    pub(crate) is_set: bool,
    /// What was read.
    pub(crate) parts: Vec<Part>,
}

/// What can be invalidated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Name {
    /// The entry of one key.
    Key(Function, u8),
    /// A tag that all entries of a row declare.
    Row(u8),
    /// A tag of entries whose value has that row in it.
    InValue(u8),
    /// A tag of a group of rows.
    Group(u8),
    /// A prefix.
    Shelf(u8),
    /// Everything of a function.
    Function(Function),
    /// The tag of all entries.
    Shared,
    /// Everything.
    All,
}

impl Name {
    /// The tag, for those that are one.
    pub(crate) fn tag(self) -> Option<String> {
        match self {
            Self::Row(row) => Some(format!("row:{row}")),
            Self::InValue(row) => Some(format!("in:{row}")),
            Self::Group(group) => Some(format!("group:{group}")),
            Self::Shared => Some("shared".to_owned()),
            _ => None,
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(function, row) => write!(f, "key:{}:{row}", function.name()),
            Self::Row(row) => write!(f, "row:{row}"),
            Self::InValue(row) => write!(f, "in:{row}"),
            Self::Group(group) => write!(f, "group:{group}"),
            Self::Shelf(group) => write!(f, "shelf:{group}"),
            Self::Function(function) => write!(f, "function:{}", function.name()),
            Self::Shared => f.write_str("shared"),
            Self::All => f.write_str("all"),
        }
    }
}

impl FromStr for Name {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut words = text.split(':');
        let kind = words.next().ok_or(())?;
        let first = words.next().unwrap_or_default();
        let number = || first.parse().map_err(|_| ());
        Ok(match kind {
            "key" => {
                let row = words.next().and_then(|row| row.parse().ok()).ok_or(())?;
                Self::Key(first.parse()?, row)
            }
            "row" => Self::Row(number()?),
            "in" => Self::InValue(number()?),
            "group" => Self::Group(number()?),
            "shelf" => Self::Shelf(number()?),
            "function" => Self::Function(first.parse()?),
            "shared" => Self::Shared,
            "all" => Self::All,
            _ => return Err(()),
        })
    }
}

/// Everything that an entry depends on: invalidating any of these makes it invalid.
pub(crate) fn names(function: Function, row: u8, parts: &[Part]) -> Vec<Name> {
    let mut names = vec![Name::Key(function, row), Name::Shared, Name::All];
    match function {
        Function::Tagged | Function::TaggedAsync => {
            names.extend([Name::Row(row), Name::Group(group(row))]);
        }
        Function::Listed | Function::ListedAsync => {
            names.extend(parts.iter().map(|part| Name::InValue(part.row)));
        }
        Function::Shelved | Function::ShelvedAsync => {
            names.extend([Name::Row(row), Name::Shelf(group(row))]);
        }
        Function::Locked | Function::Handle => names.push(Name::Row(row)),
    }
    if function != Function::Handle {
        names.push(Name::Function(function));
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        let part = Part { row: 7, version: 3 };
        for function in Function::ALL {
            for name in names(function, 5, &[part]) {
                assert_eq!(name.to_string().parse(), Ok(name));
            }
        }
        assert!("key:tagged".parse::<Name>().is_err() && "row:x".parse::<Name>().is_err());
    }
}
