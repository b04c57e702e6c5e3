//! Starts readers and a writer as processes of their own, waits for them, adds up what they did.

use crate::Failure;
use crate::args::{Options, Role};
use crate::board::Board;
use crate::cache;
use crate::database::Database;
use crate::figures::Figures;
use crate::left;
use crate::oracle::Oracle;
use crate::progress::{self, Seen, now, say};
use crate::report::Report;
use crate::run;
use crate::workload::Workload;
use crate::writer::Tally;
use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// Replays a trace in processes.
pub(crate) fn replay(options: &Options) -> Result<Report, Failure> {
    let readers = options.readers.unwrap_or_default();
    let workload = run::workload(options)?.lasting(run::duration(options));
    let folder = tempfile::tempdir()?;
    let db = Database::create(folder.path(), workload.objects())?;
    // A connection of this process stays open: the last one to go would tidy up, and keep others waiting.
    db.row(workload.objects()[0])?;
    let board = Arc::new(Board::create(folder.path(), readers + 1, workload.objects().len())?);
    let key_prefix = cache::new_key_prefix();
    cache::open(options, &key_prefix)?;

    say(&format!("        starting {readers} processes that read and one that writes"));
    let roles = (0..readers).map(Role::Reader).chain([Role::Writer]);
    let started = roles.map(|role| start(role, folder.path(), &key_prefix));
    let mut company = Company::gather(started.collect::<Result<_, _>>()?)?;
    let elapsed = company.wait(&workload, &board, readers)?;

    let parts = (0..readers).map(|reader| board.figures(reader).map(Figures::from_numbers));
    let parts: Vec<_> = parts.collect::<Result<_, _>>()?;
    let tally = Tally::from_numbers(board.figures(readers)?);
    let runtime = run::runtime(options)?;
    let left = left::look(&workload, &db, &Oracle::on_board(board), runtime.as_ref())?;
    let (options, input) = (options.clone(), workload.to_string());
    Ok(Report { options, input, figures: Figures::sum(&parts, elapsed), parts, tally, left })
}

/// This program again, with the same arguments and a role.
fn start(role: Role, folder: &Path, key_prefix: &str) -> Result<Child, Failure> {
    let mut command = Command::new(env::current_exe()?);
    command.args(env::args_os().skip(1)).args(["--role", &role.argument()]);
    command.arg("--folder").arg(folder).args(["--key-prefix", key_prefix]);
    Ok(command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?)
}

/// The processes of a run. They end when this does.
struct Company {
    /// The inputs of those who run; the writer's is the last.
    inputs: Vec<Option<ChildStdin>>,
    ends: Receiver<(usize, std::io::Result<ExitStatus>)>,
}

impl Company {
    /// Waits until all are ready, then lets them start.
    fn gather(children: Vec<Child>) -> Result<Self, Failure> {
        let (end, ends) = mpsc::channel();
        let (mut inputs, mut outputs) = (Vec::new(), Vec::new());
        for (number, mut child) in children.into_iter().enumerate() {
            inputs.push(child.stdin.take());
            outputs.push(child.stdout.take());
            let end = end.clone();
            thread::spawn(move || end.send((number, child.wait())));
        }
        for output in outputs.into_iter().flatten() {
            if BufReader::new(output).read_line(&mut String::new())? == 0 {
                return Err("a process ended before it was ready".into());
            }
        }
        for input in inputs.iter_mut().flatten() {
            input.write_all(b"go\n")?;
        }
        Ok(Self { inputs, ends })
    }

    /// Waits until all readers have ended, then until the writer has; shows progress meanwhile.
    fn wait(
        &mut self,
        workload: &Workload,
        board: &Board,
        readers: usize,
    ) -> Result<Duration, Failure> {
        let started = now();
        let mut last_line = started;
        let (mut reading, mut elapsed) = (readers, Duration::ZERO);
        loop {
            let pause = Duration::from_secs(1).saturating_sub(last_line.elapsed());
            match self.ends.recv_timeout(pause) {
                Ok((number, status)) => {
                    let status = status?;
                    if !status.success() {
                        return Err(format!("process {number} of the run failed: {status}").into());
                    }
                    if number == readers {
                        return if reading == 0 { Ok(elapsed) } else { Err("no writer".into()) };
                    }
                    reading -= 1;
                    self.inputs[number] = None;
                    if reading == 0 {
                        elapsed = started.elapsed();
                        self.inputs[readers] = None; // the writer ends
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    last_line = now();
                    show(workload, board, readers, started)?;
                }
                Err(RecvTimeoutError::Disconnected) => return Err("no processes".into()),
            }
        }
    }
}

impl Drop for Company {
    fn drop(&mut self) {
        self.inputs.clear();
        while self.ends.recv().is_ok() {} // they were told to end
    }
}

fn show(
    workload: &Workload,
    board: &Board,
    readers: usize,
    started: Instant,
) -> Result<(), Failure> {
    let tally = Tally::from_numbers(board.figures(readers)?);
    let mut seen =
        Seen { accesses: 0, reads: 0, writes: tally.writes, failed: tally.failed, stale: 0 };
    for reader in 0..readers {
        let figures = Figures::from_numbers(board.figures(reader)?);
        seen.accesses += figures.accesses;
        seen.reads += figures.reads;
        seen.stale += figures.stale;
    }
    progress::line(workload, started.elapsed(), &seen);
    Ok(())
}
