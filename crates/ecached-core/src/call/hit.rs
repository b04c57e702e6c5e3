//! The hit: what every call does first, and most calls do only.
//!
//! It is inlined into the function that is cached. Values go from one function to the next in registers: what is written to
//! memory in pieces and read back as a whole stalls the processor, and a hit is short enough to feel each of those.

use super::{Call, Plan, Target, Wanted, machine};
use crate::cache::Cache;
use crate::event;
use crate::key::KeyBuf;
use crate::key::numbered::{Name, Numbered};
use crate::kind::Kind;
use crate::protocol::Mode;
use crate::protocol::machine::lookup::why;
use crate::site::Site;
use crate::stats::Event;
use crate::value::Packing;

/// The answer to a call, if it is there already.
#[expect(clippy::exhaustive_enums, reason = "the macros of this very version match it")]
#[derive(Debug)]
pub enum Start<K: Kind> {
    /// A hit in an in-process store.
    Hit(K::Return),
    /// Anything else.
    Miss(Call<K>),
}

/// The key of a call: what tells entries apart, and its text for those who need it.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "the macros of this very version write it")]
pub struct Key<R> {
    /// The integer in it, if that is all that changes in the site's template.
    pub number: Option<u64>,
    /// Renders the text, in place. Called at most once.
    pub render: R,
}

impl<R: Fn(&mut KeyBuf)> Key<R> {
    #[inline]
    fn numbered(&self, site: &'static Site) -> Option<Numbered> {
        site.numbered(self.number)
    }

    pub(super) fn rendered(&self, site: &'static Site) -> Rendered<KeyBuf> {
        Rendered { text: self.text(), numbered: self.numbered(site) }
    }

    #[inline(always)]
    fn text(&self) -> KeyBuf {
        let mut text = KeyBuf::new();
        (self.render)(&mut text);
        text
    }
}

/// A rendered key.
pub(super) struct Rendered<T> {
    pub(super) text: T,
    pub(super) numbered: Option<Numbered>,
}

impl Rendered<KeyBuf> {
    pub(super) const fn as_ref(&self) -> Rendered<&KeyBuf> {
        Rendered { text: &self.text, numbered: self.numbered }
    }
}

/// Begins a call. Never blocks, and never waits.
#[inline(always)]
pub fn start<K: Kind, R: Fn(&mut KeyBuf)>(
    target: Target<'_>,
    kind: K,
    key: Key<R>,
    extra: u64,
    plan: &dyn Fn() -> Plan,
) -> Start<K> {
    match key.numbered(target.site) {
        // The common case: no text is rendered for a hit.
        Some(numbered) => match find::<K>(target, &Name::Numbered(numbered), extra) {
            Ok(value) => Start::Hit(value),
            Err(why) => {
                let key = Rendered { text: &key.text(), numbered: Some(numbered) };
                missed(target, kind, key, extra, plan, why)
            }
        },
        None => {
            let mut text = KeyBuf::new();
            (key.render)(&mut text);
            match find::<K>(target, &Name::Text(text.key()), extra) {
                Ok(value) => Start::Hit(value),
                Err(why) => {
                    let key = Rendered { text: &text, numbered: None };
                    missed(target, kind, key, extra, plan, why)
                }
            }
        }
    }
}

/// Looks in an in-process store. `Err`: why there is nothing to return, if there is such a store.
#[inline(always)]
fn find<K: Kind>(
    target: Target<'_>,
    name: &Name<'_>,
    extra: u64,
) -> std::result::Result<K::Return, Option<Event>> {
    let Some((cache, store)) = target.object_store() else { return Err(None) };
    let value = match store.lookup(name, Some(target.site.tag_set(extra))) {
        Ok(value) => value,
        Err(refused) => return Err(Some(why(refused))),
    };
    let Some(value) = K::Packing::unpack(value) else { return Err(Some(Event::Foreign)) };
    count_hit(target, cache);
    Ok(K::join(Ok(value)))
}

#[cold]
fn missed<K: Kind>(
    target: Target<'_>,
    kind: K,
    key: Rendered<&KeyBuf>,
    extra: u64,
    plan: &dyn Fn() -> Plan,
    why: Option<Event>,
) -> Start<K> {
    let wanted = Wanted { why, ..Wanted::by::<K>(Mode::Lookup) };
    Start::Miss(Call::new(kind, machine(target, key, extra, plan(), wanted)))
}

#[inline(always)]
fn count_hit(target: Target<'_>, cache: &Cache) {
    cache.count(target.meter(), Event::Hit);
    if event::is_tracing() {
        event::hit(cache.alias(), target.site.spec().template);
    }
}
