"""When a job that failed is run again."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job

_MOST_DOUBLINGS = 32  # a job may be tried for years, a number must not grow for years


@dataclass(frozen=True)
class Backoff(BaseRetryStrategy):
    """Try again after `first` seconds, then twice as long, and so on up to `longest`, for ever.

    Whatever the exception is: an order that nobody tries to price any more would stay pending,
    and nobody would know. What can't succeed is not an exception but a failed order.
    """

    first: float
    longest: float

    def wait(self, attempts: int) -> timedelta:
        """Tell the wait after so many attempts before this one."""
        doubled = self.first * 2 ** min(attempts, _MOST_DOUBLINGS)
        return timedelta(seconds=min(doubled, self.longest))

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        """Answer Procrastinate. A job that was cut off by a shutdown is not to blame for it."""
        now = datetime.now(UTC)
        if isinstance(exception, asyncio.CancelledError):
            return RetryDecision(retry_at=now)
        return RetryDecision(retry_at=now + self.wait(job.attempts))
