"""cachetoolz: decorators with namespaces, asyncio underneath, values encoded as JSON."""

from ..stores import MEMORY, REDIS
from .system import SECONDS, System

LEAK = "each call adds handlers to the package's logger for good, so that it gets slower with the number of calls made so far"
"""Version 0.4.1: `BackendABC.logger` calls `get_logger`, which adds a `StreamHandler`."""


class Cachetoolz(System):
    """On a plain function: each call runs an event loop (`asyncio.run`)."""

    name = "cachetoolz"
    package = "cachetoolz"
    stores = (MEMORY, REDIS)
    note = f"a plain def: each call goes through asyncio.run; {LEAK}"
    instead_of_tags = (
        "an entry is in one namespace, chosen with the function: cache.clear(namespaces=...) forgets all of it, over Redis "
        "by a SCAN of the database and one DEL per key"
    )

    def open(self) -> None:
        import cachetoolz

        if self.place.store == REDIS:
            self._cache = cachetoolz.Cache(self._backend(cachetoolz))
        else:
            self._cache = cachetoolz.Cache(cachetoolz.AsyncInMemory())

    def _backend(self, cachetoolz):
        return cachetoolz.RedisBackend(self.place.url)

    def plain(self, load):
        @self._cache(ttl=SECONDS, namespace="users")
        def user(id: int) -> dict:
            return load(id)

        return user

    def clear(self) -> None:
        if self.place.store == REDIS:
            super().clear()
        else:
            self._cache.clear(namespaces=["users"])(lambda: None)()


class CachetoolzAsync(Cachetoolz):
    """On an async function, in an event loop that runs anyway."""

    name = "cachetoolz (async def)"
    is_async = True
    note = f"an async def, awaited in one event loop, which the package patches with nest_asyncio; {LEAK}"

    def _backend(self, cachetoolz):
        return cachetoolz.AsyncRedisBackend(self.place.url)

    def plain(self, load):
        @self._cache(ttl=SECONDS, namespace="users")
        async def user(id: int) -> dict:
            return load(id)

        return user
