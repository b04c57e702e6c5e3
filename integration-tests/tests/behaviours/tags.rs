//! Tags: behaviours 10 and 11.

use super::checks::{
    Bench, check_base, check_cache_key, check_tags, check_timeout, computation, computed,
};
use ecached::prelude::*;

/// Behaviour 10.
mod test_cache_tags {
    use super::*;

    macro_rules! form {
        ($form:ident, $wait:ident, $alias:literal, $($asyncness:tt)?) => {
            #[test]
            fn $form() {
                struct User {
                    id: u64,
                }

                impl User {
                    #[cached("<self.id>:<a>:<b>", timeout = 500, tags = ["tag1", "tag2"], alias = $alias)]
                    $($asyncness)? fn cached(&self, a: u8, b: u8) -> String {
                        computation((a, b))
                    }
                }

                let (bench, user) = (Bench::new($alias, stringify!($form)), User { id: 7 });
                let call = || $wait!(user.cached(1, 2));
                let by_tags = || $wait!(user.cached_invalidate_cache_by_tags(1, 2));
                check_tags(&bench, &["tag1", "tag2"], &call, &by_tags);
                bench.cache.clear().unwrap();
                check_base(&call, &|| $wait!(user.cached(1, 3)), (1, 2));
                check_cache_key(&bench, "7:1:2", &call, &|| $wait!(user.cached_invalidate_cache_by_key(1, 2)));
                check_timeout(&bench, "7:1:2", 500, &call);
            }
        };
    }
    both!("10", "10 async");
}

/// Behaviour 11. Tags of the arguments are templates, tags of the value come from a closure; one list has both.
mod test_cache_custom_tags {
    use super::*;

    macro_rules! form {
        ($form:ident, $wait:ident, $alias:literal, $($asyncness:tt)?) => {
            #[test]
            fn $form() {
                struct User {
                    id: u64,
                }

                impl User {
                    #[cached("<self.id>:<a>", timeout = 500, alias = $alias, tags = [
                        "user_name:<self.id>:<a>",
                        "simple_tag",
                        |value: &String| [tag!("value:<value>"), format!("of:{}:{a}", self.id)],
                    ])]
                    $($asyncness)? fn cached(&self, a: u8) -> String {
                        computation(a);
                        format!("value of {a}")
                    }
                }

                let (bench, user) = (Bench::new($alias, stringify!($form)), User { id: 7 });
                let call = || $wait!(user.cached(1));
                let by_tags = || $wait!(user.cached_invalidate_cache_by_tags(1));
                let tags = ["user_name:7:1", "simple_tag", "value:value%20of%201", "of:7:1"];
                check_tags(&bench, &tags, &call, &by_tags);
                bench.invalidate_tag("value:value%20of%202");
                assert_eq!(computed(call), [""; 0], "the tag of another value");
            }
        };
    }
    both!("11", "11 async");
}
