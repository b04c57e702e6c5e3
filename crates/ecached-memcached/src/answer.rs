//! What the servers' answers mean for an operation.

use crate::error::{self, Connection, Failure};
use crate::plan::{Batch, Command, Exchange, Plan};
use ecached_core::backend::Written;
use ecached_core::version::Version;
use ecached_core::{Error, ErrorKind, Result};
use memcache::exp::{self, MutationStatus, OpResult};

/// The answer to one command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// To a read.
    Value(Option<Vec<u8>>),
    /// To anything else.
    Done,
}

/// What the client returned for a batch: as a whole, and per operation.
type Returned = exp::Result<Vec<exp::Result<OpResult>>>;

/// The answers to an exchange, all of them or none.
pub(crate) fn of_exchange(
    exchange: Exchange<'_, '_>,
    returned: Returned,
    server: &str,
) -> Result<Vec<Answer>, Failure> {
    let failed = |error| Failure::new(error, server);
    let results = returned.map_err(failed)?;
    if results.len() != exchange.commands().len() {
        return Err(Failure { error: error::nonsense(), connection: Connection::Works });
    }
    let answer = |(command, result): (&Command<'_>, exp::Result<OpResult>)| {
        of_command(command, result.map_err(failed)?)
            .ok_or_else(|| Failure { error: error::nonsense(), connection: Connection::Works })
    };
    exchange.commands().iter().zip(results).map(answer).collect()
}

/// `None` when the answer does not fit.
fn of_command(command: &Command<'_>, result: OpResult) -> Option<Answer> {
    let status = result.as_mutation().map(|mutation| mutation.status);
    let is_done = match (command, result) {
        (Command::Read(_), OpResult::Get(get)) => {
            // Neither a placeholder without a value nor one that somebody else has marked as outdated is of ours.
            let is_ours = get.hit() && !get.is_stale();
            let value = get.value.filter(|value| is_ours && !value.is_empty());
            return Some(Answer::Value(value));
        }
        (Command::Add(_), OpResult::Mutation(_)) => {
            matches!(status, Some(MutationStatus::Applied | MutationStatus::AlreadyExists))
        }
        (Command::Delete(_), OpResult::Mutation(_)) => {
            matches!(status, Some(MutationStatus::Applied | MutationStatus::NotFound))
        }
        (Command::Set(_) | Command::Renew(_), OpResult::Mutation(_)) => {
            matches!(status, Some(MutationStatus::Applied))
        }
        _ => false,
    };
    is_done.then_some(Answer::Done)
}

/// The answers that an operation has so far.
#[derive(Debug)]
pub(crate) struct Answers {
    slots: Vec<Option<Answer>>,
    failure: Option<Error>,
    goes_on: bool,
}

impl Answers {
    pub(crate) fn new(plan: &Plan<'_>) -> Self {
        Self { slots: vec![None; plan.len], failure: None, goes_on: plan.goes_on }
    }

    /// Whether nothing more needs to be sent, because the operation has failed.
    pub(crate) const fn is_lost(&self) -> bool {
        self.failure.is_some() && !self.goes_on
    }

    /// Takes in what came of a batch.
    pub(crate) fn take(&mut self, batch: &Batch<'_>, outcome: Result<Vec<Answer>>) {
        match outcome {
            Ok(answers) => {
                for (position, answer) in batch.positions.iter().zip(answers) {
                    if let Some(slot) = self.slots.get_mut(*position) {
                        *slot = Some(answer);
                    }
                }
            }
            Err(error) => _ = self.failure.get_or_insert(error),
        }
    }

    /// All answers, in the order of the commands.
    ///
    /// # Errors
    ///
    /// The first failure; also when an answer is missing.
    pub(crate) fn finish(self) -> Result<Vec<Answer>> {
        match self.failure {
            Some(error) => Err(error),
            None => self.slots.into_iter().map(|slot| slot.ok_or_else(error::nonsense)).collect(),
        }
    }
}

/// What a read found, one value per key.
pub(crate) fn values(answers: Vec<Answer>) -> Result<Vec<Option<Vec<u8>>>> {
    let value = |answer| match answer {
        Answer::Value(value) => Ok(value),
        Answer::Done => Err(error::nonsense()),
    };
    answers.into_iter().map(value).collect()
}

/// What an *open* found: each second answer is that of a read.
pub(crate) fn versions(answers: &[Answer]) -> Result<Vec<Option<Version>>> {
    let version = |pair: &[Answer]| match pair {
        [Answer::Done, Answer::Value(value)] => Ok(value.as_deref().and_then(Version::read)),
        _ => Err(error::nonsense()),
    };
    answers.chunks(2).map(version).collect()
}

/// What became of an entry. One that is too large is not there, and neither is what it was to replace.
pub(crate) fn written(outcome: Result<Vec<Answer>>) -> Result<Written> {
    match outcome {
        Ok(_) => Ok(Written::Stored),
        Err(error) if error.kind() == ErrorKind::TooLarge => Ok(Written::TooLarge),
        Err(error) => Err(error),
    }
}
