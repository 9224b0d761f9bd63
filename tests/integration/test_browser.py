"""The page as a person uses it: in a browser, against the full stack."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

CURRENCY = "CHF"  # the rate of which only this test holds back

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
# Nothing but the page is asked for anything. Playwright itself leaves the sandbox out, in which
# Chromium doesn't run as root.
QUIETLY = (
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)
PATIENCE = 120_000  # milliseconds, for the worker to price an order


def program(playwright: Playwright) -> str:
    """Find a browser: the machine's, or the one that Playwright has installed."""
    own = playwright.chromium.executable_path
    for name in (*PROGRAMS, own):
        if found := shutil.which(name):
            return found
    pytest.skip(f"no browser: none of {', '.join(PROGRAMS)} is on PATH, and {own} is not there")


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = program(playwright)
        browser = playwright.chromium.launch(executable_path=path, args=QUIETLY)
        yield browser
        browser.close()


@contextmanager
def pictured(page: Page, folder: Path) -> Iterator[None]:
    """Keep a picture of the page as it is when something fails, and say where it is."""
    try:
        yield
    except BaseException as error:
        picture = folder / "browser.png"
        page.screenshot(path=picture, full_page=True)
        error.add_note(f"screenshot: {picture}")
        raise


def test_an_order_is_placed_and_turns_priced(
    browser: Browser, hold: Callable[[str], Callable[[], None]], tmp_path: Path
) -> None:
    release = hold(CURRENCY)
    page = browser.new_page(base_url=os.environ["TEST_FRONTEND_URL"])
    with pictured(page, Path(os.environ.get("TEST_ARTIFACTS", tmp_path))):
        page.goto("/")
        page.get_by_label("Article").fill("cup")
        page.get_by_label("Quantity").fill("3")
        page.get_by_label("Currency").fill(CURRENCY.lower())
        with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
            page.get_by_role("button", name="Place order").click()
        order = page.locator(f"[data-order='{answer.value.json()['id']}']")

        expect(order).to_contain_text("Waiting for its price")
        release()
        expect(order).to_contain_text("CHF 21.18", timeout=PATIENCE)
