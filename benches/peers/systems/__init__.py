"""The systems, one module each."""

from importlib import import_module

SYSTEMS = {
    "calibration": "calibration:Calibration",
    "calibration (miss)": "calibration:CalibrationMiss",
    "ecached": "ecached:Ecached",
    "easy_cache": "easy_cache:EasyCache",
    "easy_cache (Django's Redis cache)": "easy_cache:EasyCacheOverDjango",
    "functools.lru_cache": "lru_cache:LruCache",
    "flexicache": "flexicache:Flexicache",
    "cachetoolz": "cachetoolz:Cachetoolz",
    "cachetoolz (async def)": "cachetoolz:CachetoolzAsync",
    "dogpile.cache": "dogpile_cache:DogpileCache",
    "diskcache": "diskcache:Diskcache",
    "cachier": "cachier:Cachier",
    "python-redis-cache": "python_redis_cache:PythonRedisCache",
    "cashews": "cashews:Cashews",
    "cashews (client side)": "cashews:CashewsClientSide",
}
"""Name to module and class. The modules import what they measure only when they open it."""


def find(name: str) -> type:
    """The class of that name."""
    module, _, attribute = SYSTEMS[name].partition(":")
    return getattr(import_module(f"{__name__}.{module}"), attribute)
