//! What a world is made of.

use ecached_core::backend::Capabilities;
use ecached_core::proof::{Mode, Spec};
use std::time::Duration;

/// The sort of store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// Compares and stores in one step, and does each request in one step.
    OneServer,
    /// Compares and stores in one step; the keys of any other request are done one by one, in any order.
    Cluster,
    /// Four methods; each call is one step.
    Basic,
    /// Four methods; the keys of a call are done one by one, in any order.
    LooseBasic,
}

impl Kind {
    pub(super) const fn is_basic(self) -> bool {
        matches!(self, Self::Basic | Self::LooseBasic)
    }

    pub(super) const fn is_loose(self) -> bool {
        matches!(self, Self::Cluster | Self::LooseBasic)
    }

    pub(super) const fn capabilities(self) -> Capabilities {
        if self.is_basic() {
            Capabilities::basic()
        } else {
            Capabilities::basic().with_conditional_store()
        }
    }
}

/// What may go wrong between any two steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// A key is lost: evicted, or over.
    Evict,
    /// The server restarts with nothing.
    Restart,
    /// A request, or the rest of it, is not done, and is reported as failed.
    Fail,
    /// It is done, and is reported as failed.
    LoseReply,
    /// It is reported as failed, and may be done at any later time.
    Late,
    /// It is sent twice; the second copy may be done at any later time.
    Resend,
    /// A caller goes away: its future is dropped, or its function panics.
    Cancel,
    /// A process dies, with all its callers.
    Crash,
    /// The clock of a process jumps ahead, beyond the life of entries.
    Jump,
    /// A caller has waited long enough.
    GiveUp,
    /// The function returns an error.
    Throw,
}

/// All faults that make no difference to what may be served.
pub const FAULTS: [Fault; 11] = [
    Fault::Evict,
    Fault::Restart,
    Fault::Fail,
    Fault::LoseReply,
    Fault::Late,
    Fault::Resend,
    Fault::Cancel,
    Fault::Crash,
    Fault::Jump,
    Fault::GiveUp,
    Fault::Throw,
];

/// A bug put into the protocol from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "see `mutants`")]
#[non_exhaustive]
pub enum Mutant {
    VersionsAfterComputation,
    VersionsAtCommit,
    MissingIsValid,
    CounterRestarts,
    JoinsAcross,
    ByKeyWithoutLease,
    RefreshWithoutLease,
    RepeatedOpening,
    ClockBeforeTags,
    VersionsBeforeClock,
}

/// A caller.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) process: usize,
    /// What it calls; its computation calls the next one, and so on.
    pub(crate) specs: Vec<Spec>,
}

/// What is invalidated.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    Name(&'static str),
    Key(&'static str),
    All,
}

/// A world.
#[derive(Clone, Debug)]
pub struct Setup {
    /// For people.
    pub name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) callers: Vec<Caller>,
    pub(crate) targets: Vec<Target>,
    /// So many faults at most, of these sorts.
    pub(crate) budget: u8,
    pub(crate) faults: Vec<Fault>,
    pub(crate) mutant: Option<Mutant>,
}

/// The life of entries where time is looked at.
pub(crate) const LIFE: Duration = Duration::from_secs(60);

fn spec(mode: Mode, key: &str) -> Spec {
    Spec {
        mode,
        key: key.to_owned(),
        names: vec![String::from("t")],
        value_tags: Vec::new(),
        timeout: None,
        distributed: false,
    }
}

impl Setup {
    /// Nobody and nothing.
    #[must_use]
    pub const fn new(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            callers: Vec::new(),
            targets: Vec::new(),
            budget: 0,
            faults: Vec::new(),
            mutant: None,
        }
    }

    /// A caller in that process who wants the value of `k`, which has the tag `t`.
    #[must_use]
    pub fn reader(self, process: usize) -> Self {
        self.caller(process, Mode::Lookup)
    }

    /// A caller in that process who wants it in that way.
    #[must_use]
    pub fn caller(mut self, process: usize, mode: Mode) -> Self {
        self.callers.push(Caller { process, specs: vec![spec(mode, "k")] });
        self
    }

    /// A caller whose computation of the first key calls for the second, and so on.
    #[must_use]
    pub fn nested(mut self, process: usize, keys: &[&str]) -> Self {
        let specs = keys.iter().map(|key| spec(Mode::Lookup, key)).collect();
        self.callers.push(Caller { process, specs });
        self
    }

    /// Somebody who invalidates the tag.
    #[must_use]
    pub fn tag(mut self) -> Self {
        self.targets.push(Target::Name("t"));
        self
    }

    /// Somebody who invalidates a tag that only the value brings.
    #[must_use]
    pub fn value_tag(mut self) -> Self {
        self.targets.push(Target::Name("v"));
        self
    }

    /// Somebody who invalidates the prefix.
    #[must_use]
    pub fn prefix(mut self) -> Self {
        self.targets.push(Target::Name("p:"));
        self
    }

    /// Somebody who invalidates the key.
    #[must_use]
    pub fn key(mut self) -> Self {
        self.targets.push(Target::Key("k"));
        self
    }

    /// Somebody who clears everything.
    #[must_use]
    pub fn clear(mut self) -> Self {
        self.targets.push(Target::All);
        self
    }

    /// All calls also have a tag that only the value brings.
    #[must_use]
    pub fn with_value_tags(self) -> Self {
        self.each(|spec| spec.value_tags = vec![String::from("v")])
    }

    /// All calls also have a prefix.
    #[must_use]
    pub fn with_prefix(self) -> Self {
        self.each(|spec| spec.names.insert(0, String::from("p:")))
    }

    /// All entries have a timeout.
    #[must_use]
    pub fn with_timeout(self) -> Self {
        self.each(|spec| spec.timeout = Some(LIFE))
    }

    /// All calls take a lock across processes.
    #[must_use]
    pub fn with_lock(self) -> Self {
        self.each(|spec| spec.distributed = true)
    }

    fn each(mut self, change: impl Fn(&mut Spec)) -> Self {
        self.callers.iter_mut().flat_map(|caller| &mut caller.specs).for_each(change);
        self
    }

    /// Its name and its store.
    #[must_use]
    pub fn title(&self) -> String {
        format!("{} ({:?})", self.name, self.kind)
    }

    /// So many faults at most, of these sorts.
    #[must_use]
    pub fn faults(mut self, budget: u8, faults: &[Fault]) -> Self {
        (self.budget, self.faults) = (budget, faults.to_vec());
        self
    }

    /// With that bug.
    #[must_use]
    pub const fn mutant(mut self, mutant: Mutant) -> Self {
        self.mutant = Some(mutant);
        self
    }
}
