"""The process of one system: reads commands as lines of JSON, and answers each with a line.

One process for each system, because they change what others would be measured with: one replaces the event loop, and
every one fills the heap that the garbage collector walks.
"""

import importlib.metadata
import itertools
import json
import logging
import os
import random
import sys
import time
import warnings

from .stores import Place
from .systems import find

SEED = 20_240_607
RESIDENT = 10_000
"""Entries that are there while hits are measured."""
CHUNK = 250
"""Calls between two looks at the clock."""
SMALL_CHUNK = 25
"""The same for a system that does fewer than `SLOW` calls per second."""
SLOW = 2_000


class Source:
    """What is behind the cache; counts how often it is asked."""

    def __init__(self, size: int) -> None:
        self.asked = 0
        self._about = "x" * (size - len(json.dumps(self._user(0, ""))))

    def load(self, id: int) -> dict:
        """The user of that id: about `size` bytes as JSON."""
        self.asked += 1
        return self._user(id, self._about)

    def _user(self, id: int, about: str) -> dict:
        return {"id": id, "name": f"User {id}", "about": about}


class Worker:
    """Does what the commands say."""

    def __init__(self, name: str, place: Place, value_size: int) -> None:
        self._source = Source(value_size)
        self._system = find(name)(place)
        self._system.open()
        self._functions = {False: self._system.plain(self._source.load)}
        if self._system.has_tags:
            self._functions[True] = self._system.tagged(self._source.load)
        self._chunks = _chunks(RESIDENT, CHUNK)
        self._tagged_ids = []
        self._resident = {}
        self._processor = 0.0

    def describe(self) -> dict:
        """What the system says of itself, once it is open."""
        package = self._system.package
        return {"version": importlib.metadata.version(package) if package else None, "note": self._system.note}

    def resident(self, limit: float) -> dict:
        """Stores the entries that hits find: 10,000, or as many as can be stored in that time."""
        self._system.clear()
        stored = {}
        for tagged, function in self._functions.items():
            start, chunks = time.perf_counter(), []
            for chunk in self._chunks:
                if tagged:
                    self._system.fill(function, self._source.load, chunk)
                else:
                    self._system.call(function, chunk)
                chunks.append(chunk)
                if time.perf_counter() - start > limit / len(self._functions):
                    break
            ids = [id for chunk in chunks for id in chunk]
            self._check_values(function, ids)
            slow = len(ids) / (time.perf_counter() - start) < SLOW
            self._resident[tagged] = _cut(ids, SMALL_CHUNK if slow else CHUNK)
            stored["tagged" if tagged else "plain"] = len(ids)
        return stored

    def hit(self, tagged: bool, seconds: float) -> dict:
        """Calls per second when every call is a hit."""
        before = self._source.asked
        calls, taken = 0, 0.0
        for chunk in itertools.cycle(self._resident[tagged]):
            taken += self._timed(self._functions[tagged], chunk)
            calls += len(chunk)
            if taken >= seconds:
                break
        if self._source.asked != before:
            raise AssertionError(f"{self._source.asked - before} of {calls} calls were no hits")
        return {"rate": calls / taken, "share": self._share(taken)}

    def miss(self, tagged: bool, seconds: float) -> dict:
        """Calls per second when every call computes and stores; the cache is emptied before, and after every 10,000."""
        before = self._source.asked
        calls, taken = 0, 0.0
        size = len(self._resident[tagged][0])
        chunks = _chunks(RESIDENT, size)
        for number, chunk in enumerate(itertools.cycle(chunks)):
            if number % len(chunks) == 0:
                self._system.clear()
            taken += self._timed(self._functions[tagged], chunk)
            calls += len(chunk)
            if taken >= seconds:
                break
        if self._source.asked - before != calls:
            raise AssertionError(f"{self._source.asked - before} of {calls} calls were misses")
        return {"rate": calls / taken, "share": self._share(taken)}

    def fill(self, entries: int, limit: float) -> dict:
        """Empties the cache, fills it with tagged entries, and keeps a snapshot. Gives up when the limit is over, or half of
        it and not half of the entries are there."""
        self._system.clear()
        self._tagged_ids = _chunks(entries, CHUNK)
        start = time.perf_counter()
        for number, chunk in enumerate(self._tagged_ids):
            taken, filled = time.perf_counter() - start, number * CHUNK
            if taken > limit or (taken > limit / 2 and filled < entries / 2):
                return {"filled": filled, "after": taken}
            self._system.fill(self._functions[True], self._source.load, chunk)
        self._system.snapshot()
        return {"filled": entries}

    def invalidate(self) -> dict:
        """What the call takes that invalidates the tag of all entries."""
        self._system.restore()
        before = self._source.asked
        for chunk in (self._tagged_ids[0], self._tagged_ids[-1]):
            self._system.call(self._functions[True], chunk)
        if self._source.asked != before:
            raise AssertionError("the entries were not there before the invalidation")
        processor, start = time.process_time(), time.perf_counter()
        self._system.invalidate_tag()
        taken = time.perf_counter() - start
        self._processor = time.process_time() - processor
        return {"seconds": taken, "share": self._share(taken)}

    def survivors(self, limit: float) -> dict:
        """How many of the entries are still answered after the invalidation. Looks at all, in random order, or as many as
        the time allows."""
        start, before, looked_at = time.perf_counter(), self._source.asked, 0
        for chunk in self._tagged_ids:
            if time.perf_counter() - start > limit:
                break
            self._system.call(self._functions[True], chunk)
            looked_at += len(chunk)
        return {"looked_at": looked_at, "survivors": looked_at - (self._source.asked - before)}

    def close(self) -> dict:
        """Ends."""
        self._system.close()
        return {}

    def _check_values(self, function, ids: list[int]) -> None:
        for id in ids[:100]:
            expected = self._source.load(id)
            if self._system.result(function, id) != expected:
                raise AssertionError(f"the value of {id} came back changed")

    def _timed(self, function, chunk: list[int]) -> float:
        processor, start = time.process_time(), time.perf_counter()
        self._system.call(function, chunk)
        taken = time.perf_counter() - start
        self._processor += time.process_time() - processor
        return taken

    def _share(self, taken: float) -> float:
        """The part of that time in which this process had a processor, since the last question."""
        share, self._processor = min(self._processor / taken, 1.0), 0.0
        return share


def _chunks(entries: int, size: int) -> list[list[int]]:
    """All ids in an order that is random and always the same."""
    ids = list(range(entries))
    random.Random(SEED).shuffle(ids)
    return _cut(ids, size)


def _cut(ids: list[int], size: int) -> list[list[int]]:
    return [ids[at : at + size] for at in range(0, len(ids), size)]


def main() -> None:
    """Serves commands until there are no more."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # What the systems print must not get between the answers.
    os.dup2(2, 1)
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    opening = json.loads(sys.argv[1])
    worker = None
    for line in sys.stdin:
        command = json.loads(line)
        do = command.pop("do")
        try:
            if do == "open":
                worker = Worker(opening["name"], Place(**opening["place"]), opening["value_size"])
                answer = worker.describe()
            else:
                answer = getattr(worker, do)(**command)
        except Exception as error:  # noqa: BLE001: whatever it is, it is the reason why the system is skipped
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
