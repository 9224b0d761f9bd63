"""pytest's plugin: the addresses of the running stack, in a suite that an editor runs, too.

A suite that taskslib runs has the addresses in its environment. One that pytest runs by itself gets
those of the stack that `inv infra-up` keeps, with `--integration` before anything is collected,
else when a fixture first wants them. What is in the environment already wins.

pytest imports this file wherever taskslib is installed: until there is something to do, it costs
next to nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest

_INSTANCE = "TEST_COMPOSE_PROJECT"
_RUN_BY_US = "taskslib_pytest_events"
"""The plugin of a suite that taskslib runs, which has what it is to have."""
_DATABASES = ("postgres", "mysql", "mariadb", "mongodb")


@dataclass(frozen=True)
class Endpoint:
    """Where a service of the stack is reached."""

    host: str
    """The engine's host, never `localhost`."""
    port: int
    """The published port."""
    url: str
    """Its URL; empty for a port that has none, or one of another name (`x-taskslib`)."""


@dataclass(frozen=True)
class TaskslibInstance:
    """The running stack that the tests use."""

    id: str
    """What keeps this branch's containers apart: `TEST_INSTANCE_ID`."""
    compose_project: str
    """Its name for `docker compose -p NAME ps`; empty where it is not ours."""
    variables: Mapping[str, str]
    """All variables `TEST_…` about it."""

    def endpoint(self, service: str, port: int | None = None) -> Endpoint:
        """Return where a service is reached. Raises `LookupError` where it publishes no such port.

        Args:
            service: As the Compose file calls it.
            port: The container's port, for a service that publishes several.
        """
        prefix = "TEST_" + re.sub(r"[^A-Z0-9]", "_", service.upper())
        for suffix in self._suffixes(prefix, port):
            host = self.variables.get(f"{prefix}_HOST{suffix}")
            published = self.variables.get(f"{prefix}_PORT{suffix}")
            if host and published:
                url = self.variables.get(f"{prefix}_URL{suffix}", "")
                return Endpoint(host, int(published), url)
        known = ", ".join(sorted(self.variables)) or "none"
        which = service if port is None else f"{service}, port {port},"
        raise LookupError(f"{which} is not published by the stack; variables: {known}")

    def _suffixes(self, prefix: str, port: int | None) -> tuple[str, ...]:
        """Return what the names of a port's variables may end in; none where it isn't published.

        A service's only port has names without an end, and tells its number beside them. Where
        nothing tells it, as in variables of somebody else, the only port is the one meant.
        """
        if port is None:
            return ("",)
        numbered = re.compile(rf"{prefix}_PORT_\d+(_[A-Z]+)?")
        told = f"{prefix}_PORT_{port}" in self.variables
        known = told or any(map(numbered.fullmatch, self.variables))
        return (f"_{port}", "") if told or not known else ()

    def database_url(self) -> str:
        """Return `TEST_DATABASE_URL`, else the one URL of a database.

        Raises `LookupError` where there is none, or several.
        """
        if url := self.variables.get("TEST_DATABASE_URL"):
            return url
        found = {
            name: value
            for name, value in self.variables.items()
            if "://" in value and value.startswith(_DATABASES)
        }
        if len(found) != 1:
            raise LookupError(
                f"which database? {', '.join(sorted(found)) or 'there is none'}; "
                "name it in the Compose file: x-taskslib: {env: TEST_DATABASE_URL}"
            )
        return next(iter(found.values()))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what to do without a stack, and how taskslib is asked."""
    group = parser.getgroup("taskslib")
    group.addoption(
        "--without-stack",
        choices=("fail", "skip"),
        help="what to do where tests need a stack and none is up (default: fail)",
    )
    parser.addini(
        "taskslib_without_stack",
        "what to do where tests need a stack and none is up: fail or skip",
        default="fail",
    )
    parser.addini(
        "taskslib_command",
        "the command that tells where the stack is reached (default: taskslib ports)",
        type="args",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """With `--integration`, put the kept stack's variables where tests look for them.

    That is before xdist starts its workers, which inherit them, and before tests are imported.
    """
    config = session.config
    if config.getoption("integration", default=False) is True and _asks(config):
        from taskslib.testing.asking import NoStackError

        try:
            _ask(config)
        except NoStackError as error:
            if _without(config) == "fail":
                raise pytest.UsageError(str(error)) from None
            config.pluginmanager.register(_Skipping(" ".join(str(error).split()), error.tests))
        except LookupError:
            return  # another project's `--integration`


class _Skipping:
    """Skips the tests that need the stack which isn't there."""

    def __init__(self, reason: str, tests: tuple[str, ...]) -> None:
        self._reason, self._tests = reason, tests

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Mark what lies in the folders of suites that have a stack."""
        for item in items:
            if any(map(item.path.is_relative_to, self._tests)):
                item.add_marker(pytest.mark.skip(reason=self._reason))


@pytest.fixture(scope="session")
def taskslib_instance(request: pytest.FixtureRequest) -> TaskslibInstance:
    """The running stack that the tests use; without one the test fails, or is skipped."""
    config = request.config
    if _asks(config):
        from taskslib.testing.asking import NoStackError

        try:
            _ask(config)
        except (NoStackError, LookupError) as error:
            if _without(config) == "skip":
                pytest.skip(str(error))
            pytest.fail(str(error), pytrace=False)
    if not _given():
        pytest.fail("this suite has no stack: unit tests have none", pytrace=False)
    found = {name: value for name, value in os.environ.items() if name.startswith("TEST_")}
    return TaskslibInstance(found.get("TEST_INSTANCE_ID", ""), found.get(_INSTANCE, ""), found)


@pytest.fixture(scope="session")
def endpoint(taskslib_instance: TaskslibInstance) -> Callable[..., Endpoint]:
    """Where a service is reached: `endpoint("api", 8000).url`."""
    return taskslib_instance.endpoint


@pytest.fixture(scope="session")
def database_url(taskslib_instance: TaskslibInstance) -> str:
    """The URL of the stack's database."""
    return taskslib_instance.database_url()


def _given() -> bool:
    """Return whether the environment has addresses already: somebody else's stack will do."""
    known = re.compile(rf"{_INSTANCE}|TEST_\w+_(URL|PORT)(_\d+)?")
    return any(known.fullmatch(name) for name in os.environ)


def _asks(config: pytest.Config) -> bool:
    return not _given() and not config.pluginmanager.has_plugin(_RUN_BY_US)


def _without(config: pytest.Config) -> str:
    """Return what to do without a stack: `fail` or `skip`."""
    chosen = config.getoption("--without-stack") or config.getini("taskslib_without_stack")
    if chosen not in {"fail", "skip"}:
        raise pytest.UsageError(f"taskslib_without_stack = {chosen!r}: wants fail or skip")
    return str(chosen)


def _ask(config: pytest.Config) -> None:
    """Put the kept stack's variables into the environment. Raises as `ask` does."""
    from taskslib.testing.asking import ask

    for name, value in ask(config.getini("taskslib_command"), config.args).items():
        os.environ.setdefault(name, value)
