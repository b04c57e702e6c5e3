//! The promise: a value that was read before a write is not served after it, although its computation ends later.
//!
//! Caches that look up, compute and store lose this race: the slow reader stores what it read long ago, after the
//! invalidation, and everybody gets it until the timeout.

use crate::db::Result;
use crate::teller::{Outcome, Teller};
use ecached::{ecached, invalidate_tags};
use std::sync::{Mutex, mpsc};
use std::thread;

const EMMA: u32 = 2;

pub(crate) fn tell(teller: &Teller) -> Outcome {
    let db = teller.db();
    teller.chapter(
        "Meanwhile: an invalidation while the value is being computed (ecached! wraps a closure)",
    );

    // The first computation says that it has read, then waits until it may go on: a slow renderer, a long pause.
    let (has_read, read) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel::<()>();
    let first = Mutex::new(Some((has_read, may_go_on)));
    let stock = ecached!("stock:<book>", 60, tags = ["stock"], |book: u32| -> Result<u32> {
        let copies = db.row("SELECT copies FROM book WHERE id = ?1", [book], |row| row.get(0));
        let is_first = first.lock().expect("nothing panics").take();
        if let Some((has_read, may_go_on)) = is_first {
            let _ = has_read.send(());
            let _ = may_go_on.recv(); // an error: the story ended early
        }
        copies
    });

    thread::scope(|scope| {
        let slow = scope.spawn(|| stock.call(EMMA));
        read.recv()?;
        teller.event("a slow reader has read 10 copies, and is not done");
        db.execute("UPDATE book SET copies = 9 WHERE id = ?1", [EMMA])?;
        teller.invalidated("one is sold, and the tag invalidated", invalidate_tags(&["stock"]))?;
        // It does not wait for the slow reader, whose value it must not get.
        let late = teller.computed("stock(Emma)", || stock.call(EMMA))?;
        teller.check(late == 9, "a call after the invalidation sees the write")?;
        go_on.send(())?;
        let early = slow.join().expect("the slow reader does not panic")?;
        teller.event(&format!("the slow reader returns {early}, as its call began before"));
        let last = teller.hit("stock(Emma)", || stock.call(EMMA))?;
        teller.check(last == 9, "what the slow reader computed was not stored")
    })
}
