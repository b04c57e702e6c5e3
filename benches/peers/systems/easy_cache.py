"""easy_cache: decorators with keys and tags over Django's caches; the ancestor of ecached."""

import copy

from ..stores import MEMORY, REDIS
from .system import ROOM, SECONDS, TAG, System


class EasyCache(System):
    """In Django's LocMemCache, or over Redis with the class that easy_cache brings (JSON)."""

    name = "easy_cache"
    package = "easy-cache"
    stores = (MEMORY, REDIS)
    has_tags = True

    def open(self) -> None:
        _configure_django({"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": ROOM}})
        from easy_cache import caches

        if self.place.store == REDIS:
            from easy_cache.contrib.redis_cache import RedisCacheInstance

            self.note = "easy_cache.contrib.redis_cache, JSON"
            caches.set_default(RedisCacheInstance(self.place.client()))
        else:
            from django.core.cache import cache

            self.note = "Django's LocMemCache, which pickles, with MAX_ENTRIES raised from 300"
            self._django = cache

    def plain(self, load):
        from easy_cache import ecached

        @ecached("user:{id}", SECONDS)
        def user(id: int) -> dict:
            return load(id)

        return user

    def tagged(self, load):
        from easy_cache import ecached

        @ecached("tagged:{id}", SECONDS, tags=[TAG])
        def user(id: int) -> dict:
            return load(id)

        return user

    def invalidate_tag(self) -> None:
        from easy_cache import invalidate_cache_tags

        invalidate_cache_tags(TAG)

    def fill(self, function, load, ids) -> None:
        """Over Redis in bulk: the entries as `make_value` builds them, all with what the tag is worth now."""
        if self.place.store != REDIS:
            super().fill(function, load, ids)
            return
        first, *others = ids
        cache = function.cache_instance
        data = cache.make_value(f"tagged:{first}", load(first), [TAG])
        tags = data[f"tagged:{first}"]["tags"]
        data |= {f"tagged:{id}": {"value": load(id), "tags": tags} for id in others}
        cache.set_many(data, SECONDS)

    def clear(self) -> None:
        if self.place.store == REDIS:
            super().clear()
        else:
            self._django.clear()

    def snapshot(self) -> None:
        if self.place.store == REDIS:
            super().snapshot()
        else:
            self._kept = self._entries()

    def restore(self) -> None:
        if self.place.store == REDIS:
            super().restore()
        else:
            for now, kept in zip(self._attributes(), self._kept, strict=True):
                now.clear()
                now.update(kept)

    def _attributes(self) -> tuple:
        return self._django._cache, self._django._expire_info

    def _entries(self) -> list:
        return [copy.copy(attribute) for attribute in self._attributes()]


class EasyCacheOverDjango(EasyCache):
    """Over Redis with the cache that Django brings (pickle)."""

    name = "easy_cache (Django's Redis cache)"
    stores = (REDIS,)

    def open(self) -> None:
        self.note = "django.core.cache.backends.redis, pickle"
        _configure_django({"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": self.place.url})


def _configure_django(cache: dict) -> None:
    from django.conf import settings

    settings.configure(CACHES={"default": cache})
