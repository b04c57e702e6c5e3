//! Who takes part.

use super::Found;
use super::bare::Bare;
use super::run::{Function, Run};
#[cfg(any(feature = "peer-armature", feature = "peer-fnct", feature = "peer-skp"))]
use crate::remote::subject::Trouble;
use crate::remote::subject::{Ecached, Subject};
use crate::remote::{Servers, current_thread, functions};
#[cfg(any(feature = "peer-armature", feature = "peer-fnct", feature = "peer-skp"))]
use std::future::Future;
use std::hint::black_box;

/// Measures all that were built.
///
/// # Panics
///
/// If a server does not answer.
#[must_use]
pub fn measure(rounds: usize, servers: &Servers) -> Found {
    let runtime = current_thread();
    let mut run = Run { rounds, servers, runtime: &runtime, found: Found::default() };
    let ecached = Ecached(ecached::aio::caches().get("redis").expect("registered"));
    functions(&mut run, &ecached.name());
    run.subject(&ecached);
    #[cfg(feature = "peer-fnct")]
    run.subject(&opened(&run, super::fnct::Fnct::open(&servers.redis.url())));
    #[cfg(feature = "peer-skp")]
    run.subject(&opened(&run, super::skp::Skp::open(&servers.redis.url())));
    #[cfg(feature = "peer-armature")]
    run.subject(&opened(&run, super::armature::Armature::open(&servers.redis.url())));
    #[cfg(feature = "peer-cached")]
    super::cached::measure(&mut run);
    #[cfg(feature = "peer-hitbox")]
    super::hitbox::measure(&mut run);
    run.found
}

#[cfg(any(feature = "peer-armature", feature = "peer-fnct", feature = "peer-skp"))]
fn opened<S>(run: &Run<'_>, opening: impl Future<Output = Result<S, Trouble>>) -> S {
    let opened = run.runtime.block_on(opening);
    opened.unwrap_or_else(|trouble| panic!("a peer does not connect: {trouble}"))
}

/// ecached's own functions. With its tags declared a hit is one request; a `get` by key alone does not know them, and asks
/// twice.
fn functions(run: &mut Run<'_>, name: &str) {
    let (servers, runtime, loaded) = (run.servers, run.runtime, functions::loaded);
    let call = |id| _ = black_box(functions::tags0(id));
    let function = Function { name: format!("{name}, function"), call: &call, loaded };
    run.function(&function, Bare::blocking(servers));
    let call = |id| _ = black_box(runtime.block_on(functions::tags0_async(id)));
    let function = Function { name: format!("{name}, async function"), call: &call, loaded };
    run.function(&function, Bare::asynchronous(servers, runtime));
    let call = |id| _ = black_box(runtime.block_on(functions::tags3_async(id)));
    let function =
        Function { name: format!("{name}, async function, 3 tags"), call: &call, loaded };
    run.function(&function, Bare::asynchronous(servers, runtime));
}
