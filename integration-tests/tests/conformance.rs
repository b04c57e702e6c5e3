//! Every backend passes the same suite, blocking and async.

use ecached::backend::Store;
use ecached::{Cache, Memory};
use ecached_testing::{AsyncMap, ConditionalMap, Faults, Map, conformance};

fn memory() -> [Cache; 2] {
    let memory = Memory::default();
    [Cache::new(memory.clone()), Cache::new(memory)]
}

conformance!(memory_blocking, blocking, memory());
conformance!(memory_asynchronous, asynchronous, memory());

conformance!(four_blocking_methods, blocking, {
    let map = Map::default();
    [Cache::new(map.clone()), Cache::new(map)]
});

conformance!(four_async_methods, asynchronous, {
    let map = AsyncMap::default();
    [Cache::new(map.clone()), Cache::new(map)]
});

conformance!(both_sides_of_one_store, asynchronous, {
    let map = AsyncMap::default();
    [Cache::new(Store::both(map.map().clone(), map.clone())), Cache::new(map)]
});

conformance!(a_wrapped_backend, blocking, {
    let map = Faults::new(Map::default());
    [Cache::new(map.clone()), Cache::new(map)]
});

conformance!(a_conditional_store, blocking, {
    let map = ConditionalMap::default();
    [Cache::new(map.clone()), Cache::new(map)]
});
