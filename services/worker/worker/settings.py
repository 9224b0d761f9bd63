"""What the environment decides. The defaults are for production; test stacks are in a hurry."""

from pathlib import Path

from pydantic import AnyHttpUrl, PositiveFloat, PositiveInt
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    """Read from variables of the same names, in upper case. Times are in seconds."""

    database_url: str
    database_password_file: Path | None = None
    """Where the database's password is, if the URL has none: a secret is a file, no variable."""

    rates_url: AnyHttpUrl
    rates_timeout: PositiveFloat = 5.0

    concurrency: PositiveInt = 8
    poll_interval: PositiveFloat = 5.0
    """How often to look for jobs whose time has come; new ones are notified at once."""

    retry_first: PositiveFloat = 1.0
    """The wait after the first failure. It doubles with each one."""
    retry_longest: PositiveFloat = 300.0

    heartbeat_interval: PositiveFloat = 10.0
    stalled_after: PositiveFloat = 30.0
    """A worker without a heartbeat for so long is dead, and its jobs are given to others."""
    rescue_cron: str = "* * * * *"
    """When to look for such jobs. A sixth field would be seconds."""

    shutdown_timeout: PositiveFloat = 5.0
    """How long a job may go on after SIGTERM, before it is put back. Docker kills after 10."""
