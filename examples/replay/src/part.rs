//! What a process does that was started to read, or to write: it says that it is ready, waits for a line on its input,
//! does its part, and publishes its figures on the board. When its input ends, so does it: nothing outlives who started it.

use crate::Failure;
use crate::args::{Options, Part, Role};
use crate::board::Board;
use crate::cache;
use crate::database::Database;
use crate::figures::Figures;
use crate::oracle::Oracle;
use crate::progress::now;
use crate::run::{self, Shared};
use crate::writer::{Tally, Writer};
use std::io::{Write, stdin, stdout};
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread;
use std::time::Duration;
use tokio::runtime::Runtime;

/// How often figures are published.
const PERIOD: Duration = Duration::from_millis(20);

/// A process of a run.
struct Player<'a> {
    options: &'a Options,
    readers: usize,
    board: Arc<Board>,
    shared: Arc<Shared>,
    runtime: Option<Runtime>,
}

/// Does a part.
pub(crate) fn play(options: &Options, part: &Part) -> Result<(), Failure> {
    let readers = options.readers.unwrap_or_default();
    let workload = run::workload(options)?;
    let board = Arc::new(Board::open(&part.folder, readers + 1)?);
    let db = Database::open(&part.folder, workload.objects())?;
    cache::open(options, &part.key_prefix)?;
    let runtime = run::runtime(options)?;
    if !may_start()? {
        return Ok(());
    }
    let workload = match part.role {
        Role::Reader(number) => workload.shared_with(number, readers),
        Role::Writer => workload,
    };
    let oracle = Oracle::on_board(Arc::clone(&board));
    let shared = Shared::new(workload.lasting(run::duration(options)), db, oracle);
    let (stop, stops) = mpsc::channel::<()>();
    let watched = Arc::clone(&shared);
    thread::spawn(move || {
        let _ = std::io::copy(&mut stdin().lock(), &mut std::io::sink());
        watched.workload.end();
        drop(stop);
    });
    let player = Player { options, readers, board, shared, runtime };
    match part.role {
        Role::Reader(number) => player.read(number),
        Role::Writer => player.write(&stops),
    }
}

/// Says that all is prepared. `false`: it shall not start at all.
fn may_start() -> Result<bool, Failure> {
    let mut output = stdout().lock();
    output.write_all(b"ready\n")?;
    output.flush()?;
    Ok(stdin().read_line(&mut String::new())? > 0)
}

/// Says what went wrong.
#[expect(clippy::print_stderr, reason = "a program on a terminal")]
pub(crate) fn exit_code(result: Result<(), Failure>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

impl Player<'_> {
    fn read(&self, number: usize) -> Result<(), Failure> {
        let started = now();
        let publish = || {
            let stats = run::stats(self.options);
            let figures = Figures::new(&self.shared, &stats, started.elapsed());
            Ok(self.board.set_figures(number, figures.numbers())?)
        };
        let read = || run::read(&self.shared, self.options, self.runtime.as_ref());
        meanwhile(publish, read)?;
        publish()
    }

    fn write(&self, stops: &Receiver<()>) -> Result<(), Failure> {
        let handle = self.runtime.as_ref().map(|runtime| runtime.handle().clone());
        let writer = Writer::new(&self.shared, self.options, handle)?;
        let publish = || {
            let mut accesses = 0;
            for reader in 0..self.readers {
                accesses += self.board.figures(reader)?[0];
            }
            self.shared.set_accesses(accesses);
            let (writes, failed) = (self.shared.writes(), self.shared.failures());
            let tally = Tally { writes, failed, ..Tally::default() };
            Ok(self.board.set_figures(self.readers, tally.numbers())?)
        };
        let tally = meanwhile(publish, || writer.run(stops))?;
        Ok(self.board.set_figures(self.readers, tally.numbers())?)
    }
}

/// Calls `publish` from time to time while `work` is done.
fn meanwhile<T>(
    publish: impl Fn() -> Result<(), Failure> + Sync,
    work: impl FnOnce() -> Result<T, Failure>,
) -> Result<T, Failure> {
    let failure = RwLock::new(None);
    let (stop, stops) = mpsc::channel::<()>();
    let done = thread::scope(|scope| {
        let (publish, failure) = (&publish, &failure);
        scope.spawn(move || {
            while stops.recv_timeout(PERIOD) == Err(RecvTimeoutError::Timeout) {
                if let Err(error) = publish() {
                    *failure.write().unwrap_or_else(PoisonError::into_inner) = Some(error);
                }
            }
        });
        let done = work();
        drop(stop);
        done
    });
    match failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => done,
    }
}
