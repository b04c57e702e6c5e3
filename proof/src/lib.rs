//! The model: the protocol's own state machine, driven through every order of steps of a small world, and judged.
//!
//! # Layout
//!
//! - [`mod@explore`]: walks all schedules of a world.
//! - [`model`]: worlds of the real machine over a simulated store.

//! - [`rivals`]: small systems of other designs.
//! - [`suite`]: the worlds that are walked; [`mutants`]: the bugs that must be found.

pub mod explore;
pub mod model;
pub mod mutants;
pub mod rivals;
pub mod suite;
