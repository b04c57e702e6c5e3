//! A cached function, and the write that invalidates one of its entries.

use crate::catalogue::{load_user, rename_user};
use crate::teller::{Outcome, Teller};

pub(crate) fn tell(teller: &Teller) -> Outcome {
    let db = teller.db();
    teller.chapter("Users: #[cached(\"user:<id>\", 3600, tags = [\"users\", \"user:<id>\"])]");
    teller.computed("load_user(1)", || load_user(db, 1))?;
    teller.hit("load_user(1)", || load_user(db, 1))?;
    teller.computed("load_user(2)", || load_user(db, 2))?;

    rename_user(db, 1, "Anna")?;
    teller.event("rename_user(1, \"Anna\") invalidates the tag user:1");
    let user = teller.computed("load_user(1)", || load_user(db, 1))?;
    teller.check(user.name == "Anna", "the new name is served")?;
    teller.hit("load_user(2)", || load_user(db, 2))?;
    Ok(())
}
