//! Nothing to invalidate, and things of the wrong form.

use ecached::invalidates;

#[invalidates]
fn a() {}

#[invalidates("user:1")]
fn b() {}

#[invalidates(keys = "user:1", tags = |value| value)]
fn c() {}

#[invalidates(tags = ["user:<id>"])]
fn d() {}

#[invalidates(tags = ["user"], timeout = 60)]
fn e() {}

fn main() {}
