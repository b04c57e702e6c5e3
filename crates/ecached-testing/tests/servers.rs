//! The real servers that tests start: they answer, fail on demand, and are gone afterwards.
#![cfg(unix)]

mod servers {
    mod cluster;
    mod memcached;
    mod orphans;
    mod proxy;
    mod redis;
    mod sentinel;
}
