//! What most programs need: `use ecached::prelude::*;`.

pub use crate::{
    cached, caches, ecached, invalidate_key, invalidate_prefix, invalidate_tags, invalidates, key,
    tag,
};
