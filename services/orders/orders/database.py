"""How a database URL of the environment becomes one that SQLAlchemy opens with psycopg 3."""

from sqlalchemy import URL, make_url


def sqlalchemy_url(url: str) -> URL:
    """Name the driver, which `postgresql://...` leaves open. It serves sync and async engines."""
    return make_url(url).set(drivername="postgresql+psycopg")


def libpq_url(url: str) -> str:
    """Name the database as psycopg itself wants it, for Procrastinate."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
