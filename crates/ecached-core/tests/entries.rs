//! Entries through a whole cache over a store of bytes: codecs, compression, signatures, and who reads whose.

use ecached_core::backend::{Backend, Capabilities, Item};
use ecached_core::{Cache, Codec, Result, Settings};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// A store that two caches can share, and that a test can look into.
#[derive(Clone, Default)]
struct Map {
    items: Arc<Mutex<HashMap<String, Vec<u8>>>>,
    /// 0: the default.
    max_value_bytes: usize,
}

impl Backend for Map {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.items.lock().expect("not poisoned").get(key).cloned())
    }

    fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Vec<u8>>>> {
        keys.iter().map(|key| self.get(key)).collect()
    }

    fn set_many(&self, items: &[Item]) -> Result<()> {
        let items = items.iter().map(|item| (item.key.clone(), item.value.clone()));
        self.items.lock().expect("not poisoned").extend(items);
        Ok(())
    }

    fn delete(&self, keys: &[&str]) -> Result<()> {
        let mut items = self.items.lock().expect("not poisoned");
        keys.iter().for_each(|key| drop(items.remove(*key)));
        Ok(())
    }

    fn capabilities(&self) -> Capabilities {
        match self.max_value_bytes {
            0 => Capabilities::basic(),
            limit => Capabilities::basic().with_max_value_bytes(limit),
        }
    }
}

fn text() -> String {
    "all work and no play; ".repeat(200)
}

fn settings() -> Vec<Settings> {
    let codecs = [
        Codec::MessagePack,
        #[cfg(feature = "json")]
        Codec::Json,
        #[cfg(feature = "postcard")]
        Codec::Postcard,
    ];
    let plain = codecs.map(|codec| Settings::default().with_codec(codec));
    #[cfg(feature = "lz4")]
    let plain = plain
        .into_iter()
        .flat_map(|plain| [plain.clone(), plain.with_compression(ecached_core::Compression::Lz4)]);
    plain.into_iter().collect()
}

#[test]
fn who_shares_a_store_need_not_agree_on_codec_and_compression() {
    let map = Map::default();
    for writes in settings() {
        let writer = Cache::with_settings(map.clone(), writes.clone());
        writer.set("text", text(), 60).unwrap();
        for reads in settings() {
            let reader = Cache::with_settings(map.clone(), reads);
            assert_eq!(reader.get("text").unwrap(), Some(text()), "{writes:?}");
            assert_eq!(reader.stats().foreign, 0);
        }
    }
}

#[cfg(feature = "lz4")]
mod compressed {
    use super::*;
    use ecached_core::{Compression, ErrorKind};

    fn size(settings: &Settings, value: &str) -> usize {
        let map = Map::default();
        let cache = Cache::with_settings(map.clone(), settings.clone());
        cache.set("text", value.to_owned(), 60).expect("it is stored");
        assert_eq!(cache.get("text").ok(), Some(Some(value.to_owned())));
        map.get("text").ok().flatten().map_or(0, |entry| entry.len())
    }

    #[test]
    fn only_what_is_large_and_gets_smaller() {
        let plain = Settings::default();
        let packed = plain.clone().with_compression(Compression::Lz4);
        assert!(size(&packed, &text()) * 10 < size(&plain, &text()));
        let short = "short; ".repeat(100);
        assert_eq!(size(&packed, &short), size(&plain, &short), "700 bytes");
        let eager = packed.clone().with_compress_above(100);
        assert!(size(&eager, &short) < size(&plain, &short));
        let mixed: String = (0..2000_u32)
            .map(|n| char::from_u32(0x4E00 + n.wrapping_mul(2_654_435_761) % 20_000).unwrap())
            .collect();
        assert_eq!(size(&packed, &mixed), size(&plain, &mixed), "does not get smaller");
    }

    /// What would be refused when it is read is not written, however small it is compressed.
    #[test]
    fn a_value_over_the_limit_is_too_large_compressed_or_not() {
        let map = Map { max_value_bytes: 1000, ..Map::default() };
        let settings = Settings::default().with_compression(Compression::Lz4);
        let cache = Cache::with_settings(map, settings.with_compress_above(100));
        let error = cache.set("text", text(), 60).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge);
        cache.set("text", "x".repeat(900), 60).unwrap();
        assert_eq!(cache.get("text").unwrap(), Some("x".repeat(900)));
    }
}

#[cfg(feature = "hmac")]
mod signed {
    use super::*;
    use ecached_core::backend::{IntoStore, Store};
    use ecached_core::{Clock, SigningKey};
    use std::time::Duration;

    fn key(byte: u8) -> SigningKey {
        SigningKey::new([byte; 32]).expect("32 bytes are enough")
    }

    fn cache(map: &Map, keys: &[u8]) -> Cache {
        let keys = keys.iter().map(|byte| key(*byte));
        Cache::with_settings(map.clone(), Settings::default().with_signing_keys(keys))
    }

    fn reads(map: &Map, keys: &[u8], name: &str) -> bool {
        let cache = cache(map, keys);
        let value = cache.get::<u64>(name).expect("a map never fails");
        assert_eq!(cache.stats().foreign, u64::from(value.is_none()), "{name} by {keys:?}");
        value.is_some()
    }

    #[test]
    fn keys_can_be_rotated() {
        let map = Map::default();
        cache(&map, &[1]).set("a", 1_u64, 60).unwrap();
        assert!(reads(&map, &[1], "a") && reads(&map, &[1, 2], "a") && reads(&map, &[2, 1], "a"));
        assert!(!reads(&map, &[2], "a"));
        cache(&map, &[2, 1]).set("a", 2_u64, 60).unwrap();
        assert!(reads(&map, &[2], "a") && !reads(&map, &[1], "a"));
        assert!(reads(&map, &[], "a"), "without keys nothing is checked");
    }

    #[test]
    fn what_is_not_signed_for_its_name_is_foreign() {
        let map = Map::default();
        cache(&map, &[]).set("a", 1_u64, 60).unwrap();
        assert!(!reads(&map, &[1], "a"), "unsigned");
        // The same tags, the same type, another key: as who can write to the store would do it.
        let signed = cache(&map, &[1]);
        signed.set("poor", 1_u64, 60).unwrap();
        signed.set("rich", 1_000_000_u64, 60).unwrap();
        let copy = |from: &str, to: &str| {
            let value = map.get(from).unwrap().unwrap();
            map.set_many(&[Item { key: to.to_owned(), value, ttl: None }]).unwrap();
        };
        copy("rich", "poor");
        copy("ecached:key:rich", "ecached:key:poor");
        assert!(!reads(&map, &[1], "poor"), "moved");
        assert!(
            !reads(&map, &[], "poor"),
            "nor is it without keys: the checksum is about the name, too"
        );
        let value = signed.get_or_compute("poor", 60, || 2_u64);
        assert_eq!((value, signed.get("poor").unwrap()), (2, Some(2_u64)), "replaced");
    }

    /// What a signature does not prevent: an old entry, brought back with its versions. But not past its timeout.
    #[test]
    fn a_replay_ends_with_the_timeout() {
        #[derive(Clone)]
        struct Expiring(Map);

        impl Backend for Expiring {
            fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
                self.0.get(key)
            }
            fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Vec<u8>>>> {
                self.0.get_many(keys)
            }
            fn set_many(&self, items: &[Item]) -> Result<()> {
                self.0.set_many(items)
            }
            fn delete(&self, keys: &[&str]) -> Result<()> {
                self.0.delete(keys)
            }
            fn capabilities(&self) -> Capabilities {
                Capabilities::basic().with_expiry()
            }
        }

        let map = Map::default();
        let (clock, time) = Clock::manual();
        let open = |keys: Vec<SigningKey>| {
            let store: Store = Expiring(map.clone()).into_store().with_clock(clock.clone());
            Cache::with_settings(store, Settings::default().with_signing_keys(keys))
        };
        let (signed, unsigned) = (open(vec![key(1)]), open(vec![]));
        signed.set("a", 1_u64, 60).unwrap();
        let old = map.items.lock().unwrap().clone();
        signed.delete("a").unwrap();
        assert_eq!(signed.get::<u64>("a").unwrap(), None);
        *map.items.lock().unwrap() = old;
        assert_eq!(signed.get("a").unwrap(), Some(1_u64), "replayed");
        time.advance(Duration::from_secs(61));
        assert_eq!(signed.get::<u64>("a").unwrap(), None);
        assert_eq!(unsigned.get("a").unwrap(), Some(1_u64), "the store's own expiry is trusted");
    }
}
