//! Named steps that run one after the other, and the table at the end that says how each went.

use std::fmt;
use std::time::{Duration, Instant};

/// What went wrong, for a person to read.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self(message)
    }
}

impl From<&str> for Failure {
    fn from(message: &str) -> Self {
        Self(message.into())
    }
}

/// How a task or a step ended.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

/// How one step ended.
#[derive(Debug)]
enum Verdict {
    Passed,
    Skipped(String),
    Failed(Failure),
}

/// The steps run so far. A failed step does not keep the next ones from running: one run names every failure.
#[derive(Debug)]
pub(crate) struct Report {
    what: &'static str,
    steps: Vec<(String, Verdict, Duration)>,
}

impl Report {
    /// An empty report; `what` is one word for what the steps are, such as `checks`.
    pub(crate) fn new(what: &'static str) -> Self {
        Self { what, steps: Vec::new() }
    }

    /// Runs a step now, under a headline.
    pub(crate) fn step(&mut self, name: impl Into<String>, step: impl FnOnce() -> Outcome) {
        let name = name.into();
        println!("\n=== {name}");
        let start = now();
        let verdict = match step() {
            Ok(()) => Verdict::Passed,
            Err(failure) => {
                eprintln!("error: {failure}");
                Verdict::Failed(failure)
            }
        };
        self.steps.push((name, verdict, start.elapsed()));
    }

    /// Notes a step that cannot or need not run here.
    pub(crate) fn skip(&mut self, name: impl Into<String>, reason: impl Into<String>) {
        let (name, reason) = (name.into(), reason.into());
        println!("\n=== {name}\nskipped: {reason}");
        self.steps.push((name, Verdict::Skipped(reason), Duration::ZERO));
    }

    /// Prints the table. Fails if a step failed.
    pub(crate) fn finish(self) -> Outcome {
        println!("\n{self}");
        let failed: Vec<&str> = self.failed().collect();
        if failed.is_empty() {
            Ok(())
        } else {
            Err(format!("failed: {}", failed.join(", ")).into())
        }
    }

    fn failed(&self) -> impl Iterator<Item = &str> {
        self.steps
            .iter()
            .filter(|(_, verdict, _)| matches!(verdict, Verdict::Failed(_)))
            .map(|(name, ..)| name.as_str())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut skipped = 0;
        for (name, verdict, time) in &self.steps {
            let seconds = time.as_secs_f64();
            match verdict {
                Verdict::Passed => writeln!(f, "  ok      {seconds:>6.1} s  {name}")?,
                Verdict::Failed(failure) => {
                    let first_line = failure.0.lines().next().unwrap_or_default();
                    writeln!(f, "  FAILED  {seconds:>6.1} s  {name}: {first_line}")?;
                }
                Verdict::Skipped(reason) => {
                    skipped += 1;
                    writeln!(f, "  skipped           {name}: {reason}")?;
                }
            }
        }
        let failed = self.failed().count();
        let passed = self.steps.len() - failed - skipped;
        write!(f, "{}: {passed} passed, {failed} failed, {skipped} skipped", self.what)
    }
}

/// Now, to tell a person how long a step took.
#[expect(
    clippy::disallowed_methods,
    reason = "measures real tools for a person; no behaviour depends on it"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_lets_the_others_run_and_fails_the_whole() {
        let mut report = Report::new("checks");
        report.step("first", || Err("broken\ndetails".into()));
        report.step("second", || Ok(()));
        report.skip("third", "not installed");
        let text = report.to_string();
        assert!(text.contains("first: broken\n"), "{text}");
        assert!(text.ends_with("checks: 1 passed, 1 failed, 1 skipped"), "{text}");
        assert_eq!(report.finish().unwrap_err().to_string(), "failed: first");
    }
}
