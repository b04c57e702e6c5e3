//! A server's process and its folder. Both go when the value goes, and when the test's own process goes.
//!
//! A process that is killed cannot clean up behind itself, so each server has a watchdog: a shell that reads from a pipe
//! whose other end is held here. When this process ends, in whatever way, the pipe closes, and the watchdog kills the
//! server. The server in turn starts only once its watchdog runs: its process begins as a shell that waits for a line,
//! and then becomes the server, under the process number that the watchdog was told.
//!
//! Both have process groups of their own: what ends the test's group, Ctrl-C or a test runner's limit, leaves them to that
//! order of things.

use super::wait;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::{env, io};
use tempfile::TempDir;

/// Becomes the program that follows, once there is a line on its input.
const GATE: &str = r#"read -r line && exec "$@" </dev/null"#;

/// Kills process `$1` and removes folder `$2` when its input ends.
const WATCHDOG: &str = r#"while read -r line; do :; done; kill -9 "$1"; rm -rf "$2""#;

/// What a server prints, in its folder.
const LOG: &str = "server.log";

/// A running server.
#[derive(Debug)]
pub(super) struct Process {
    server: Child,
    watchdog: Child,
}

/// A new folder for a server's files.
///
/// # Panics
///
/// When it cannot be created.
pub(super) fn folder() -> TempDir {
    // The path of a Unix socket may have about a hundred bytes, on every system.
    let configured = env::temp_dir();
    let base = if configured.as_os_str().len() > 70 { Path::new("/tmp") } else { &configured };
    tempfile::Builder::new().prefix("ecached-").tempdir_in(base).unwrap_or_else(|error| {
        panic!("cannot create a folder in {}, for a server's files: {error}", base.display())
    })
}

/// What a server has printed since it was started, to show when it fails.
pub(super) fn log(folder: &Path) -> String {
    fs::read_to_string(folder.join(LOG)).unwrap_or_default()
}

impl Process {
    /// Starts `command` with its folder as the working directory and its output in a file there.
    ///
    /// # Panics
    ///
    /// When it cannot be started.
    pub(super) fn start(command: &Command, folder: &Path) -> Self {
        Self::try_start(command, folder).unwrap_or_else(|error| {
            panic!("cannot start `{}`: {error}", command.get_program().display())
        })
    }

    fn try_start(command: &Command, folder: &Path) -> io::Result<Self> {
        let log = File::create(folder.join(LOG))?;
        let mut gate = shell(GATE);
        gate.arg(command.get_program()).args(command.get_args()).current_dir(folder);
        let mut server = gate.stdout(log.try_clone()?).stderr(log).spawn()?;
        let opening = server.stdin.take();
        let mut watchdog = shell(WATCHDOG);
        watchdog.arg(server.id().to_string()).arg(folder);
        let watchdog = watchdog.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let process = Self { server, watchdog };
        opening.ok_or(io::ErrorKind::BrokenPipe)?.write_all(b"go\n")?;
        Ok(process)
    }

    /// The number of the server's process.
    pub(super) fn id(&self) -> u32 {
        self.server.id()
    }

    /// Whether the server ended, by itself or by a signal.
    pub(super) fn has_ended(&mut self) -> bool {
        !matches!(self.server.try_wait(), Ok(None))
    }

    /// Stops the server where it is, and returns when it stands still.
    ///
    /// # Panics
    ///
    /// When the server does not run.
    pub(super) fn freeze(&self) {
        let pid = self.signal(Signal::STOP);
        let stopped = waitid(WaitId::Pid(pid), WaitIdOptions::STOPPED);
        assert!(stopped.is_ok(), "a server ended when it was frozen: {stopped:?}");
    }

    /// Lets the server go on.
    ///
    /// # Panics
    ///
    /// When the server does not run.
    pub(super) fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    /// Asks the server to end and gives it time to; [`Process::drop`] then makes sure.
    pub(super) fn stop(mut self) {
        if !self.has_ended() {
            self.signal(Signal::TERM);
            self.signal(Signal::CONT);
            wait::until(wait::LIMIT, || self.has_ended().then_some(()));
        }
    }

    fn signal(&self, signal: Signal) -> Pid {
        let pid = Pid::from_child(&self.server);
        if let Err(error) = kill_process(pid, signal) {
            panic!("cannot send {signal:?} to a server, does it run? {error}");
        }
        pid
    }
}

impl Drop for Process {
    /// Kills the server, also a frozen one, and waits until it is gone: connections are reset, the port is free.
    fn drop(&mut self) {
        // The server's number is free for another process only after the last line: the watchdog never kills that one.
        let _ = self.server.kill();
        let _ = self.watchdog.kill();
        let _ = self.watchdog.wait();
        let _ = self.server.wait();
    }
}

/// A shell that runs a script, with arguments yet to come, a pipe as its input, and a process group of its own.
fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script, "sh"]).stdin(Stdio::piped()).process_group(0);
    command
}
