//! Associated functions: behaviours 16 to 19.

use super::checks::{
    Bench, DEFAULT_TIMEOUT, assert_recomputes_once, check_base, check_cache_key,
    check_cache_prefix, check_tags, check_timeout, computation, computed,
};
use ecached::prelude::*;

/// Behaviour 16. The class's name is a constant of the type.
mod test_class_method_key_string {
    use super::*;

    macro_rules! form {
        ($form:ident, $wait:ident, $alias:literal, $($asyncness:tt)?) => {
            #[test]
            fn $form() {
                trait Named {
                    const NAME: &str;
                }
                struct User<T>(T);
                impl Named for User<u8> {
                    const NAME: &str = "User";
                }
                impl Named for User<u16> {
                    const NAME: &str = "Admin";
                }

                impl<T> User<T>
                where
                    Self: Named,
                {
                    #[cached(key = format!("{}:{c}", Self::NAME), alias = $alias, ignore = [a, b])]
                    $($asyncness)? fn class_method(a: u8, b: u8, c: u8) -> String {
                        computation((a, b, c))
                    }

                    fn through_an_instance(&self, c: u8) -> String {
                        let _ = &self.0;
                        $wait!(Self::class_method(0, 0, c))
                    }
                }

                let bench = Bench::new($alias, stringify!($form));
                let call = || $wait!(User::<u8>::class_method(1, 2, 17));
                check_base(&call, &|| $wait!(User::<u8>::class_method(1, 2, 18)), (1, 2, 17));
                let value = call();
                assert_eq!(computed(|| assert_eq!($wait!(User::<u8>::class_method(3, 4, 17)), value)), [""; 0]);
                assert_eq!(computed(|| assert_eq!(User(1_u8).through_an_instance(17), value)), [""; 0]);
                assert_eq!(computed(|| assert_ne!(User(1_u16).through_an_instance(17), value)).len(), 1);
                let by_key = || $wait!(User::<u8>::class_method_invalidate_cache_by_key(1, 2, 17));
                check_cache_key(&bench, "User:17", &call, &by_key);
                check_timeout(&bench, "User:17", DEFAULT_TIMEOUT, &call);
            }
        };
    }
    both!("16", "16 async");
}

/// Behaviour 17. The class is an argument: templates look into arguments.
mod test_class_method_full_spec {
    use super::*;

    macro_rules! form {
        ($form:ident, $wait:ident, $alias:literal, $($asyncness:tt)?) => {
            #[test]
            fn $form() {
                struct Class {
                    name: &'static str,
                }

                impl Class {
                    #[cached("<class.name>:<a>:<b>", 500, in_impl, alias = $alias, tags = ["tag4", "tag5:<class.name>"],
                             prefix = "<class.name>:<c>")]
                    $($asyncness)? fn full_spec(class: &Class, a: u8, b: u8, c: u8) -> String {
                        let _ = class;
                        computation((a, b, c))
                    }
                }

                let (bench, class) = (Bench::new($alias, stringify!($form)), &Class { name: "User" });
                let (key, call) = ("User:3:User:1:2", || $wait!(Class::full_spec(class, 1, 2, 3)));
                let by_tags = || $wait!(Class::full_spec_invalidate_cache_by_tags(class, 1, 2, 3));
                check_tags(&bench, &["tag4", "tag5:User"], &call, &by_tags);
                let by_prefix = || $wait!(Class::full_spec_invalidate_cache_by_prefix(class, 1, 2, 3));
                check_cache_prefix(&bench, "User:3", key, &call, &by_prefix);
                let by_key = || $wait!(Class::full_spec_invalidate_cache_by_key(class, 1, 2, 3));
                check_cache_key(&bench, key, &call, &by_key);
                check_timeout(&bench, key, 500, &call);
                bench.cache.clear().unwrap();
                check_base(&call, &|| $wait!(Class::full_spec(class, 1, 9, 3)), (1, 2, 3));
            }
        };
    }
    both!("17", "17 async");
}

/// Behaviour 18.
mod test_static_method {
    use super::*;

    macro_rules! form {
        ($form:ident, $wait:ident, $alias:literal, $($asyncness:tt)?) => {
            #[test]
            fn $form() {
                struct User;

                impl User {
                    #[cached("<hg>:<hg>:<test>", prefix = "пример:ü", alias = $alias, in_impl)]
                    $($asyncness)? fn static_method(hg: &str, test: &str) -> String {
                        computation((hg, test))
                    }
                }

                let bench = Bench::new($alias, stringify!($form));
                let (key, call) = ("пример:ü:привет:привет:你好", || $wait!(User::static_method("привет", "你好")));
                check_base(&call, &|| $wait!(User::static_method("привет", "тест")), ("привет", "你好"));
                let by_key = || $wait!(User::static_method_invalidate_cache_by_key("привет", "你好"));
                check_cache_key(&bench, key, &call, &by_key);
                let by_prefix = || $wait!(User::static_method_invalidate_cache_by_prefix("", ""));
                check_cache_prefix(&bench, "пример:ü", key, &call, &by_prefix);
                check_timeout(&bench, key, DEFAULT_TIMEOUT, &call);
            }
        };
    }
    both!("18", "18 async");
}

/// Behaviour 19. Partial invalidation takes the name that it needs, from `tag!` and `key!`.
mod test_static_method_default_key {
    use super::*;

    macro_rules! form {
        ($form:ident, $wait:ident, $alias:literal, $($asyncness:tt)?) => {
            #[test]
            fn $form() {
                struct User;

                impl User {
                    #[cached(prefix = "ppp:<b>", tags = ["ttt:<c>"], alias = $alias, in_impl)]
                    $($asyncness)? fn static_method(a: u8, b: u8, c: u8) -> String {
                        computation((a, b, c))
                    }
                }

                let bench = Bench::new($alias, stringify!($form));
                let call = || $wait!(User::static_method(1, 2, 11));
                check_base(&call, &|| $wait!(User::static_method(1, 2, 12)), (1, 2, 11));
                let key = User::static_method_cache_key(1, 2, 11);
                assert!(key.starts_with("ppp:2:") && key.ends_with("::User::static_method:a=1:b=2:c=11"), "{key}");
                let by_key = || $wait!(User::static_method_invalidate_cache_by_key(1, 2, 11));
                check_cache_key(&bench, &key, &call, &by_key);
                let by_prefix = || $wait!(User::static_method_invalidate_cache_by_prefix(1, 2, 11));
                check_cache_prefix(&bench, "ppp:2", &key, &call, &by_prefix);

                let (b, c) = (2, 11);
                bench.invalidate_tag(&tag!("ttt:<c>"));
                assert_recomputes_once(&call);
                bench.invalidate_prefix(&key!("ppp:<b>"));
                assert_recomputes_once(&call);
                check_timeout(&bench, &key, DEFAULT_TIMEOUT, &call);
            }
        };
    }
    both!("19", "19 async");
}
