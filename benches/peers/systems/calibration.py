"""What everything else is compared with: a function that looks into a dict, or sends one GET."""

import json

from ..stores import MEMORY, REDIS
from .system import System


class Calibration(System):
    """A plain `dict`, or `redis.Redis().get` without decoding what it returns."""

    name = "calibration"
    stores = (MEMORY, REDIS)
    commands = ("hit",)

    def open(self) -> None:
        if self.place.store == REDIS:
            self.note = "bare redis.Redis().get, value not decoded"
            self._client = self.place.client()
        else:
            self.note = "a function that looks into a plain dict"
            self._values = {}

    def plain(self, load):
        return self._over_redis(load) if self.place.store == REDIS else self._over_dict(load)

    def _over_dict(self, load):
        values = self._values

        def user(id: int) -> dict:
            try:
                return values[id]
            except KeyError:
                value = values[id] = load(id)
                return value

        return user

    def _over_redis(self, load):
        client = self._client

        def user(id: int) -> bytes:
            value = client.get(f"user:{id}")
            if value is None:
                value = json.dumps(load(id)).encode()
                client.set(f"user:{id}", value)
            return value

        return user

    def result(self, function, id):
        value = function(id)
        return json.loads(value) if self.place.store == REDIS else value

    def clear(self) -> None:
        if self.place.store == REDIS:
            super().clear()
        else:
            self._values.clear()


class CalibrationMiss(Calibration):
    """The same without a hit: the dict is written to, or GET, `json.dumps` and SET. In a process of its own, so that the
    entries of the calibration are left in peace."""

    name = "calibration (miss)"
    commands = ("miss",)

    def open(self) -> None:
        super().open()
        self.note = "GET, json.dumps, SET" if self.place.store == REDIS else "a plain dict that is written to"
