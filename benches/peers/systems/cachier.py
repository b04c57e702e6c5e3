"""cachier: persistent memoization for slow functions. Its documentation says that it is not meant to be fast."""

import datetime

from ..stores import MEMORY, REDIS
from .system import SECONDS, System


class Cachier(System):
    """In memory, or over Redis."""

    name = "cachier"
    package = "cachier"
    stores = (MEMORY, REDIS)
    note = "its documentation: not especially fast, meant for functions that take more than a second"
    instead_of_tags = "clear_cache() forgets everything of one function, over Redis by KEYS of the whole database"

    def open(self) -> None:
        import cachier  # noqa: F401

        self._functions = []

    def plain(self, load):
        from cachier import cachier

        where = {"backend": "memory"}
        if self.place.store == REDIS:
            where = {"backend": "redis", "redis_client": self.place.client()}

        @cachier(stale_after=datetime.timedelta(seconds=SECONDS), **where)
        def user(id: int) -> dict:
            return load(id)

        self._functions.append(user)
        return user

    def clear(self) -> None:
        if self.place.store == REDIS:
            super().clear()
        else:
            for function in self._functions:
                function.clear_cache()
