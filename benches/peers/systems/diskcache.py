"""diskcache: SQLite in a folder, with one tag per entry."""

import os
import shutil

from ..stores import MEMORY
from .system import SECONDS, TAG, System


class Diskcache(System):
    """In files: it has no store in memory. Shown among the in-process stores because no server is needed."""

    name = "diskcache"
    package = "diskcache"
    stores = (MEMORY,)
    has_tags = True
    note = "SQLite files, not memory; at most one tag per entry; tag_index=True"

    def open(self) -> None:
        from diskcache import Cache

        self._files = os.path.join(self.place.directory, "entries")
        self._kept = os.path.join(self.place.directory, "kept")
        self._cache = Cache(self._files, tag_index=True)

    def plain(self, load):
        @self._cache.memoize(name="user", expire=SECONDS)
        def user(id: int) -> dict:
            return load(id)

        return user

    def tagged(self, load):
        @self._cache.memoize(name="tagged", expire=SECONDS, tag=TAG)
        def user(id: int) -> dict:
            return load(id)

        return user

    def invalidate_tag(self) -> None:
        self._cache.evict(TAG)

    def fill(self, function, load, ids) -> None:
        """By calling the function, all in one transaction."""
        with self._cache.transact():
            super().fill(function, load, ids)

    def clear(self) -> None:
        self._cache.clear()

    def snapshot(self) -> None:
        self._cache.close()
        shutil.rmtree(self._kept, ignore_errors=True)
        shutil.copytree(self._files, self._kept)

    def restore(self) -> None:
        self._cache.close()
        shutil.rmtree(self._files)
        shutil.copytree(self._kept, self._files)
        # Opens the files again, apart from what is measured.
        len(self._cache)

    def close(self) -> None:
        self._cache.close()
