//! What most programs need: `use ecached::prelude::*;`.

pub use crate::{
    cached, caches, ecached, invalidate_key, invalidate_key_on, invalidate_prefix,
    invalidate_prefix_on, invalidate_tags, invalidate_tags_on, invalidates, key, tag,
};
