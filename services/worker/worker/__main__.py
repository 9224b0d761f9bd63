"""The process: opens what the worker needs, runs it until SIGTERM, closes it again."""

import asyncio
import logging
from contextlib import AsyncExitStack

import httpx2
from procrastinate import App, PsycopgConnector
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from orders.database import libpq_url, sqlalchemy_url, with_password
from orders.queue import QUEUE
from worker.heartbeat import forget, keep_beating
from worker.pricing import Pricer
from worker.rates import HttpRates
from worker.settings import Settings
from worker.store import SqlOrders
from worker.tasks import build_app


async def main(settings: Settings) -> None:
    """Wire the parts together and run them."""
    async with AsyncExitStack() as stack:
        url = with_password(settings.database_url, settings.database_password_file)
        engine = create_async_engine(sqlalchemy_url(url), pool_pre_ping=True)
        stack.push_async_callback(engine.dispose)
        client = await stack.enter_async_context(
            httpx2.AsyncClient(base_url=str(settings.rates_url), timeout=settings.rates_timeout)
        )
        app = build_app(
            PsycopgConnector(conninfo=libpq_url(url)),
            Pricer(SqlOrders(async_sessionmaker(engine)), HttpRates(client)),
            settings,
        )
        await stack.enter_async_context(app.open_async())
        await run(app, settings)


async def run(app: App, settings: Settings) -> None:
    """Work and beat. Whichever ends first ends the other, and an error ends the process."""
    beating = asyncio.create_task(
        keep_beating(app.check_connection_async, settings.heartbeat_interval)
    )
    working = asyncio.create_task(
        app.run_worker_async(
            queues=[QUEUE],
            concurrency=settings.concurrency,
            fetch_job_polling_interval=settings.poll_interval,
            update_heartbeat_interval=settings.heartbeat_interval,
            stalled_worker_timeout=settings.stalled_after,
            shutdown_graceful_timeout=settings.shutdown_timeout,
            delete_jobs="successful",
        )
    )
    done, pending = await asyncio.wait({beating, working}, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    for task in done:
        task.result()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    forget()
    asyncio.run(main(Settings()))
