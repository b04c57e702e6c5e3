//! How a Redis server is configured.

use super::{Redis, SOCKET};
use crate::servers::certificates;
use crate::servers::program::REDIS;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The certificate of who signed the server's.
pub(super) const CA_FILE: &str = certificates::CA_FILE;

/// The configuration of a server, in its folder. A file rather than arguments: replicas and sentinels write to it.
const CONFIG_FILE: &str = "redis.conf";

/// The password with which the fixture itself asks a server that has named users only.
const OWN_PASSWORD: &str = "the fixture's own";

/// What a server does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// Keeps data.
    Store,
    /// Watches over others.
    Sentinel,
}

/// A user other than the default one.
#[derive(Clone, Debug)]
struct User {
    name: String,
    password: String,
    rules: String,
}

/// A [`Redis`] yet to be started.
#[derive(Clone, Debug)]
pub struct RedisBuilder {
    role: Role,
    lines: Vec<(String, String)>,
    password: Option<String>,
    user: Option<User>,
    tls: bool,
    unix: bool,
}

impl RedisBuilder {
    pub(super) fn new() -> Self {
        let (lines, password, user) = (Vec::new(), None, None);
        Self { role: Role::Store, lines, password, user, tls: false, unix: false }
    }

    /// A server that watches over others.
    pub(in crate::servers) fn sentinel() -> Self {
        Self { role: Role::Sentinel, ..Self::new() }
    }

    /// A node of a cluster yet to be formed.
    pub(in crate::servers) fn cluster(self) -> Self {
        assert!(!self.tls && !self.unix, "a Redis cluster is started without TLS and Unix sockets");
        self.config("cluster-enabled", "yes")
            .config("cluster-config-file", "nodes.conf")
            .config("cluster-node-timeout", "2000")
    }

    /// Adds a line to the configuration file: `.config("maxmemory", "2mb")`.
    ///
    /// The value is written as it is; one with spaces in it needs quotes unless it is several words to Redis as well.
    #[must_use]
    pub fn config(mut self, name: &str, value: &str) -> Self {
        self.lines.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Lets nobody in without a password. It becomes part of [`Redis::url`].
    #[must_use]
    pub fn password(mut self, password: &str) -> Self {
        self.password = Some(password.to_owned());
        self
    }

    /// Adds a user with rules such as `~* &* +@all -@scripting`, who becomes part of [`Redis::url`]. The password has no
    /// spaces. Nobody gets in without a name or a password then.
    #[must_use]
    pub fn user(mut self, name: &str, password: &str, rules: &str) -> Self {
        let (name, password, rules) = (name.to_owned(), password.to_owned(), rules.to_owned());
        self.user = Some(User { name, password, rules });
        self
    }

    /// Speaks TLS on its port, and nothing else. The certificate is for `127.0.0.1` and `localhost`, and signed by a new
    /// authority whose certificate is in [`Redis::ca_file`].
    #[must_use]
    pub fn tls(mut self) -> Self {
        self.tls = true;
        self
    }

    /// Makes [`Redis::url`] lead to the Unix socket.
    #[must_use]
    pub fn unix_socket(mut self) -> Self {
        self.unix = true;
        self
    }

    /// Starts the server; returns when it answers.
    ///
    /// # Panics
    ///
    /// When the program is not installed, or does not start: because of a line of the configuration, for example.
    #[must_use]
    pub fn start(self) -> Redis {
        Redis::new(self)
    }

    pub(super) fn has_tls(&self) -> bool {
        self.tls
    }

    pub(super) fn is_unix(&self) -> bool {
        self.unix
    }

    /// What comes before the host in a URL.
    pub(super) fn credentials(&self) -> String {
        let encode = |text: &str| percent_encode(text);
        match (&self.user, &self.password) {
            (Some(user), _) => format!("{}:{}@", encode(&user.name), encode(&user.password)),
            (None, Some(password)) => format!(":{}@", encode(password)),
            (None, None) => String::new(),
        }
    }

    /// The password of the default user.
    pub(super) fn own_password(&self) -> Option<&str> {
        let fallback = self.user.as_ref().map(|_| OWN_PASSWORD);
        self.password.as_deref().or(fallback)
    }

    /// Writes the configuration, and says how to start the server.
    pub(super) fn command(&self, port: u16, folder: &Path) -> Command {
        if self.tls {
            certificates::write(folder);
        }
        fs::write(folder.join(CONFIG_FILE), self.configuration(port)).unwrap_or_else(|error| {
            panic!("cannot write the configuration of a Redis server: {error}")
        });
        let mut command = Command::new(REDIS.find());
        command.arg(CONFIG_FILE);
        if self.role == Role::Sentinel {
            command.arg("--sentinel");
        }
        command
    }

    fn configuration(&self, port: u16) -> String {
        let port_line = if self.tls { "port 0\ntls-port" } else { "port" };
        let mut text = format!(
            "{port_line} {port}\nbind 127.0.0.1\nprotected-mode no\ndaemonize no\ndir ./\n\
             unixsocket {SOCKET}\nloglevel warning\n"
        );
        if self.role == Role::Store {
            text += "save \"\"\nappendonly no\n";
        }
        if self.tls {
            text += &certificates::redis_configuration();
        }
        if let Some(password) = self.own_password() {
            text += &format!("requirepass {}\n", quote(password));
        }
        if let Some(User { name, password, rules }) = &self.user {
            text += &format!("user {name} on {} {rules}\n", quote(&format!(">{password}")));
        }
        for (name, value) in &self.lines {
            let value = if value.is_empty() { "\"\"" } else { value };
            text += &format!("{name} {value}\n");
        }
        text
    }
}

/// A word of a configuration file.
fn quote(word: &str) -> String {
    format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A user name or password as it stands in a URL.
fn percent_encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(byte.into());
        } else {
            write!(encoded, "%{byte:02X}").expect("invariant: a string takes all that is written");
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_encoded() {
        assert_eq!(RedisBuilder::new().credentials(), "");
        assert_eq!(RedisBuilder::new().password("p:@/ß").credentials(), ":p%3A%40%2F%C3%9F@");
        assert_eq!(RedisBuilder::new().user("app", "s", "+@all").credentials(), "app:s@");
    }

    #[test]
    fn values_are_written_as_they_are() {
        let builder = RedisBuilder::new().config("maxmemory", "2mb").config("save", "");
        let text = builder.password("a\"b").configuration(7000);
        assert!(text.starts_with("port 7000\n"), "{text}");
        assert!(text.ends_with("requirepass \"a\\\"b\"\nmaxmemory 2mb\nsave \"\"\n"), "{text}");
    }
}
