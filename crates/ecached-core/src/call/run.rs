//! Going on from a miss: the two loops that do what the machine asks.

use super::{Decision, Policy};
use crate::flight::context::InContext;
use crate::kind::{Kind, Plain};
use crate::protocol::machine::Verdict;
use crate::protocol::{Done, Machine, Step};
use crate::value::{CacheValue, Packing, Value};
use crate::{Result, alarm};
use std::fmt;
use std::marker::PhantomData;

/// A call that was not a hit on the spot.
pub struct Call<K> {
    machine: Option<Box<Machine>>,
    kind: PhantomData<fn() -> K>,
}

impl<K: Kind> Call<K> {
    pub(crate) fn new(_: K, machine: Option<Box<Machine>>) -> Self {
        Self { machine, kind: PhantomData }
    }

    /// Goes on, blocking.
    ///
    /// # Panics
    ///
    /// When the function panics.
    pub fn run<P: Policy<K>, F: FnOnce() -> K::Return>(self, policy: P, compute: F) -> K::Return {
        let Some(mut machine) = self.machine else { return compute() };
        let (mut compute, mut computed) = (Some(compute), None);
        let mut step = machine.begin();
        loop {
            step = match step {
                Step::Ask(ask) => {
                    let answer = machine.cache().ask(&ask);
                    machine.answered(answer)
                }
                Step::Wait(follower) => machine.waited(follower.wait()),
                Step::Pause(pause) => {
                    alarm::pause(pause);
                    machine.paused()
                }
                Step::Compute(context) => {
                    let compute = compute.take().expect("invariant: a call computes once");
                    let (result, step) =
                        settle::<K, P>(&mut machine, &policy, context.enter(compute));
                    computed = Some(result);
                    step
                }
                Step::Done(done) => match conclude::<K>(done, computed.take()) {
                    Some(returned) => return returned,
                    None => return compute.take().expect("invariant: nothing was computed")(),
                },
            };
        }
    }

    /// Goes on, async.
    ///
    /// # Panics
    ///
    /// When the function panics.
    ///
    /// # Cancel safety
    ///
    /// A dropped future computes and stores nothing more; a follower takes over.
    pub async fn run_async<P: Policy<K>, F: Future<Output = K::Return>>(
        self,
        policy: P,
        compute: F,
    ) -> K::Return {
        let Some(mut machine) = self.machine else { return compute.await };
        let mut compute = Some(Box::pin(compute));
        let mut computed = None::<Result<K::Value, K::Parked>>;
        let mut step = machine.begin();
        loop {
            step = match step {
                Step::Ask(ask) => {
                    let answer = machine.cache().ask_async(&ask).await;
                    machine.answered(answer)
                }
                Step::Wait(follower) => {
                    let waited = follower.wait_async().await;
                    machine.waited(waited)
                }
                Step::Pause(pause) => {
                    alarm::pause_async(pause).await;
                    machine.paused()
                }
                Step::Compute(context) => {
                    let future = compute.take().expect("invariant: a call computes once");
                    let returned = InContext { context, future }.await;
                    match settle_to_wait::<K, P>(&mut machine, &policy, returned) {
                        Ok((result, step)) => {
                            computed = Some(result);
                            step
                        }
                        Err(returned) => return returned,
                    }
                }
                Step::Done(done) => match conclude::<K>(done, computed.map(unpark::<K>)) {
                    Some(returned) => return returned,
                    None => return compute.take().expect("invariant: nothing was computed").await,
                },
            };
        }
    }
}

impl<K> fmt::Debug for Call<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}

/// Tells the machine what the function returned.
fn settle<K: Kind, P: Policy<K>>(
    machine: &mut Machine,
    policy: &P,
    returned: K::Return,
) -> (Result<K::Value, K::Error>, Step) {
    let value = match K::split(returned) {
        Ok(value) => value,
        Err(error) => {
            let step = machine.failed(K::share(&error));
            return (Err(error), step);
        }
    };
    if !machine.keeps_value() {
        let step = machine.succeeded_alone();
        return (Ok(value), step);
    }
    let step = put::<K>(machine, policy.decide(&value), value.clone());
    (Ok(value), step)
}

/// What waits until the machine is done, and how it goes on.
type Waiting<K> = (Result<<K as Kind>::Value, <K as Kind>::Parked>, Step);

/// The same for a future, which must not keep an error that cannot be sent to other threads: that one goes to the caller at
/// once, and the life of the lock, if there is one, ends the wait of others.
fn settle_to_wait<K: Kind, P: Policy<K>>(
    machine: &mut Machine,
    policy: &P,
    returned: K::Return,
) -> Result<Waiting<K>, K::Return> {
    match settle::<K, P>(machine, policy, returned) {
        (Ok(value), step) => Ok((Ok(value), step)),
        (Err(error), step) => match K::park(error) {
            Ok(parked) => Ok((Err(parked), step)),
            Err(error) => Err(K::join(Err(error))),
        },
    }
}

fn unpark<K: Kind>(result: Result<K::Value, K::Parked>) -> Result<K::Value, K::Error> {
    result.map_err(K::unpark)
}

/// Gives the machine a value to share and to store.
pub(super) fn put<K: Kind>(machine: &mut Machine, decision: Decision, value: K::Value) -> Step {
    let Decision { store, tags, timeout } = decision;
    machine.computed(Verdict { store, tags, timeout }, K::Packing::pack(value))
}

/// What the caller gets; `None` when another function's error or value cannot be this one's.
fn conclude<K: Kind>(
    done: Done,
    computed: Option<Result<K::Value, K::Error>>,
) -> Option<K::Return> {
    match done {
        Done::Value(value) => K::Packing::take(value).map(|value| K::join(Ok(value))),
        Done::Error(error) => K::shared(&error).map(|error| K::join(Err(error))),
        Done::Failed(error) => K::failure(error),
        Done::Computed | Done::Absent => computed.map(K::join),
    }
}

impl Machine {
    /// Runs a call that computes nothing: where others compute, this one goes on with `supply`. Blocking.
    pub(crate) fn run_to_end(
        &mut self,
        supply: impl FnOnce(&mut Self) -> Step,
    ) -> Result<Option<Value>> {
        let mut supply = Some(supply);
        let mut step = self.begin();
        loop {
            step = match step {
                Step::Ask(ask) => {
                    let answer = self.cache().ask(&ask);
                    self.answered(answer)
                }
                Step::Wait(follower) => self.waited(follower.wait()),
                Step::Pause(pause) => {
                    alarm::pause(pause);
                    self.paused()
                }
                Step::Compute(_) => {
                    supply.take().map_or(Step::Done(Done::Absent), |supply| supply(self))
                }
                Step::Done(done) => return self.end(done),
            };
        }
    }

    /// The same, async.
    pub(crate) async fn run_to_end_async(
        &mut self,
        supply: impl FnOnce(&mut Self) -> Step,
    ) -> Result<Option<Value>> {
        let mut supply = Some(supply);
        let mut step = self.begin();
        loop {
            step = match step {
                Step::Ask(ask) => {
                    let answer = self.cache().ask_async(&ask).await;
                    self.answered(answer)
                }
                Step::Wait(follower) => {
                    let waited = follower.wait_async().await;
                    self.waited(waited)
                }
                Step::Pause(pause) => {
                    alarm::pause_async(pause).await;
                    self.paused()
                }
                Step::Compute(_) => {
                    supply.take().map_or(Step::Done(Done::Absent), |supply| supply(self))
                }
                Step::Done(done) => return self.end(done),
            };
        }
    }

    fn end(&mut self, done: Done) -> Result<Option<Value>> {
        match (done, self.take_failure()) {
            (Done::Value(value), _) => Ok(Some(value)),
            (_, Some(error)) => Err(error),
            _ => Ok(None),
        }
    }
}

/// Gives the machine a value to store as it is.
pub(crate) fn put_value<T: CacheValue>(machine: &mut Machine, value: T) -> Step {
    put::<Plain<T>>(machine, Decision::default(), value)
}
