"""What the tasks do, as plain typed functions: a task is a few lines around one of these.

Every function takes a `Session`, which says where it works; expected errors are raised as
`TaskslibError`, a signal as `Interrupted`. A function's module is imported when it is first asked
for: `inv --list` has none of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from taskslib.api.costs import costs_of_tests
    from taskslib.api.debugging import debug
    from taskslib.api.deploying import (
        ReadyToDeploy,
        deploy,
        deploy_check,
        deploy_ready,
        deploy_status,
    )
    from taskslib.api.development import (
        dev_down,
        dev_follow,
        dev_logs,
        dev_shell,
        dev_up,
        dev_volumes,
        dev_watch,
    )
    from taskslib.api.engines import placed_on
    from taskslib.api.environments import config
    from taskslib.api.history import past, spread
    from taskslib.api.images import BuildRequest, bake_file, build
    from taskslib.api.linting import lint, lint_rule
    from taskslib.api.machine import doctor, setup, standins
    from taskslib.api.pipeline import (
        plan,
        rerun_command,
        run_folder,
        test,
        test_specs,
    )
    from taskslib.api.releases import (
        after_push,
        make_release,
        release_ready,
        version,
    )
    from taskslib.api.results import answered, leave_answer, reasons, recall, why
    from taskslib.api.runs import (
        combine_coverage,
        last_failures,
        last_red,
        uncovered,
        write_report,
    )
    from taskslib.api.scaffolding import (
        init_answers,
        init_changes,
        init_git,
        recorded_answers,
        repo_adoption,
        service_changes,
        template_update,
        write_update,
    )
    from taskslib.api.selection import affected, graph
    from taskslib.api.session import Session, project
    from taskslib.api.sharding import (
        durations_text,
        merged_shards,
        tell_merged,
        write_durations,
    )
    from taskslib.api.stacks import (
        down,
        instance_id,
        instances,
        kept_services,
        kept_spec,
        logs,
        prunable,
        prune,
        running,
        tests_with_stack,
        up,
    )
    from taskslib.api.targets import DeployRequest
    from taskslib.api.workflows import (
        ci_inside,
        ci_matrix,
        ci_production,
        ci_providers,
        ci_workflows,
        ci_write,
        write_outputs,
    )

__all__ = [
    "BuildRequest",
    "DeployRequest",
    "ReadyToDeploy",
    "Session",
    "affected",
    "after_push",
    "answered",
    "bake_file",
    "build",
    "ci_inside",
    "ci_matrix",
    "ci_production",
    "ci_providers",
    "ci_workflows",
    "ci_write",
    "combine_coverage",
    "config",
    "costs_of_tests",
    "debug",
    "deploy",
    "deploy_check",
    "deploy_ready",
    "deploy_status",
    "dev_down",
    "dev_follow",
    "dev_logs",
    "dev_shell",
    "dev_up",
    "dev_volumes",
    "dev_watch",
    "doctor",
    "down",
    "durations_text",
    "graph",
    "init_answers",
    "init_changes",
    "init_git",
    "instance_id",
    "instances",
    "kept_services",
    "kept_spec",
    "last_failures",
    "last_red",
    "leave_answer",
    "lint",
    "lint_rule",
    "logs",
    "make_release",
    "merged_shards",
    "past",
    "placed_on",
    "plan",
    "project",
    "prunable",
    "prune",
    "reasons",
    "recall",
    "recorded_answers",
    "release_ready",
    "repo_adoption",
    "rerun_command",
    "run_folder",
    "running",
    "service_changes",
    "setup",
    "spread",
    "standins",
    "tell_merged",
    "template_update",
    "test",
    "test_specs",
    "tests_with_stack",
    "uncovered",
    "up",
    "version",
    "why",
    "write_durations",
    "write_outputs",
    "write_report",
    "write_update",
]

_MODULES = {
    "costs": ("costs_of_tests",),
    "debugging": ("debug",),
    "deploying": (
        "ReadyToDeploy",
        "deploy",
        "deploy_check",
        "deploy_ready",
        "deploy_status",
    ),
    "development": (
        "dev_down",
        "dev_follow",
        "dev_logs",
        "dev_shell",
        "dev_up",
        "dev_volumes",
        "dev_watch",
    ),
    "engines": ("placed_on",),
    "environments": ("config",),
    "history": (
        "past",
        "spread",
    ),
    "images": (
        "BuildRequest",
        "bake_file",
        "build",
    ),
    "linting": (
        "lint",
        "lint_rule",
    ),
    "machine": (
        "doctor",
        "setup",
        "standins",
    ),
    "pipeline": (
        "plan",
        "rerun_command",
        "run_folder",
        "test",
        "test_specs",
    ),
    "releases": (
        "after_push",
        "make_release",
        "release_ready",
        "version",
    ),
    "results": (
        "answered",
        "leave_answer",
        "reasons",
        "recall",
        "why",
    ),
    "runs": (
        "combine_coverage",
        "last_failures",
        "last_red",
        "uncovered",
        "write_report",
    ),
    "scaffolding": (
        "init_answers",
        "init_changes",
        "init_git",
        "recorded_answers",
        "repo_adoption",
        "service_changes",
        "template_update",
        "write_update",
    ),
    "selection": (
        "affected",
        "graph",
    ),
    "session": (
        "Session",
        "project",
    ),
    "stacks": (
        "down",
        "instance_id",
        "instances",
        "kept_services",
        "kept_spec",
        "logs",
        "prunable",
        "prune",
        "running",
        "tests_with_stack",
        "up",
    ),
    "sharding": (
        "durations_text",
        "merged_shards",
        "tell_merged",
        "write_durations",
    ),
    "targets": ("DeployRequest",),
    "workflows": (
        "ci_inside",
        "ci_matrix",
        "ci_production",
        "ci_providers",
        "ci_workflows",
        "ci_write",
        "write_outputs",
    ),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}


if not TYPE_CHECKING:  # or every name would be one of ours to a type checker

    def __getattr__(name: str) -> Any:
        """Import a function's module on first use."""
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
        globals()[name] = found
        return found
