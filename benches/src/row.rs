//! A row of the table.

use crate::rounds::Spread;
use std::fmt;

/// What the project wants to reach.
#[derive(Clone, Copy, Debug)]
pub enum Target {
    /// The ratio is that or less.
    AtMost(f64),
    /// The ratio is that or more.
    AtLeast(f64),
    /// Just to know.
    None,
}

impl Target {
    fn is_met(self, ratio: f64) -> Option<bool> {
        match self {
            Self::AtMost(limit) => Some(ratio <= limit),
            Self::AtLeast(limit) => Some(ratio >= limit),
            Self::None => None,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtMost(limit) => write!(f, "≤ {limit:.2}"),
            Self::AtLeast(limit) => write!(f, "≥ {limit:.2}"),
            Self::None => Ok(()),
        }
    }
}

/// A comparison of two things.
#[derive(Clone, Debug)]
pub struct Row {
    /// What is measured.
    pub what: &'static str,
    /// The baseline.
    pub against: &'static str,
    /// The one as a multiple of the other.
    pub ratio: Spread,
    /// The same of the fastest rounds of each: what a quiet machine might show.
    pub best: Option<f64>,
    /// What it should be.
    pub target: Target,
    /// What is measured, absolute.
    pub own: f64,
    /// The baseline, absolute.
    pub other: f64,
    /// Of the absolute figures.
    pub unit: &'static str,
    /// Whether nothing can be said because the machine was too busy.
    pub is_void: bool,
}

impl Row {
    /// Whether the target is met; `None` if there is none, or nothing could be measured.
    #[must_use]
    pub fn is_met(&self) -> Option<bool> {
        if self.is_void { None } else { self.target.is_met(self.ratio.median) }
    }

    /// The head of the table that [`Display`](fmt::Display) gives the rows of.
    pub const HEAD: &'static str = "| measured | against | ratio | lowest–highest | rounds | best/best | target | | measured | against |\n\
         | --- | --- | ---: | ---: | ---: | ---: | ---: | --- | ---: | ---: |";
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, against, ratio, best, target, own, other, unit, .. } = self;
        if self.is_void {
            return write!(
                f,
                "| {what} | {against} | | | {} | | {target} | machine too busy | | |",
                ratio.count
            );
        }
        let verdict = match self.is_met() {
            Some(true) => "ok",
            Some(false) => "**miss**",
            None => "",
        };
        write!(f, "| {what} | {against} | {:.2} | ", ratio.median)?;
        if ratio.count > 1 {
            write!(f, "{:.2}–{:.2} | {}", ratio.low, ratio.high, ratio.count)?;
        } else {
            write!(f, " | ")?;
        }
        write!(f, " | ")?;
        if let Some(best) = best {
            write!(f, "{best:.2}")?;
        }
        let digits = usize::from(own.min(*other) < 1000.0 && *unit != "bytes");
        write!(f, " | {target} | {verdict} | {own:.digits$} {unit} | {other:.digits$} {unit} |")
    }
}
