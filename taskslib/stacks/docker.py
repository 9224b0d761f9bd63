"""The engine adapter: Docker with Compose v2, through its command line (`client.py`)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from taskslib.cancellation import Cancellation
from taskslib.errors import BuildError, StackError
from taskslib.processes import Completed
from taskslib.project.model import Stack
from taskslib.stacks.client import DockerClient, last_lines, nowhere
from taskslib.stacks.compose_errors import config_error, without_warnings
from taskslib.stacks.engine import ComposeConfig, Container, Label
from taskslib.stacks.limits import remedy
from taskslib.stacks.listing import (
    FORMAT,
    LABELS_FORMAT,
    image_labels,
    parse_containers,
    parse_labels,
)
from taskslib.stacks.reach import Reach, reach_of
from taskslib.stacks.removal import labelled, project, remove
from taskslib.stacks.resolving import resolve
from taskslib.stacks.surroundings import context_name, gateway

_CLEAR_LINE = re.compile("^\x1b\\[2K", re.MULTILINE)
"""Compose puts it before each line of a log, whatever it is told about colours."""

_TO_END = 300.0
"""Seconds for containers that may end in their own time; the engine kills each after ten."""


class DockerEngine:
    """`Engine` on the Docker command line."""

    def __init__(self, cancellation: Cancellation, environ: Mapping[str, str]) -> None:
        self._docker = DockerClient(cancellation, environ)
        self._reach: Reach | None = None

    def check(self) -> None:
        """Raise `EngineError`, with what mends it, unless the engine answers."""
        self._docker.ask("version", "--format", "{{.Server.Version}}")

    def config(self, stack: Stack, name: str, variables: Mapping[str, str]) -> ComposeConfig:
        """Return the stack as Compose resolves it, `x-taskslib` of its services included."""
        resolved = resolve(self._docker, stack, name, variables)
        if not resolved.get("services"):
            raise config_error(stack, "no services")
        texts = [path.read_text("utf-8", "replace") for path in stack.files]
        # In a file that is included or extended, it may stand too.
        if any(word in text for text in texts for word in ("x-taskslib", "include", "extends")):
            found = self._extensions(stack, name, variables)
            for key in resolved["services"].keys() & found.keys():
                resolved["services"][key]["x-taskslib"] = found[key]
        return resolved

    def build(self, name: str, stack: Stack, config: ComposeConfig, *, limit: float) -> None:
        """Build the images of a configuration; nothing to do is nothing done."""
        if not any(service.get("build") for service in config["services"].values()):
            return
        done = self._compose(name, stack, config, "build", timeout=limit)
        self._raise_if_unbuilt(done, f"the images of {stack.files[0]} don't build", limit)

    def prebuild(self, config: ComposeConfig, *, limit: float) -> None:
        """Build the images of a configuration into the build cache, by one bake."""
        bake = ("buildx", "bake", "--file", "-", "--set", "*.output=type=cacheonly")
        done = self._docker.run(*bake, cwd=nowhere(), stdin=json.dumps(config), timeout=limit)
        self._raise_if_unbuilt(done, "the images don't build", limit)

    def _raise_if_unbuilt(self, done: Completed, what: str, limit: float) -> None:
        if done.code != 0 or done.timed_out:
            self._raise_if_gone(done)
            output = last_lines(without_warnings(done.stdout + done.stderr))
            late = f" in {limit:.0f} s" if done.timed_out else ""
            raise BuildError(f"{what}{late}", details=output, hint=remedy(output))

    def start(self, name: str, stack: Stack, config: ComposeConfig, *, limit: float) -> None:
        """Create and start the containers of a configuration."""
        up = ("up", "--detach", "--no-build", "--quiet-pull", "--remove-orphans")
        done = self._compose(name, stack, config, *up, timeout=limit)
        if done.code != 0 or done.timed_out:
            self._raise_if_gone(done)
            late = f" in {limit:.0f} s" if done.timed_out else ""
            output = last_lines(without_warnings(done.stdout + done.stderr))
            raise StackError(
                f"{stack.files[0]} does not start{late}", details=output, hint=remedy(output)
            )

    def containers(self, name: str) -> tuple[Container, ...]:
        """Return the containers of one instance; of all managed instances for an empty name."""
        label = f"{Label.NAME}={name}" if name else Label.MANAGED
        listing = self._docker.ask(
            "ps", "-a", "--no-trunc", "--filter", f"label={label}", "--format", FORMAT
        )
        return parse_containers(listing)

    def belongings(self) -> tuple[Mapping[str, str], ...]:
        """Return the labels of everything of ours, images as if they were containers."""
        managed = ("--filter", f"label={Label.MANAGED}", "--format", LABELS_FORMAT)
        images = ("image", "ls", "--quiet", "--filter", f"label={Label.IMAGE}")
        with ThreadPoolExecutor(4) as pool:
            asked = [
                pool.submit(self._docker.ask, *listing, *managed)
                for listing in (("ps", "-a"), ("network", "ls"), ("volume", "ls"))
            ]
            built = pool.submit(self._docker.ask, *images).result().split()
            listed = [labels for one in asked for labels in parse_labels(one.result())]
        if built:
            inspected = self._docker.run(
                "image", "inspect", "--format", "{{json .Config.Labels}}", *dict.fromkeys(built)
            )
            listed += image_labels(inspected.stdout)  # one that is gone by now is not missed
        return tuple(listed)

    def probe_output(self, container: Container) -> str:
        """Return what the last runs of a container's healthcheck printed; empty without one."""
        done = self._docker.run("inspect", "--format", "{{json .State.Health}}", container.id)
        health = (json.loads(done.stdout) if done.code == 0 else None) or {}
        outputs = [entry.get("Output", "").strip() for entry in health.get("Log") or []]
        # The same words five times over say no more than once.
        return "\n".join(dict.fromkeys(output for output in outputs if output))

    def logs(self, name: str, *, tail: int, service: str = "", since: float = 0.0) -> str:
        """Return the last lines of an instance's containers (or of one service's)."""
        names = [service] if service else []
        begin = ("--since", f"{since:.3f}") if since else ()
        logs = ("logs", "--no-color", "--tail", str(tail), *begin, *names)
        done = self._docker.run(*project(name), *logs, cwd=nowhere())
        return _CLEAR_LINE.sub("", done.stdout) + without_warnings(done.stderr)

    def down(self, name: str) -> None:
        """End an instance's containers in their own time, and its networks; volumes stay."""
        down = ("down", "--remove-orphans")
        done = self._docker.run(*project(name), *down, cwd=nowhere(), timeout=_TO_END)
        if done.code != 0 or done.timed_out:
            self._raise_if_gone(done)
            raise StackError(f"{name} does not end", details=last_lines(done.stderr))

    def teardown(self, name: str) -> bool:
        """Remove an instance: containers, networks, volumes, images. Also when cancelled."""
        return remove(self._docker, name)

    def leftovers(self, name: str) -> tuple[str, ...]:
        """Return what still carries the instance's labels, as `container NAME`, `network …`."""
        found = labelled(self._docker, name)
        return tuple(f"{kind} {one}" for kind, names in found.items() for one in names)

    def reach(self) -> Reach:
        """Return where published ports are reached; asked of the client once."""
        if self._reach is None:
            context = context_name(self._docker.environ)
            shown = ("context", "inspect", "--format", "{{.Endpoints.docker.Host}}", context)
            address = self._docker.ask(*shown).strip() if context else ""
            self._reach = reach_of(self._docker.environ, context=address, gateway=gateway())
        return self._reach

    def _raise_if_gone(self, done: Completed) -> None:
        """Raise `EngineError` where a long command failed because the engine is not running.

        Of one that goes away in the middle, a command says no more than `EOF`: so it is asked.
        """
        self._docker.raise_if_down(done)
        if not done.timed_out:
            self.check()

    def _extensions(
        self, stack: Stack, name: str, variables: Mapping[str, str]
    ) -> dict[str, object]:
        """Return `x-taskslib` of the services, interpolated.

        Compose's JSON has a service's extensions only when it doesn't interpolate, but a file's
        own always: so they go through it once more, as such.
        """
        raw = resolve(self._docker, stack, name, variables, "--no-interpolate")
        key = "x-taskslib"
        found = {name: one[key] for name, one in raw["services"].items() if key in one}
        if "$" in json.dumps(found):
            carrier = {"services": {"x": {"image": "x"}}, key: found}
            found = resolve(self._docker, stack, name, variables, given=carrier)[key]
        return found

    def _compose(
        self, name: str, stack: Stack, config: ComposeConfig, *arguments: str, timeout: float
    ) -> Completed:
        """Run Compose on a configuration that was resolved before, read from stdin."""
        folder = ("--project-directory", str(stack.folder))
        return self._docker.run(
            *(*project(name), *folder, "--file", "-", *arguments),
            cwd=stack.folder,
            stdin=json.dumps(config),
            timeout=timeout,
        )
