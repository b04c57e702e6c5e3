"""python-redis-cache: a decorator over Redis, values as JSON."""

from ..stores import REDIS
from .system import SECONDS, System


class PythonRedisCache(System):
    """Over Redis; it has nothing else."""

    name = "python-redis-cache"
    package = "python-redis-cache"
    stores = (REDIS,)
    note = "JSON"
    instead_of_tags = "invalidate_all() forgets everything of one function, by a SCAN of the database and DEL"

    def open(self) -> None:
        from redis_cache import RedisCache

        self._cache = RedisCache(redis_client=self.place.client(decode_responses=True))

    def plain(self, load):
        @self._cache.cache(ttl=SECONDS)
        def user(id: int) -> dict:
            return load(id)

        return user
