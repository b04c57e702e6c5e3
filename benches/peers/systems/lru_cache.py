"""functools.lru_cache, of Python's standard library, written in C."""

import functools

from ..stores import MEMORY
from .system import ROOM, System


class LruCache(System):
    """Bounded, without timeouts."""

    name = "functools.lru_cache"
    stores = (MEMORY,)
    note = "no timeouts; maxsize raised from 128"
    instead_of_tags = "cache_clear() forgets everything of one function, and a single entry cannot be forgotten"

    def open(self) -> None:
        self._functions = []

    def plain(self, load):
        @functools.lru_cache(maxsize=ROOM)
        def user(id: int) -> dict:
            return load(id)

        self._functions.append(user)
        return user

    def clear(self) -> None:
        for function in self._functions:
            function.cache_clear()
