"""What the environment decides."""

from pathlib import Path

from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    """Read from variables of the same names, in upper case."""

    database_url: str
    database_password_file: Path | None = None
    """Where the database's password is, if the URL has none: a secret is a file, no variable."""
    database_timeout: int = 3
    """Seconds to wait for a connection, before a request is answered with 503."""
