//! Measures ecached beside Python's caching decorators, by `peers/measure.py`, and writes the tables.
//!
//! `ancestors [--quick] [--out PATH] [--readme PATH]`: the tables go to PATH, `docs/benchmarks.md` unless said otherwise, as
//! its part `ancestors`. Without Python 3 there is nothing to compare with, and the page stays as it is.

use ecached_benches::ancestors::{Measured, Worker};
use ecached_benches::machine;
use ecached_benches::options::Options;
use serde_json::{Value, json};
use std::error::Error;
use std::io::{Write as _, stdin, stdout};
use std::path::Path;
use std::process::Command;

fn page(measured: &Measured) -> String {
    format!(
        "# The ancestors\n\nThe same work by caching decorators of Python and by ecached: a function of an id that returns a \
         record, 10,000 entries in random order, one thread; about 100 bytes in process and 1 KB over Redis. Each system runs \
         in a process of its own, with its own defaults where they allow the work; all systems of a table run once in each \
         round, in rotating order. A tag is carried by all entries; afterwards all of them are looked at, or as many as ten \
         seconds allow. Calibration: a function that looks into a `dict`, and a bare `GET`.\n\n{}, {} cores; {}; {}; {}.\n\n{}",
        machine::processor(),
        machine::cores(),
        machine::compiler(),
        measured.conditions(),
        machine::today(),
        measured.tables()
    )
}

/// Takes commands as lines of JSON, and answers each with a line.
fn serve(opening: &str) -> Result<(), Box<dyn Error>> {
    let opening: Value = serde_json::from_str(opening)?;
    let mut worker = None;
    for line in stdin().lines() {
        let command: Value = serde_json::from_str(&line?)?;
        let mut answer = || -> Result<Value, Box<dyn Error>> {
            let worker = match &mut worker {
                Some(worker) => worker,
                none => none.insert(Worker::open(&opening)?),
            };
            worker.answer(&command)
        };
        let answer = answer().unwrap_or_else(|error| json!({"error": error.to_string()}));
        println!("{answer}");
        stdout().flush()?;
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    // The script starts this program again as one of its contenders.
    if let Some(opening) = std::env::args().nth(1).filter(|first| first.starts_with('{')) {
        return serve(&opening);
    }
    let options = Options::parse("ancestors")?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/measure.py");
    let own = std::env::current_exe()?;
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("python3 is not installed: nothing to compare with");
        return Ok(());
    }
    let found = std::env::temp_dir().join(format!("ancestors-{}.json", std::process::id()));
    let mut command = Command::new("python3");
    command.arg(script).arg("--json").arg(&found).arg("--ecached").arg(own);
    if options.is_quick {
        command.arg("--quick");
    }
    let status = command.status()?;
    if !status.success() {
        return Err(format!("peers/measure.py: {status}").into());
    }
    let text = std::fs::read_to_string(&found)?;
    std::fs::remove_file(&found)?;
    options.write("ancestors", &page(&serde_json::from_str(&text)?))
}
