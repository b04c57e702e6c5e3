"""A Redis server for the time of a run."""

import shutil
import socket
import subprocess
import tempfile
import time

START_SECONDS = 10
DATABASES = 64


class RedisServer:
    """A server of our own, on a free port of the loopback address, that writes nothing to disk."""

    def __init__(self) -> None:
        self.port = 0
        self._process: subprocess.Popen | None = None
        self._directory: tempfile.TemporaryDirectory | None = None

    def start(self) -> str | None:
        """Starts it. `None`, or the reason why there is none."""
        program = shutil.which("redis-server")
        if program is None:
            return "no redis-server on PATH"
        self.port = _free_port()
        self._directory = tempfile.TemporaryDirectory(prefix="peers-redis-")
        options = ["--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--appendonly", "no"]
        options += ["--databases", str(DATABASES), "--dir", self._directory.name]
        self._process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if self._process.poll() is not None:
                return f"redis-server ended with {self._process.returncode}"
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return None
        self.stop()
        return f"redis-server did not answer within {START_SECONDS} s"

    def version(self) -> str:
        """What the server says it is."""
        import redis

        with redis.Redis(port=self.port) as client:
            return client.info("server")["redis_version"]

    def stop(self) -> None:
        """Ends it."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        if self._directory is not None:
            self._directory.cleanup()
            self._directory = None


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
