"""The machine that setup asks and works on: an interface, and the one that is really here.

Its fake is in `fake.py`.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

from taskslib.cancellation import Cancellation
from taskslib.doctor.apt import MARKER
from taskslib.doctor.facts import Facts, gather, search_path
from taskslib.doctor.steps import (
    ROOTFS_LABEL,
    AwaitEngine,
    BuildStandIn,
    MakeRootfs,
    RemoveFile,
    RunCommand,
    Step,
    WriteFile,
)
from taskslib.doctor.trust import ca_bundle
from taskslib.errors import BuildError, EngineError
from taskslib.processes import Command, Completed, run

_ASK_LIMIT = 10.0
_BUILD_LIMIT = 1200.0
_SHOWN_LINES = 15


class Machine(Protocol):
    """A machine as setup sees it."""

    def facts(self) -> Facts:
        """Return what it is and has now."""

    def images(self, references: Iterable[str]) -> Mapping[str, Mapping[str, str]]:
        """Return the labels of those of these images that its engine has."""

    def perform(self, step: Step) -> None:
        """Do it, or raise EngineError with the last lines of what failed."""


class ThisMachine:
    """The machine that we run on."""

    def __init__(self, cancellation: Cancellation) -> None:
        self._cancellation = cancellation

    def facts(self) -> Facts:
        """Look at this machine."""
        return gather(self.ask)

    def images(self, references: Iterable[str]) -> Mapping[str, Mapping[str, str]]:
        """Ask the engine."""
        from taskslib.doctor.images import labels_of

        return labels_of(references)

    def perform(self, step: Step) -> None:
        """Do it."""
        match step:
            case WriteFile():
                _write(step)
            case RemoveFile():
                Path(step.path).unlink(missing_ok=True)
            case RunCommand():
                self._run(step.argv, step.timeout, step.env, step.evidence)
            case AwaitEngine():
                self._await(step)
            case MakeRootfs():
                self._make_rootfs(step)
            case BuildStandIn():
                self._build(step)

    def ask(self, argv: tuple[str, ...]) -> Completed:
        """Run a short command; where it is missing or hangs, answer like a failed one."""
        command = Command(argv, env=self._env(()), timeout=_ASK_LIMIT)
        try:
            done = run(command, self._cancellation)
        except OSError as error:
            return Completed(127, "", str(error))
        return Completed(124, "", "") if done.timed_out else done

    def _run(
        self,
        argv: tuple[str, ...],
        timeout: float,
        env: tuple[tuple[str, str], ...] = (),
        evidence: tuple[str, ...] = (),
    ) -> None:
        command = Command(argv, env=self._env(env), timeout=timeout)
        try:
            done = run(command, self._cancellation)
        except OSError as error:
            raise EngineError(f"{argv[0]} cannot be started: {error.strerror}") from error
        if done.failed:
            ended = f"took over {timeout:.0f} s" if done.timed_out else f"ended with {done.code}"
            more = self.ask(evidence).stdout if evidence else ""
            details = _tail(f"{done.stdout}\n{done.stderr}\n{more}")
            raise EngineError(f"{' '.join(argv[:3])} … {ended}", details=details)

    def _env(self, extra: tuple[tuple[str, str], ...]) -> dict[str, str]:
        return {**os.environ, "PATH": search_path(), **dict(extra)}

    def _await(self, step: AwaitEngine) -> None:
        begun = time.monotonic()
        missed = 0
        while self.ask(("docker", "version")).code != 0:
            # A moment passes between start-stop-daemon's end and the name `dockerd`.
            missed = 0 if step.supervised or _daemon_lives() else missed + 1
            died = missed > 5  # noqa: PLR2004
            if died or time.monotonic() - begun > step.limit:
                happened = "the daemon has ended" if died else "the engine does not answer"
                evidence = self.ask(step.evidence)
                raise EngineError(
                    f"{happened} after {time.monotonic() - begun:.0f} s",
                    details=_tail(evidence.stdout + evidence.stderr),
                    hint=f"all of it: {' '.join(step.evidence)}",
                )
            self._cancellation.pause(0.2)

    def _make_rootfs(self, step: MakeRootfs) -> None:
        # Not in /tmp: where that is mounted `nodev`, debootstrap refuses.
        with tempfile.TemporaryDirectory(prefix="taskslib-", dir="/var/tmp") as folder:
            root, archive = f"{folder}/root", f"{folder}/root.tar"
            log = ("tail", "-n", "5", f"{root}/debootstrap/debootstrap.log")
            self._run(step.argv(root), _BUILD_LIMIT, evidence=log)
            leave = ("--exclude=./var/cache/apt/archives/*.deb", "--exclude=./var/lib/apt/lists/*")
            self._run(("tar", "-C", root, *leave, "-cf", archive, "."), _BUILD_LIMIT)
            label = f'LABEL {ROOTFS_LABEL}="{step.rootfs.content}"'
            argv = ("docker", "import", "--change", label, archive, step.rootfs.image)
            self._run(argv, _BUILD_LIMIT)

    def _build(self, step: BuildStandIn) -> None:
        recipe = step.recipe
        with tempfile.TemporaryDirectory(prefix="taskslib-") as folder:
            context = Path(folder, "context")
            shutil.copytree(recipe.path.parent, context)
            if recipe.host_ca:
                (context / recipe.host_ca).write_text(ca_bundle(), encoding="utf-8")
            try:
                self._run(step.argv(str(context), str(context / recipe.path.name)), _BUILD_LIMIT)
            except EngineError as error:
                message = f"{recipe.shown} does not build: {error.message}"
                raise BuildError(message, details=error.details) from error


def _write(step: WriteFile) -> None:
    path = Path(step.path)
    try:
        if path.exists() and not path.read_text(encoding="utf-8").startswith(MARKER):
            raise EngineError(
                f"{path} is there, and taskslib did not write it",
                hint=f"move it away: mv {path} {path}.mine",
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(step.text, encoding="utf-8")
    except OSError as error:
        raise EngineError(f"{path} cannot be written: {error.strerror}") from error


def _daemon_lives() -> bool:
    for path in Path("/proc").glob("[0-9]*/comm"):
        try:
            if path.read_text(encoding="utf-8").strip() == "dockerd":
                return True
        except OSError:
            continue
    return False


def _tail(text: str) -> str:
    return "\n".join([line for line in text.splitlines() if line.strip()][-_SHOWN_LINES:])
