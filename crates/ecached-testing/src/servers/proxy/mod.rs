//! A network that breaks when the test says so.

mod fault;
mod relay;

use fault::{Fault, Switch};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A TCP proxy on a free port of this computer, in front of a server; passes everything on until a fault is switched on.
///
/// A fault applies at once, also to connections that are open, and until another of these functions is called. What a
/// fault held back is passed on then, except after [`Proxy::cut`] and [`Proxy::garbage`].
///
/// # Examples
///
/// ```no_run
/// use ecached_testing::servers::{Proxy, Redis};
///
/// let redis = Redis::start();
/// let network = Proxy::start(redis.address());
/// let url = format!("redis://{}/0", network.address());
/// // … a client of `url` …
/// network.cut();
/// // … it fails …
/// network.pass();
/// // … and works again.
/// ```
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    switch: Arc<Switch>,
    accepting: Option<JoinHandle<()>>,
}

impl Proxy {
    /// Starts a proxy in front of an address, where a server may come and go.
    ///
    /// # Panics
    ///
    /// When it cannot listen.
    #[must_use]
    pub fn start(target: SocketAddr) -> Self {
        Self::try_start(target)
            .unwrap_or_else(|error| panic!("a proxy cannot listen on this computer: {error}"))
    }

    fn try_start(target: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let switch = Arc::new(Switch::default());
        let accepting = thread::Builder::new().name("proxy".into()).spawn({
            let switch = Arc::clone(&switch);
            move || relay::accept(&listener, target, &switch)
        })?;
        Ok(Self { address, switch, accepting: Some(accepting) })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The port on which it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// How many connections were made to it so far, those that it closed at once included.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.switch.accepted()
    }

    /// Passes everything on: no fault.
    pub fn pass(&self) {
        self.switch.set(Fault::None);
    }

    /// Passes everything on after a while, in both directions: an answer comes late by twice that.
    pub fn delay(&self, by: Duration) {
        self.switch.set(Fault::Delay(by));
    }

    /// Closes all connections, and new ones as soon as they are made. (A server that is killed refuses them.)
    pub fn cut(&self) {
        self.switch.set(Fault::Cut);
    }

    /// Keeps connections open and accepts new ones, but passes nothing on, not even that an end was closed.
    pub fn hang(&self) {
        self.switch.set(Fault::Hang);
    }

    /// Answers whatever a client says with bytes that no server would send, and passes nothing on.
    pub fn garbage(&self) {
        self.switch.set(Fault::Garbage);
    }

    /// Passes one byte on at a time, a millisecond apart.
    pub fn trickle(&self) {
        self.switch.set(Fault::Trickle);
    }
}

impl Drop for Proxy {
    /// Closes all connections and the port.
    fn drop(&mut self) {
        self.switch.end();
        // The thread that accepts sees that with one connection more.
        let last = TcpStream::connect(self.address);
        if let (Ok(_), Some(accepting)) = (last, self.accepting.take()) {
            let _ = accepting.join();
        }
    }
}
