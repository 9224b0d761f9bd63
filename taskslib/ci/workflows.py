"""A project's workflows, as text. Pure: the project in, files out."""

from __future__ import annotations

import json
from collections.abc import Mapping

from taskslib.ci.actions import ACTIONS, Provider
from taskslib.ci.files import stamped
from taskslib.events import Stage
from taskslib.project.model import Layout, Project
from taskslib.release.images import built

_TASKS = "tasks.py"


def workflows(project: Project, provider: Provider, prefix: str = "") -> Mapping[str, str | None]:
    """Return the text of each workflow, by its path in the repo; None for one that is not to be.

    Args:
        project: The repo. Its `ci.branch` is known: see `branch.py`.
        provider: Whose CI it is.
        prefix: What stands before the names of our tasks in the repo's tasks.py.

    Raises:
        ConfigError: Two images would have one name.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("taskslib.ci", "templates"),
        autoescape=False,  # noqa: S701 — this is no HTML: `literal` and `quoted` escape for YAML
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        # GitHub's own expressions have the braces.
        variable_start_string="[[",
        variable_end_string="]]",
        block_start_string="[%",
        block_end_string="%]",
        comment_start_string="[#",
        comment_end_string="#]",
    )
    environment.filters |= {"literal": _literal, "quoted": _quoted, "word": _word}
    images = [one.name for one in built(project)]
    words = {
        "provider": provider,
        "github": provider is Provider.GITHUB,
        "actions": ACTIONS[provider],
        "ci": project.ci,
        "registry": project.release.registry,
        "platforms": project.release.platforms,
        "begin": f"inv {prefix}" if (project.root / _TASKS).is_file() else "taskslib ",
        "single": project.layout is Layout.SINGLE,
        "tested": tested(project),
        "integration": any(suite.id.stage is Stage.INTEGRATION for suite in project.suites),
        "built": images,
    }
    return {
        f"{provider.folder}/{name}.yml": (
            _without_blanks(environment.get_template(f"{name}.yml.j2").render(words))
            if wanted
            else None
        )
        for name, wanted in (("test", True), ("release", bool(images)))
    }


def written(project: Project, provider: Provider, prefix: str = "") -> Mapping[str, str | None]:
    """Return the same as `ci-init` writes them: with what tells later whether one was edited."""
    command = f"taskslib ci-init --provider {provider}"
    found = workflows(project, provider, prefix).items()
    return {path: None if body is None else stamped(body, command) for path, body in found}


def tested(project: Project) -> tuple[str, ...]:
    """Return the names that have tests of their own: services, libraries, the project."""
    own = (one.id.name for one in project.suites if one.id.stage is not Stage.INTEGRATION)
    return tuple(dict.fromkeys(own))


def _without_blanks(text: str) -> str:
    """Return a text without the empty lines that calls of macros leave."""
    return "".join(line for line in text.splitlines(keepends=True) if line.strip())


def _literal(value: object) -> str:
    """Return a value as YAML for just it: JSON is YAML, and no expression of GitHub's may begin."""
    return json.dumps(value, ensure_ascii=True).replace("${{", "${{ '${{' }}")


def _word(text: str) -> str:
    """Return a text as it may stand in a comment."""
    return " ".join(text.split()).replace("${{", "")


def _quoted(text: str) -> str:
    """Return a text as it stands in an expression of GitHub's."""
    return f"'{text.replace(chr(39), chr(39) * 2)}'"
