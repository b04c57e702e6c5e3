//! The functions beside a cached function: refreshing before anybody has to wait, looking without computing.

use crate::shop::Shop;
use crate::teller::{Outcome, Teller};

pub(crate) fn tell(teller: &Teller) -> Outcome {
    let rome = Shop { id: 2, db: teller.db() };
    teller.chapter("Companions: what #[cached] defines beside the function");
    teller
        .check(rome.revenue_cache_key(2025) == "shop:2:revenue:2025", "the key is the template")?;
    teller.event(&format!("rome.revenue_cache_key(2025) = {:?}", rome.revenue_cache_key(2025)));
    teller.computed("rome.revenue_refresh_cache(2025)", || rome.revenue_refresh_cache(2025))?;
    teller.hit("rome.revenue(2025)", || rome.revenue(2025))?;

    let result = rome.revenue_invalidate_cache_by_key(2025);
    teller.invalidated("rome.revenue_invalidate_cache_by_key(2025)", result)?;
    if let Some(peeked) = teller.answered(rome.revenue_peek(2025))? {
        teller.check(peeked.is_none(), "nothing is there to peek at")?;
        teller.event("rome.revenue_peek(2025) = None, and computes nothing");
    }
    teller.computed("rome.revenue(2025)", || rome.revenue(2025))?;
    Ok(())
}
