//! How many connections a server has to bear.

use crate::support::{kind, sides};
use ecached_core::ErrorKind;
use ecached_memcached::Memcached;
use std::io::ErrorKind::WouldBlock;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// A server that never answers; the most connections that were open when another came.
fn silent() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let most = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&most);
    // It ends with the process of the test.
    thread::spawn(move || {
        let mut open: Vec<TcpStream> = Vec::new();
        for stream in listener.incoming().map_while(Result::ok) {
            stream.set_nonblocking(true).unwrap();
            open.push(stream);
            open.retain(is_open);
            counted.fetch_max(open.len(), Ordering::SeqCst);
        }
    });
    (address, most)
}

/// Whether the other side has not closed it: its requests are read, and nothing but the end is looked for.
fn is_open(mut stream: &TcpStream) -> bool {
    use std::io::Read;
    loop {
        match stream.read(&mut [0; 4096]) {
            Ok(0) => return false,
            Ok(_) => {}
            Err(error) => return error.kind() == WouldBlock,
        }
    }
}

#[test]
fn a_slow_server_never_has_more_connections_than_it_may() {
    for side in [0, 1] {
        let (address, most) = silent();
        let memcached = Memcached::builder()
            .servers([address])
            .operation_timeout(Duration::from_millis(100))
            .max_connections(4)
            .build()
            .unwrap();
        let Some((name, backend)) = sides(&memcached).into_iter().nth(side) else { return };
        thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| {
                    (0..4).for_each(|_| assert_eq!(kind(backend.get("a")), ErrorKind::Timeout));
                });
            }
        });
        let most = most.load(Ordering::SeqCst);
        assert!((1..=4).contains(&most), "{name}: {most}");
    }
}
