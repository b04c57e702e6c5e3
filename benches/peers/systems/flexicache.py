"""FlexiCache: a decorator over a dict, a JSON file or DynamoDB."""

from ..stores import MEMORY
from .system import SECONDS, System


class Flexicache(System):
    """In memory. It has no Redis."""

    name = "flexicache"
    package = "FlexiCache"
    stores = (MEMORY,)
    note = "unbounded; a cached None is a miss"
    instead_of_tags = "nothing removes entries: one waits for the timeout or empties the dict inside MemoryCache"

    def open(self) -> None:
        from flexicache import MemoryCache

        self._memory = MemoryCache(cache_seconds=SECONDS)

    def plain(self, load):
        from flexicache import Cache

        @Cache(self._memory)
        def user(id: int) -> dict:
            return load(id)

        return user

    def clear(self) -> None:
        self._memory.memory_cache.clear()
