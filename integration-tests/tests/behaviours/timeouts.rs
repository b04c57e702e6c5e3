//! Timeouts: behaviours 8 and 9.

use super::checks::{
    Bench, DEFAULT_TIMEOUT, check_base, check_cache_key, check_timeout, computation,
};
use ecached::Timeout;
use ecached::prelude::*;
use std::time::Duration;

/// Behaviour 8.
mod test_not_default_timeout {
    use super::*;

    macro_rules! form {
        ($form:ident, $wait:ident, $alias:literal, $($asyncness:tt)?) => {
            #[test]
            fn $form() {
                struct User {
                    id: u64,
                }

                impl User {
                    #[cached("<self.id>:<a>:<b>:<c>", 400, alias = $alias)]
                    $($asyncness)? fn cached(&self, a: u8, b: u8, c: u8) -> String {
                        computation((a, b, c))
                    }
                }

                let (bench, user) = (Bench::new($alias, stringify!($form)), User { id: 7 });
                let call = || $wait!(user.cached(1, 2, 3));
                check_base(&call, &|| $wait!(user.cached(1, 2, 8)), (1, 2, 3));
                check_cache_key(&bench, "7:1:2:3", &call, &|| $wait!(user.cached_invalidate_cache_by_key(1, 2, 3)));
                check_timeout(&bench, "7:1:2:3", 400, &call);
            }
        };
    }
    both!("8", "8 async");
}

/// Behaviour 9, with the alias's default as the third case, and a value that decides as the fourth.
mod test_instance_method_dynamic_timeout {
    use super::*;

    macro_rules! form {
        ($form:ident, $wait:ident, $alias:literal, $($asyncness:tt)?) => {
            #[test]
            fn $form() {
                struct User {
                    id: u64,
                }

                impl User {
                    fn timeout(&self, a: u8) -> Timeout {
                        match a {
                            2 | 4 => Timeout::After(Duration::from_secs(u64::from(a) * 100)),
                            _ if self.id == 7 => Timeout::Default,
                            _ => Timeout::Never,
                        }
                    }

                    #[cached("<self.id>:<a>", timeout = self.timeout(a), alias = $alias)]
                    $($asyncness)? fn cached(&self, a: u8) -> String {
                        computation(a)
                    }
                }

                #[cached("by_value:<a>", timeout = |value: &String| value.len() as u64 + u64::from(a), alias = $alias)]
                $($asyncness)? fn by_value(a: u8) -> String {
                    computation(a);
                    "x".repeat(usize::from(a))
                }

                let (bench, user) = (Bench::new($alias, stringify!($form)), User { id: 7 });
                for (a, seconds) in [(2, 200), (4, 400), (6, DEFAULT_TIMEOUT)] {
                    check_timeout(&bench, &format!("7:{a}"), seconds, &|| $wait!(user.cached(a)));
                }
                check_timeout(&bench, "by_value:10", 20, &|| $wait!(by_value(10)));
                $wait!(User { id: 8 }.cached(6));
                bench.advance(100_000_000);
                assert!(bench.has("8:6"), "it never expires");
            }
        };
    }
    both!("9", "9 async");
}
