"""What all tests share: `--full` adds long forms, `--renew` writes golden texts; a report."""

from __future__ import annotations

import signal

import hypothesis
import pytest

from tests.support.contract import OTHERWISE, contract_lines

hypothesis.settings.register_profile("short", deadline=None, database=None)
hypothesis.settings.register_profile(
    "full", parent=hypothesis.settings.get_profile("short"), max_examples=2_000
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--full",
        action="store_true",
        help="also the long forms: other versions of frameworks, long property tests",
    )
    parser.addoption(
        "--renew",
        action="store_true",
        help="write golden texts anew instead of comparing with them: read the diff",
    )


def pytest_configure(config: pytest.Config) -> None:
    # A script's background job is started with SIGINT ignored, and so would be every `inv` that a
    # test interrupts.
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            wanted = signal.default_int_handler if name == "SIGINT" else signal.SIG_DFL
            signal.signal(number, wanted)
    config.addinivalue_line("markers", "full: a long form, which runs with --full only")
    config.addinivalue_line("markers", f"{OTHERWISE}(words): what Podman does in another way")
    hypothesis.settings.load_profile("full" if config.getoption("--full") else "short")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--full"):
        return
    long = [item for item in items if item.get_closest_marker("full")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if not item.get_closest_marker("full")]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many commands of the documentation ran, and what holds on which engine."""
    told = [
        (name, value)
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in report.user_properties
    ]
    ran = [int(value) for name, value in told if name == "docs ran"]
    others = [value for name, value in told if name == "docs not run"]
    if ran:
        terminalreporter.section("commands of the documentation")
        terminalreporter.line(f"{sum(ran)} ran, on {len(ran)} pages; {len(others)} did not:")
        for one in others:
            terminalreporter.line(f"  {one}")
    if lines := list(contract_lines(terminalreporter.stats)):
        terminalreporter.section("contract of the engine adapter")
        for line in lines:
            terminalreporter.line(line)
