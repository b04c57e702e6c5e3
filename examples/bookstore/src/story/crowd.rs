//! Many readers at once want an entry that is not there: one of them computes, all get the value.

use crate::shop::Shop;
use crate::teller::{List, Outcome, Teller};
use std::sync::Barrier;
use std::thread;

const READERS: usize = 16;

pub(crate) fn tell(teller: &Teller) -> Outcome {
    let paris = Shop { id: 1, db: teller.db() };
    teller.chapter("A crowd: 16 threads ask for the same missing entry");
    let start = Barrier::new(READERS);
    let read = || {
        start.wait();
        paris.best_sellers(2022)
    };
    teller.computed("16 times paris.best_sellers(2022)", || {
        let lists: Vec<_> = thread::scope(|scope| {
            let readers: Vec<_> = (0..READERS).map(|_| scope.spawn(read)).collect();
            readers.into_iter().map(|reader| reader.join().expect("a reader panicked")).collect()
        });
        let lists = lists.into_iter().collect::<Result<Vec<_>, _>>()?;
        teller.check(lists.windows(2).all(|two| two[0] == two[1]), "all get the same value")?;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(List(lists[0].clone()))
    })?;
    Ok(())
}
