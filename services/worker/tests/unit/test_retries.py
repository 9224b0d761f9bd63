"""Back-off: doubles, is capped, never gives up, and is no punishment for a shutdown."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from procrastinate.jobs import Job

from worker.retries import Backoff

BACKOFF = Backoff(first=1, longest=300)


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(0, 1), (1, 2), (2, 4), (8, 256), (9, 300), (100_000, 300)]
)
def test_the_wait_doubles_up_to_the_longest(attempts: int, seconds: int) -> None:
    assert BACKOFF.wait(attempts) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("exception", "seconds"),
    [(ConnectionError(), 300), (KeyError("a bug"), 300), (asyncio.CancelledError(), 0)],
)
def test_when_a_job_is_tried_again(exception: BaseException, seconds: int) -> None:
    job = Job(queue="orders", lock=None, queueing_lock=None, task_name="any", attempts=99)
    before = datetime.now(UTC)
    decision = BACKOFF.get_retry_decision(exception=exception, job=job)
    assert decision.retry_at is not None
    earliest = timedelta(seconds=seconds)
    assert earliest <= decision.retry_at - before < earliest + timedelta(seconds=60)
