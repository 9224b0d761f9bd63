"""What the environment decides."""

from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    """Read from variables of the same names, in upper case."""

    database_url: str
    database_timeout: int = 3
    """Seconds to wait for a connection, before a request is answered with 503."""
