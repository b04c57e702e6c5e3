//! What is measured of each cache.

use super::bare::Bare;
use super::invalidations::{Invalidations, SIZES, Times, times};
use super::{Found, lasting};
use crate::remote::invalidations::{Bystander, fill};
use crate::remote::subject::Subject;
use crate::remote::turns::Turns;
use crate::remote::{RESIDENT, Servers, hits, trips, value};
use crate::row::Target;
use std::cell::Cell;
use std::hint::black_box;
use std::time::Duration;
use tokio::runtime::Runtime;

/// Entries of that number and above are not there.
const ABSENT: u64 = 1_000_000;

/// Reads of nothing before an invalidation.
const WARM_UP: usize = 100;

/// A function behind a cache.
pub struct Function<'a> {
    /// Whose it is.
    pub name: String,
    /// Calls it.
    pub call: &'a dyn Fn(u64),
    /// How often its body has run.
    pub loaded: fn() -> u64,
}

impl std::fmt::Debug for Function<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Function").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Measures one cache after the other.
#[derive(Debug)]
pub struct Run<'a> {
    /// Rounds of hits and misses.
    pub rounds: usize,
    /// Where they keep things.
    pub servers: &'a Servers,
    /// Where async ones run.
    pub runtime: &'a Runtime,
    /// What was found out.
    pub found: Found,
}

impl Run<'_> {
    /// Hits and misses of a function.
    ///
    /// # Panics
    ///
    /// If a call should have been a hit, and was none, or the other way round.
    pub fn function(&mut self, function: &Function<'_>, mut bare: Bare<'_>) {
        let Function { name, call, loaded } = function;
        eprintln!("  {name} …");
        hits::fill_bare(self.servers);
        (0..RESIDENT).for_each(call);
        let (before, next) = (loaded(), Cell::new(ABSENT));
        let absent = || next.replace(next.get() + 1);
        let [hit, miss] = ["hit", "miss and store"].map(|what| lasting(format!("{name}: {what}")));
        let compared = Turns::default()
            .with(hit, call)
            .with(miss, |_| call(absent()))
            .with(bare.hit_name, &mut bare.hit)
            .with(bare.miss_name, |_| (bare.miss)(absent()))
            .run(self.rounds, RESIDENT);
        self.found.rows.extend([
            compared.row(hit, bare.hit_name, Target::None),
            compared.row(miss, bare.miss_name, Target::None),
        ]);
        // The two that miss take turns, and were called equally often.
        let misses = (next.get() - ABSENT) / 2;
        assert_eq!(loaded() - before, misses, "only misses were loaded");
        self.found.trips.extend([
            trips::row(self.servers, hit, || call(7)),
            trips::row(self.servers, miss, || call(absent())),
        ]);
        self.servers.redis.flush();
    }

    /// All of a cache that has tags.
    ///
    /// # Panics
    ///
    /// If the cache fails.
    pub fn subject<S: Subject>(&mut self, subject: &S) {
        eprintln!("  {} …", subject.name());
        self.hits(subject);
        self.trips(subject);
        self.invalidations(subject);
        self.servers.redis.flush();
    }

    fn hits<S: Subject>(&mut self, subject: &S) {
        let runtime = self.runtime;
        hits::fill_bare(self.servers);
        let get = async |key: String| subject.get(&key).await.expect("an answer");
        runtime.block_on(async {
            for id in 0..RESIDENT {
                put3(subject, id).await;
                subject.put(&format!("plain:{id}"), value(), &[]).await.expect("stored");
            }
        });
        let mut bare = Bare::asynchronous(self.servers, runtime);
        let next = Cell::new(ABSENT);
        let absent = || next.replace(next.get() + 1);
        let name = subject.name();
        let [plain, tagged, missed] = ["get, no tags", "get, 3 tags", "get and put, 3 tags"]
            .map(|what| lasting(format!("{name}: {what}")));
        let compared = Turns::default()
            .with(plain, |id| {
                let found = runtime.block_on(get(format!("plain:{id}")));
                black_box(found.expect("a value"));
            })
            .with(tagged, |id| {
                let found = runtime.block_on(get(tagged_key(id)));
                black_box(found.expect("a value"));
            })
            .with(missed, |_| {
                let id = absent();
                runtime.block_on(async {
                    assert!(get(tagged_key(id)).await.is_none(), "a miss");
                    put3(subject, id).await;
                });
            })
            .with(bare.hit_name, &mut bare.hit)
            .with(bare.miss_name, |_| (bare.miss)(absent()))
            .run(self.rounds, RESIDENT);
        self.found.rows.extend([
            compared.row(plain, bare.hit_name, Target::None),
            compared.row(tagged, bare.hit_name, Target::None),
            compared.row(missed, bare.miss_name, Target::None),
        ]);
    }

    /// After [`Self::hits`]: its entries are there.
    fn trips<S: Subject>(&mut self, subject: &S) {
        let (runtime, servers, name) = (self.runtime, self.servers, subject.name());
        let get = |key: String| {
            _ = black_box(runtime.block_on(subject.get(&key)).expect("an answer"));
        };
        let tag = "counted".to_owned();
        fill(runtime, subject, "counted", 10, std::slice::from_ref(&tag));
        let mut count = |what: &str, work: &dyn Fn()| {
            self.found.trips.push(trips::row(servers, &format!("{name}: {what}"), work));
        };
        count("get, no tags", &|| get("plain:7".into()));
        count("get, 3 tags", &|| get(tagged_key(7)));
        count("get of nothing", &|| get("nothing".into()));
        count("put, 3 tags", &|| runtime.block_on(put3(subject, ABSENT - 1)));
        count("invalidate a tag of 10 entries", &|| {
            runtime.block_on(subject.invalidate(&tag)).expect("done");
        });
    }

    fn invalidations<S: Subject>(&mut self, subject: &S) {
        let bystander = Bystander::start(self.servers);
        let of_size = |entries: u64| {
            let all: Result<Vec<_>, _> = (0..times(entries))
                .map(|time| format!("big{entries}-{time}"))
                .map(|tag| self.invalidation(subject, &bystander, tag, entries))
                .collect();
            all.map(|all| Times::of(&all))
        };
        let by_size = SIZES.into_iter().map(of_size).collect();
        self.found.invalidations.push(Invalidations { name: subject.name(), by_size });
    }

    /// How long it took, and the bystander's worst `GET`; what went wrong, if it did.
    fn invalidation<S: Subject>(
        &self,
        subject: &S,
        bystander: &Bystander,
        tag: String,
        entries: u64,
    ) -> Result<[Duration; 2], String> {
        fill(self.runtime, subject, &tag, entries, std::slice::from_ref(&tag));
        // The connection is warm, and so is the code, whatever was written before.
        for _ in 0..WARM_UP {
            let nothing = self.runtime.block_on(subject.get("nothing"));
            assert_eq!(nothing.expect("an answer"), None, "{}: a miss", subject.name());
        }
        let mut outcome = Ok(());
        let times = bystander.watch(|| {
            outcome = self.runtime.block_on(subject.invalidate(&tag));
        });
        outcome.map_err(|trouble| format!("fails: {trouble}"))?;
        let left = self.runtime.block_on(subject.get(&format!("{tag}:0")));
        assert_eq!(left.expect("an answer"), None, "{}: invalid", subject.name());
        Ok(times)
    }
}

fn tagged_key(id: u64) -> String {
    format!("tagged:{id}")
}

/// Stores a value with three tags: one of all, two of the entry.
async fn put3<S: Subject>(subject: &S, id: u64) {
    let tags = ["users".to_owned(), format!("user:{id}"), format!("group:{id}")];
    let tags = tags.each_ref().map(String::as_str);
    subject.put(&tagged_key(id), value(), &tags).await.expect("stored");
}
