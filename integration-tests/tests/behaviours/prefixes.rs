//! Prefixes and getters: behaviours 12 to 15.

use super::checks::{
    Bench, DEFAULT_TIMEOUT, assert_recomputes_once, check_base, check_cache_key,
    check_cache_prefix, check_tags, check_timeout, computation, computed,
};
use ecached::caches;
use ecached::prelude::*;

/// Behaviour 12. What `functools.partial` does there, a macro does here.
mod test_method_prefixed {
    use super::*;

    macro_rules! form {
        ($form:ident, $wait:ident, $alias:literal, $($asyncness:tt)?) => {
            #[test]
            fn $form() {
                struct User {
                    id: u64,
                }

                macro_rules! of_a_user {
                    ($key:literal, $tag:literal, $function:item) => {
                        impl User {
                            #[cached($key, 3600, prefix = "USER:<self.id>", tags = [$tag], alias = $alias)]
                            $function
                        }
                    };
                }
                of_a_user!("p1:<a>:<b>:<c>", "<self.id>:tag1",
                    $($asyncness)? fn prefixed(&self, a: u8, b: u8, c: u8) -> String {
                        computation((a, b, c))
                    }
                );

                let (bench, user) = (Bench::new($alias, stringify!($form)), User { id: 7 });
                let (key, call) = ("USER:7:p1:1:2:3", || $wait!(user.prefixed(1, 2, 3)));
                check_tags(&bench, &["7:tag1"], &call, &|| $wait!(user.prefixed_invalidate_cache_by_tags(1, 2, 3)));
                let by_prefix = || $wait!(user.prefixed_invalidate_cache_by_prefix(1, 2, 3));
                check_cache_prefix(&bench, "USER:7", key, &call, &by_prefix);
                check_cache_key(&bench, key, &call, &|| $wait!(user.prefixed_invalidate_cache_by_key(1, 2, 3)));
                check_timeout(&bench, key, 3600, &call);
                bench.invalidate_prefix("USER:8");
                assert_recomputes_once(&|| $wait!(user.prefixed(3, 2, 1)));
                bench.cache.clear().unwrap();
                check_base(&call, &|| $wait!(user.prefixed(1, 2, 4)), (1, 2, 3));
            }
        };
    }
    both!("12", "12 async");
}

/// Behaviour 13.
mod test_property_friends_count {
    use super::*;

    macro_rules! form {
        ($form:ident, $wait:ident, $alias:literal, $($asyncness:tt)?) => {
            #[test]
            fn $form() {
                struct User {
                    id: u64,
                }

                impl User {
                    #[cached("friends_count", 100, prefix = "USER_PROPERTY:<self.id>", alias = $alias)]
                    $($asyncness)? fn friends_count(&self) -> String {
                        computation(self.id)
                    }
                }

                let (bench, user) = (Bench::new($alias, stringify!($form)), User { id: 7 });
                let (key, call) = ("USER_PROPERTY:7:friends_count", || $wait!(user.friends_count()));
                check_base(&call, &|| $wait!(User { id: 8 }.friends_count()), 7);
                check_cache_key(&bench, key, &call, &|| $wait!(user.friends_count_invalidate_cache_by_key()));
                let by_prefix = || $wait!(user.friends_count_invalidate_cache_by_prefix());
                check_cache_prefix(&bench, "USER_PROPERTY:7", key, &call, &by_prefix);
                check_timeout(&bench, key, 100, &call);
                $wait!(User::friends_count_invalidate_all()).unwrap();
                assert_recomputes_once(&call);
            }
        };
    }
    both!("13", "13 async");
}

/// Behaviour 14: a list as value.
mod test_property_friends {
    use super::*;

    macro_rules! form {
        ($form:ident, $wait:ident, $alias:literal, $($asyncness:tt)?) => {
            #[test]
            fn $form() {
                struct User {
                    id: u64,
                }

                impl User {
                    #[cached("<self.id>:friends", 666, tags = ["friends"], alias = $alias)]
                    $($asyncness)? fn friends(&self) -> Vec<u64> {
                        computation("friends");
                        vec![self.id; 3]
                    }
                }

                let (bench, user) = (Bench::new($alias, stringify!($form)), User { id: 7 });
                let call = || {
                    let friends = $wait!(user.friends());
                    assert_eq!(friends, [7, 7, 7]);
                    format!("{friends:?}")
                };
                assert_recomputes_once(&call);
                $wait!(user.friends_invalidate_cache_by_key()).unwrap();
                assert_recomputes_once(&call);
                $wait!(user.friends_invalidate_cache_by_tags()).unwrap();
                assert_recomputes_once(&call);
                assert_eq!(caches().get($alias).unwrap().get("7:friends").unwrap(), Some(vec![7_u64; 3]));
                bench.advance(665);
                assert_eq!(computed(call), [""; 0]);
                bench.advance(1);
                assert_recomputes_once(&call);
            }
        };
    }
    both!("14", "14 async");
}

/// Behaviour 15.
mod test_property_no_tags {
    use super::*;

    macro_rules! form {
        ($form:ident, $wait:ident, $alias:literal, $($asyncness:tt)?) => {
            #[test]
            fn $form() {
                struct User;

                impl User {
                    #[cached("static_key", alias = $alias, ignore = [self])]
                    $($asyncness)? fn property(&self) -> String {
                        computation("property")
                    }
                }

                let bench = Bench::new($alias, stringify!($form));
                let call = || $wait!(User.property());
                check_cache_key(&bench, "static_key", &call, &|| $wait!(User::property_invalidate_all()));
                check_cache_key(&bench, "static_key", &call, &|| {
                    bench.invalidate_key("static_key");
                    Ok(())
                });
                check_timeout(&bench, "static_key", DEFAULT_TIMEOUT, &call);
            }
        };
    }
    both!("15", "15 async");
}
