//! Where servers are, and how a connection to one is opened.

use crate::commands::Spread;
use redis::{
    Client, Cmd, ConnectionAddr, ConnectionInfo, IntoConnectionInfo, ProtocolVersion,
    RedisConnectionInfo, RedisError, RedisResult, Value, cmd,
};
use std::fmt;
use std::time::Duration;

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) operation: Duration,
    pub(crate) connect: Duration,
}

/// Where to find what holds the data.
#[derive(Clone)]
pub(crate) enum Place {
    One(Node),
    /// Some members; any of them knows the others.
    Cluster(Vec<Node>),
    /// Servers that know which one is the primary.
    Sentinel {
        sentinels: Vec<Node>,
        name: String,
        login: Login,
        tls: Option<Tls>,
    },
}

/// Who we are, and how we want to talk.
#[derive(Clone, Default)]
pub(crate) struct Login {
    pub(crate) user: Option<String>,
    pub(crate) password: Option<String>,
    pub(crate) database: i64,
    pub(crate) protocol: Option<ProtocolVersion>,
}

/// Certificates, PEM. Without `ca`, the operating system says whom to trust.
#[derive(Clone, Default)]
pub(crate) struct Tls {
    pub(crate) ca: Option<Vec<u8>>,
    pub(crate) cert: Option<Vec<u8>>,
    pub(crate) key: Option<Vec<u8>>,
}

/// One server.
#[derive(Clone)]
pub(crate) struct Node {
    addr: ConnectionAddr,
    login: Login,
    #[cfg_attr(
        not(feature = "tls"),
        expect(dead_code, reason = "without TLS it is always `None`")
    )]
    tls: Option<Tls>,
}

impl Node {
    pub(crate) fn tcp(host: &str, port: u16, login: Login, tls: Option<Tls>) -> Self {
        let host = host.to_owned();
        let addr = match tls {
            None => ConnectionAddr::Tcp(host, port),
            Some(_) => ConnectionAddr::TcpTls { host, port, insecure: false, tls_params: None },
        };
        Self { addr, login, tls }
    }

    pub(crate) fn unix(path: &str, login: Login) -> Self {
        Self { addr: ConnectionAddr::Unix(path.into()), login, tls: None }
    }

    fn info(&self) -> RedisResult<ConnectionInfo> {
        let mut settings = RedisConnectionInfo::default().set_db(self.login.database);
        if let Some(user) = &self.login.user {
            settings = settings.set_username(user);
        }
        if let Some(password) = &self.login.password {
            settings = settings.set_password(password);
        }
        if let Some(protocol) = self.login.protocol {
            settings = settings.set_protocol(protocol);
        }
        Ok(self.addr.clone().into_connection_info()?.set_redis_settings(settings))
    }

    pub(crate) fn client(&self) -> RedisResult<Client> {
        let info = self.info()?;
        #[cfg(feature = "tls")]
        if let Some(tls) = &self.tls {
            return Client::build_with_tls(info, tls.certificates());
        }
        Client::open(info)
    }
}

#[cfg(feature = "tls")]
impl Tls {
    fn certificates(&self) -> redis::TlsCertificates {
        // Without a provider for the process, rustls panics when a program has two of them compiled in.
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        let pair = self.cert.clone().zip(self.key.clone());
        redis::TlsCertificates {
            client_tls: pair.map(|(client_cert, client_key)| redis::ClientTlsConfig {
                client_cert,
                client_key,
            }),
            root_cert: self.ca.clone(),
        }
    }
}

impl Place {
    pub(crate) fn spread(&self) -> Spread {
        match self {
            Self::One(_) | Self::Sentinel { .. } => Spread::OneServer,
            Self::Cluster(_) => Spread::Cluster,
        }
    }
}

/// Whether commands may be sent again when it is not known whether they were executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Twice is as good as once.
    Allowed,
    /// A version that is added again may have been read, cited and invalidated since it was added first: it would come
    /// back, and with it what cites it.
    Never,
}

/// A client for all members of a cluster.
#[cfg(feature = "tokio")]
pub(crate) fn cluster_client(
    nodes: &[Node],
    limits: Limits,
    repeat: Repeat,
) -> RedisResult<redis::cluster::ClusterClient> {
    let infos: Vec<_> = nodes.iter().map(Node::info).collect::<RedisResult<_>>()?;
    // One member that is silent must leave time for the others.
    let member = limits.connect.mul_f32(0.4);
    let mut builder = redis::cluster::ClusterClient::builder(infos)
        .connection_timeout(member)
        .response_timeout(limits.operation)
        // A redirection or two, not a wait: the operation time-out is for all of it.
        .retries(if repeat == Repeat::Allowed { 2 } else { 0 })
        .min_retry_wait(5)
        .max_retry_wait(20);
    let first = nodes.first();
    if let Some(protocol) = first.and_then(|node| node.login.protocol) {
        builder = builder.use_protocol(protocol);
    }
    #[cfg(feature = "tls")]
    if let Some(tls) = first.and_then(|node| node.tls.as_ref()) {
        builder = builder.tls(redis::TlsMode::Secure).certs(tls.certificates());
    }
    builder.build()
}

/// What to ask a Sentinel for the primary's address.
pub(crate) fn ask_for_primary(name: &str) -> Cmd {
    let mut ask = cmd("SENTINEL");
    ask.arg("GET-MASTER-ADDR-BY-NAME").arg(name);
    ask
}

/// The primary that a Sentinel named.
pub(crate) fn primary(reply: Value, login: &Login, tls: Option<&Tls>) -> RedisResult<Node> {
    let address: Option<(String, u16)> = redis::from_redis_value(reply)?;
    let unknown = (redis::ErrorKind::Io, "the Sentinel does not know a primary of this name");
    let (host, port) = address.ok_or_else(|| RedisError::from(unknown))?;
    Ok(Node::tcp(&host, port, login.clone(), tls.cloned()))
}

/// Whether the server that a Sentinel named is a primary: right after a failover it may not know yet that it is none.
pub(crate) fn check_role(reply: Value) -> RedisResult<()> {
    let items: Vec<Value> = redis::from_redis_value(reply)?;
    let role: String =
        items.into_iter().next().map(redis::from_redis_value).transpose()?.unwrap_or_default();
    if role == "master" {
        return Ok(());
    }
    Err((redis::ErrorKind::Io, "the server that the Sentinel named is no primary").into())
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.addr)
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(node) => node.fmt(f),
            Self::Cluster(nodes) => write!(f, "cluster of {nodes:?}"),
            Self::Sentinel { sentinels, name, .. } => {
                write!(f, "{name}, as {sentinels:?} know it")
            }
        }
    }
}
