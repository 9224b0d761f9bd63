"""A library is tested without containers: no test may open a connection."""

import pytest
from pytest_socket import disable_socket


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let a test that would reach the network fail at once, with its own line in the report."""
    del item
    disable_socket(allow_unix_socket=True)
