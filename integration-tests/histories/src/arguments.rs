//! The command line.

use crate::broken::Broken;
use crate::servers::{ALL, Backend};
use std::path::PathBuf;

/// What to do.
pub(crate) enum Task {
    Run(Options),
    /// Judge the history in a file.
    Check(PathBuf),
}

/// How a history is made.
pub(crate) struct Options {
    pub(crate) backend: &'static Backend,
    pub(crate) seconds: u64,
    pub(crate) seed: u64,
    pub(crate) broken: Broken,
    pub(crate) nemesis: Nemesis,
    /// Where logs are kept.
    pub(crate) folder: PathBuf,
    /// Also a log without violations.
    pub(crate) keeps_log: bool,
}

/// What breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nemesis {
    /// Nothing.
    None,
    /// Workers, servers and networks; Sentinel's primaries.
    All,
    /// Sentinel's primaries, which take no write while they have no replica.
    Guarded,
}

/// Reads the words.
pub(crate) fn parse(words: &[String]) -> Result<Task, String> {
    let mut options = Options {
        backend: &ALL[0],
        seconds: 10,
        seed: 1,
        broken: Broken::Nothing,
        nemesis: Nemesis::All,
        folder: PathBuf::from("target/histories"),
        keeps_log: false,
    };
    let mut words = words.iter();
    let mut is_named = false;
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("`{word}` needs a value"));
        match word.as_str() {
            "--backend" => {
                options.backend = backend(value()?)?;
                is_named = true;
            }
            "--seconds" => options.seconds = number(value()?)?,
            "--seed" => options.seed = number(value()?)?,
            "--break" => options.broken = value()?.parse()?,
            "--folder" => options.folder = value()?.into(),
            "--nemesis" => options.nemesis = nemesis(value()?)?,
            "--keep" => options.keeps_log = true,
            "--check" => return Ok(Task::Check(value()?.into())),
            _ => return Err(format!("`{word}` is unknown\n{}", help())),
        }
    }
    if !is_named {
        return Err(help());
    }
    if options.broken == Broken::StaleStore && options.backend.name != "map" {
        return Err("`--break stale-store` is for `--backend map`".to_owned());
    }
    Ok(Task::Run(options))
}

fn backend(name: &str) -> Result<&'static Backend, String> {
    ALL.iter().find(|backend| backend.name == name).ok_or_else(help)
}

fn nemesis(name: &str) -> Result<Nemesis, String> {
    Ok(match name {
        "none" => Nemesis::None,
        "all" | "failover" => Nemesis::All,
        "failover-guarded" => Nemesis::Guarded,
        _ => return Err(help()),
    })
}

fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("`{text}` is no number"))
}

fn help() -> String {
    let names = ALL.iter().map(|backend| backend.name).collect::<Vec<_>>().join(", ");
    let broken = Broken::NAMES.map(|(name, _)| name).join(", ");
    format!(
        "histories --backend <{names}>\n          \
         [--seconds 10] [--seed 1] [--nemesis <all, none>] [--break <{broken}>] [--keep] [--folder F]\n\
         histories --backend sentinel [--nemesis <failover, failover-guarded, none>] …\n\
         histories --check <file>\n\
         What failovers of `sentinel` lose is reported, and is no failure. `--keep` keeps the log also without violations."
    )
}
