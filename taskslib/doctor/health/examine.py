"""The one who looks: an interface, and the one that looks at this machine and repo.

Looking changes nothing, and never fails: what can't be known is left out. The fake is in `fake.py`.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from taskslib.cancellation import Cancellation
from taskslib.doctor.facts import Ask, Facts, gather
from taskslib.doctor.health.engine import EngineFacts, engine_facts, reaches
from taskslib.doctor.health.facts import Cache, Health, Reach
from taskslib.doctor.health.repo import base_images, repo_facts
from taskslib.doctor.health.system import net, resources, tools, used_ranges
from taskslib.errors import EngineError
from taskslib.project.model import Project


class Examiner(Protocol):
    """Looks at a machine and a repo."""

    def health(self) -> Health:
        """Return what there is to see."""


@dataclass(frozen=True, slots=True)
class Examination:
    """`Examiner` of this machine and a project on it."""

    project: Project
    environ: Mapping[str, str]
    cancellation: Cancellation
    ask: Ask

    def health(self) -> Health:
        """Look: about a second with an engine."""
        with ThreadPoolExecutor(5) as pool:
            machine = pool.submit(gather, self.ask)
            repo = pool.submit(repo_facts, self.project, self.ask)
            programs = pool.submit(tools, self.project.root, self.ask)
            cache = pool.submit(self._cache)
            facts = machine.result()
            engine = EngineFacts()
            if facts.daemon:
                engine = engine_facts(
                    self.ask, podman=facts.podman, host=platform.node(), used=used_ranges()
                )
            reached: Mapping[str, Reach] = {}
            if facts.daemon:
                wanted = base_images(self.project, self.environ, self.ask)
                reached = reaches(wanted, self.ask)
            stale, orphans = self._instances(facts)
            return Health(
                facts,
                programs.result(),
                resources(self.project.root, engine),
                net(self.environ),
                repo.result(),
                cache.result(),
                reached,
                stale,
                orphans,
            )

    def _instances(self, facts: Facts) -> tuple[dict[str, str], tuple[str, ...]]:
        """Return the kept instances that nobody needs, and those whose run was killed."""
        from taskslib.project.git import branches
        from taskslib.project.places import cache_root
        from taskslib.stacks.docker import DockerEngine
        from taskslib.stacks.inventory import inventory, prunable
        from taskslib.stacks.lock import holder
        from taskslib.stacks.reap import candidates

        if not facts.daemon:
            return {}, ()
        locks = cache_root(self.environ) / "locks"
        engine = DockerEngine(self.cancellation, self.environ)
        with suppress(EngineError):  # it went away meanwhile
            listed = inventory(self.project.name, engine.containers(""), locks)
            host = platform.node()
            found = prunable(listed, host, datetime.now(UTC), older=None, branches=branches)
            left = candidates(engine.belongings(), host, locks)
            orphans = tuple(name for name in left if not holder(locks, name))
            return {one.name: one.reason for one in found}, orphans
        return {}, ()

    def _cache(self) -> Cache:
        from taskslib.pipeline.history.database import is_damaged
        from taskslib.pipeline.history.sql import FILE
        from taskslib.project.places import results_root

        folder = results_root(self.project.root, self.environ)
        size = 0
        for path in folder.rglob("*"):
            with suppress(OSError):  # another run removes meanwhile
                size += path.stat().st_size if path.is_file() else 0
        above = next(one for one in (folder, *folder.parents) if one.exists())
        return Cache(str(folder), size, os.access(above, os.W_OK), is_damaged(folder / FILE))
