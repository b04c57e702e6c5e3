//! Which cores client and server run on.
//!
//! Left to the system, the two settle on one core or on two, each for a while: on one, nobody waits for a core that sleeps
//! to wake up, and an exchange takes a third of the time. Contenders of one round would be in different modes. So single
//! operations are measured in both, one after the other.

use super::Servers;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

/// Where client and server run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cores {
    /// The client on one, the servers on another: as far apart as one machine allows.
    Two,
    /// All on the same: every instruction of the client delays the server, and the other way round.
    One,
    /// Wherever the system likes.
    Any,
}

impl Cores {
    /// Puts this thread, and the servers, there; `false` where that cannot be done.
    ///
    /// # Panics
    ///
    /// If a server does not answer.
    #[must_use]
    pub fn take(self, servers: &Servers) -> bool {
        let Some((all, [first, second])) = allowed() else { return false };
        let (client, server) = match self {
            Self::Two => (first, second),
            Self::One => (second.clone(), second),
            Self::Any => (all.clone(), all),
        };
        let thread = fs::read_link("/proc/thread-self").ok();
        let thread = thread.and_then(|path| Some(path.file_name()?.to_str()?.to_owned()));
        thread.is_some_and(|thread| pin(&["-cp", &client, &thread]))
            && pids(servers).iter().all(|pid| pin(&["-acp", &server, pid]))
    }
}

/// The cores that this program may use, as a list, and two of them.
fn allowed() -> Option<(String, [String; 2])> {
    // Of the process, whose threads may have been put elsewhere meanwhile: of its parent.
    let status =
        fs::read_to_string(format!("/proc/{}/status", std::os::unix::process::parent_id()));
    let status = status.ok()?;
    let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?.trim();
    let mut cores = Vec::new();
    for part in list.split(',') {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        cores.extend(from.parse::<u32>().ok()?..=to.parse().ok()?);
    }
    let [first, second, ..] = cores.as_slice() else { return None };
    Some((list.to_owned(), [first.to_string(), second.to_string()]))
}

fn pin(arguments: &[&str]) -> bool {
    let command = Command::new("taskset").args(arguments).stdout(Stdio::null()).status();
    command.is_ok_and(|status| status.success())
}

/// The numbers of the servers' processes, as they say themselves.
fn pids(servers: &Servers) -> [String; 2] {
    let mut info = redis::cmd("INFO");
    let info: String = info.arg("server").query(&mut servers.connection()).expect("an answer");
    let redis = info.lines().find_map(|line| line.strip_prefix("process_id:"));
    let stats = stats(servers);
    let memcached = stats.lines().find_map(|line| line.strip_prefix("STAT pid "));
    [redis, memcached].map(|pid| pid.expect("servers say their number").trim().to_owned())
}

fn stats(servers: &Servers) -> String {
    let mut stream = TcpStream::connect(servers.memcached.address()).expect("the server listens");
    stream.write_all(b"stats\r\nquit\r\n").expect("the server listens");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("text");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_goes_where_it_is_put_and_back() {
        let servers = Servers::start();
        let mine = || {
            let status = fs::read_to_string("/proc/thread-self/status").expect("Linux");
            let line = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
            line.expect("it is there").trim().to_owned()
        };
        let before = mine();
        if allowed().is_none() {
            assert!(!Cores::Two.take(&servers), "there is one core only");
            return;
        }
        assert!(Cores::Two.take(&servers));
        let apart = mine();
        assert!(Cores::One.take(&servers));
        assert_ne!(mine(), apart);
        assert!(Cores::Any.take(&servers));
        assert_eq!(mine(), before);
    }
}
