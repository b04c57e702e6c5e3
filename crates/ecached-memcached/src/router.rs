//! Which of several servers has a key: rendezvous hashing, the same in every process, version and language.
//!
//! The server with the highest score has the key; of equal scores, the one whose name comes first in byte order. With
//! `fnv` for the 64-bit FNV-1a hash of UTF-8 bytes (<http://www.isthe.com/chongo/tech/comp/fnv/>) and `mix` for the
//! finalizer of `SplitMix64` (<https://prng.di.unimi.it/splitmix64.c>, without the added constant):
//!
//! ```text
//! score(server, key) = mix(fnv(key) xor fnv(server))
//! ```
//!
//! A server's name is `host:port` as configured, in lower case. A server more or less in the list moves only the keys
//! that are its own, but that is no reason to change the list under running processes: see `docs/memcached.md`.

/// Places keys on servers.
#[derive(Clone, Debug)]
pub(crate) struct Router {
    /// Of the servers' names, in their order.
    hashes: Vec<u64>,
}

impl Router {
    /// For servers in byte order of their names.
    pub(crate) fn new(servers: &[String]) -> Self {
        debug_assert!(servers.is_sorted(), "the order of the list must not matter");
        Self { hashes: servers.iter().map(|server| fnv(server.as_bytes())).collect() }
    }

    /// How many servers there are.
    pub(crate) const fn servers(&self) -> usize {
        self.hashes.len()
    }

    /// The server of `key`.
    pub(crate) fn server(&self, key: &str) -> usize {
        if self.hashes.len() < 2 {
            return 0;
        }
        let key = fnv(key.as_bytes());
        let (mut best, mut highest) = (0, 0);
        for (server, hash) in self.hashes.iter().enumerate() {
            let score = mix(key ^ hash);
            if score > highest {
                (best, highest) = (server, score);
            }
        }
        best
    }
}

/// FNV-1a, 64 bits.
fn fnv(bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}

/// The finalizer of `SplitMix64`.
const fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    /// The table of `docs/memcached.md`, computed by a program in another language.
    #[test]
    fn keys_stay_where_they_are() {
        let servers = names(&["cache-a:11211", "cache-b:11211", "cache-c:11211"]);
        let router = Router::new(&servers);
        for (key, server) in GOLDEN {
            assert_eq!(servers[router.server(key)], server, "{key}");
        }
    }

    const GOLDEN: [(&str, &str); 7] = [
        ("user:7", "cache-b:11211"),
        ("ecached:alias", "cache-b:11211"),
        ("ecached:clock", "cache-c:11211"),
        ("ecached:key:user:7", "cache-a:11211"),
        ("ecached:tag:users", "cache-c:11211"),
        ("ecached:tag:größe", "cache-b:11211"),
        ("a b", "cache-a:11211"),
    ];

    #[test]
    fn a_server_less_moves_only_its_own_keys() {
        let all = names(&["a:1", "b:1", "c:1", "d:1"]);
        let without_b = names(&["a:1", "c:1", "d:1"]);
        let (four, three) = (Router::new(&all), Router::new(&without_b));
        let mut counts = [0; 4];
        for number in 0..8000 {
            let key = format!("ecached:tag:{number}");
            let before = four.server(&key);
            counts[before] += 1;
            if before != 1 {
                assert_eq!(all[before], without_b[three.server(&key)]);
            }
        }
        assert!(counts.iter().all(|count| (1800..2200).contains(count)), "{counts:?}");
    }

    #[test]
    fn the_hashes_are_the_published_ones() {
        // http://www.isthe.com/chongo/src/fnv/test_fnv.c
        assert_eq!(fnv(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv(b"foobar"), 0x8594_4171_f739_67e8);
        // The first output of SplitMix64 seeded with 0.
        assert_eq!(mix(0x9e37_79b9_7f4a_7c15), 0xe220_a839_7b1d_cdaf);
    }
}
