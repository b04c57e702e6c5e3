//! Keys: behaviours 1 to 7.

use super::checks::{
    Bench, DEFAULT_TIMEOUT, check_base, check_cache_key, check_timeout, computation, computed,
};
use ecached::create_cache_key;
use ecached::prelude::*;

/// Behaviour 1. Rust has no default arguments; the path of a method has its type, and `self` is in the key unless ignored.
mod test_default_cache_key {
    use super::*;

    macro_rules! form {
        ($form:ident, $wait:ident, $alias:literal, $($asyncness:tt)?) => {
            #[test]
            fn $form() {
                #[derive(Debug)]
                struct User {
                    id: u64,
                }

                impl User {
                    #[cached(alias = $alias, ignore = [self])]
                    $($asyncness)? fn instance(&self, a: u8, b: u8, c: u8) -> String {
                        computation((self.id, a, b, c))
                    }

                    #[cached(alias = $alias)]
                    $($asyncness)? fn with_self(&self, a: u8) -> String {
                        computation((self.id, a))
                    }

                    #[cached(alias = $alias, in_impl)]
                    $($asyncness)? fn class_method(a: u8, b: u8, c: u8, d: &str) -> String {
                        computation((a, b, c, d))
                    }
                }

                #[cached(alias = $alias, timeout = 100)]
                $($asyncness)? fn free(a: &str, b: &str, c: &str) -> String {
                    computation((a, b, c))
                }

                let (bench, user) = (Bench::new($alias, stringify!($form)), User { id: 7 });
                let here = concat!(module_path!(), "::", stringify!($form));

                let call = || $wait!(user.instance(1, 2, 8));
                check_base(&call, &|| $wait!(user.instance(1, 3, 8)), (7, 1, 2, 8));
                let key = format!("{here}::User::instance:a=1:b=2:c=8");
                check_cache_key(&bench, &key, &call, &|| $wait!(user.instance_invalidate_cache_by_key(1, 2, 8)));
                check_timeout(&bench, &key, DEFAULT_TIMEOUT, &call);

                let call = || $wait!(User::class_method(2, 3, 9, "HAHA"));
                check_base(&call, &|| $wait!(User::class_method(2, 3, 9, "HA")), (2, 3, 9, "HAHA"));
                let key = format!("{here}::User::class_method:a=2:b=3:c=9:d=HAHA");
                let by_key = || $wait!(User::class_method_invalidate_cache_by_key(2, 3, 9, "HAHA"));
                check_cache_key(&bench, &key, &call, &by_key);

                let call = || $wait!(free("a", "b", "c"));
                check_base(&call, &|| $wait!(free("a", "b", "d")), ("a", "b", "c"));
                let key = format!("{here}::free:a=a:b=b:c=c");
                check_cache_key(&bench, &key, &call, &|| $wait!(free::invalidate_cache_by_key("a", "b", "c")));
                check_timeout(&bench, &key, 100, &call);

                let call = || $wait!(user.with_self(1));
                check_base(&call, &|| $wait!(User { id: 8 }.with_self(1)), (7, 1));
                assert!(bench.has(&user.with_self_cache_key(1)));
                assert!(user.with_self_cache_key(1).starts_with(&format!("{here}::User::with_self:self=User")));
            }
        };
    }
    both!("1", "1 async");
}

/// Behaviour 2. What needs no instance there is `invalidate_all` here.
mod test_default_cache_key_for_property {
    use super::*;

    macro_rules! form {
        ($form:ident, $wait:ident, $alias:literal, $($asyncness:tt)?) => {
            #[test]
            fn $form() {
                struct User;

                impl User {
                    #[cached(alias = $alias, ignore = [self])]
                    $($asyncness)? fn test_property(&self) -> String {
                        computation("property")
                    }
                }

                let bench = Bench::new($alias, stringify!($form));
                let call = || $wait!(User.test_property());
                assert_eq!(computed(|| (call(), call())).len(), 1);
                let key = User.test_property_cache_key();
                assert!(key.ends_with("::User::test_property"), "{key}");
                check_cache_key(&bench, &key, &call, &|| $wait!(User.test_property_invalidate_cache_by_key()));
                check_cache_key(&bench, &key, &call, &|| $wait!(User::test_property_invalidate_all()));
                check_timeout(&bench, &key, DEFAULT_TIMEOUT, &call);
            }
        };
    }
    both!("2", "2 async");
}

/// Behaviour 3.
mod test_cache_key_as_string {
    use super::*;

    macro_rules! form {
        ($form:ident, $wait:ident, $alias:literal, $($asyncness:tt)?) => {
            #[test]
            fn $form() {
                struct User {
                    id: u64,
                }

                impl User {
                    #[cached("{self.id}:{a}:{b}:{c}", alias = $alias)]
                    $($asyncness)? fn cached(&self, a: u8, b: u8, c: u8) -> String {
                        computation((a, b, c))
                    }
                }

                let (bench, user) = (Bench::new($alias, stringify!($form)), User { id: 7 });
                let call = || $wait!(user.cached(10, 20, 8));
                call();
                assert_eq!(bench.memory.len(), 1);
                assert_eq!(user.cached_cache_key(10, 20, 8), "7:10:20:8");
                check_cache_key(&bench, "7:10:20:8", &call, &|| $wait!(user.cached_invalidate_cache_by_key(10, 20, 8)));
                bench.cache.clear().unwrap();
                check_base(&call, &|| $wait!(user.cached(10, 22, 8)), (10, 20, 8));
                check_timeout(&bench, "7:10:20:8", DEFAULT_TIMEOUT, &call);
            }
        };
    }
    both!("3", "3 async");
}

/// Behaviour 4. A list of names is a template; an argument outside of it must be named.
mod test_cache_key_as_list {
    use super::*;

    macro_rules! form {
        ($form:ident, $wait:ident, $alias:literal, $($asyncness:tt)?) => {
            #[test]
            fn $form() {
                struct User {
                    id: u64,
                }

                impl User {
                    #[cached("<self.id>:<a>:<b>", alias = $alias, ignore = [c])]
                    $($asyncness)? fn cached(&self, a: u8, b: u8, c: u8) -> String {
                        computation((a, b, c))
                    }
                }

                let (bench, user) = (Bench::new($alias, stringify!($form)), User { id: 7 });
                let call = || $wait!(user.cached(2, 3, 8));
                check_base(&call, &|| $wait!(user.cached(5, 3, 8)), (2, 3, 8));
                check_cache_key(&bench, "7:2:3", &call, &|| $wait!(user.cached_invalidate_cache_by_key(2, 3, 8)));
                check_timeout(&bench, "7:2:3", DEFAULT_TIMEOUT, &call);
            }
        };
    }
    both!("4", "4 async");
}

/// Behaviour 5.
mod test_cache_key_as_list_unrelated_param_changed {
    use super::*;

    macro_rules! form {
        ($form:ident, $wait:ident, $alias:literal, $($asyncness:tt)?) => {
            #[test]
            fn $form() {
                #[cached("<a>:<b>", alias = $alias, ignore = [c])]
                $($asyncness)? fn cached(a: u8, b: u8, c: u8) -> String {
                    computation((a, b, c))
                }

                let bench = Bench::new($alias, stringify!($form));
                let value = $wait!(cached(2, 3, 8));
                assert!(bench.has("2:3"));
                assert_eq!(computed(|| assert_eq!($wait!(cached(2, 3, 9)), value)), [""; 0]);
            }
        };
    }
    both!("5", "5 async");
}

/// Behaviour 6.
mod test_cache_key_as_callable {
    use super::*;

    macro_rules! form {
        ($form:ident, $wait:ident, $alias:literal, $($asyncness:tt)?) => {
            #[test]
            fn $form() {
                struct User {
                    id: u64,
                }

                fn make_key(user: &User, a: u8, b: u8) -> String {
                    create_cache_key(&[&user.id, &a, &"key", &b])
                }

                impl User {
                    #[cached(key = make_key(self, a, b), alias = $alias)]
                    $($asyncness)? fn cached(&self, a: u8, b: u8) -> String {
                        computation((a, b))
                    }
                }

                let (bench, user) = (Bench::new($alias, stringify!($form)), User { id: 7 });
                let call = || $wait!(user.cached(2, 3));
                check_base(&call, &|| $wait!(user.cached(2, 4)), (2, 3));
                let by_key = || $wait!(user.cached_invalidate_cache_by_key(2, 3));
                check_cache_key(&bench, "7:2:key:3", &call, &by_key);
                bench.invalidate_key("7:2:key:3");
                assert_eq!(computed(|| (call(), call())).len(), 1);
                check_timeout(&bench, "7:2:key:3", DEFAULT_TIMEOUT, &call);
            }
        };
    }
    both!("6", "6 async");
}

/// Behaviour 7. The meta object is not needed: names in scope are what it had, and `…_uncached` is its function.
mod test_instance_method_and_meta_accepted_decorator {
    use super::*;

    macro_rules! form {
        ($form:ident, $wait:ident, $alias:literal, $($asyncness:tt)?) => {
            #[test]
            fn $form() {
                struct User {
                    id: u64,
                }

                impl User {
                    const FUNCTION: &str = "instance_method";

                    #[cached(key = { let default = 5; format!("{}:{}:{a}:{default}", Self::FUNCTION, self.id) },
                             alias = $alias)]
                    $($asyncness)? fn instance_method(&self, a: u8) -> String {
                        computation((self.id, a))
                    }
                }

                let (bench, user) = (Bench::new($alias, stringify!($form)), User { id: 7 });
                let call = || $wait!(user.instance_method(1));
                check_base(&call, &|| $wait!(user.instance_method(2)), (7, 1));
                bench.cache.clear().unwrap();
                call();
                assert_eq!(bench.memory.len(), 1);
                let by_key = || $wait!(user.instance_method_invalidate_cache_by_key(1));
                check_cache_key(&bench, "instance_method:7:1:5", &call, &by_key);
                assert_eq!(computed(|| $wait!(user.instance_method_uncached(1))).len(), 1);
            }
        };
    }
    both!("7", "7 async");
}
