"""A machine in memory, for tests: what is done to it is noted and changes what it then says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from taskslib.doctor.facts import Facts
from taskslib.doctor.steps import (
    ROOTFS_LABEL,
    STANDIN_LABEL,
    AwaitEngine,
    BuildStandIn,
    MakeRootfs,
    RunCommand,
    Step,
)
from taskslib.errors import EngineError


@dataclass
class FakeMachine:
    """Steps succeed at once, unless their text holds one of `failing`."""

    now: Facts
    present: dict[str, dict[str, str]] = field(default_factory=dict)
    failing: tuple[str, ...] = ()
    useless: tuple[str, ...] = ()
    """Texts of steps that succeed and change nothing."""
    done: list[Step] = field(default_factory=list)

    def facts(self) -> Facts:
        """Return what it is and has now."""
        return self.now

    def images(self, references: Iterable[str]) -> Mapping[str, Mapping[str, str]]:
        """Return the labels of those of these images that it has."""
        return {one: self.present[one] for one in references if one in self.present}

    def perform(self, step: Step) -> None:
        """Note the step and take its effect."""
        self.done.append(step)
        if any(part in str(step) for part in self.failing):
            raise EngineError(f"{str(step).split()[0]} … ended with 1", details="no luck\ntoday")
        if any(part in str(step) for part in self.useless):
            return
        match step:
            case RunCommand(argv=argv) if "install" in argv:
                self._install(argv)
            case RunCommand(argv=("docker", "pull", *_, image)):
                self.present[image] = {}
            case AwaitEngine():
                self.now = replace(self.now, daemon="26.1.5", stale=())
            case MakeRootfs():
                self.present[step.rootfs.image] = {ROOTFS_LABEL: step.rootfs.content}
            case BuildStandIn():
                self.present[step.recipe.image] = {STANDIN_LABEL: step.recipe.image}
            case _:
                pass

    def _install(self, packages: tuple[str, ...]) -> None:
        if "debootstrap" in packages:
            self.now = replace(self.now, debootstrap=True)
        else:
            self.now = replace(
                self.now,
                client="/usr/bin/docker",
                package=self.now.package or "docker.io",
                dockerd="/usr/sbin/dockerd",
                compose="2.26.1",
                buildx="0.13.1",
            )
