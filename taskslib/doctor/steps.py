"""What setup does, as values: printed beforehand, then performed exactly as they are."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from taskslib.doctor.recipes import Recipe, Rootfs

STANDIN_LABEL = "taskslib.standin"
"""On an image that a recipe made: the name it stands in for. Images built from it inherit it."""
ROOTFS_LABEL = "taskslib.rootfs"
"""On the image of a root file system: its suite and packages."""


@dataclass(frozen=True, slots=True)
class WriteFile:
    """Write a file of ours; a file of the user's is never overwritten."""

    path: str
    text: str

    def __str__(self) -> str:
        return f"write {self.path}"


@dataclass(frozen=True, slots=True)
class RemoveFile:
    """Remove a file."""

    path: str

    def __str__(self) -> str:
        return f"remove {self.path}"


@dataclass(frozen=True, slots=True)
class RunCommand:
    """Run a command to its end."""

    argv: tuple[str, ...]
    timeout: float
    env: tuple[tuple[str, str], ...] = ()
    """Variables that it gets in addition to ours."""
    evidence: tuple[str, ...] = ()
    """A command whose output says why, where it fails."""

    def __str__(self) -> str:
        return " ".join([*(f"{name}={value}" for name, value in self.env), shlex.join(self.argv)])


@dataclass(frozen=True, slots=True)
class AwaitEngine:
    """Wait until the engine answers."""

    limit: float
    evidence: tuple[str, ...]
    """A command whose output says why, where it doesn't."""
    supervised: bool
    """Whether systemd would start a daemon again that has died: else that is the end of it."""

    def __str__(self) -> str:
        return f"wait until it answers (at most {self.limit:.0f} s)"


@dataclass(frozen=True, slots=True)
class MakeRootfs:
    """Make a root file system in a temporary folder and import it as an image."""

    rootfs: Rootfs
    mirror: str
    """Empty: debootstrap's own."""
    keyring: str
    """Empty: debootstrap's own."""

    def argv(self, folder: str) -> tuple[str, ...]:
        """Return the command that fills `folder`.

        It runs in a mount namespace of its own: what debootstrap mounts is gone with it, however
        it ends, so that the folder can be deleted.
        """
        options = [f"--include={','.join(self.rootfs.packages)}"] if self.rootfs.packages else []
        options += [f"--keyring={self.keyring}"] if self.keyring else []
        mirror = [self.mirror] if self.mirror else []
        command = ("debootstrap", "--variant=minbase", *options, self.rootfs.suite, folder, *mirror)
        return ("unshare", "--mount", *command)

    def __str__(self) -> str:
        return f"{shlex.join(self.argv('DIR'))}, then docker import as {self.rootfs.image}"


@dataclass(frozen=True, slots=True)
class BuildStandIn:
    """Build a recipe in a temporary copy of its folder, to which the CA bundle is added."""

    recipe: Recipe

    def argv(self, folder: str, dockerfile: str) -> tuple[str, ...]:
        """Return the command that builds it from `folder`."""
        label = f"{STANDIN_LABEL}={self.recipe.image}"
        names = ("--label", label, "--tag", self.recipe.image)
        return ("docker", "build", "--progress=plain", *names, "--file", dockerfile, folder)

    def __str__(self) -> str:
        return shlex.join(self.argv("deploy/offline", self.recipe.shown))


Step = WriteFile | RemoveFile | RunCommand | AwaitEngine | MakeRootfs | BuildStandIn


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that setup does, with its reason."""

    title: str
    """In the imperative: `start the engine`."""
    why: str
    takes: str
    """How long, for people: `about a minute`."""
    steps: tuple[Step, ...]
    pulls: str = ""
    """The image that it tries to pull: that may fail, then `otherwise` is done."""
    otherwise: tuple[Action, ...] = ()
    """Empty for a pull: its image cannot be built on this machine either."""
