//! What two states are compared by.

use crate::value::Value;
use crate::version::Version;
use std::collections::{BTreeSet, HashMap};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

#[derive(Clone, Copy, Debug)]
enum Token {
    Number(u64),
    Version(Version),
    /// A point in the order of flights of a process: only which one is earlier counts.
    Order(u64, u64),
}

/// A state, written down in a fixed order. Versions are random and orders only grow, so both are replaced by their ranks:
/// states that differ in nothing else are the same state.
#[derive(Debug, Default)]
pub struct Print {
    tokens: Vec<Token>,
    process: u64,
}

impl Print {
    /// What follows is about that process.
    pub const fn process(&mut self, process: u64) {
        self.process = process;
    }

    /// A number.
    pub fn number(&mut self, number: u64) {
        self.tokens.push(Token::Number(number));
    }

    /// A flag.
    pub fn flag(&mut self, flag: bool) {
        self.number(u64::from(flag));
    }

    /// A number, or none.
    pub fn optional(&mut self, number: Option<u64>) {
        self.number(number.unwrap_or(u64::MAX));
    }

    /// A text.
    pub fn text(&mut self, text: &str) {
        self.number(xxh3_64(text.as_bytes()));
    }

    /// A version, or none.
    pub fn version(&mut self, version: Option<Version>) {
        self.tokens.push(match version {
            None => Token::Number(u64::MAX - 1),
            // A mutation's counter: it will be equal to others, so it is not only a name.
            Some(version) if version.as_bytes()[..12] == [0; 12] => {
                Token::Number(u128::from_be_bytes(*version.as_bytes()) as u64)
            }
            Some(version) => Token::Version(version),
        });
    }

    /// A point in the order of flights.
    pub fn order(&mut self, at: u64) {
        self.tokens.push(Token::Order(self.process, at));
    }

    pub(crate) fn halves(&mut self, halves: &[u64]) {
        for half in halves.chunks(2) {
            let [high, low] = [half[0], half.get(1).copied().unwrap_or_default()];
            let bytes = u128::from(high) << 64 | u128::from(low);
            self.version((bytes != 0).then(|| Version::from_bytes(bytes.to_be_bytes())));
        }
    }

    pub(crate) fn value(&mut self, value: &Value) {
        self.optional(super::number(value));
    }

    /// Bytes from a store: a version, an entry, or anything.
    pub fn bytes(&mut self, bytes: &[u8]) {
        if let Some(version) = Version::read(bytes) {
            return self.version(Some(version));
        }
        let Some(entry) = super::Stored::read(bytes) else {
            return self.number(xxh3_64(bytes));
        };
        self.number(entry.value);
        self.number(entry.written_unix_ms);
        for cited in &entry.cited {
            self.text(&cited.name);
            self.number(u64::from(cited.kind));
            self.version(Some(cited.version));
        }
    }

    /// The number of the state.
    #[must_use]
    pub fn digest(&self) -> u128 {
        let orders: BTreeSet<_> = self.tokens.iter().filter_map(order).collect();
        let orders: HashMap<_, u64> = orders.into_iter().zip(0..).collect();
        let mut versions = HashMap::new();
        let mut bytes = Vec::with_capacity(self.tokens.len() * 9);
        for token in &self.tokens {
            let (kind, number) = match *token {
                Token::Number(number) => (0, number),
                Token::Version(version) => {
                    let next = versions.len() as u64;
                    (1, *versions.entry(version).or_insert(next))
                }
                Token::Order(process, at) => (2, orders[&(process, at)]),
            };
            bytes.push(kind);
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        xxh3_128(&bytes)
    }
}

const fn order(token: &Token) -> Option<(u64, u64)> {
    match *token {
        Token::Order(process, at) => Some((process, at)),
        Token::Number(_) | Token::Version(_) => None,
    }
}
