//! What all servers have in common: a port, a folder, and a process that comes and goes.

use super::process::{self, Process};
use super::{ports, wait};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tempfile::TempDir;

/// How often another port is tried.
const ATTEMPTS: usize = 10;

/// In what a server prints when another program has its port.
const PORT_TAKEN: &str = "ddress already in use";

/// A server on a port of its own.
#[derive(Debug)]
pub(super) struct Server {
    port: u16,
    command: Command,
    // Before the folder, so that the process is gone when the folder goes.
    process: Mutex<Option<Process>>,
    folder: TempDir,
}

/// Why a server did not start.
#[derive(Debug)]
enum Failure {
    /// Between our look at the port and the server's, another program took it.
    PortTaken,
    /// Anything else, with what the server printed.
    Other(String),
}

impl Server {
    /// Starts a server on a free port, and returns when it is ready. `command` says how to start it, for a port and a
    /// folder.
    ///
    /// # Panics
    ///
    /// When it does not start, with what it printed.
    pub(super) fn start(
        command: impl Fn(u16, &Path) -> Command,
        is_ready: impl Fn(&Self) -> bool,
    ) -> Self {
        for _ in 0..ATTEMPTS {
            let (port, folder) = (ports::free(), process::folder());
            let command = command(port, folder.path());
            let server = Self { port, command, process: Mutex::default(), folder };
            match server.launch(&is_ready) {
                Ok(()) => return server,
                Err(Failure::PortTaken) => {}
                Err(Failure::Other(message)) => panic!("{message}"),
            }
        }
        panic!("each of {ATTEMPTS} free ports was taken by another program before a server started")
    }

    /// Kills the server and starts it again in the same place.
    ///
    /// # Panics
    ///
    /// When it does not start, with what it printed.
    pub(super) fn restart(&self, is_ready: impl Fn(&Self) -> bool) {
        let started = wait::until(wait::LIMIT, || match self.launch(&is_ready) {
            Ok(()) => Some(()),
            Err(Failure::PortTaken) => None,
            Err(Failure::Other(message)) => panic!("{message}"),
        });
        assert!(started.is_some(), "another program has taken port {} meanwhile", self.port);
    }

    fn launch(&self, is_ready: impl Fn(&Self) -> bool) -> Result<(), Failure> {
        self.kill();
        *self.process() = Some(Process::start(&self.command, self.folder()));
        // Ended, or ready, or neither yet.
        let ready = wait::until(wait::LIMIT, || {
            let ended = self.process().as_mut().is_none_or(Process::has_ended);
            (ended || is_ready(self)).then_some(!ended)
        });
        if ready == Some(true) {
            return Ok(());
        }
        self.kill();
        let log = process::log(self.folder());
        if log.contains(PORT_TAKEN) {
            return Err(Failure::PortTaken);
        }
        let what = if ready.is_some() { "ended at once" } else { "did not get ready" };
        Err(Failure::Other(format!("`{:?}` {what}. It printed:\n{log}", self.command)))
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// Its folder.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The number of its process, while it runs.
    pub(super) fn process_id(&self) -> Option<u32> {
        self.process().as_ref().map(Process::id)
    }

    /// Stops the process where it is.
    ///
    /// # Panics
    ///
    /// When it does not run.
    pub(super) fn freeze(&self) {
        self.process().as_ref().expect("a server that was stopped cannot be frozen").freeze();
    }

    /// Lets the process go on.
    ///
    /// # Panics
    ///
    /// When it does not run.
    pub(super) fn thaw(&self) {
        self.process().as_ref().expect("a server that was stopped cannot be thawed").thaw();
    }

    /// Ends the process with SIGKILL, if it runs.
    pub(super) fn kill(&self) {
        drop(self.process().take());
    }

    /// Ends the process with SIGTERM, if it runs.
    pub(super) fn stop(&self) {
        if let Some(process) = self.process().take() {
            process.stop();
        }
    }

    fn process(&self) -> MutexGuard<'_, Option<Process>> {
        // A test that panicked while it held the lock leaves a process that can still be killed.
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::servers::program::REDIS;
    use std::cell::Cell;
    use std::net::TcpListener;

    /// How to start a Redis server.
    fn redis(port: u16) -> Command {
        let mut command = Command::new(REDIS.find());
        command.args(["--bind", "127.0.0.1", "--save", "", "--port", &port.to_string()]);
        command
    }

    /// Whether the server itself answers, and not the other on its port.
    fn is_ready(server: &Server) -> bool {
        process::log(server.folder()).contains("Ready to accept connections")
    }

    #[test]
    fn another_port_is_tried_when_one_was_taken() {
        let other = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let taken = other.local_addr().unwrap().port();
        let attempts = Cell::new(0);
        let server = Server::start(
            |port, _| {
                attempts.set(attempts.get() + 1);
                redis(if attempts.get() == 1 { taken } else { port })
            },
            is_ready,
        );
        assert_eq!(attempts.get(), 2);
        server.stop();
    }

    #[test]
    fn a_restart_waits_for_its_port() {
        let server = Server::start(|port, _| redis(port), is_ready);
        server.kill();
        let other = TcpListener::bind(server.address()).unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let is_refused = || process::log(server.folder()).contains(PORT_TAKEN);
                assert!(wait::until(wait::LIMIT, || is_refused().then_some(())).is_some());
                drop(other);
            });
            server.restart(is_ready);
        });
    }
}
