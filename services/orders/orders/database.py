"""How a database URL of the environment becomes one that SQLAlchemy opens with psycopg 3."""

from pathlib import Path

from sqlalchemy import URL, make_url


def sqlalchemy_url(url: str) -> URL:
    """Name the driver, which `postgresql://...` leaves open. It serves sync and async engines."""
    return make_url(url).set(drivername="postgresql+psycopg")


def libpq_url(url: str) -> str:
    """Name the database as psycopg itself wants it, for Procrastinate."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return plain.replace(" ", "%20")  # SQLAlchemy leaves them as they are, libpq refuses them


def with_password(url: str, file: str | Path | None) -> str:
    """Give a URL the password that a file holds, where one is named: in production it is secret."""
    if not file:
        return url
    password = Path(file).read_text("utf-8").strip()
    return make_url(url).set(password=password).render_as_string(hide_password=False)
