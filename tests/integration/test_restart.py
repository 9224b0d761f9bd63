"""A restart of the worker in mid-job loses nothing, however rude it is."""

import os
import subprocess
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx2
import pytest

from taskslib.testing import wait_for

Order = dict[str, Any]

CURRENCY = "GBP"  # the rate of which only these tests hold back
CONTROL = f"/control/{CURRENCY}"


def docker(*args: str) -> str:
    """Run Docker's own command line: what a person would do to a worker."""
    done = subprocess.run(["docker", *args], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def worker() -> str:
    """The id of the worker's container."""
    project = os.environ["TEST_COMPOSE_PROJECT"]
    found = docker(
        "ps",
        "--quiet",
        f"--filter=label=com.docker.compose.project={project}",
        "--filter=label=com.docker.compose.service=worker",
    )
    assert found, f"no worker runs in {project}"
    return found


def politely(worker: str) -> None:
    """By SIGTERM: the worker has the time to put its job back."""
    docker("restart", worker)


def rudely(worker: str) -> None:
    """By SIGKILL: the job stays "doing" until the next worker finds its owner dead."""
    docker("kill", worker)
    docker("start", worker)


@pytest.fixture(params=[politely, rudely])
def restart(request: pytest.FixtureRequest, worker: str) -> Callable[[], None]:
    """Restart the worker, in one way after the other."""
    return partial(request.param, worker)


@pytest.mark.xdist_group("restart")
def test_a_job_that_was_cut_off_is_done_by_the_next_worker(
    restart: Callable[[], None],
    hold: Callable[[str], Callable[[], None]],
    api: httpx2.Client,
    rates: httpx2.Client,
    place: Callable[[str], Order],
    settled: Callable[[Order], Order],
) -> None:
    release = hold(CURRENCY)
    before = rates.get(CONTROL).json()["calls"]
    order = place(CURRENCY)
    wait_for(
        lambda: rates.get(CONTROL).json()["calls"] > before,
        timeout=120,
        message="the worker to be in the middle of the job",
    )

    restart()

    assert api.get(f"/orders/{order['id']}").json() == order
    release()
    assert settled(order) == {**order, "status": "priced", "price": "7.16"}
    assert rates.get(CONTROL).json()["calls"] >= before + 2
