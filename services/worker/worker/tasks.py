"""The tasks, and how they hang on the queue."""

import uuid

from procrastinate import App
from procrastinate.connector import BaseAsyncConnector

from orders.queue import PRICE_ORDER, QUEUE
from worker.pricing import Pricer
from worker.retries import Backoff
from worker.settings import Settings

RESCUE = "worker.rescue"


def build_app(connector: BaseAsyncConnector, pricer: Pricer, settings: Settings) -> App:
    """Make the queue's app with all that its tasks need: no globals, nothing to patch in tests."""
    app = App(connector=connector)

    @app.task(
        name=PRICE_ORDER,
        queue=QUEUE,
        retry=Backoff(settings.retry_first, settings.retry_longest),
    )
    async def price_order(order_id: str) -> None:
        await pricer.price(uuid.UUID(order_id))

    # A worker that is killed leaves its jobs as "doing", and nobody would touch them again.
    # The lock keeps a second rescue out of the queue while one waits in it.
    @app.periodic(cron=settings.rescue_cron)
    @app.task(name=RESCUE, queue=QUEUE, queueing_lock=RESCUE)
    async def rescue(timestamp: int) -> None:
        del timestamp
        stalled = await app.job_manager.get_stalled_jobs(
            seconds_since_heartbeat=settings.stalled_after
        )
        for job in stalled:
            await app.job_manager.retry_job(job)

    return app
