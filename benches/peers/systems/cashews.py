"""cashews: decorators for async functions, with tags."""

import copy

from ..stores import MEMORY, REDIS
from .system import ROOM, SECONDS, TAG, System


class Cashews(System):
    """In memory, or over Redis with pickle."""

    name = "cashews"
    package = "cashews"
    stores = (MEMORY, REDIS)
    has_tags = True
    is_async = True

    def open(self) -> None:
        from cashews import Cache

        self._cache = Cache()
        if self.place.store == REDIS:
            self.note = "async def; pickle"
            self._cache.setup(self.place.url)
        else:
            self.note = "async def; size raised from 1,000"
            self._cache.setup("mem://", size=ROOM)
        self.wait(self._cache.ping())

    def plain(self, load):
        @self._cache(ttl=SECONDS, key="user:{id}")
        async def user(id: int) -> dict:
            return load(id)

        return user

    def tagged(self, load):
        @self._cache(ttl=SECONDS, key="tagged:{id}", tags=[TAG])
        async def user(id: int) -> dict:
            return load(id)

        return user

    def invalidate_tag(self) -> None:
        self.wait(self._cache.delete_tags(TAG))

    def fill(self, function, load, ids) -> None:
        """Over Redis in bulk: the entries, then their keys into the tag's set, which is what the decorator does one by one."""
        if self.place.store != REDIS:
            super().fill(function, load, ids)
            return
        pairs = {f"tagged:{id}": load(id) for id in ids}
        self.wait(self._cache.set_many(pairs, expire=SECONDS))
        self.wait(self._cache.set_add(f"_tag:{TAG}", *pairs, expire=SECONDS))

    def clear(self) -> None:
        self.wait(self._cache.clear())

    def snapshot(self) -> None:
        if self.place.store == REDIS:
            super().snapshot()
        else:
            self._kept = _copy(self._memory().store)

    def restore(self) -> None:
        if self.place.store == REDIS:
            super().restore()
        else:
            self._memory().store = _copy(self._kept)

    def _memory(self):
        return self._cache._get_backend("")

    def close(self) -> None:
        self.wait(self._cache.close())


class CashewsClientSide(Cashews):
    """Over Redis, with copies in the process that Redis says when to drop."""

    name = "cashews (client side)"
    stores = (REDIS,)
    has_tags = False
    instead_of_tags = "not measured with client side: its tags are those of cashews"

    def open(self) -> None:
        from cashews import Cache

        self._cache = Cache()
        self.note = "async def; client_side=True: hits are answered from copies in the process"
        self._cache.setup(self.place.url, client_side=True)
        self.wait(self._cache.ping())


def _copy(store):
    """The entries; the sets of keys that tags are must be copied too, as they are changed in place."""
    copied = copy.copy(store)
    for key, (expires, value) in store.items():
        if isinstance(value, set):
            copied[key] = (expires, set(value))
    return copied
