"""The migrations, read as the SQL they would run."""

import pytest
from alembic import command
from alembic.script import ScriptDirectory

from orders.migrate import config

URL = "postgresql://test:test@nowhere.invalid/testdb"


@pytest.fixture
def upgrade_sql(capsys: pytest.CaptureFixture[str]) -> str:
    command.upgrade(config(URL), "head", sql=True)
    return capsys.readouterr().out


def test_there_is_one_history() -> None:
    assert len(ScriptDirectory.from_config(config(URL)).get_heads()) == 1


def test_the_upgrade_makes_the_orders_and_the_queue(upgrade_sql: str) -> None:
    assert "CREATE TABLE orders" in upgrade_sql
    assert "CREATE TABLE procrastinate_jobs" in upgrade_sql
    assert "CREATE FUNCTION procrastinate_defer_jobs_v1" in upgrade_sql


def test_the_queues_sql_arrives_unchanged(upgrade_sql: str) -> None:
    assert r"\:" not in upgrade_sql
    assert "'todo'::procrastinate_job_status" in upgrade_sql


def test_a_password_with_a_percent_sign_is_no_interpolation() -> None:
    assert config("postgresql://u:p%25q@host/db").attributes["url"].password == "p%q"
