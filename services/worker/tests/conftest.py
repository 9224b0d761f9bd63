"""`pytest` runs what needs no containers; `pytest --integration` runs all."""

from pathlib import Path

import pytest

pytest.register_assert_rewrite("orders_contract")

NEEDS_CONTAINERS = Path(__file__).parent / "integration"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--integration", action="store_true", help="also tests that need containers")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--integration"):
        return
    unwanted = [item for item in items if NEEDS_CONTAINERS in item.path.parents]
    config.hook.pytest_deselected(items=unwanted)
    items[:] = [item for item in items if item not in unwanted]
