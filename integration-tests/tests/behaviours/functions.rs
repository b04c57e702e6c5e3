//! Functions and helpers: behaviours 20 to 24.

use super::checks::{
    Bench, DEFAULT_TIMEOUT, assert_recomputes_once, check_base, check_cache_key,
    check_cache_prefix, check_tags, check_timeout, computation, computed,
};
use ecached::ErrorKind;
use ecached::caches;
use ecached::prelude::*;

/// Behaviour 20. Free-form arguments are a struct in Rust.
mod test_ordinal_func {
    use super::*;

    #[derive(Clone, Debug)]
    struct Options {
        a: u8,
        b: &'static str,
    }

    macro_rules! form {
        ($form:ident, $wait:ident, $alias:literal, $($asyncness:tt)?) => {
            #[test]
            fn $form() {
                #[cached("<kwargs.a>:<kwargs.b>", prefix = "пример", alias = $alias, ignore = [args])]
                $($asyncness)? fn ordinal_func(args: &[u8], kwargs: &Options) -> String {
                    computation((args, kwargs.a, kwargs.b))
                }

                let bench = Bench::new($alias, stringify!($form));
                let (one, other) = (Options { a: 10, b: "тест" }, Options { a: 11, b: "тест" });
                let (key, call) = ("пример:10:тест", || $wait!(ordinal_func(&[1], &one)));
                check_base(&call, &|| $wait!(ordinal_func(&[1], &other)), ([1], 10, "тест"));
                check_cache_key(&bench, key, &call, &|| $wait!(ordinal_func::invalidate_cache_by_key(&[], &one)));
                let by_prefix = || $wait!(ordinal_func::invalidate_cache_by_prefix(&[], &one));
                check_cache_prefix(&bench, "пример", key, &call, &by_prefix);
                check_timeout(&bench, key, DEFAULT_TIMEOUT, &call);
            }
        };
    }
    both!("20", "20 async");
}

/// Behaviour 21.
mod test_second_func {
    use super::*;

    macro_rules! form {
        ($form:ident, $wait:ident, $alias:literal, $($asyncness:tt)?) => {
            #[test]
            fn $form() {
                #[cached("second:<c>", 450, tags = ["<a>"], alias = $alias)]
                $($asyncness)? fn second_func(a: &str, c: u8) -> String {
                    computation((a, c))
                }

                let bench = Bench::new($alias, stringify!($form));
                let call = || $wait!(second_func("yyy", 1));
                check_tags(&bench, &["yyy"], &call, &|| $wait!(second_func::invalidate_cache_by_tags("yyy", 1)));
                check_cache_key(&bench, "second:1", &call, &|| $wait!(second_func::invalidate_cache_by_key("yyy", 1)));
                check_timeout(&bench, "second:1", 450, &call);
                bench.cache.clear().unwrap();
                check_base(&call, &|| $wait!(second_func("yyy", 2)), ("yyy", 1));
                assert_eq!(computed(|| $wait!(second_func("zzz", 1))), [r#"("zzz", 1)"#], "another tag, another entry");
                assert_eq!(bench.memory.len(), 2, "under the same key");
            }
        };
    }
    both!("21", "21 async");
}

/// Behaviour 22.
mod test_invalidators {
    use super::*;

    macro_rules! form {
        ($form:ident, $wait:ident, $alias:literal, $($asyncness:tt)?) => {
            #[test]
            fn $form() {
                #[cached("third:<c>", prefix = "pref", alias = $alias)]
                $($asyncness)? fn third_func(c: u8) -> String {
                    computation(c)
                }

                let bench = Bench::new($alias, stringify!($form));
                let call = || $wait!(third_func(1));
                assert_recomputes_once(&call);
                bench.invalidate_key("pref:third:1");
                assert_recomputes_once(&call);
                bench.invalidate_prefix("pref");
                assert_recomputes_once(&call);
                $wait!(third_func::invalidate_cache_by_key(1)).unwrap();
                assert_recomputes_once(&call);
                $wait!(third_func::invalidate_all()).unwrap();
                assert_recomputes_once(&call);
            }
        };
    }
    both!("22", "22 async");
}

/// Behaviour 23.
mod test_refresh_cache {
    use super::*;

    macro_rules! form {
        ($form:ident, $wait:ident, $alias:literal, $($asyncness:tt)?) => {
            #[test]
            fn $form() {
                #[cached("fourth:<c>", 60, tags = ["fourth"], alias = $alias)]
                $($asyncness)? fn fourth_func(c: u8) -> String {
                    computation(c)
                }

                let bench = Bench::new($alias, stringify!($form));
                let (call, refresh) = (|| $wait!(fourth_func(1)), || $wait!(fourth_func::refresh_cache(1)));
                assert_eq!(computed(&refresh).len(), 1, "when nothing is cached");
                assert_eq!(computed(&call), [""; 0]);
                bench.advance(59);
                assert_eq!(computed(&refresh).len(), 1, "when it is cached");
                bench.advance(59);
                assert_eq!(computed(&call), [""; 0], "the refresh renewed the timeout");
                let (refreshed, called) = (refresh(), call());
                assert_eq!(refreshed, called);
                bench.invalidate_tag("fourth");
                assert_recomputes_once(&call);
                assert_eq!(fourth_func::stats().refreshes, 3);
            }
        };
    }
    both!("23", "23 async");
}

/// Behaviour 24. What a function declares is seen where it matters: in errors, which name template and alias, and in the
/// `Debug` form of the cache. No value is.
mod test_class_repr {
    use super::*;

    macro_rules! form {
        ($form:ident, $wait:ident, $alias:literal, $($asyncness:tt)?) => {
            #[test]
            fn $form() {
                #[cached("fifth:<secret>", 60, alias = $alias)]
                $($asyncness)? fn fifth_func(secret: &str) -> String {
                    computation(secret)
                }

                let error = $wait!(fifth_func::peek("s3cret")).unwrap_err();
                assert_eq!((error.kind(), error.alias()), (ErrorKind::UnknownAlias, Some($alias)));
                assert_eq!(error.template(), Some("fifth:<secret>"));
                let text = format!("{error} {error:?}");
                assert!(text.contains($alias) && text.contains("fifth:<secret>"), "{text}");
                assert!(!text.contains("s3cret"), "{text}");

                let bench = Bench::new($alias, stringify!($form));
                $wait!(fifth_func("s3cret"));
                let text = format!("{:?} {:?} {:?}", bench.cache, caches(), fifth_func::stats());
                assert!(text.contains($alias) && !text.contains("s3cret"), "{text}");
            }
        };
    }
    both!("24", "24 async");
}
