//! Redis URLs.

use crate::config::RedisBuilder;
use crate::topology::{Login, Node, Place, Tls};
use ecached_core::backend::Store;
use ecached_core::{BackendUrl, Error, ErrorKind, Result};
use percent_encoding::percent_decode_str;
use redis::ProtocolVersion;

/// The URL schemes of this backend. `redis` and `valkey` mean the same; `s` behind them is TLS (feature `tls`).
pub const SCHEMES: &[&str] = &[
    "redis",
    "rediss",
    "redis+unix",
    "redis+cluster",
    "rediss+cluster",
    "redis+sentinel",
    "rediss+sentinel",
    "valkey",
    "valkeys",
    "valkey+unix",
    "valkey+cluster",
    "valkeys+cluster",
    "valkey+sentinel",
    "valkeys+sentinel",
];

const OPTIONS: &[&str] = &[
    "operation_timeout",
    "connect_timeout",
    "pool_size",
    "protocol",
    "database",
    "sentinel_password",
    "tls_ca",
    "tls_cert",
    "tls_key",
];

const REDIS_PORT: u16 = 6379;
const SENTINEL_PORT: u16 = 26379;

/// Opens a backend from a URL, for [`Registry::register_scheme`](ecached_core::Registry::register_scheme).
///
/// # Errors
///
/// [`ErrorKind::InvalidConfig`] when the URL makes no sense.
pub fn open_url(url: &BackendUrl) -> Result<Store> {
    builder(url)?.build().map(Into::into)
}

/// What a URL says.
pub(crate) fn builder(url: &BackendUrl) -> Result<RedisBuilder> {
    let (server, kind) = url.scheme().split_once('+').unwrap_or((url.scheme(), ""));
    let tls = match server {
        "redis" | "valkey" => None,
        "rediss" | "valkeys" if cfg!(feature = "tls") => Some(Tls::default()),
        "rediss" | "valkeys" => {
            return Err(invalid(
                "TLS needs the feature `redis-tls` of `ecached`, which is `tls` of `ecached-redis`",
            ));
        }
        _ => return Err(invalid("not a URL of Redis or Valkey")),
    };
    let mut options = Options { tls, ..Options::default() };
    for (name, value) in url.options() {
        options.take(url, name, value)?;
    }
    let (login, rest) = login(url.place(), options.protocol)?;
    let place = match kind {
        "" => one(rest, login, &options)?,
        "unix" => unix(rest, login, &options)?,
        "cluster" => cluster(rest, &login, &options)?,
        "sentinel" => sentinel(rest, login, &options)?,
        _ => return Err(invalid("known are `+unix`, `+cluster` and `+sentinel`")),
    };
    options.finish(RedisBuilder::new(place))
}

#[derive(Default)]
struct Options {
    tls: Option<Tls>,
    protocol: Option<ProtocolVersion>,
    database: Option<i64>,
    sentinel_password: Option<String>,
    operation: Option<std::time::Duration>,
    connect: Option<std::time::Duration>,
    pool_size: Option<u32>,
}

impl Options {
    fn take(&mut self, url: &BackendUrl, name: &str, value: &str) -> Result<()> {
        match name {
            "operation_timeout" => self.operation = Some(BackendUrl::option_duration(name, value)?),
            "connect_timeout" => self.connect = Some(BackendUrl::option_duration(name, value)?),
            "pool_size" => {
                let size = value.parse().map_err(|_| invalid("`pool_size` is a whole number"))?;
                self.pool_size = Some(size);
            }
            "protocol" => {
                self.protocol = Some(match value {
                    "2" | "resp2" => ProtocolVersion::RESP2,
                    "3" | "resp3" => ProtocolVersion::RESP3,
                    _ => return Err(invalid("`protocol` is `resp2` or `resp3`")),
                });
            }
            "database" => self.database = Some(database(value)?),
            "sentinel_password" => self.sentinel_password = Some(value.to_owned()),
            "tls_ca" | "tls_cert" | "tls_key" => {
                let Some(tls) = &mut self.tls else {
                    return Err(invalid("certificates are for `rediss://`"));
                };
                let file = std::fs::read(value);
                let pem = file.map_err(|error| unreadable(name, &error))?;
                match name {
                    "tls_ca" => tls.ca = Some(pem),
                    "tls_cert" => tls.cert = Some(pem),
                    _ => tls.key = Some(pem),
                }
            }
            _ => return Err(url.unknown_option(name, OPTIONS)),
        }
        Ok(())
    }

    fn finish(self, mut builder: RedisBuilder) -> Result<RedisBuilder> {
        if self.tls.is_some_and(|tls| tls.cert.is_some() != tls.key.is_some()) {
            return Err(invalid("`tls_cert` and `tls_key` belong together"));
        }
        if let Some(timeout) = self.operation {
            builder = builder.operation_timeout(timeout);
        }
        if let Some(timeout) = self.connect {
            builder = builder.connect_timeout(timeout);
        }
        if let Some(size) = self.pool_size {
            builder = builder.pool_size(size);
        }
        Ok(builder)
    }
}

fn one(place: &str, mut login: Login, options: &Options) -> Result<Place> {
    let (host, path) = place.split_once('/').unwrap_or((place, ""));
    login.database = path_database(path, options)?;
    let node = node(host, REDIS_PORT, &login, options.tls.as_ref())?;
    Ok(Place::One(node))
}

fn unix(place: &str, mut login: Login, options: &Options) -> Result<Place> {
    if !place.starts_with('/') {
        return Err(invalid("a unix socket is an absolute path: `redis+unix:///run/redis.sock`"));
    }
    login.database = options.database.unwrap_or_default();
    Ok(Place::One(Node::unix(place, login)))
}

fn cluster(place: &str, login: &Login, options: &Options) -> Result<Place> {
    let hosts = place.strip_suffix('/').unwrap_or(place);
    let has_database = hosts.contains('/') || options.database.is_some_and(|number| number != 0);
    if has_database {
        return Err(invalid("a cluster has no databases"));
    }
    let nodes = hosts.split(',').map(|host| node(host, REDIS_PORT, login, options.tls.as_ref()));
    Ok(Place::Cluster(nodes.collect::<Result<_>>()?))
}

fn sentinel(place: &str, mut login: Login, options: &Options) -> Result<Place> {
    let mut parts = place.splitn(3, '/');
    let hosts = parts.next().unwrap_or_default();
    let name = parts.next().filter(|name| !name.is_empty()).ok_or_else(|| {
        invalid("name the primary as the Sentinels do: `redis+sentinel://host:26379/mymaster`")
    })?;
    login.database = path_database(parts.next().unwrap_or_default(), options)?;
    let own = Login {
        password: options.sentinel_password.clone(),
        protocol: login.protocol,
        ..Login::default()
    };
    let nodes = hosts.split(',').map(|host| node(host, SENTINEL_PORT, &own, options.tls.as_ref()));
    Ok(Place::Sentinel {
        sentinels: nodes.collect::<Result<_>>()?,
        name: name.to_owned(),
        login,
        tls: options.tls.clone(),
    })
}

fn path_database(path: &str, options: &Options) -> Result<i64> {
    match (path, options.database) {
        ("", number) => Ok(number.unwrap_or_default()),
        (path, None) => database(path),
        _ => Err(invalid("the database is given twice")),
    }
}

fn database(text: &str) -> Result<i64> {
    text.parse::<u32>().map(i64::from).map_err(|_| invalid("a database is a number: `/0`"))
}

/// Takes user and password off the front.
fn login(place: &str, protocol: Option<ProtocolVersion>) -> Result<(Login, &str)> {
    let mut login = Login { protocol, ..Login::default() };
    // A path, as of a socket, may have one too.
    let hosts = place.find('/').unwrap_or(place.len());
    let Some((info, _)) = place.get(..hosts).and_then(|hosts| hosts.rsplit_once('@')) else {
        return Ok((login, place));
    };
    let rest = place.get(info.len() + 1..).unwrap_or_default();
    let (user, password) = info.split_once(':').unwrap_or((info, ""));
    let decode = |text: &str| match text {
        "" => Ok(None),
        text => percent_decode_str(text)
            .decode_utf8()
            .map(|text| Some(text.into_owned()))
            .map_err(|_| invalid("user and password are percent-encoded UTF-8")),
    };
    login.user = decode(user)?;
    login.password = decode(password)?;
    Ok((login, rest))
}

fn node(host: &str, default_port: u16, login: &Login, tls: Option<&Tls>) -> Result<Node> {
    let wrong = || invalid("a server is `host` or `host:port`, an IPv6 address stands in brackets");
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => {
            let (name, behind) = rest.split_once(']').ok_or_else(wrong)?;
            (
                name,
                behind.strip_prefix(':').or((behind.is_empty()).then_some("")).ok_or_else(wrong)?,
            )
        }
        None => host.split_once(':').unwrap_or((host, "")),
    };
    if name.is_empty() || name.contains(['/', '@', ' ', ',']) {
        return Err(wrong());
    }
    let port = if port.is_empty() { default_port } else { port.parse().map_err(|_| wrong())? };
    Ok(Node::tcp(name, port, login.clone(), tls.cloned()))
}

fn invalid(message: &'static str) -> Error {
    Error::new(ErrorKind::InvalidConfig, message)
}

fn unreadable(option: &str, error: &std::io::Error) -> Error {
    let message = format!("the file that `{option}` names cannot be read: {}", error.kind());
    Error::new(ErrorKind::InvalidConfig, message)
}
