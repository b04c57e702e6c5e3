//! A server that only pretends to be memcached.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// Something that answers each request with the next of some replies, whatever it was, and closes the connection when the
/// reply is empty. When there are no more, it repeats the last.
pub(crate) struct Pretender {
    pub(crate) address: String,
    /// What it was asked.
    pub(crate) requests: Arc<Mutex<Vec<String>>>,
}

impl Pretender {
    pub(crate) fn start(replies: &[&[u8]]) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = Arc::clone(&requests);
        let replies: Vec<Vec<u8>> = replies.iter().map(|reply| reply.to_vec()).collect();
        // They end with the process of the test.
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (log, replies) = (Arc::clone(&log), replies.clone());
                std::thread::spawn(move || converse(stream, &log, &replies));
            }
        });
        Self { address, requests }
    }
}

fn converse(mut stream: TcpStream, log: &Mutex<Vec<String>>, replies: &[Vec<u8>]) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length @ 1..) = stream.read(&mut buffer) {
        let mut log = log.lock().unwrap();
        let reply = replies.get(log.len()).or(replies.last()).unwrap();
        log.push(String::from_utf8_lossy(&buffer[..length]).into_owned());
        drop(log);
        if reply.is_empty() || stream.write_all(reply).is_err() {
            break;
        }
    }
}
