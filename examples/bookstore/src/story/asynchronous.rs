//! The same for async functions, on any executor.

use crate::catalogue::copies_sold;
use crate::teller::{Outcome, Teller};
use ecached::aio;
use std::sync::Arc;
use tokio::task::JoinSet;

pub(crate) fn tell(teller: &Teller) -> Outcome {
    teller.chapter("Async: the same attribute on an async fn");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let one = || runtime.block_on(copies_sold(Arc::clone(teller.db()), 2023));
    teller.computed("copies_sold(2023).await", one)?;
    teller.hit("copies_sold(2023).await", one)?;

    let result = runtime.block_on(aio::invalidate_tags(&["sales"]));
    teller.invalidated("aio::invalidate_tags(&[\"sales\"]).await", result)?;
    teller.computed("1,000 tasks, copies_sold(2023).await", || runtime.block_on(crowd(teller)))?;
    Ok(())
}

/// A thousand tasks that share one computation.
async fn crowd(teller: &Teller) -> Outcome<u32> {
    let mut tasks = JoinSet::new();
    for _ in 0..1000 {
        tasks.spawn(copies_sold(Arc::clone(teller.db()), 2023));
    }
    let mut answers = Vec::new();
    while let Some(answer) = tasks.join_next().await {
        answers.push(answer??);
    }
    teller.check(answers.iter().all(|answer| *answer == answers[0]), "all get the same value")?;
    Ok(answers[0])
}
