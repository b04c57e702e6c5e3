//! The story, a chapter per file.

mod asynchronous;
mod crowd;
mod favourites;
mod meanwhile;
mod refresh;
mod shops;
mod stats;
mod users;

use crate::teller::{Outcome, Teller};

pub(crate) fn tell(teller: &Teller) -> Outcome {
    users::tell(teller)?;
    favourites::tell(teller)?;
    shops::tell(teller)?;
    refresh::tell(teller)?;
    crowd::tell(teller)?;
    meanwhile::tell(teller)?;
    asynchronous::tell(teller)?;
    stats::tell(teller)
}
