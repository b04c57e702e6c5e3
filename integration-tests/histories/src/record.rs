//! What is written down of a run: a line per operation, so that a history can be read, and checked again.
//!
//! ```text
//! R start end how function row computed by c|s row=version,…    a read, and the value that came back
//! W start end by row version                                    a commit to the source
//! I start end by ok|err name row version                        an invalidation, after that commit
//! S start end by ok|err computed                                a value that was set
//! C from to                                                     nothing was broken between
//! N time by what                                                what the nemesis did
//! T by number…                                                  a process's counters so far
//! X what                                                        a value that nobody stored there
//! ```
//!
//! Times are nanoseconds of `CLOCK_MONOTONIC`, which is one clock for all processes of a machine.

use crate::model::{Name, Part, Value};
use std::fmt::{self, Write as _};
use std::str::{FromStr, SplitWhitespace};

/// How many counters a process writes down; see [`COUNTERS`].
pub(crate) const COUNTED: usize = 10;

/// What they are called.
pub(crate) const COUNTERS: [&str; COUNTED] = [
    "hits",
    "misses",
    "shared",
    "computations",
    "stores",
    "doomed",
    "errors",
    "invalidations",
    "breaker opened",
    "skipped while open",
];

/// An interval in which something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u64,
    pub(crate) end: u64,
}

/// One line of a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Record {
    Read { span: Span, how: How, value: Value },
    Write { span: Span, by: u32, part: Part },
    Invalidation(Invalidation),
    Set { span: Span, by: u32, is_ok: bool, computed: u64 },
    Calm(Span),
    Fault { time: u64, what: String },
    Counters { by: u32, numbers: [u64; COUNTED] },
    Wrong(String),
}

/// An invalidation of one name. One of several names is several records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Invalidation {
    pub(crate) span: Span,
    pub(crate) by: u32,
    pub(crate) is_ok: bool,
    pub(crate) name: Name,
    /// What was committed before it.
    pub(crate) part: Part,
}

/// How a value was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// A call of the function, or `get_or_compute`.
    Call,
    /// It was looked up, and not computed.
    Peek,
    /// It was computed anew.
    Refresh,
}

impl How {
    const fn name(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Peek => "peek",
            Self::Refresh => "refresh",
        }
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { span: Span { start, end }, how, value } => {
                let Value { function, row, computed, by, is_set, parts } = value;
                let (how, function) = (how.name(), function.name());
                let origin = if *is_set { 's' } else { 'c' };
                write!(f, "R {start} {end} {how} {function} {row} {computed} {by} {origin} ")?;
                for (index, Part { row, version }) in parts.iter().enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    write!(f, "{comma}{row}={version}")?;
                }
                Ok(())
            }
            Self::Write { span: Span { start, end }, by, part: Part { row, version } } => {
                write!(f, "W {start} {end} {by} {row} {version}")
            }
            Self::Invalidation(Invalidation { span, by, is_ok, name, part }) => {
                let Span { start, end } = span;
                let Part { row, version } = part;
                write!(f, "I {start} {end} {by} {} {name} {row} {version}", outcome(*is_ok))
            }
            Self::Set { span: Span { start, end }, by, is_ok, computed } => {
                write!(f, "S {start} {end} {by} {} {computed}", outcome(*is_ok))
            }
            Self::Calm(Span { start, end }) => write!(f, "C {start} {end}"),
            Self::Fault { time, what } => write!(f, "N {time} {what}"),
            Self::Counters { by, numbers } => {
                write!(f, "T {by}")?;
                numbers.iter().try_for_each(|number| write!(f, " {number}"))
            }
            Self::Wrong(what) => write!(f, "X {what}"),
        }
    }
}

const fn outcome(is_ok: bool) -> &'static str {
    if is_ok { "ok" } else { "err" }
}

impl FromStr for Record {
    type Err = ();

    fn from_str(line: &str) -> Result<Self, ()> {
        let mut words = line.split_whitespace();
        Ok(match words.next().ok_or(())? {
            "R" => Self::Read {
                span: span(&mut words)?,
                how: how(&mut words)?,
                value: Value {
                    function: word(&mut words)?,
                    row: word(&mut words)?,
                    computed: word(&mut words)?,
                    by: word(&mut words)?,
                    is_set: words.next().ok_or(())? == "s",
                    parts: words
                        .next()
                        .ok_or(())?
                        .split(',')
                        .map(part)
                        .collect::<Result<_, ()>>()?,
                },
            },
            "W" => Self::Write {
                span: span(&mut words)?,
                by: word(&mut words)?,
                part: Part { row: word(&mut words)?, version: word(&mut words)? },
            },
            "I" => Self::Invalidation(Invalidation {
                span: span(&mut words)?,
                by: word(&mut words)?,
                is_ok: words.next().ok_or(())? == "ok",
                name: word(&mut words)?,
                part: Part { row: word(&mut words)?, version: word(&mut words)? },
            }),
            "S" => Self::Set {
                span: span(&mut words)?,
                by: word(&mut words)?,
                is_ok: words.next().ok_or(())? == "ok",
                computed: word(&mut words)?,
            },
            "C" => Self::Calm(span(&mut words)?),
            "N" => Self::Fault { time: word(&mut words)?, what: rest(words) },
            "T" => {
                let by = word(&mut words)?;
                let numbers = words.map(|word| word.parse().map_err(|_| ()));
                let numbers: Vec<u64> = numbers.collect::<Result<_, ()>>()?;
                Self::Counters { by, numbers: numbers.try_into().map_err(|_| ())? }
            }
            "X" => Self::Wrong(rest(words)),
            _ => return Err(()),
        })
    }
}

fn word<T: FromStr>(words: &mut SplitWhitespace<'_>) -> Result<T, ()> {
    words.next().ok_or(())?.parse().map_err(|_| ())
}

fn span(words: &mut SplitWhitespace<'_>) -> Result<Span, ()> {
    Ok(Span { start: word(words)?, end: word(words)? })
}

fn how(words: &mut SplitWhitespace<'_>) -> Result<How, ()> {
    let name = words.next().ok_or(())?;
    [How::Call, How::Peek, How::Refresh].into_iter().find(|how| how.name() == name).ok_or(())
}

fn part(text: &str) -> Result<Part, ()> {
    let (row, version) = text.split_once('=').ok_or(())?;
    Ok(Part { row: row.parse().map_err(|_| ())?, version: version.parse().map_err(|_| ())? })
}

fn rest(words: SplitWhitespace<'_>) -> String {
    words.fold(String::new(), |mut text, word| {
        let space = if text.is_empty() { "" } else { " " };
        let _ = write!(text, "{space}{word}"); // a String takes everything
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_they_are_written() {
        let lines = [
            "R 5 9 call listed 3 6 2 c 3=7,4=1",
            "R 5 9 peek handle 0 6 2 s 0=7",
            "W 1 2 3 4 5",
            "I 1 2 3 ok key:tagged:4 4 5",
            "I 1 2 3 err shared 4 5",
            "S 1 2 3 ok 4",
            "C 1 2",
            "N 1 server 2: freeze",
            "T 1 1 2 3 4 5 6 7 8 9 10",
            "X a stranger",
        ];
        for line in lines {
            assert_eq!(line.parse::<Record>().unwrap().to_string(), line);
        }
        for line in ["", "R 5 9 call listed 3 6 2 c", "T 1 2", "Q", "I 1 2 3 ok key:none:4 4 5"] {
            assert!(line.parse::<Record>().is_err(), "{line}");
        }
    }
}
