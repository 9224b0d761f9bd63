"""Images that people use as they are: where their data lies, what they listen on, when they answer.

From the images' own documentation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from taskslib.lint.texts import default


@dataclass(frozen=True, slots=True)
class Datastore:
    """An image that keeps data."""

    ports: tuple[str, ...]
    data: tuple[str, ...] = ()
    """Paths of its data; none for what keeps nothing."""
    healthcheck: str = ""
    """A test of Compose's, as it is written there."""


_POSTGRES = Datastore(
    ("5432",),
    ("/var/lib/postgresql/data", "/var/lib/postgresql"),
    # By TCP: while the image sets the database up, it answers on the socket file only.
    '["CMD-SHELL", "pg_isready -q -h 127.0.0.1 -U $${POSTGRES_USER:-postgres}'
    ' -d $${POSTGRES_DB:-$${POSTGRES_USER:-postgres}}"]',
)
_REDIS = Datastore(("6379",), ("/data",), '["CMD", "redis-cli", "ping"]')
_MYSQL = Datastore(
    ("3306",),
    ("/var/lib/mysql",),
    '["CMD", "mysqladmin", "ping", "-h", "127.0.0.1", "--silent"]',
)
POSTGRES = ("postgres", "postgis", "pgvector", "timescaledb")
DATASTORES: Mapping[str, Datastore] = {
    **dict.fromkeys(POSTGRES, _POSTGRES),
    "redis": _REDIS,
    "valkey": Datastore(("6379",), ("/data",), '["CMD", "valkey-cli", "ping"]'),
    "mysql": _MYSQL,
    "mariadb": Datastore(
        ("3306",),
        ("/var/lib/mysql",),
        '["CMD", "healthcheck.sh", "--connect", "--innodb_initialized"]',
    ),
    "mongo": Datastore(
        ("27017",),
        ("/data/db",),
        """["CMD", "mongosh", "--quiet", "--eval", "db.adminCommand('ping').ok"]""",
    ),
    "memcached": Datastore(("11211",)),
    "rabbitmq": Datastore(
        ("5672", "15672"), ("/var/lib/rabbitmq",), '["CMD", "rabbitmq-diagnostics", "-q", "ping"]'
    ),
    "elasticsearch": Datastore(("9200", "9300"), ("/usr/share/elasticsearch/data",)),
    "opensearch": Datastore(("9200",), ("/usr/share/opensearch/data",)),
    "clickhouse": Datastore(("8123", "9000"), ("/var/lib/clickhouse",)),
    "clickhouse-server": Datastore(("8123", "9000"), ("/var/lib/clickhouse",)),
    "cassandra": Datastore(("9042",), ("/var/lib/cassandra",)),
    "couchdb": Datastore(("5984",), ("/opt/couchdb/data",)),
    "influxdb": Datastore(("8086",), ("/var/lib/influxdb", "/var/lib/influxdb2")),
    "neo4j": Datastore(("7474", "7687"), ("/data",)),
    "minio": Datastore(("9000",), ("/data",)),
}
KEPT = tuple(name for name, one in DATASTORES.items() if one.data)
"""Images of which it is known where their data lies."""
_OF_BITNAMI = {
    "postgresql": "postgres", "mongodb": "mongo", "clickhouse": "clickhouse",
    **{
        name: name
        for name in (
            "redis", "valkey", "mysql", "mariadb", "rabbitmq", "elasticsearch", "cassandra",
            "couchdb", "influxdb", "neo4j", "minio",
        )
    },
}  # fmt: skip
"""Bitnami's images, each with the one above that listens on the same ports."""
_BITNAMI = frozenset({"bitnami", "bitnamilegacy", "bitnamisecure"})
_SERVERS = (
    "alpine", "amazonlinux", "busybox", "caddy", "debian", "eclipse-temurin", "fedora", "golang",
    "haproxy", "httpd", "memcached", "nats", "nginx", "node", "php", "python", "ruby", "rust",
    "scratch", "tomcat", "traefik", "ubuntu",
)  # fmt: skip
"""Official images without data; none of Docker's official images has a healthcheck."""
_SERVE = (*DATASTORES, "caddy", "haproxy", "httpd", "nats", "nginx", "tomcat", "traefik")
"""Images that run until they are ended, unless they are told to run something else."""
_WITHOUT_HEALTHCHECK = frozenset((*_SERVERS, *DATASTORES)) - {"minio", "timescaledb"}
PUBLIC = ("", "docker.io", "docker.io/library", "library")
"""Where official images lie."""


@dataclass(frozen=True, slots=True)
class Image:
    """An image's reference, taken apart; with the defaults of variables."""

    folder: str
    name: str
    tag: str
    """Empty where none is given."""
    digest: str

    @property
    def path(self) -> str:
        """Return it without tag and digest."""
        return f"{self.folder}/{self.name}" if self.folder else self.name

    @property
    def datastore(self) -> Datastore | None:
        """Return what is known of it, if it keeps data."""
        if not _BITNAMI.isdisjoint(self.folder.split("/")):
            like = _OF_BITNAMI.get(self.name)
            return Datastore(DATASTORES[like].ports, (f"/bitnami/{self.name}",)) if like else None
        return DATASTORES.get(self.name)

    @property
    def is_postgres(self) -> bool:
        """Whether Postgres runs in it, with the official image's entrypoint."""
        return self.name in POSTGRES

    @property
    def has_no_healthcheck(self) -> bool:
        """Whether it is known that it has none of its own."""
        return self.folder in PUBLIC and self.name in _WITHOUT_HEALTHCHECK

    @property
    def serves(self) -> bool:
        """Whether it is known to run until it is ended."""
        return self.datastore is not None or (self.folder in PUBLIC and self.name in _SERVE)

    @property
    def version(self) -> int | None:
        """Return the major version; None where the tag tells none."""
        # `0.8.1-pg18` is pgvector's version, and then Postgres's.
        of_postgres = re.search(r"(?:^|-)pg(\d+)", self.tag) if self.is_postgres else None
        found = of_postgres or re.match(r"v?(\d+)", self.tag)
        return int(found[1]) if found else None


def image_of(reference: str) -> Image | None:
    """Return an image's reference, taken apart; None where variables hide it."""
    told = default(reference)
    if not told:
        return None
    rest, _, digest = told.partition("@")
    folder, _, last = rest.rpartition("/")
    name, _, tag = last.partition(":")
    return Image(folder, name, tag, digest)
