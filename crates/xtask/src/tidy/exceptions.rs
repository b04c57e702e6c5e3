//! The places where a rule does not hold, with reasons. The list is meant to stay short.

use super::Finding;

/// A file to which a rule does not apply.
#[derive(Debug)]
pub(super) struct Exception {
    /// The rule's name, as tidy prints it in brackets.
    pub(super) rule: &'static str,
    /// The file's path from the root.
    pub(super) path: &'static str,
    /// Why the rule is wrong there.
    pub(super) reason: &'static str,
}

/// All exceptions.
pub(super) const EXCEPTIONS: &[Exception] = &[];

/// Drops the findings that are excepted, and adds one for each exception that nothing needs or that gives no reason.
pub(super) fn apply(exceptions: &[Exception], mut findings: Vec<Finding>) -> Vec<Finding> {
    let mut stale = Vec::new();
    for exception in exceptions {
        let covers =
            |finding: &Finding| finding.rule == exception.rule && finding.path == exception.path;
        if exception.reason.is_empty() || !findings.iter().any(covers) {
            let message =
                format!("the exception from `{}` gives no reason or is not needed", exception.rule);
            stale.push(Finding {
                rule: "exceptions",
                path: exception.path.into(),
                line: 1,
                message,
            });
        }
        findings.retain(|finding| !covers(finding));
    }
    findings.append(&mut stale);
    findings
}

#[cfg(test)]
mod tests {
    use super::super::tests::rules;
    use super::*;

    fn sleep_in(path: &str) -> Finding {
        Finding { rule: "sleep", path: path.into(), line: 7, message: String::new() }
    }

    #[test]
    fn an_exception_covers_one_rule_in_one_file() {
        let exceptions = [Exception { rule: "sleep", path: "a.rs", reason: "shows a slow query" }];
        let left = apply(&exceptions, vec![sleep_in("a.rs"), sleep_in("b.rs"), sleep_in("a.rs")]);
        assert_eq!(left, [sleep_in("b.rs")]);
    }

    #[test]
    fn an_exception_that_nothing_needs_is_a_finding() {
        let exceptions = [Exception { rule: "sleep", path: "a.rs", reason: "shows a slow query" }];
        assert_eq!(rules(&apply(&exceptions, Vec::new())), ["exceptions"]);
    }

    #[test]
    fn an_exception_has_a_reason() {
        let exceptions = [Exception { rule: "sleep", path: "a.rs", reason: "" }];
        assert_eq!(rules(&apply(&exceptions, vec![sleep_in("a.rs")])), ["exceptions"]);
    }
}
