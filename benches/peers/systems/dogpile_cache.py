"""dogpile.cache: regions, and a lock so that only one computes."""

from ..stores import MEMORY, REDIS
from .system import SECONDS, System


class DogpileCache(System):
    """In a dict, or over Redis with a distributed lock, as its documentation configures it."""

    name = "dogpile.cache"
    package = "dogpile.cache"
    stores = (MEMORY, REDIS)
    instead_of_tags = (
        "region.invalidate() outdates a whole region, but only within the process, otherwise every key is deleted one by one"
    )

    def open(self) -> None:
        from dogpile.cache import make_region

        region = make_region()
        if self.place.store == REDIS:
            self.note = "distributed_lock=True, as in its documentation's example"
            arguments = {
                "host": "127.0.0.1",
                "port": self.place.port,
                "db": self.place.database,
                "redis_expiration_time": 2 * SECONDS,
                "distributed_lock": True,
                "thread_local_lock": False,
            }
            self._region = region.configure("dogpile.cache.redis", expiration_time=SECONDS, arguments=arguments)
        else:
            self.note = "dogpile.cache.memory: an unbounded dict"
            self._entries = {}
            arguments = {"cache_dict": self._entries}
            self._region = region.configure("dogpile.cache.memory", expiration_time=SECONDS, arguments=arguments)

    def plain(self, load):
        @self._region.cache_on_arguments()
        def user(id: int) -> dict:
            return load(id)

        return user

    def clear(self) -> None:
        if self.place.store == REDIS:
            super().clear()
        else:
            self._entries.clear()
