//! Small histories, good and bad.

use super::*;

/// The reads of a history that must not have happened.
fn violations(lines: &[&str]) -> Vec<Violation> {
    let records: Vec<Record> = lines.iter().map(|line| line.parse().unwrap()).collect();
    let mut history = History::default();
    records.iter().cloned().for_each(|record| history.take(record));
    history.close();
    let reads = records.into_iter().filter_map(|record| match record {
        Record::Read { span, how, value } => history.judge(span, how, value),
        _ => None,
    });
    reads.collect()
}

#[test]
fn a_value_from_before_an_invalidation_is_a_violation_after_it() {
    let row = "I 20 30 1 ok row:3 3 1";
    assert_eq!(violations(&[row, "R 31 40 call tagged 3 10 1 c 3=0"]).len(), 1);
    // It had begun, but not ended.
    assert!(violations(&[row, "R 30 40 call tagged 3 10 1 c 3=0"]).is_empty());
    // It was computed after it had begun.
    assert!(violations(&[row, "R 31 40 call tagged 3 20 1 c 3=1"]).is_empty());
    // It is of another row.
    assert!(violations(&[row, "R 31 40 call tagged 4 10 1 c 4=0"]).is_empty());
}

#[test]
fn each_name_of_an_entry_counts() {
    let read =
        |name: &str, read: &str| violations(&[&format!("I 20 30 1 ok {name} 3 1"), read]).len();
    let (tagged, listed) =
        ("R 31 40 call tagged 3 10 1 c 3=1", "R 31 40 call listed 3 10 1 c 3=1,9=4");
    for name in ["key:tagged:3", "row:3", "group:3", "shared", "function:tagged", "all"] {
        assert_eq!(read(name, tagged), 1, "{name}");
    }
    for name in ["key:tagged:2", "in:3", "shelf:3", "function:listed", "group:1"] {
        assert_eq!(read(name, tagged), 0, "{name}");
    }
    for (name, count) in [("in:3", 1), ("in:9", 1), ("in:8", 0), ("row:3", 0), ("all", 1)] {
        assert_eq!(read(name, listed), count, "{name}");
    }
    assert_eq!(read("shelf:3", "R 31 40 call shelved 3 10 1 c 3=1"), 1);
    assert_eq!(read("key:handle:3", "R 31 40 peek handle 3 10 1 c 3=1"), 1);
}

#[test]
fn an_old_version_is_a_violation_whatever_the_value_says_about_its_time() {
    let history = ["I 20 30 1 ok row:3 3 5", "R 31 40 call tagged 3 25 1 c 3=4"];
    assert_eq!(violations(&history).len(), 1);
    assert!(violations(&["I 20 30 1 ok row:3 3 5", "R 31 40 call tagged 3 25 1 c 3=5"]).is_empty());
}

#[test]
fn an_error_promises_nothing() {
    assert!(
        violations(&["I 20 30 1 err row:3 3 1", "R 31 40 call tagged 3 10 1 c 3=0"]).is_empty()
    );
}

#[test]
fn the_latest_start_counts_and_not_the_latest_end() {
    let (long, short) = ("I 10 60 1 ok row:3 3 1", "I 40 50 1 ok row:3 3 2");
    let found = violations(&[long, short, "R 70 80 call tagged 3 30 1 c 3=2"]);
    assert_eq!(found.iter().map(|found| found.index).collect::<Vec<_>>(), [1]);
    assert_eq!(violations(&[long, short, "R 55 80 call tagged 3 30 1 c 3=2"]).len(), 1);
    assert!(violations(&[long, short, "R 45 80 call tagged 3 5 1 c 3=0"]).is_empty());
}

#[test]
fn what_was_set_counts_from_when_set_returned() {
    let (set, read) = ("S 10 25 7 ok 9", "R 50 60 peek handle 3 9 7 s 3=0");
    assert!(violations(&[set, "I 20 30 1 ok row:3 3 1", read]).is_empty());
    assert_eq!(violations(&[set, "I 26 30 1 ok row:3 3 1", read]).len(), 1);
    assert!(violations(&["S 10 25 7 err 9", "I 26 30 1 ok row:3 3 1", read]).is_empty());
}
