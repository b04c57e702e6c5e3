//! A proxy's faults, in front of a server that sends back what it is sent.

use ecached_core::clock::Clock;
use ecached_testing::servers::{Proxy, Redis};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// Long enough to tell that nothing comes.
const SOON: Duration = Duration::from_millis(100);

/// Nothing here takes this long.
const LIMIT: Duration = Duration::from_secs(10);

/// Starts a server that sends back what it is sent.
fn echo() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("this computer has free ports");
    let address = listener.local_addr().expect("it listens");
    thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            thread::spawn(move || io::copy(&mut client.try_clone()?, &mut client));
        }
    });
    address
}

fn connect(proxy: &Proxy) -> TcpStream {
    let stream = TcpStream::connect(proxy.address()).expect("a proxy always listens");
    limit(&stream, LIMIT);
    stream
}

/// Changes how long a read may take.
fn limit(stream: &TcpStream, limit: Duration) {
    stream.set_read_timeout(Some(limit)).expect("the limit is not zero");
}

/// Sends four bytes and reads four.
fn exchange(mut stream: &TcpStream) -> io::Result<[u8; 4]> {
    let mut answer = [0; 4];
    stream.write_all(b"ping")?;
    stream.read_exact(&mut answer)?;
    Ok(answer)
}

fn assert_nothing_comes(mut stream: &TcpStream) {
    limit(stream, SOON);
    let error = stream.read(&mut [0]).expect_err("nothing comes");
    assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error:?}");
    limit(stream, LIMIT);
}

#[test]
fn without_a_fault_everything_passes() {
    let proxy = Proxy::start(echo());
    let (a, b) = (connect(&proxy), connect(&proxy));
    assert_eq!(exchange(&a).unwrap(), *b"ping");
    assert_eq!(exchange(&b).unwrap(), *b"ping");
    assert_eq!(proxy.connections(), 2);
    let large = vec![7; 1 << 20];
    let mut answer = vec![0; large.len()];
    thread::scope(|scope| {
        scope.spawn(|| (&a).write_all(&large).unwrap());
        (&a).read_exact(&mut answer).unwrap();
    });
    assert_eq!(answer, large);
    a.shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!((&a).read(&mut [0]).unwrap(), 0, "an end is passed on");
}

#[test]
fn a_delay_is_an_answer_that_comes_late() {
    let proxy = Proxy::start(echo());
    let (stream, clock) = (connect(&proxy), Clock::system());
    proxy.delay(Duration::from_millis(50));
    let start = clock.now();
    assert_eq!(exchange(&stream).unwrap(), *b"ping");
    assert!(clock.now().since(start) >= Duration::from_millis(100));
    proxy.delay(LIMIT * 100);
    (&stream).write_all(b"late").unwrap();
    assert_nothing_comes(&stream);
    proxy.pass();
    let mut answer = [0; 4];
    (&stream).read_exact(&mut answer).unwrap();
    assert_eq!(answer, *b"late");
}

#[test]
fn a_cut_closes_what_is_open_and_what_comes() {
    let proxy = Proxy::start(echo());
    let stream = connect(&proxy);
    assert_eq!(exchange(&stream).unwrap(), *b"ping");
    proxy.cut();
    assert!(exchange(&stream).is_err());
    assert!(exchange(&connect(&proxy)).is_err());
    proxy.pass();
    assert!(exchange(&stream).is_err());
    assert_eq!(exchange(&connect(&proxy)).unwrap(), *b"ping");
}

#[test]
fn what_hung_is_passed_on_in_the_end() {
    let proxy = Proxy::start(echo());
    let old = connect(&proxy);
    assert_eq!(exchange(&old).unwrap(), *b"ping");
    proxy.hang();
    let new = connect(&proxy);
    for mut stream in [&old, &new] {
        stream.write_all(b"late").unwrap();
        assert_nothing_comes(stream);
    }
    proxy.pass();
    for mut stream in [&old, &new] {
        let mut answer = [0; 4];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(answer, *b"late");
    }
}

#[test]
fn a_cut_ends_what_hangs() {
    let proxy = Proxy::start(echo());
    proxy.hang();
    let stream = connect(&proxy);
    (&stream).write_all(b"ping").unwrap();
    assert_nothing_comes(&stream);
    proxy.cut();
    assert!((&stream).read_exact(&mut [0]).is_err());
}

#[test]
fn garbage_is_no_answer() {
    let proxy = Proxy::start(echo());
    let stream = connect(&proxy);
    proxy.garbage();
    assert_eq!(exchange(&stream).unwrap()[0], 0xfe);
    proxy.pass();
    assert_eq!(exchange(&connect(&proxy)).unwrap(), *b"ping");
}

#[test]
fn a_trickle_arrives_whole() {
    let proxy = Proxy::start(echo());
    let stream = connect(&proxy);
    proxy.trickle();
    assert_eq!(exchange(&stream).unwrap(), *b"ping");
    (&stream).write_all(&[7; 100]).unwrap();
    let mut answer = [0; 100];
    assert!((&stream).read(&mut answer).unwrap() < 100);
}

#[test]
fn the_server_may_be_absent_and_come_back() {
    let redis = Redis::start();
    let proxy = Proxy::start(redis.address());
    let mut answer = [0; 7];
    for _ in 0..2 {
        let mut stream = connect(&proxy);
        stream.write_all(b"PING\r\n").unwrap();
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(answer, *b"+PONG\r\n");
        redis.kill();
        assert!(matches!(stream.read(&mut answer), Ok(0) | Err(_)));
        assert!(exchange(&connect(&proxy)).is_err());
        redis.restart();
    }
}

#[test]
fn dropping_it_closes_everything() {
    let proxy = Proxy::start(echo());
    let (address, stream) = (proxy.address(), connect(&proxy));
    assert_eq!(exchange(&stream).unwrap(), *b"ping");
    drop(proxy);
    assert!(exchange(&stream).is_err());
    let refused = TcpStream::connect(address).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
}
