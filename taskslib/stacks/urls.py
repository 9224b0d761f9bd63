"""The URL of a published port: scheme by the well-known port, credentials by the image's variables.

The variables are those that the official images document. `{host}` and `{port}` are filled in
when the port is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import quote

Environment = Mapping[str, str]


def template(port: int, environment: Environment) -> str:
    """Return the URL template of a service that listens on a port, from its own environment."""
    return _BY_PORT.get(port, _plain("http"))(environment)


def _url(scheme: str, user: str = "", password: str = "", path: str = "") -> str:
    login = f"{user}:{password}@" if password else f"{user}@" if user else ""
    return f"{scheme}://{login}{{host}}:{{port}}{path}"


def _first(environment: Environment, *names: str) -> str:
    """Return the first variable that is set, safe inside a URL."""
    return next((quote(environment[name], safe="") for name in names if environment.get(name)), "")


def _plain(scheme: str) -> Callable[[Environment], str]:
    return lambda _: _url(scheme)


def _postgres(env: Environment) -> str:
    user = _first(env, "POSTGRES_USER") or "postgres"
    database = _first(env, "POSTGRES_DB") or user
    return _url("postgresql", user, _first(env, "POSTGRES_PASSWORD"), f"/{database}")


def _mysql(env: Environment) -> str:
    path = "/" + _first(env, "MYSQL_DATABASE", "MARIADB_DATABASE")
    user = _first(env, "MYSQL_USER", "MARIADB_USER")
    if user:
        return _url("mysql", user, _first(env, "MYSQL_PASSWORD", "MARIADB_PASSWORD"), path)
    root = _first(env, "MYSQL_ROOT_PASSWORD", "MARIADB_ROOT_PASSWORD")
    return _url("mysql", "root", root, path)


def _redis(env: Environment) -> str:
    return _url("redis", "", _first(env, "REDIS_PASSWORD"), "/0")


def _mongo(env: Environment) -> str:
    user, password = "MONGO_INITDB_ROOT_USERNAME", "MONGO_INITDB_ROOT_PASSWORD"
    return _url("mongodb", _first(env, user), _first(env, password))


def _amqp(env: Environment) -> str:
    user = _first(env, "RABBITMQ_DEFAULT_USER") or "guest"
    password = _first(env, "RABBITMQ_DEFAULT_PASS") or "guest"
    # A bare `/` would be the virtual host without a name, instead of the one that is there.
    host = _first(env, "RABBITMQ_DEFAULT_VHOST")
    return _url("amqp", user, password, f"/{host}" if host else "")


_BY_PORT: Mapping[int, Callable[[Environment], str]] = {
    443: _plain("https"),
    3306: _mysql,
    4222: _plain("nats"),
    5432: _postgres,
    5672: _amqp,
    6379: _redis,
    8443: _plain("https"),
    27017: _mongo,
}
