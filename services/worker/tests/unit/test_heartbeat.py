"""The heartbeat's file, and the program that the healthcheck runs."""

import asyncio
import contextlib
import subprocess
import sys
from pathlib import Path

import pytest

from taskslib.testing import wait_for_async
from worker import heartbeat
from worker.heartbeat import alive, beat, forget, keep_beating


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "heartbeat"


def test_no_file_is_no_life(file: Path) -> None:
    assert not alive(file)


def test_alive_after_a_beat(file: Path) -> None:
    beat(file, lifetime=60)
    assert alive(file)


def test_not_after_it_expired(file: Path) -> None:
    beat(file, lifetime=-1)
    assert not alive(file)


def test_an_earlier_life_is_forgotten(file: Path) -> None:
    beat(file, lifetime=60)
    forget(file)
    assert not alive(file)
    forget(file)  # there may be none


async def test_beats_while_the_check_passes(file: Path) -> None:
    checks: list[None] = []

    async def check() -> None:
        checks.append(None)

    beating = asyncio.create_task(keep_beating(check, interval=0.001, file=file))
    await wait_for_async(lambda: len(checks) > 3 and alive(file), message="some beats")
    beating.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await beating


async def test_a_check_that_fails_ends_it_without_a_beat(file: Path) -> None:
    async def check() -> None:
        raise ConnectionError("no database")

    with pytest.raises(ConnectionError):
        await keep_beating(check, interval=0.001, file=file)
    assert not alive(file)


def test_the_program_says_what_is_missing(tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, heartbeat.__file__],
        env={"TMPDIR": str(tmp_path), "TEMP": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("no heartbeat in ")
