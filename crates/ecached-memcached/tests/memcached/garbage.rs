//! Servers that answer nonsense, or close connections.

use crate::pretender::Pretender;
use crate::support::{HASTE, item, kind, opening, sides, storing, version_item, waiting};
use ecached_core::ErrorKind;
use ecached_core::backend::{Backend, Invalidating, Written};
use ecached_core::version::Version;
use ecached_memcached::Memcached;
use std::time::Duration;

fn on(pretender: &Pretender) -> Memcached {
    waiting(vec![pretender.address.clone()], HASTE)
}

fn invalidating() -> Invalidating {
    let mut invalidating = Invalidating::default();
    invalidating.clock = Some("clock".to_owned());
    invalidating.versions = vec!["version".to_owned()];
    invalidating
}

#[test]
fn nonsense_is_an_error() {
    let long = vec![b'x'; 1 << 20];
    let nonsense: [&[u8]; 16] = [
        b"secret\r\n",
        b"\r\n",
        b"\n\n\n\n",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"-ERR secret\r\n",
        b"ERROR\r\nERROR\r\n",
        b"CLIENT_ERROR secret\r\n",
        b"SERVER_ERROR secret\r\n",
        b"SERVER_ERROR out of memory storing object\r\n",
        b"HD O7\r\nHD O8\r\n",
        b"HD\r\nHD\r\n",
        b"VA 6 O0\r\nsecretXX",
        b"VA 99999999999999999999 O0\r\n",
        b"VA 1073741825 O0\r\n",
        b"MN\r\nMN\r\n",
        &long,
    ];
    for reply in nonsense {
        let pretender = Pretender::start(&[reply]);
        // Some of it looks like the beginning of an answer, whose end is then waited for.
        let memcached = waiting(vec![pretender.address], Duration::from_millis(100));
        for (name, backend) in sides(&memcached) {
            let shown = String::from_utf8_lossy(&reply[..reply.len().min(40)]);
            let errors = [
                backend.get_many(&["a", "b"]).unwrap_err(),
                backend.set_many(&[item("a", b"1")]).unwrap_err(),
                backend.delete(&["a"]).unwrap_err(),
                backend.open(&opening(vec![version_item("a")], None)).unwrap_err(),
                backend.store(&storing(item("a", b"1"))).unwrap_err(),
                backend.invalidate(&invalidating()).unwrap_err(),
            ];
            for error in errors {
                let known = [ErrorKind::Backend, ErrorKind::Timeout].contains(&error.kind());
                assert!(known, "{name}, {shown:?}: {error:?}");
                assert!(!format!("{error} {error:?}").contains("secret"));
                assert!(std::error::Error::source(&error).is_none());
            }
        }
    }
}

/// Answers of the right form to another question.
#[test]
fn a_miss_is_no_answer_to_a_write() {
    for reply in [&b"EN O0\r\nEN O1\r\n"[..], b"NS O0\r\nNS O1\r\n", b"EX O0\r\nEX O1\r\n"] {
        let pretender = Pretender::start(&[reply]);
        for (_, backend) in sides(&on(&pretender)) {
            assert_eq!(kind(backend.store(&storing(item("a", b"1")))), ErrorKind::Backend);
            assert_eq!(kind(backend.invalidate(&invalidating())), ErrorKind::Backend);
        }
    }
}

#[test]
fn half_an_invalidation_is_an_error() {
    let pretender = Pretender::start(&[b"HD O0\r\n"]);
    for (_, backend) in sides(&on(&pretender)) {
        assert_eq!(kind(backend.invalidate(&invalidating())), ErrorKind::Timeout);
    }
    let pretender = Pretender::start(&[b"HD O0\r\nSERVER_ERROR something\r\n"]);
    for (_, backend) in sides(&on(&pretender)) {
        assert_eq!(kind(backend.invalidate(&invalidating())), ErrorKind::Backend);
    }
}

#[test]
fn a_closed_connection_is_tried_once_more() {
    for side in 0..sides(&Memcached::open(["a"]).unwrap()).len() {
        let run = |replies: &[&[u8]], action: &dyn Fn(&dyn Backend)| {
            let pretender = Pretender::start(replies);
            action(&*sides(&on(&pretender)).swap_remove(side).1);
            let requests = pretender.requests.lock().unwrap();
            assert_eq!(requests.len(), 2, "{requests:?}");
            (requests[0].clone(), requests[1].clone())
        };
        let (first, second) = run(&[b"", b"VA 1 O0\r\nx\r\n"], &|backend| {
            assert_eq!(backend.get("a").unwrap().as_deref(), Some(&b"x"[..]));
        });
        assert_eq!(first, second);
        let (first, second) = run(&[b"", b"HD O0\r\n"], &|backend| {
            let stored = backend.store(&storing(item("a", b"1")));
            assert_eq!(stored.unwrap(), Written::Stored);
        });
        assert_eq!(first, second);
        // The first may have been done. Should it come a second time, late, it must not bring back what has been removed.
        let there = [b"VA 16 O1\r\n", &[7; Version::LEN][..], b"\r\n"].concat();
        let reply = [b"NS O0\r\n", &*there].concat();
        let (first, second) = run(&[b"", &reply], &|backend| {
            let opened = backend.open(&opening(vec![version_item("a")], None)).unwrap();
            assert_eq!(opened, [Version::read(&[7; Version::LEN])]);
        });
        assert_ne!(first, second);
        let (first, second) = run(&[b"", b"HD O0\r\nNF O1\r\n"], &|backend| {
            backend.invalidate(&invalidating()).unwrap();
        });
        assert_ne!(first, second);
        let (_, _) = run(&[b"", b""], &|backend| {
            assert_eq!(kind(backend.invalidate(&invalidating())), ErrorKind::Unavailable);
        });
    }
}
