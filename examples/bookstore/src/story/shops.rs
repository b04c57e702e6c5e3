//! Methods under a prefix: all that is cached about one shop goes at once.

use crate::shop::Shop;
use crate::teller::{List, Outcome, Teller};
use ecached::invalidate_tags;

pub(crate) fn tell(teller: &Teller) -> Outcome {
    let paris = Shop { id: 1, db: teller.db() };
    let rome = Shop { id: 2, db: teller.db() };
    teller
        .chapter("Shops: methods with prefix = \"shop:<self.id>\"; the sums go over 240,000 sales");
    teller.computed("paris.best_sellers(2024)", || paris.best_sellers(2024).map(List))?;
    teller.computed("paris.revenue(2024)", || paris.revenue(2024))?;
    teller.computed("rome.revenue(2025)", || rome.revenue(2025))?;
    teller.hit("paris.best_sellers(2024)", || paris.best_sellers(2024).map(List))?;
    teller.hit("paris.revenue(2024)", || paris.revenue(2024))?;

    paris.sell(2024, 4, 100_000)?;
    teller.event("paris.sell(2024, Ulysses, 100,000 copies) invalidates the prefix shop:1");
    teller.computed("paris.best_sellers(2024)", || paris.best_sellers(2024).map(List))?;
    teller.computed("paris.revenue(2024)", || paris.revenue(2024))?;
    teller.hit("rome.revenue(2025)", || rome.revenue(2025))?;

    let what = "invalidate_tags(&[\"sales\"]): a tag that all of them carry";
    teller.invalidated(what, invalidate_tags(&["sales"]))?;
    teller.computed("rome.revenue(2025)", || rome.revenue(2025))?;
    Ok(())
}
