"""What a system must be able to do in order to be measured."""

import asyncio
from collections.abc import Callable, Sequence

from ..stores import REDIS, Place

SECONDS = 3600
"""How long entries live, for systems that can say so."""
ROOM = 1_000_000
"""How many entries fit, for systems that are bounded: nothing may be evicted."""
TAG = "users"
"""The tag that all entries of the tagged function carry."""


class System:
    """A cache behind decorators, used as its own documentation says."""

    name = ""
    package: str | None = None
    """The package's name in the registry; `None`: part of Python."""
    stores: Sequence[str] = ()
    has_tags = False
    is_async = False
    is_program = False
    """Another program than Python."""
    commands: Sequence[str] = ("hit", "miss")
    """What is measured of it per second."""
    note = ""
    """What a reader of its figures must know."""
    instead_of_tags = ""
    """What one does where tags are wanted and there are none."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._loop = asyncio.new_event_loop() if self.is_async else None
        if self._loop is not None:
            asyncio.set_event_loop(self._loop)

    def open(self) -> None:
        """Imports the system and opens its store."""
        raise NotImplementedError

    def plain(self, load: Callable[[int], dict]) -> Callable:
        """A cached function of an id, without tags."""
        raise NotImplementedError

    def tagged(self, load: Callable[[int], dict]) -> Callable:
        """A cached function of an id whose entries carry `TAG`."""
        raise NotImplementedError

    def invalidate_tag(self) -> None:
        """Invalidates all entries that carry `TAG`."""
        raise NotImplementedError

    def fill(self, function: Callable, load: Callable[[int], dict], ids: Sequence[int]) -> None:
        """Stores entries of the tagged function, before an invalidation is measured. By calling it, or by a quicker way
        that leaves the same behind."""
        self.call(function, ids)

    def clear(self) -> None:
        """Removes all entries; not measured."""
        if self.place.store != REDIS:
            raise NotImplementedError
        self.place.flush()

    def snapshot(self) -> None:
        """Keeps the entries as they are."""
        if self.place.store != REDIS:
            raise NotImplementedError
        self.place.snapshot()

    def restore(self) -> None:
        """Makes the entries what they were at the snapshot."""
        if self.place.store != REDIS:
            raise NotImplementedError
        self.place.restore()

    def close(self) -> None:
        """Lets go of everything."""

    def call(self, function: Callable, ids: Sequence[int]) -> None:
        """Calls the function for all ids, one after the other: what the clock sees."""
        if self._loop is None:
            for id in ids:
                function(id)
        else:
            self._loop.run_until_complete(_call_async(function, ids))

    def result(self, function: Callable, id: int):
        """What the function returns for one id."""
        value = function(id)
        return value if self._loop is None else self.wait(value)

    def wait(self, awaitable):
        """Runs it to its end."""
        return self._loop.run_until_complete(awaitable)


async def _call_async(function: Callable, ids: Sequence[int]) -> None:
    for id in ids:
        await function(id)
