"""What was asked for: which tests, and how they are to be run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from taskslib.events import Stage


@dataclass(frozen=True, slots=True)
class TestRequest:
    """What was asked for on the command line."""

    __test__: ClassVar[bool] = False  # its name begins like a test's

    stages: tuple[Stage, ...] = ()
    """Exactly these stages; empty for the whole pipeline."""
    services: tuple[str, ...] = ()
    """Only these services; empty for all."""
    keep_going: bool = False
    """Run all suites of all stages in spite of failures."""
    keep: bool = False
    """Leave the stacks up."""
    force: bool = False
    """Run also what passed before with just these inputs."""
    affected: bool = False
    """Only what changes can affect."""
    base: str = ""
    """What to compare with for that; empty leaves it to CI's variables and the main branch."""
    verbose: bool = False
    """Show the frameworks' own output."""
    arguments: tuple[str, ...] = ()
    """What goes to the test frameworks as it is."""
    path: str = ""
    """Only what a path of the repo means: a file of tests, one of them, a folder, a service."""
    failed: bool = False
    """Only tests that were red when they ran last."""
    coverage: bool = False
    """Measure what the tests cover."""
    watch: bool = False
    """A round of several, on stacks that stay up between them."""
    pdb: bool = False
    """One suite, in the debugger."""
    retries: int = 0
    """How often red tests are run again."""
    engines: tuple[str, ...] = ()
    """Docker contexts of the engines that stacks come up on; empty for the usual one."""
    shard: tuple[int, int] | None = None
    """Only this share, of so many; from 1 on."""
    durations: str = ""
    """With a shard: the file that says how long suites take."""

    @property
    def picks(self) -> bool:
        """Whether suites run with some of their tests only, named by us."""
        return bool(self.path or self.failed)

    @property
    def kept(self) -> bool:
        """Whether its stacks are of those that stay."""
        return self.keep or self.watch

    @property
    def usual(self) -> bool:
        """Whether an earlier run of the same request tells what this one comes to."""
        unusual = (self.force, self.kept, self.verbose, self.affected, self.pdb, self.coverage)
        return not (any(unusual) or self.picks or self.shard or self.engines)
