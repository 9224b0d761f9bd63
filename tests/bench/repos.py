"""Generated repos: so many services, each with a test that turbo and taskslib both run.

The same files serve both: npm workspaces and a turbo.json for the one, `[tool.taskslib]` for the
other. Of ten services the first is a library that the other nine depend on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

TURBO = "2.11.11"
GROUP = 10
REPORT = "build/report.xml"

_TEST = f"""\
const fs = require("node:fs");
const {{ answer }} = require("./src/index.js");
if (answer() !== 42) process.exit(1);
fs.mkdirSync("build", {{ recursive: true }});
fs.writeFileSync("{REPORT}", "<testsuite><testcase name='answers'/></testsuite>");
"""
_SOURCE = "exports.answer = () => 42; // {name}\n"
_MORE = "exports.number = {number};\n"
_FILES = 4
"""Source files of a service, besides the one that is tested."""
_IGNORED = "node_modules/\nbuild/\n.turbo/\n.taskslib/\n"


def service(number: int) -> str:
    """Return the name of a service."""
    return f"s{number:04}"


def files(count: int) -> Iterator[tuple[str, str]]:
    """Yield the files of a repo with so many services, each as its path and its text."""
    yield ".gitignore", _IGNORED
    yield "tasks.py", "from taskslib import ns\n"
    workspaces = {"name": "bench", "private": True, "workspaces": ["services/*"]}
    manager = {"packageManager": "npm@10.0.0", "devDependencies": {"turbo": TURBO}}
    yield "package.json", _json({**workspaces, **manager})
    yield "turbo.json", _json({"tasks": {"test": {"outputs": ["build/**"]}}})
    config = ["[tool.taskslib]", 'project = "bench"']
    for number in range(count):
        config.append(f"[tool.taskslib.service.{service(number)}.unit]")
        config.append(f'command = ["node", "test.js"]\nreport = "{REPORT}"')
        yield from _service(number)
    yield "pyproject.toml", "\n".join([*config, ""])


def generate(root: Path, count: int, call: Callable[[Sequence[str], Path], object]) -> Path:
    """Write a repo with so many services, install turbo, and commit all; return the root.

    Args:
        root: Where it is made.
        count: How many services it has.
        call: Runs a command in a folder.
    """
    for name, text in files(count):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    call(("git", "init", "-q", "-b", "main"), root)
    call(("npm", "install", "--no-audit", "--no-fund", "--loglevel=error"), root)
    commit(root, "Begin", call)
    return root


def commit(root: Path, message: str, call: Callable[[Sequence[str], Path], object]) -> None:
    """Commit all that has changed."""
    call(("git", "add", "-A"), root)
    call(("git", "commit", "-q", "-m", message), root)


def edit(root: Path, number: int, text: str) -> None:
    """Change a service: what it answers stays the same."""
    source = root / "services" / service(number) / "src" / "index.js"
    source.write_text(_SOURCE.format(name=text), "utf-8")


def native_turbo(root: Path) -> Path | None:
    """Return turbo's own binary, which npm's launcher starts."""
    found = (root / "node_modules").glob("**/turbo-*/bin/turbo")
    found_too = (root / "node_modules" / "@turbo").glob("*/bin/turbo")
    return next((path for path in (*found_too, *found) if path.is_file()), None)


def _service(number: int) -> Iterator[tuple[str, str]]:
    name = service(number)
    library = number - number % GROUP
    needs = {} if number == library else {service(library): "*"}
    package = {"name": name, "version": "1.0.0", "private": True}
    test = {"scripts": {"test": "node test.js"}, "dependencies": needs}
    yield f"services/{name}/package.json", _json({**package, **test})
    yield f"services/{name}/test.js", _TEST
    yield f"services/{name}/src/index.js", _SOURCE.format(name=name)
    for more in range(_FILES):
        yield f"services/{name}/src/more{more}.js", _MORE.format(number=number * _FILES + more)


def _json(data: object) -> str:
    return json.dumps(data, indent=2) + "\n"
