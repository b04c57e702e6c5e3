//! The command line.

use lexopt::{Arg, Parser, ValueExt};
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;

pub(crate) const HELP: &str = "\
Usage: replay [<trace>] [options]

<trace>                  a file of big-endian 32-bit numbers, plain or xz; without it, 2,000,000 accesses are made up
--threads N              threads that read (2)
--async                  read by an async function, in 32 tasks per thread on a tokio runtime
--capacity N             entries that the cache holds (10,000)
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
    Help,
}

/// How to replay.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Options {
    pub(crate) trace: Option<PathBuf>,
    pub(crate) threads: usize,
    pub(crate) is_async: bool,
    pub(crate) capacity: usize,
    pub(crate) pace: Pace,
    pub(crate) limit: Option<usize>,
    pub(crate) seconds: Option<u64>,
    /// The writer forgets every 100th invalidation.
    pub(crate) forgets: bool,
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
    let mut is_paced = false;
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Help),
            Arg::Value(path) if options.trace.is_none() => options.trace = Some(path.into()),
            Arg::Long("async") => options.is_async = true,
            Arg::Long("threads") => options.threads = number(&mut parser, "--threads", 1..=256)?,
            Arg::Long("capacity") => {
                options.capacity = number(&mut parser, "--capacity", 1..=1_000_000_000)?;
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
            other => return Err(other.unexpected()),
        }
    }
    Ok(Command::Replay(options))
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
    fn wrong_arguments_are_named() {
        for (line, named) in [
            ("--thread 3", "--thread"),
            ("a b", "b"),
            ("--threads 0", "--threads 0"),
            ("--threads", "--threads"),
            ("--seconds -1", "-1"),
            ("--write-every 5 --writes-per-second 5", "--writes-per-second"),
            ("--break it", "skip-invalidation"),
        ] {
            let message = parsed(line).unwrap_err();
            assert!(message.contains(named), "{line}: {message}");
        }
    }
}
