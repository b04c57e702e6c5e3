//! Round trips are counted by something that stands between and listens.

use crate::support::{item, on, opening, servers, sides, storing, version_item, waiting};
use ecached_core::Cache;
use ecached_core::backend::{Invalidating, Written};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// Who spoke, in order: the number of the server, and whether it was the client.
type Log = Arc<Mutex<Vec<(usize, bool)>>>;

/// Listens between clients and a server; says where.
fn tap(number: usize, server: SocketAddr, log: &Log) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let log = Arc::clone(log);
    // It ends with the process of the test.
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let Ok(server) = TcpStream::connect(server) else { return };
            let (Ok(to_client), Ok(to_server)) = (client.try_clone(), server.try_clone()) else {
                return;
            };
            for (from, to, is_client) in [(client, to_server, true), (server, to_client, false)] {
                let log = Arc::clone(&log);
                thread::spawn(move || {
                    pass(from, to, || log.lock().unwrap().push((number, is_client)));
                });
            }
        }
    });
    address
}

fn pass(mut from: TcpStream, mut to: TcpStream, told: impl Fn()) {
    to.set_nodelay(true).unwrap();
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        told();
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

/// How often the client spoke to a server after it had answered, per server.
fn trips(log: &Log, servers: usize) -> Vec<usize> {
    let log = std::mem::take(&mut *log.lock().unwrap());
    let of = |server| {
        let spoken: Vec<bool> = log
            .iter()
            .filter(|(number, _)| *number == server)
            .map(|(_, is_client)| *is_client)
            .collect();
        usize::from(spoken.first() == Some(&true))
            + spoken.windows(2).filter(|pair| *pair == [false, true]).count()
    };
    (0..servers).map(of).collect()
}

#[test]
fn each_operation_is_one_round_trip_per_server() {
    for count in [1, 3] {
        let servers = servers(count);
        let log = Log::default();
        let taps =
            servers.iter().enumerate().map(|(number, server)| tap(number, server.address(), &log));
        let memcached = waiting(taps.collect(), Duration::from_secs(20));
        for (name, backend) in sides(&memcached) {
            let keys: Vec<String> = (0..40).map(|number| format!("k{number}")).collect();
            let some: Vec<&str> = keys.iter().map(String::as_str).collect();
            let once =
                |what: &str| assert_eq!(trips(&log, count), vec![1; count], "{name}, {what}");
            backend.get_many(&some).unwrap();
            once("read");
            backend
                .open(&opening(keys.iter().map(|key| version_item(key)).collect(), None))
                .unwrap();
            once("open");
            let mut invalidating = Invalidating::default();
            invalidating.clock = Some("clock".to_owned());
            invalidating.versions = keys[..20].to_vec();
            invalidating.leases = keys[20..30].to_vec();
            invalidating.entries = keys[30..].to_vec();
            backend.invalidate(&invalidating).unwrap();
            once("invalidate");
            assert_eq!(backend.store(&storing(item("a", &[7; 1000]))).unwrap(), Written::Stored);
            assert_eq!(trips(&log, count).iter().sum::<usize>(), 1, "{name}, store");
        }
    }
}

#[test]
fn the_counter_changes_before_any_other_server_hears_of_it() {
    let servers = servers(3);
    let log = Log::default();
    let taps =
        servers.iter().enumerate().map(|(number, server)| tap(number, server.address(), &log));
    let memcached = waiting(taps.collect(), Duration::from_secs(20));
    for (name, backend) in sides(&memcached) {
        for round in 0..10 {
            let clock = format!("clock{round}");
            backend.get(&clock).unwrap();
            let home = log.lock().unwrap()[0].0;
            let mut invalidating = Invalidating::default();
            invalidating.clock = Some(clock);
            invalidating.versions = (0..30).map(|number| number.to_string()).collect();
            log.lock().unwrap().clear();
            backend.invalidate(&invalidating).unwrap();
            let log = std::mem::take(&mut *log.lock().unwrap());
            let answered = log.iter().position(|entry| *entry == (home, false)).unwrap();
            let others = log.iter().position(|entry| entry.0 != home).unwrap();
            assert!(answered < others, "{name}: {log:?}");
        }
    }
}

#[test]
fn a_hit_of_a_cache_is_one_read() {
    let servers = servers(1);
    let cache = Cache::new(on(&servers));
    let options = || ecached_core::EntryOptions::timeout(60).with_tags(["t1", "t2", "t3"]);
    assert_eq!(cache.get_or_compute("k", options(), || 1_u64), 1);
    let reads = || servers[0].stats()["cmd_get"].parse::<u32>().unwrap();
    let writes = || servers[0].stats()["cmd_set"].clone();
    let (before, written) = (reads(), writes());
    assert_eq!(cache.get_or_compute("k", options(), || 2_u64), 1);
    // Entry, alias, three tags, the key's own version.
    assert_eq!((reads() - before, writes()), (6, written));
}
