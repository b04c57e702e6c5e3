"""What is measured, in which order."""

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import metadata

from . import machine
from .contender import Contender, Failed
from .server import RedisServer
from .stores import MEMORY, REDIS
from .systems import SYSTEMS, find
from .worker import RESIDENT

STARTED = time.monotonic()
CALIBRATION = "calibration"
VALUE_SIZE = {MEMORY: 100, REDIS: 1024}
"""Bytes of a value as JSON."""
RATES = [("hit", "hit", False), ("hit, tagged", "hit", True)]
RATES += [("miss + store", "miss", False), ("miss + store, tagged", "miss", True)]
"""Operation, command, whether of the tagged function."""
INVALIDATION = "tag invalidation"
Figure = tuple[float, float]
"""What was measured, and the part of that time in which the system's process had a processor."""


@dataclass(frozen=True)
class Settings:
    """How long it may take."""

    quick: bool
    rounds: int
    seconds: float
    """Of each contender, in each round."""
    tagged: tuple[int, ...]
    """How many entries carry the tag."""
    resident_seconds: float
    """For storing what hits find."""
    fill_seconds: float
    """After which a store that is not yet full is given up."""
    look_seconds: float
    """For looking whether entries have survived."""


FULL = Settings(False, 5, 0.2, (1_000, 10_000, 100_000), 20, 60, 10)
QUICK = Settings(True, 3, 0.05, (1_000, 10_000), 3, 6, 2)


@dataclass
class Section:
    """One operation over one store: each contender's figures and, round by round, their ratios to the calibration's."""

    store: str
    operation: str
    entries: int
    unit: str
    values: dict[str, list[float]] = field(default_factory=dict)
    ratios: dict[str, list[float]] = field(default_factory=dict)
    shares: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, figure: Figure, calibration: Figure) -> None:
        """Notes a figure and what the calibration's was in the same round."""
        self.values.setdefault(name, []).append(figure[0])
        self.ratios.setdefault(name, []).append(figure[0] / calibration[0])
        self.shares.setdefault(name, []).append(figure[1])

    def row(self, contender: Contender, **more) -> dict:
        """The contender's row; its figures are null if it has none."""
        values = self.values.get(contender.name)
        return {
            "section": self.store,
            "system": contender.name,
            "version": contender.version,
            "operation": self.operation,
            "entries": self.entries,
            "unit": self.unit,
            **(_spread(values) if values else {"median": None, "low": None, "high": None}),
            "ratio_to_calibration": _spread(self.ratios[contender.name]) if values else None,
            "processor_share": _rounded(statistics.median(self.shares[contender.name])) if values else None,
            "rounds": len(values) if values else 0,
            "note": contender.note,
            **more,
        }


class Run:
    """All that was measured and what was not."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.rows: list[dict] = []
        self.skipped: list[dict] = []
        self.versions: dict[str, str] = {}
        self.stored: dict[str, dict[str, int]] = {}
        """How many entries each system holds while hits are measured."""

    def skip(self, name: str, reason: str) -> None:
        """Notes why a system was not measured."""
        self.skipped.append({"system": name, "reason": reason})

    def store(self, store: str, names: list[str], port: int) -> None:
        """Measures all systems that have this store."""
        _say(f"{store}: preparing")
        contenders = self._open(store, names, port)
        try:
            limit = self.settings.resident_seconds
            prepared = self._all(store, contenders, "resident", limit)
            self.stored = prepared
            lost = [contender for contender in contenders if contender.name not in prepared]
            contenders = [contender for contender in contenders if contender.name in prepared]
            for contender in lost:
                contender.close()
            for operation, command, tagged in RATES:
                self._rates(store, operation, command, tagged, contenders)
            for entries in self.settings.tagged:
                self._invalidations(store, entries, contenders)
        finally:
            for contender in contenders:
                contender.close()

    def _open(self, store: str, names: list[str], port: int) -> list[Contender]:
        contenders = []
        for number, name in enumerate(name for name in names if store in find(name).stores):
            contender = Contender(name, store, VALUE_SIZE[store], port, 2 * number)
            try:
                contender.open()
            except Failed as failed:
                self.skip(name, f"{store}: {failed}")
                contender.close()
                continue
            contenders.append(contender)
            if contender.version:
                self.versions[contender.system.package or name] = contender.version
        return contenders

    def _rates(self, store: str, operation: str, command: str, tagged: bool, contenders: list[Contender]) -> None:
        """Hits or misses per second."""
        _say(f"{store}: {operation}")
        section = Section(store, operation, RESIDENT, "per second")
        seconds = self.settings.seconds

        def measure(contender: Contender) -> Figure:
            answer = contender.ask(command, tagged=tagged, seconds=seconds)
            return answer["rate"], answer["share"]

        def calibrate(contender: Contender) -> Figure:
            answer = contender.ask("hit", tagged=False, seconds=seconds)
            return answer["rate"], answer["share"]

        taking_part = [c for c in contenders if command in c.system.commands and (c.system.has_tags or not tagged)]
        self._rounds(section, contenders, taking_part, measure, calibrate)
        for contender in taking_part:
            if contender.name not in section.values:
                continue
            stored = self.stored[contender.name]["tagged" if tagged else "plain"]
            note = contender.note
            if command == "hit" and stored < RESIDENT:
                note += f"; only {stored:,} entries, as it is slow to store them"
            entries = stored if command == "hit" else RESIDENT
            self.rows.append(section.row(contender, note=note, entries=entries))

    def _invalidations(self, store: str, entries: int, contenders: list[Contender]) -> None:
        """What invalidating one tag takes that so many entries carry, and what of them is left afterwards."""
        _say(f"{store}: {INVALIDATION}, {entries:,} entries")
        section = Section(store, INVALIDATION, entries, "µs")
        notes = {}
        tagged = [contender for contender in contenders if contender.system.has_tags]
        limit = self.settings.fill_seconds
        filled = self._all(store, tagged, "fill", limit, entries=entries)
        for name, answer in filled.items():
            if answer["filled"] < entries:
                notes[name] = f"not measured: after {answer['after']:.0f} s of filling only {answer['filled']:,} entries were stored"
        full = [contender for contender in tagged if contender.name in filled and contender.name not in notes]

        def measure(contender: Contender) -> Figure:
            answer = contender.ask("invalidate")
            return answer["seconds"] * 1e6, answer["share"]

        def calibrate(contender: Contender) -> Figure:
            answer = contender.ask("hit", tagged=False, seconds=self.settings.seconds)
            return 1e6 / answer["rate"], answer["share"]

        self._rounds(section, contenders, full, measure, calibrate)
        measured = [contender for contender in full if contender.name in section.values]
        looked = self._all(store, measured, "survivors", self.settings.look_seconds)
        for contender in contenders:
            if contender.name.startswith(CALIBRATION):
                continue
            instead = contender.system.instead_of_tags
            note = instead if instead.startswith("not measured") else f"no tags: {instead}"
            if contender.system.has_tags:
                note = "; ".join(filter(None, [contender.note, notes.get(contender.name)]))
            nothing = {"survivors": None, "looked_at": None}
            self.rows.append(section.row(contender, **{**nothing, **looked.get(contender.name, {}), "note": note}))

    def _rounds(
        self,
        section: Section,
        contenders: list[Contender],
        taking_part: list[Contender],
        measure: Callable[[Contender], Figure],
        calibrate: Callable[[Contender], Figure],
    ) -> None:
        """All that take part once per round, each round beginning with another one, the calibration among them."""
        calibration = next((c for c in contenders if c.name == CALIBRATION), None)
        if calibration is None:
            return
        turn = [calibration, *(c for c in taking_part if c is not calibration)]
        for number in range(self.settings.rounds):
            found = {}
            unit = None
            for contender in turn[number % len(turn) :] + turn[: number % len(turn)]:
                try:
                    if contender is not calibration:
                        found[contender.name] = measure(contender)
                        continue
                    unit = calibrate(contender)
                    if contender in taking_part:
                        found[contender.name] = unit
                except Failed as failed:
                    self.skip(contender.name, f"{section.store}, {section.operation}, {section.entries}: {failed}")
                    taking_part = [c for c in taking_part if c is not contender]
                    section.values.pop(contender.name, None)
                    section.ratios.pop(contender.name, None)
                    section.shares.pop(contender.name, None)
            turn = [c for c in turn if c is calibration or c in taking_part]
            if unit is None:
                return
            for name, value in found.items():
                section.add(name, value, unit)

    def _all(self, store: str, contenders: list[Contender], do: str, limit: float, **arguments) -> dict[str, dict]:
        """Has all of them do something at once that is not measured and stops by itself at the limit."""
        answers, sent = {}, []
        for contender in contenders:
            try:
                contender.send(do, limit=limit, **arguments)
                sent.append(contender)
            except Failed as failed:
                self.skip(contender.name, f"{store}, {do}: {failed}")
        for contender in sent:
            try:
                answers[contender.name] = contender.receive(limit + 60)
            except Failed as failed:
                self.skip(contender.name, f"{store}, {do}: {failed}")
        return answers


def run(settings: Settings, only: list[str] | None, not_installed: dict[str, str]) -> dict:
    """Measures everything."""
    described = machine.describe()
    result = Run(settings)
    names = [name for name in SYSTEMS if not only or name in only or name.startswith(CALIBRATION)]
    if Contender.program is None:
        names = [name for name in names if not find(name).is_program]
    for name in list(names):
        reason = not_installed.get(find(name).package or "")
        if reason:
            result.skip(name, f"could not be installed: {reason}")
            names.remove(name)
    result.store(MEMORY, names, port=0)
    server = RedisServer()
    try:
        reason = server.start()
        if reason:
            for name in names:
                if REDIS in find(name).stores:
                    result.skip(name, f"redis: {reason}")
        else:
            result.versions["redis-server"] = server.version()
            result.store(REDIS, names, server.port)
    finally:
        server.stop()
    for package in ("Django", "redis"):
        try:
            result.versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            pass
    return {
        "machine": described,
        "quick": settings.quick,
        "calibration": {
            MEMORY: "one hit of a function that looks into a plain dict",
            REDIS: "one redis.Redis().get of the same number of bytes, not decoded",
            "ratio": "rates: system's per second by calibration's; times: system's time by the time of one calibration call",
        },
        "value_bytes": VALUE_SIZE,
        "versions": dict(sorted(result.versions.items(), key=lambda item: item[0].lower())),
        "rows": result.rows,
        "skipped": result.skipped,
    }


def _spread(values: list[float]) -> dict[str, float]:
    return {
        "median": _rounded(statistics.median(values)),
        "low": _rounded(min(values)),
        "high": _rounded(max(values)),
    }


def _rounded(value: float) -> float:
    """Four digits are more than the machine repeats."""
    return float(f"{value:.4g}")


def _say(what: str) -> None:
    print(f"{time.monotonic() - STARTED:4.0f} s  {what} ...", file=sys.stderr, flush=True)
