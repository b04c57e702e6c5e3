//! Tags that come from the value: a book's new price reaches every list that has the book in it.

use crate::catalogue::{favourites, set_price};
use crate::model::Money;
use crate::teller::{List, Outcome, Teller};

const DUNE: u32 = 1;
const EMMA: u32 = 2;

pub(crate) fn tell(teller: &Teller) -> Outcome {
    let db = teller.db();
    let of = |user| move || favourites(db, user).map(List);
    teller.chapter("Favourites: tags = |books| books.iter().map(|book| tag!(\"book:<book.id>\"))");
    teller.computed("favourites(Anna)", of(1))?;
    teller.computed("favourites(Bob)", of(2))?;
    teller.hit("favourites(Anna)", of(1))?;
    teller.hit("favourites(Bob)", of(2))?;

    set_price(db, EMMA, Money(800))?;
    teller.event("set_price(Emma, 8.00): both have it");
    teller.computed("favourites(Anna)", of(1))?;
    teller.computed("favourites(Bob)", of(2))?;

    set_price(db, DUNE, Money(999))?;
    teller.event("set_price(Dune, 9.99): only Anna has it");
    let books = teller.computed("favourites(Anna)", of(1))?;
    teller.check(books.0[0].price == Money(999), "the new price is served")?;
    teller.hit("favourites(Bob)", of(2))?;
    Ok(())
}
