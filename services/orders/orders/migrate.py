"""Bring a database to the newest schema: `DATABASE_URL=... python -m orders.migrate`.

For making a new migration, Alembic's own command line works in this folder:
`DATABASE_URL=... alembic revision --autogenerate -m "add a column"`.
"""

import os
from pathlib import Path

from alembic import command
from alembic.config import Config

from orders.database import sqlalchemy_url, with_password


def config(database_url: str) -> Config:
    """Alembic's configuration without a file, so that it works wherever the package lies."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    # An attribute, not an option: options are interpolated, and a password may contain a %.
    settings.attributes["url"] = sqlalchemy_url(database_url)
    return settings


def upgrade(database_url: str) -> None:
    """Apply the migrations that the database doesn't have yet."""
    command.upgrade(config(database_url), "head")


if __name__ == "__main__":
    url, file = os.environ["DATABASE_URL"], os.environ.get("DATABASE_PASSWORD_FILE")
    upgrade(with_password(url, file))
