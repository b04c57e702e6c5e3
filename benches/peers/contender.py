"""A system's process, seen from the one that measures."""

import contextlib
import dataclasses
import json
import os
import selectors
import subprocess
import sys
import tempfile
from pathlib import Path

from .stores import Place
from .systems import find

PACKAGES = Path(__file__).resolve().parent.parent


class Failed(Exception):
    """The system cannot do it; the message is the reason."""


class Contender:
    """Starts the process, sends it commands, ends it."""

    program: str | None = None
    """Where the systems are that are other programs."""

    def __init__(self, name: str, store: str, value_size: int, port: int, database: int) -> None:
        self.name = name
        self.system = find(name)
        self.version: str | None = None
        self.note = ""
        self._directory = tempfile.TemporaryDirectory(prefix="peers-")
        place = Place(store, self._directory.name, port, database)
        opening = {"name": name, "place": dataclasses.asdict(place), "value_size": value_size}
        self._process = subprocess.Popen(
            [*self._command(), json.dumps(opening)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._directory.name,
            env={**os.environ, "PYTHONPATH": str(PACKAGES), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"},
        )
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._process.stdout, selectors.EVENT_READ)

    def _command(self) -> list[str]:
        return [self.program] if self.system.is_program else [sys.executable, "-m", "peers.worker"]

    def open(self) -> None:
        """Imports the system and opens its store."""
        answer = self.ask("open")
        self.version, self.note = answer["version"], answer["note"]

    def ask(self, do: str, wait: float = 60, **arguments) -> dict:
        """Has a command carried out. `wait`: the seconds after which that has failed."""
        self.send(do, **arguments)
        return self.receive(wait)

    def send(self, do: str, **arguments) -> None:
        """Sends a command without waiting for its end."""
        try:
            self._process.stdin.write(json.dumps({"do": do, **arguments}).encode() + b"\n")
            self._process.stdin.flush()
        except OSError as error:
            raise Failed("its process has ended") from error

    def receive(self, wait: float = 60) -> dict:
        """The answer to the command sent last."""
        if not self._selector.select(wait):
            self._process.kill()
            raise Failed(f"no answer after {wait:.0f} s")
        line = self._process.stdout.readline()
        if not line:
            raise Failed(f"its process ended with {self._process.wait()}")
        answer = json.loads(line)
        if "error" in answer:
            raise Failed(answer["error"])
        return answer

    def close(self) -> None:
        """Ends the process."""
        with contextlib.suppress(Failed):
            self.ask("close", wait=10)
        self._selector.close()
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._directory.cleanup()
