//! Makes a history and judges it.

use crate::arguments::{self, Options, Task};
use crate::broken::Broken;
use crate::chance::Chance;
use crate::check::{History, Violation};
use crate::crew::Crew;
use crate::failover;
use crate::nemesis::Nemesis;
use crate::record::{Record, Span};
use crate::report;
use crate::servers::Servers;
use crate::source::Source;
use crate::worker::Role;
use crate::world::{now, pause};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Does what was asked; false when an invalidation was lost.
pub(crate) fn run(task: &Task) -> Result<bool, String> {
    match task {
        Task::Check(path) => {
            let (history, violations) = judge(path)?;
            report::totals(&history, &violations);
            report::shortest(&history, &violations);
            Ok(violations.is_empty() && history.totals.wrong.is_empty())
        }
        Task::Run(options) => make(options),
    }
}

fn make(options: &Options) -> Result<bool, String> {
    let described = |error: io::Error| error.to_string();
    let name = format!("{}-{}", options.backend.name, options.seed);
    println!("{name}: {} s, seed {}", options.seconds, options.seed);
    let folder = options.folder.join(format!("{name}-{}", std::process::id()));
    let log = options.folder.join(format!("{name}.log"));
    Source::create(&folder).map_err(described)?;
    let (records, texts) = record(options, &folder)?;
    write(&log, &records, &texts).map_err(described)?;
    fs::remove_dir_all(&folder).map_err(described)?;
    let (history, violations) = judge(&log)?;
    report::totals(&history, &violations);
    if options.backend.name == "sentinel" {
        failover::report(&history, &violations);
        return Ok(true);
    }
    report::shortest(&history, &violations);
    let is_well = violations.is_empty() && history.totals.wrong.is_empty();
    if is_well && !options.keeps_log {
        fs::remove_file(&log).map_err(described)?;
    } else {
        println!("the history is in {}", log.display());
    }
    if is_well && options.broken == Broken::Nothing {
        report::says_something(&history, options)?;
    }
    Ok(is_well)
}

/// Has processes make a history; gives the nemesis' records, and what each process wrote down.
fn record(options: &Options, folder: &Path) -> Result<(Vec<Record>, Vec<String>), String> {
    let described = |error: io::Error| error.to_string();
    let servers: Box<dyn Servers> = (options.backend.start)(options.broken);
    let role = Role {
        url: servers.url(),
        folder: PathBuf::from(folder),
        by: 0,
        seed: options.seed,
        readers: options.backend.readers,
        broken: options.broken,
    };
    let mut crew = Crew::start(role, options.backend.processes).map_err(described)?;
    let mut chance = Chance::new(options.seed, u64::MAX);
    let start = now();
    let length = Duration::from_secs(options.seconds);
    let until = start + u64::try_from(length.as_nanos()).unwrap_or(u64::MAX / 2);
    let records = if options.nemesis == arguments::Nemesis::None {
        pause(length);
        vec![Record::Calm(Span { start, end: now() })]
    } else if let Some(sentinel) = servers.sentinel() {
        let is_guarded = options.nemesis == arguments::Nemesis::Guarded;
        failover::rage(sentinel, is_guarded, &mut chance, until)
    } else {
        Nemesis::new(&*servers, &mut crew, chance).rage(until).map_err(described)?
    };
    let texts = crew.end()?;
    Ok((records, texts))
}

fn write(path: &Path, records: &[Record], texts: &[String]) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    for record in records {
        writeln!(file, "{record}")?;
    }
    for text in texts {
        file.write_all(text.as_bytes())?;
    }
    file.flush()
}

/// Reads a history twice: reads can be judged when all else is known.
fn judge(path: &Path) -> Result<(History, Vec<Violation>), String> {
    let mut history = History::default();
    each(path, |record| history.take(record))?;
    history.close();
    let mut violations = Vec::new();
    each(path, |record| {
        if let Record::Read { span, how, value } = record {
            violations.extend(history.judge(span, how, value));
        }
    })?;
    Ok((history, violations))
}

fn each(path: &Path, mut action: impl FnMut(Record)) -> Result<(), String> {
    let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
    for (number, line) in BufReader::new(file).lines().enumerate() {
        let line = line.map_err(|error| error.to_string())?;
        let wrong = || format!("{}:{}: no line of a history: {line}", path.display(), number + 1);
        action(line.parse().map_err(|()| wrong())?);
    }
    Ok(())
}
