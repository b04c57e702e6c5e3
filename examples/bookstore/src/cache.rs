//! Which cache the alias `default` stands for: one line of configuration, and no cached function knows.

use crate::teller::{Outcome, Teller};
use ecached::{BackendUrl, Config, caches};
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

pub(crate) const HELP: &str = "\
Usage: bookstore [--cache URL]

--cache URL   the cache: redis://127.0.0.1, redis+cluster://host,host, memcached://host,host, memory://?max_entries=100
              without it, memory of this process
";

/// What to do.
#[derive(Debug, PartialEq)]
pub(crate) enum Command {
    /// Tell the story, over the cache at a URL.
    Tell(Option<String>),
    Help,
}

/// Reads the arguments.
pub(crate) fn arguments(mut arguments: impl Iterator<Item = String>) -> Outcome<Command> {
    let command = match arguments.next().as_deref() {
        None => Command::Tell(None),
        Some("-h" | "--help") => Command::Help,
        Some("--cache") => match arguments.next() {
            None => return Err(format!("--cache needs a URL\n\n{HELP}").into()),
            url => Command::Tell(url),
        },
        Some(other) => return Err(format!("unknown: {other}\n\n{HELP}").into()),
    };
    match arguments.next() {
        None => Ok(command),
        Some(other) => Err(format!("unknown: {other}\n\n{HELP}").into()),
    }
}

/// Opens the cache at a URL, and says what it is. Without a URL there is nothing to do.
pub(crate) fn open(url: Option<&str>, teller: &Teller) -> Outcome {
    let Some(url) = url else {
        teller.chapter("The cache: memory of this process, as nothing else was configured");
        return Ok(());
    };
    let parsed: BackendUrl = url.parse()?;
    let has_prefix = parsed.options().any(|(name, _)| name == "key_prefix");
    let url = if has_prefix {
        url.to_owned()
    } else {
        // Of this run alone, so that what an earlier one left on a server does not matter.
        let separator = if url.contains('?') { '&' } else { '?' };
        let run = RandomState::new().hash_one(()) as u32;
        format!("{url}{separator}key_prefix=bookstore-{run:08x}:")
    };
    caches().configure(&Config::new().with_url("default", &url))?;

    let cache = caches().get("default")?;
    let place = parsed.place().rsplit('@').next().unwrap_or_default(); // no password
    let (scheme, prefix) = (parsed.scheme(), &cache.settings().key_prefix);
    teller.chapter(&format!("The cache: {scheme}://{place}, keys begin with {prefix}"));
    match cache.get::<u8>("hello") {
        Ok(_) => teller.event("it answers"),
        Err(error) => {
            teller.event(&format!("it does NOT answer: {error}"));
            teller.event("so each call computes, and invalidations fail");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Command, String> {
        arguments(line.split_whitespace().map(String::from)).map_err(|error| error.to_string())
    }

    #[test]
    fn arguments_are_read() {
        assert_eq!(read(""), Ok(Command::Tell(None)));
        assert_eq!(read("--cache null://"), Ok(Command::Tell(Some("null://".into()))));
        assert_eq!(read("--help"), Ok(Command::Help));
        for (line, named) in [("--cash a", "--cash"), ("--cache", "--cache"), ("--help me", "me")] {
            let message = read(line).unwrap_err();
            assert!(message.contains(named), "{line}: {message}");
        }
    }
}
