//! Joining, leading, taking over.
