"""Where a system keeps its entries during the measurements."""

from dataclasses import dataclass

MEMORY = "memory"
REDIS = "redis"

_COPY = """
redis.call('SELECT', ARGV[1])
for _, key in ipairs(redis.call('KEYS', '*')) do
  redis.call('COPY', key, key, 'DB', ARGV[2])
end
"""


@dataclass
class Place:
    """A place of one worker alone."""

    store: str
    """`MEMORY` or `REDIS`."""
    directory: str
    """An empty folder, for systems that keep files."""
    port: int = 0
    """The port of the Redis server."""
    database: int = 0
    """The database in it; the next one is for the snapshot."""

    @property
    def url(self) -> str:
        """The database as a URL."""
        return f"redis://127.0.0.1:{self.port}/{self.database}"

    def client(self, **options):
        """A plain client for the database."""
        import redis

        return redis.Redis(host="127.0.0.1", port=self.port, db=self.database, **options)

    def flush(self) -> None:
        """Empties the database."""
        with self.client() as client:
            client.flushdb()

    def snapshot(self) -> None:
        """Keeps a copy of the database as it is."""
        self._copy(self.database, self.database + 1)

    def restore(self) -> None:
        """Makes the database what it was at the snapshot."""
        self._copy(self.database + 1, self.database)

    def _copy(self, source: int, target: int) -> None:
        with self.client() as client:
            client.execute_command("SELECT", target)
            client.flushdb()
            client.eval(_COPY, 0, source, target)
            client.execute_command("SELECT", self.database)
