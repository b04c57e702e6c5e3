//! Servers end with the process that started them, even when it has no time to stop them.

use ecached_testing::servers::{Memcached, Redis};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{env, fs};

/// Set for the process that is killed.
const IS_VICTIM: &str = "ECACHED_TESTS_ARE_KILLED";

/// Starts servers, says where they are, and waits for its end.
fn victim() -> io::Result<()> {
    let (redis, frozen, memcached) = (Redis::start(), Redis::start(), Memcached::start());
    frozen.freeze();
    let mut output = io::stdout();
    for address in [redis.address(), frozen.address(), memcached.address()] {
        // On a line of its own, whatever the test harness has begun to say.
        writeln!(output, "\naddress {address}")?;
    }
    writeln!(output, "socket {}", redis.unix_socket().display())?;
    io::stdin().read(&mut [0]).map(drop)
}

#[test]
fn servers_end_with_a_process_that_is_killed() {
    if env::var_os(IS_VICTIM).is_some() {
        return victim().unwrap();
    }
    let test = "servers::orphans::servers_end_with_a_process_that_is_killed";
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env(IS_VICTIM, "1");
    let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut next = |name: &str| lines.find_map(|line| Some(line.strip_prefix(name)?.to_owned()));
    let connections = [(); 3].map(|()| {
        let address: SocketAddr = next("address ").unwrap().parse().unwrap();
        TcpStream::connect(address).unwrap()
    });
    assert!(fs::exists(next("socket ").unwrap()).unwrap());

    process.kill().unwrap();
    process.wait().unwrap();

    // Each connection ends; that it does not would be a timeout.
    for mut connection in connections {
        connection.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let end = connection.read(&mut [0]);
        let timed_out = |error: &io::Error| {
            matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
        };
        assert!(!end.is_err_and(|error| timed_out(&error)), "a server outlives its test");
    }
}
