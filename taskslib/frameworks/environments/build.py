"""Make the layers of an environment with uv; each `make` fills one empty place of the store."""

from __future__ import annotations

import os
import shlex
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from taskslib.cancellation import Cancellation
from taskslib.errors import EnvironmentFailure
from taskslib.frameworks.environments import commands, uvlock
from taskslib.frameworks.environments.inputs import Inputs, Kind
from taskslib.frameworks.environments.interpreter import Interpreter
from taskslib.frameworks.environments.store import programs, python, site_packages
from taskslib.processes import Command, Completed, run
from taskslib.project.references.packages import normalised

_SCRATCH = "scratch"
_BASE_PTH = "000_taskslib_base.pth"
"""Sorts before what editable installs write: third parties come first, as in any environment."""
_LINES = 20
"""How much of uv's reason is shown."""


@dataclass(frozen=True, slots=True)
class Builder:
    """Makes the environments of one folder."""

    inputs: Inputs
    interpreter: Interpreter
    needs: tuple[str, ...]
    top: Path
    environ: Mapping[str, str]
    cancellation: Cancellation

    def base(self, home: Path) -> None:
        """Install what a lock pins, and nothing of the repo's own."""
        with self._empty(home, self.interpreter.request):
            self._third_parties(home)

    def overlay(self, home: Path, base: Path) -> None:
        """Install the folder's local packages over a base, and let both be seen as one."""
        with self._empty(home, str(python(base))):
            self._local(home)
        # Not a line with the path alone: the base's own .pth files must be read too.
        line = f"import site; site.addsitedir({str(site_packages(base))!a})\n"
        (site_packages(home) / _BASE_PTH).write_text(line, "ascii")
        _adopt_programs(programs(base), programs(home))

    def own(self, home: Path) -> None:
        """Install all of it in one place: what no lock pins is nobody else's."""
        with self._empty(home, self.interpreter.request):
            self._third_parties(home)
            self._local(home)

    def failure(self, what: str, *, hint: str, details: str = "") -> EnvironmentFailure:
        """Return an error that names the folder."""
        folder = self.inputs.folder
        name = folder.name if folder == self.top else self._shown(folder)
        return EnvironmentFailure(f"{name}: {what}", hint=hint, details=details)

    @contextmanager
    def _empty(self, home: Path, request: str) -> Iterator[None]:
        """Make an empty environment, with a place for build backends while it is filled."""
        completed = self._uv(home, commands.venv(uv_program(), request, home))
        if completed.code and self.interpreter.sought:
            wanted = self.interpreter.sought
            raise self.failure(
                f"needs Python {wanted}, and none is installed",
                hint=f"uv python install {shlex.quote(wanted)}",
                details=_last(completed.stderr),
            )
        self._check(completed)
        scratch = home / _SCRATCH
        scratch.mkdir()
        (scratch / "setup.cfg").write_text(commands.setup_cfg(scratch), "utf-8")
        yield
        shutil.rmtree(scratch)

    def _third_parties(self, home: Path) -> None:
        argv = commands.third_parties(uv_program(), self.inputs, python(home), self.needs)
        if argv is not None:
            self._check(self._uv(home, argv, stdin=self.inputs.filtered))
        installed = _installed(home)
        argv = commands.missing(uv_program(), python(home), self.needs, installed)
        if argv is not None:
            self._check(self._uv(home, argv, stdin=commands.constraints(installed)))

    def _local(self, home: Path) -> None:
        inputs, packages = self.inputs, self.inputs.locals
        if inputs.kind is Kind.UV_LOCK:
            packages = uvlock.reachable(inputs.file, inputs.folder)
        argv = commands.local(uv_program(), inputs.folder, python(home), packages)
        if argv is not None:
            self._check(self._uv(home, argv))

    def _uv(self, home: Path, argv: tuple[str, ...], *, stdin: str = "") -> Completed:
        variables = commands.uv_variables(self.environ, home / _SCRATCH)
        if argv[1] == "sync":
            variables["UV_PROJECT_ENVIRONMENT"] = str(home)
        else:
            variables |= commands.pip_index(self.environ)
        # In the project's folder, so that its own uv settings (an index, say) hold.
        command = Command(argv, cwd=self.inputs.folder, env=variables, stdin=stdin)
        return run(command, self.cancellation)

    def _check(self, completed: Completed) -> None:
        if completed.code:
            raise self.failure(
                f"its environment cannot be made from {self._shown(self.inputs.file)}",
                hint=self._remedy(completed.stderr),
                details=_last(completed.stderr or completed.stdout),
            )

    def _remedy(self, reason: str) -> str:
        file = self._shown(self.inputs.file)
        if self.inputs.kind is Kind.UV_LOCK and "uv lock" in reason:
            where = self._shown(self.inputs.file.parent)
            return "uv lock" if where == "." else f"uv lock --project={shlex.quote(where)}"
        if self.inputs.kind is Kind.HASHED and "hash" in reason.lower():
            return f"write {file} anew from the project, with hashes (uv export --no-emit-project)"
        return f"correct {file}, or check the connection to the package index"

    def _shown(self, path: Path) -> str:
        return path.relative_to(self.top).as_posix() if path.is_relative_to(self.top) else str(path)


_FINDING_UV = threading.Lock()


def uv_program() -> str:
    """Return the path of uv, which is installed with taskslib."""
    import uv

    try:
        # `sysconfig`, which uv asks, fills its table on the first call, and a second thread
        # that comes meanwhile gets an unfinished one (CPython 3.11).
        with _FINDING_UV:
            return os.fspath(uv.find_uv_bin())
    except FileNotFoundError as error:
        raise EnvironmentFailure(f"uv is missing: {error}", hint="pip install uv") from error


def _adopt_programs(base: Path, overlay: Path) -> None:
    """Give the overlay the base's console scripts, which run the interpreter beside them.

    Those of the base run the base's interpreter, which does not see the local packages.
    """
    for program in sorted(base.iterdir()):
        own = overlay / program.name
        if own.exists() or not program.is_file():
            continue
        with suppress(OSError):
            os.link(program, own)  # ruff and its like are tens of megabytes
            continue
        shutil.copy2(program, own)


def _installed(home: Path) -> dict[str, str]:
    """Return the version of each distribution in an environment, by normalised name."""
    import importlib.metadata

    found = importlib.metadata.distributions(path=[str(site_packages(home))])
    return {normalised(item.metadata["Name"]): item.version for item in found}


def _last(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-_LINES:])
