"""Several container engines at once: which suite's stack is on which, and what it needs there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from taskslib.api.history import durations, history
from taskslib.api.session import Session, client_of, engine_of, reaping, watchdog
from taskslib.errors import EngineError, UsageError, did_you_mean

if TYPE_CHECKING:
    from taskslib.pipeline.ahead import Ahead
    from taskslib.pipeline.plan import Plan
    from taskslib.pipeline.suite import Place
    from taskslib.project.model import Stack
    from taskslib.stacks.instance import Spec
    from taskslib.stacks.together import Configurations

USUAL = ""
"""The name of the engine that Docker's own variables and configuration lead to."""
_DEFAULT = "default"
"""Docker's context that follows `DOCKER_HOST`."""
_OVERRULING = ("DOCKER_HOST", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "TASKSLIB_ENGINE_HOST")
"""Variables that would lead all contexts to one engine."""


def on_engine(session: Session, name: str) -> Session:
    """Return a session whose engine is that of a Docker context."""
    if name == USUAL:
        return session
    dropped = () if name == _DEFAULT else _OVERRULING
    environ = {key: value for key, value in session.environ.items() if key not in dropped}
    return replace(session, environ={**environ, "DOCKER_CONTEXT": name})


def placed_on(session: Session, planned: Plan) -> Plan:
    """Return a plan in which the stacks are dealt out to the engines that were asked for.

    Raises `UsageError` for a Docker context that isn't there, `EngineError` without a client, or
    for an engine that does not answer.
    """
    from taskslib.pipeline.placing import placed

    engines = planned.request.engines
    if not engines:
        return planned
    refuse_unknown(session, engines)
    took = durations(history(session, planned.project.name), planned)
    found = placed(planned, engines, took)
    if any(one.cached is None and one.suite.stack is not None for one in found.entries):
        _refuse_silent(session, engines)
    return found


def _refuse_silent(session: Session, names: Sequence[str]) -> None:
    """Raise `EngineError` for an engine that does not answer: else its suites alone would say so.

    And which suites these are depends on how long they took the last time.
    """
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(len(names)) as pool:
        asked = [(one, pool.submit(engine_of(on_engine(session, one)).check)) for one in names]
        for name, one in asked:
            try:
                one.result()
            except EngineError as error:
                what = error.message
                if repr(name) not in what:
                    what = f"{what} (context {name!r})"
                raise EngineError(what, details=error.details, hint=error.hint) from error


def refuse_unknown(session: Session, names: Iterable[str]) -> None:
    """Raise `UsageError` for a Docker context that isn't there, `EngineError` without a client."""
    known = client_of(session).ask("context", "ls", "--format", "{{.Name}}").split()
    for name in names:
        if name not in known:
            raise UsageError(
                f"no Docker context {name!r}",
                hint=f"{did_you_mean(name, known)}contexts: {', '.join(known)}",
            )


def specs_by_engine(planned: Plan, spec: Callable[[Stack], Spec]) -> dict[str, tuple[Spec, ...]]:
    """Return the instances that a plan starts, one per stack, by the name of their engine."""
    found: dict[str, dict[Stack, Spec]] = {}
    for entry in planned.entries:
        if entry.cached is None and entry.suite.stack is not None:
            found.setdefault(entry.engine, {})[entry.suite.stack] = spec(entry.suite.stack)
    return {engine: tuple(specs.values()) for engine, specs in found.items()}


@contextmanager
def places(
    session: Session,
    planned: Plan,
    specs: dict[str, tuple[Spec, ...]],
    configurations: Configurations,
    ahead: Ahead,
) -> Iterator[dict[str, Place]]:
    """Have the engines of a plan ready: watched, free of what killed runs left, and building.

    Args:
        session: Where.
        planned: The plan.
        specs: The instances that it starts, from `specs_by_engine`.
        configurations: Where the stacks' configurations are asked for.
        ahead: Whether this run may begin things ahead of time.
    """
    from taskslib.pipeline.suite import Place
    from taskslib.stacks.watchdog import Unguarded

    runs = any(entry.cached is None for entry in planned.entries)
    limit = planned.project.limits.build
    found: dict[str, Place] = {}
    with ExitStack() as stack:
        # The usual one comes last, and ends suites that have no stack.
        for name in sorted({USUAL, *specs}, reverse=True):
            there, own = on_engine(session, name), specs.get(name, ())
            guard = stack.enter_context(watchdog(there)) if runs else Unguarded()
            found[name] = Place(partial(engine_of, there), there.environ, guard)
            if own:
                stack.enter_context(reaping(there, but=own))
            if len(own) > 1 and ahead.taken():  # one stack builds its own
                stack.enter_context(_images(there, own, configurations, limit))
        yield found


def _images(
    session: Session, specs: Sequence[Spec], configurations: Configurations, limit: float
) -> AbstractContextManager[None]:
    """Build all images at once while the first stage's tests run."""
    from taskslib.stacks.together import built_together

    engine = partial(engine_of, session)
    return built_together(engine, specs, configurations, session.cancellation, limit)
