"""The environments of a project, and what Compose makes of their files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from taskslib.api.session import Session, engine_of, project
from taskslib.errors import ConfigError

if TYPE_CHECKING:
    from taskslib.project.model import Project, Stack
    from taskslib.stacks.published import Sources

DEV = "dev"
_REQUIRED = re.compile(r"required variable (\w+) is missing a value")


def config(session: Session, environment: str) -> Mapping[str, Any]:
    """Return what Compose makes of an environment's files, with secrets masked.

    Raises `UsageError` for an environment that isn't there, `ConfigError` where Compose refuses.
    """
    from taskslib.api.stacks import instance_id
    from taskslib.secrets import masked_tree
    from taskslib.stacks.ids import environment_project

    found = project(session)
    stack = environment_stack(found, environment)
    values = variables_of(session, stack)
    name = environment_project(found.name, environment)
    given = {"TEST_INSTANCE_ID": instance_id(session)}
    try:
        resolved = engine_of(session).config(stack, name, given)
    except ConfigError as error:
        raise helped(error, session, stack) from error
    return masked_tree(resolved, values)


def environment_stack(found: Project, name: str) -> Stack:
    """Return an environment's stack, wherever the configuration says that it is.

    Raises `UsageError` where there is none of that name.
    """
    from taskslib.project.environments import environment

    configured = {DEV: found.dev, "test": found.stack}
    return configured.get(name) or environment(found.root, name)


def variables_of(session: Session, stack: Stack) -> dict[str, str]:
    """Return the variables that Compose knows; say which an environment's `.env` lacks.

    One that the Compose files have a default for is none of them.
    What in that file is not what it seems is said, too. Raises `ConfigError` where Compose would
    refuse it.
    """
    from taskslib.project.environments import env_file, env_notes, env_troubles, needless

    troubles = env_troubles(stack, session.root)
    file = env_file(stack)
    for note in (*troubles, *env_notes(file, session.root, needless(stack))):
        session.say(note)
    return {**(file.values or {}), **session.environ}


def sources_of(session: Session, stack: Stack) -> Sources:
    """Return where the ports that a stack publishes are decided."""
    from taskslib.project.environments import env_file
    from taskslib.stacks.published import Sources

    return Sources(stack, session.root, env_file(stack).values or {}, session.environ)


def helped(error: ConfigError, session: Session, stack: Stack) -> ConfigError:
    """Return Compose's refusal with what mends it, where a variable is missing or is no port."""
    from taskslib.project.model import shown
    from taskslib.stacks.published import refused_port

    missing = _REQUIRED.search(error.message)
    if missing is None:
        return refused_port(error, sources_of(session, stack)) or error
    where = shown(stack.folder / ".env", session.root)
    name = missing[1]
    return ConfigError(error.message, hint=f"set {name} in {where} or in the environment: {name}=…")
