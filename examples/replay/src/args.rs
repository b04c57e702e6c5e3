//! The command line.

use crate::cache;
use lexopt::{Arg, Parser, ValueExt};
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;

pub(crate) const HELP: &str = "\
Usage: replay [<trace>] [options]

<trace>                  a file of big-endian 32-bit numbers, plain or xz; without it, 2,000,000 accesses are made up
--cache URL              the cache, such as redis://127.0.0.1, redis+cluster://host,host, memcached://host or
                         memory://?max_bytes=1MiB; without it, memory of this process. What is on a server is read by
                         processes, and another one writes
--readers N              processes that read, with --cache (4)
--threads N              threads that read (2); with reading processes, in each of them (1)
--processes              insists on processes: an error if the cache is not on a server
--async                  read by an async function, in 32 tasks per thread on a tokio runtime
--capacity N             entries that the cache holds, without --cache (10,000)
--writes-per-second N    writes to the database, each followed by its invalidation (1,000)
--write-every N          one write per N accesses, instead
--limit N                only the first N accesses of the trace
--seconds S              go round the trace until S seconds have passed, instead of once
--break skip-invalidation
                         the writer forgets every 100th invalidation: shows that the check can fail

Exits with 0 if nothing stale was served, with 1 if something was, with 2 if the arguments are wrong.
";

/// What to do.
#[derive(Debug, PartialEq)]
pub(crate) enum Command {
    Replay(Options),
    /// What the program starts itself as, to read or to write in a process of its own.
    Part(Options, Part),
    Help,
}

/// How to replay.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Options {
    pub(crate) trace: Option<PathBuf>,
    /// The URL of the cache; without it, memory.
    pub(crate) cache: Option<String>,
    /// Processes that read; `None`: threads of this one do.
    pub(crate) readers: Option<usize>,
    pub(crate) threads: usize,
    pub(crate) is_async: bool,
    pub(crate) capacity: usize,
    pub(crate) pace: Pace,
    pub(crate) limit: Option<usize>,
    pub(crate) seconds: Option<u64>,
    /// The writer forgets every 100th invalidation.
    pub(crate) forgets: bool,
}

/// One of several processes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Part {
    pub(crate) role: Role,
    /// Where the database and the board are.
    pub(crate) folder: PathBuf,
    /// Before every key of this run.
    pub(crate) key_prefix: String,
}

/// What a process does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Role {
    Reader(usize),
    Writer,
}

/// When the writer writes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Pace {
    PerSecond(u64),
    EveryAccesses(u64),
}

impl Default for Options {
    fn default() -> Self {
        Self {
            trace: None,
            cache: None,
            readers: None,
            threads: 2,
            is_async: false,
            capacity: 10_000,
            pace: Pace::PerSecond(1000),
            limit: None,
            seconds: None,
            forgets: false,
        }
    }
}

/// Reads the arguments.
pub(crate) fn parse(mut parser: Parser) -> Result<Command, lexopt::Error> {
    let mut options = Options::default();
    let (mut is_paced, mut processes) = (false, Processes::default());
    let (mut role, mut folder, mut key_prefix) = (None, None, None);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Help),
            Arg::Value(path) if options.trace.is_none() => options.trace = Some(path.into()),
            Arg::Long("async") => options.is_async = true,
            Arg::Long("cache") => options.cache = Some(parser.value()?.string()?),
            Arg::Long("processes") => processes.wanted = true,
            Arg::Long("readers") => {
                processes.readers = Some(number(&mut parser, "--readers", 1..=64)?);
            }
            Arg::Long("threads") => {
                processes.threads = Some(number(&mut parser, "--threads", 1..=256)?);
            }
            Arg::Long("capacity") => {
                processes.capacity = Some(number(&mut parser, "--capacity", 1..=1_000_000_000)?);
            }
            Arg::Long("limit") => {
                options.limit = Some(number(&mut parser, "--limit", 1..=usize::MAX)?);
            }
            Arg::Long("seconds") => {
                options.seconds = Some(number(&mut parser, "--seconds", 1..=86_400)?);
            }
            Arg::Long(name @ ("writes-per-second" | "write-every")) if is_paced => {
                return Err(format!("--{name}: the pace of the writes is already given").into());
            }
            Arg::Long("writes-per-second") => {
                let rate = number(&mut parser, "--writes-per-second", 0..=1_000_000)?;
                (options.pace, is_paced) = (Pace::PerSecond(rate), true);
            }
            Arg::Long("write-every") => {
                let accesses = number(&mut parser, "--write-every", 1..=u64::MAX)?;
                (options.pace, is_paced) = (Pace::EveryAccesses(accesses), true);
            }
            Arg::Long("break") => match parser.value()?.string()?.as_str() {
                "skip-invalidation" => options.forgets = true,
                other => return Err(format!("--break {other}: know only skip-invalidation").into()),
            },
            Arg::Long("role") => role = Some(parser.value()?.parse_with(self::role)?),
            Arg::Long("folder") => folder = Some(parser.value()?.into()),
            Arg::Long("key-prefix") => key_prefix = Some(parser.value()?.string()?),
            other => return Err(other.unexpected()),
        }
    }
    processes.settle(&mut options)?;
    Ok(match (role, folder, key_prefix) {
        (Some(role), Some(folder), Some(key_prefix)) => {
            Command::Part(options, Part { role, folder, key_prefix })
        }
        _ => Command::Replay(options),
    })
}

/// Options that mean something only together.
#[derive(Default)]
struct Processes {
    wanted: bool,
    readers: Option<usize>,
    threads: Option<usize>,
    capacity: Option<usize>,
}

impl Processes {
    fn settle(self, options: &mut Options) -> Result<(), lexopt::Error> {
        let is_shared = options.cache.as_deref().is_some_and(cache::is_shared);
        if !is_shared && (self.wanted || self.readers.is_some()) {
            let message =
                "--processes and --readers need the --cache of a server, which processes share";
            return Err(message.into());
        }
        if self.capacity.is_some() && options.cache.is_some() {
            return Err("--capacity is for the cache that you get without --cache".into());
        }
        options.readers = is_shared.then(|| self.readers.unwrap_or(4));
        options.threads = self.threads.unwrap_or(if is_shared { 1 } else { 2 });
        options.capacity = self.capacity.unwrap_or(options.capacity);
        Ok(())
    }
}

impl Role {
    /// As [`role`] reads it.
    pub(crate) fn argument(self) -> String {
        match self {
            Self::Reader(number) => number.to_string(),
            Self::Writer => "writer".into(),
        }
    }
}

fn role(text: &str) -> Result<Role, std::num::ParseIntError> {
    if text == "writer" { Ok(Role::Writer) } else { text.parse().map(Role::Reader) }
}

fn number<T>(parser: &mut Parser, name: &str, range: RangeInclusive<T>) -> Result<T, lexopt::Error>
where
    T: FromStr + PartialOrd + Display,
{
    let text = parser.value()?.string()?;
    let number = text.parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| {
        let (least, most) = range.into_inner();
        format!("{name} {text}: expected a whole number from {least} to {most}").into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, String> {
        parse(Parser::from_args(line.split_whitespace())).map_err(|error| error.to_string())
    }

    #[test]
    fn arguments_are_read() {
        assert_eq!(parsed(""), Ok(Command::Replay(Options::default())));
        assert_eq!(parsed("--threads 3 --help"), Ok(Command::Help));
        let all = "t.xz --threads 3 --async --capacity 5 --write-every 7 --limit 9 --seconds 2 \
                   --break skip-invalidation";
        let options = Options {
            trace: Some("t.xz".into()),
            cache: None,
            readers: None,
            threads: 3,
            is_async: true,
            capacity: 5,
            pace: Pace::EveryAccesses(7),
            limit: Some(9),
            seconds: Some(2),
            forgets: true,
        };
        assert_eq!(parsed(all), Ok(Command::Replay(options)));
    }

    #[test]
    fn what_is_on_a_server_is_read_by_processes() {
        let cache = Some("redis://host".into());
        let four = Options { cache, readers: Some(4), threads: 1, ..Options::default() };
        assert_eq!(parsed("--cache redis://host"), Ok(Command::Replay(four.clone())));
        let line = "--cache redis://host --processes --role 2 --folder f --key-prefix p";
        let part = Part { role: Role::Reader(2), folder: "f".into(), key_prefix: "p".into() };
        assert_eq!(parsed(line), Ok(Command::Part(four, part)));
        let here = Options { cache: Some("memory://".into()), ..Options::default() };
        assert_eq!(parsed("--cache memory://"), Ok(Command::Replay(here)));
    }

    #[test]
    fn wrong_arguments_are_named() {
        for (line, named) in [
            ("--thread 3", "--thread"),
            ("a b", "b"),
            ("--threads 0", "--threads 0"),
            ("--threads", "--threads"),
            ("--seconds -1", "-1"),
            ("--write-every 5 --writes-per-second 5", "--writes-per-second"),
            ("--break it", "skip-invalidation"),
            ("--readers 4", "--cache"),
            ("--cache memory:// --processes", "--processes"),
            ("--cache redis://host --capacity 5", "--capacity"),
        ] {
            let message = parsed(line).unwrap_err();
            assert!(message.contains(named), "{line}: {message}");
        }
    }
}
