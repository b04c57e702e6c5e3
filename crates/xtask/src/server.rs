//! A server that an example runs against, on a free port of this computer; gone when its value is.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::report::Outcome;

/// How often it is tried to connect, and how long is waited between.
const TRIES: u32 = 200;
const PAUSE: Duration = Duration::from_millis(50);

/// Servers that can be started: what an example's manifest calls them, and what `tools` does.
pub(crate) const KINDS: [(&str, &str); 2] = [("redis", "redis-server"), ("memcached", "memcached")];

/// A running server.
#[derive(Debug)]
pub(crate) struct Server {
    process: Child,
    url: String,
}

impl Server {
    /// Starts `program`, a server of that kind, and waits until it listens.
    pub(crate) fn start(kind: &str, program: &Path) -> Outcome<Self> {
        let port = free_port()?.to_string();
        let mut command = Command::new(program);
        match kind {
            "redis" => command.args(["--bind", "127.0.0.1", "--port", &port, "--save", ""]),
            // As root it wants to be told who to be.
            _ => command.args(["-l", "127.0.0.1", "-p", &port, "-U", "0", "-u", "nobody"]),
        };
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command.current_dir(std::env::temp_dir());
        let process = command.spawn();
        let process = process.map_err(|error| format!("cannot start {kind}: {error}"))?;
        let mut server = Self { process, url: format!("{kind}://127.0.0.1:{port}") };
        for _ in 0..TRIES {
            if matches!(server.process.try_wait(), Ok(Some(_))) {
                return Err(format!("{kind} ended as soon as it was started").into());
            }
            if TcpStream::connect(format!("127.0.0.1:{port}")).is_ok() {
                return Ok(server);
            }
            // There is no event to wait for: it is asked again, as `ecached_testing::servers` does.
            std::thread::park_timeout(PAUSE);
        }
        Err(format!("{kind} does not listen on port {port}").into())
    }

    /// Where a client finds it.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A port on which nothing listens just now.
fn free_port() -> Outcome<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let address = listener.and_then(|listener| listener.local_addr());
    Ok(address.map_err(|error| format!("no port is free: {error}"))?.port())
}
