//! The worker processes, as their parent sees them.

use crate::worker::Role;
use rustix::process::{Pid, Signal, kill_process};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{env, fs, io};

/// How long workers may take to end by themselves. The longest that one waits is for a server that does not answer.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// All workers of a run.
#[derive(Debug)]
pub(crate) struct Crew {
    role: Role,
    workers: Vec<Worker>,
    /// How many workers there were so far.
    started: u32,
}

#[derive(Debug)]
struct Worker {
    by: u32,
    process: Child,
}

impl Crew {
    /// Starts so many.
    pub(crate) fn start(role: Role, count: usize) -> io::Result<Self> {
        let mut crew = Self { role, workers: Vec::new(), started: 0 };
        for _ in 0..count {
            let worker = crew.hire()?;
            crew.workers.push(worker);
        }
        Ok(crew)
    }

    /// How many work.
    pub(crate) fn count(&self) -> usize {
        self.workers.len()
    }

    fn hire(&mut self) -> io::Result<Worker> {
        self.started += 1;
        let by = self.started;
        let role = Role { by, ..self.role.clone() };
        let mut command = Command::new(env::current_exe()?);
        command.arg(crate::WORKER).args(role.to_words());
        // Its input ends when it shall, and when this process does.
        let process = command.stdin(Stdio::piped()).spawn()?;
        Ok(Worker { by, process })
    }

    /// Kills one, as it stands, and has another begin.
    pub(crate) fn replace(&mut self, index: usize) -> io::Result<()> {
        let worker = &mut self.workers[index];
        worker.process.kill()?;
        worker.process.wait()?;
        self.workers[index] = self.hire()?;
        Ok(())
    }

    /// Stops one where it is.
    pub(crate) fn freeze(&self, index: usize) {
        self.signal(index, Signal::STOP);
    }

    /// Lets it go on.
    pub(crate) fn thaw(&self, index: usize) {
        self.signal(index, Signal::CONT);
    }

    fn signal(&self, index: usize, signal: Signal) {
        // One that has failed meanwhile is noticed at the end.
        let _gone = kill_process(Pid::from_child(&self.workers[index].process), signal);
    }

    /// Has all of them end, and gives the names of their logs' files.
    pub(crate) fn end(mut self) -> Result<Vec<String>, String> {
        for worker in &mut self.workers {
            drop(worker.process.stdin.take());
        }
        for worker in &mut self.workers {
            let status = wait(&mut worker.process);
            if status != Ok(true) {
                return Err(format!("worker {} did not end well: {status:?}", worker.by));
            }
        }
        let log = |by| self.role.folder.join(format!("worker-{by}.log"));
        let texts = (1..=self.started).map(|by| fs::read_to_string(log(by)));
        Ok(texts.map(Result::unwrap_or_default).map(whole_lines).collect())
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        for worker in &mut self.workers {
            let _ended = worker.process.kill();
            let _ended = worker.process.wait();
        }
    }
}

/// Whether it succeeded; `None` if it did not end.
fn wait(process: &mut Child) -> Result<bool, String> {
    let step = Duration::from_millis(10);
    for _ in 0..LAST_WORDS.as_millis() / step.as_millis() {
        match process.try_wait() {
            Ok(None) => crate::world::pause(step),
            Ok(Some(status)) => return Ok(status.success()),
            Err(error) => return Err(error.to_string()),
        }
    }
    Err("it does not end".to_owned())
}

/// Without the line in whose middle a worker was killed.
fn whole_lines(mut text: String) -> String {
    text.truncate(text.rfind('\n').map_or(0, |end| end + 1));
    text
}
