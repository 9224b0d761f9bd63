"""The tasks on a queue in memory."""

from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from fake_rates_api import RatesApi
from orders_contract import PENDING
from procrastinate import App
from procrastinate.testing import InMemoryConnector, JobRow

from orders.models import OrderStatus
from orders.queue import PRICE_ORDER, QUEUE
from worker.pricing import Pricer
from worker.rates import HttpRates
from worker.settings import Settings
from worker.store import MemoryOrders
from worker.tasks import RESCUE, build_app


@pytest.fixture
def queue() -> InMemoryConnector:
    return InMemoryConnector()


@pytest.fixture
def app(queue: InMemoryConnector, orders: MemoryOrders, rates: HttpRates) -> App:
    settings = Settings(database_url="postgresql://nowhere", rates_url="http://nowhere")
    return build_app(queue, Pricer(orders, rates), settings)


def jobs(queue: InMemoryConnector) -> list[JobRow]:
    """List the jobs of orders. A worker that starts also defers a periodic one."""
    return [job for job in queue.jobs.values() if job["task_name"] == PRICE_ORDER]


async def work(app: App) -> None:
    """Do all that is due, and stop."""
    await app.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)


async def test_a_job_prices_its_order(
    app: App, queue: InMemoryConnector, orders: MemoryOrders
) -> None:
    await app.configure_task(PRICE_ORDER, queue=QUEUE).defer_async(order_id=str(PENDING))
    await work(app)
    assert orders.orders[PENDING].status is OrderStatus.PRICED
    assert [job["status"] for job in jobs(queue)] == ["succeeded"]


async def test_a_job_without_a_rate_is_run_again_later(
    app: App, queue: InMemoryConnector, api: RatesApi
) -> None:
    api.answer = lambda _: httpx2.Response(503)
    await app.configure_task(PRICE_ORDER, queue=QUEUE).defer_async(order_id=str(PENDING))
    await work(app)
    (job,) = jobs(queue)
    assert (job["status"], job["attempts"]) == ("todo", 1)
    assert job["scheduled_at"] > datetime.now(UTC)


async def test_the_jobs_of_a_dead_worker_are_rescued(app: App, queue: InMemoryConnector) -> None:
    await app.configure_task(PRICE_ORDER, queue=QUEUE).defer_async(order_id=str(PENDING))
    dead = await app.job_manager.register_worker()
    await app.job_manager.fetch_job(queues=None, worker_id=dead)
    queue.workers[dead] = datetime.now(UTC) - timedelta(minutes=1)
    await app.configure_task(RESCUE, queue=QUEUE).defer_async(timestamp=0)
    await work(app)
    assert [job["status"] for job in jobs(queue)] == ["succeeded"]


async def test_the_jobs_of_a_living_worker_are_left_to_it(
    app: App, queue: InMemoryConnector
) -> None:
    await app.configure_task(PRICE_ORDER, queue=QUEUE).defer_async(order_id=str(PENDING))
    await app.job_manager.fetch_job(queues=None, worker_id=await app.job_manager.register_worker())
    await app.configure_task(RESCUE, queue=QUEUE).defer_async(timestamp=0)
    await work(app)
    assert [job["status"] for job in jobs(queue)] == ["doing"]
