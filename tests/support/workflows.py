"""Runs a workflow's `run:` steps as GitHub would: in order, in bash, with files and variables.

And holds workflows against what others know of them.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.support.projects import environment

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}")
_RESULT = re.compile(r"contains\(needs\.\*\.result, '(\w+)'\)")
_STRING = re.compile(r"'([^']*)'")


@dataclass
class Job:
    """What a job came to."""

    code: int = 0
    """Of the first step that failed."""
    outputs: dict[str, str] = field(default_factory=dict)
    ran: list[str] = field(default_factory=list)
    """The names of the steps that ran; of those that use an action, its name."""
    log: str = ""
    summary: str = ""


@dataclass(frozen=True)
class Runner:
    """A machine that runs jobs of a checkout."""

    root: Path
    """The checkout."""
    temporary: Path
    """RUNNER_TEMP: what jobs of one machine would have, each its own."""
    event: Mapping[str, str] = field(default_factory=dict)
    """Variables of what started the run: GITHUB_REF_NAME and the like."""
    contexts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """`vars`, `secrets`, `github`."""

    def job(self, workflow: str, name: str, **contexts: Mapping[str, Any]) -> Job:
        """Run a job of a workflow; `matrix` and `needs` are what it gets."""
        told = YAML(typ="safe").load((self.root / workflow).read_text("utf-8"))
        job = told["jobs"][name]
        runner = {"temp": str(self.temporary)}
        known: dict[str, Any] = {"runner": runner, **self.contexts, **contexts, "steps": {}}
        files = {
            variable: self.temporary / variable.lower()
            for variable in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV")
        }
        self.temporary.mkdir(parents=True, exist_ok=True)
        done = Job()
        common = {**(told.get("env") or {}), **(job.get("env") or {})}
        for step in job["steps"]:
            always = step.get("if") == "always()"
            if "if" in step and not always and not _holds(step["if"], known):
                continue
            if done.code and not always:
                continue
            if "uses" in step:
                done.ran.append(step["uses"].partition("@")[0])
                continue
            files["GITHUB_OUTPUT"].write_text("", "utf-8")
            values = {**common, **(step.get("env") or {})}
            variables = {key: _filled(str(value), known) for key, value in values.items()}
            code = self._run(
                step["run"], {**variables, **{k: str(v) for k, v in files.items()}}, done
            )
            done.code = done.code or code
            done.ran.append(step["name"])
            lines = files["GITHUB_OUTPUT"].read_text("utf-8").splitlines()
            outputs = dict(line.split("=", 1) for line in lines)
            known["steps"][step.get("id", "")] = {"outputs": outputs}
        done.outputs = {
            key: _filled(value, known) for key, value in (job.get("outputs") or {}).items()
        }
        if files["GITHUB_STEP_SUMMARY"].is_file():
            done.summary = files["GITHUB_STEP_SUMMARY"].read_text("utf-8")
        return done

    def _run(self, script: str, variables: Mapping[str, str], done: Job) -> int:
        assert "${{" not in script, "an expression in a script is code that others write"
        file = self.temporary / "step.sh"
        file.write_text(script, "utf-8", newline="\n")
        ours = {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(self.root),
            "RUNNER_TEMP": str(self.temporary),
        }
        env = environment(**ours, **self.event, **variables)
        env["PATH"] = f"{Path(sys.executable).parent}:{env['PATH']}"
        ran = subprocess.run(
            ["bash", "-e", str(file)],
            cwd=self.root,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            timeout=600,
            check=False,
        )
        done.log += f"$ {script}\n{ran.stdout}"
        return ran.returncode


def valid(*workflows: Path) -> None:
    """Hold workflows against GitHub's schema."""
    command = [sys.executable, "-m", "check_jsonschema"]
    schema = ["--builtin-schema", "vendor.github-workflows"]
    done = subprocess.run(
        [*command, *schema, *map(str, workflows)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def audited(*workflows: Path) -> None:
    """Let an auditor look for what is not safe in workflows."""
    program = shutil.which("zizmor", path=str(Path(sys.executable).parent))
    assert program is not None
    options = ["--offline", "--no-progress", "--no-config", "--collect=all", "--format=json"]
    done = subprocess.run(
        [program, *options, *map(str, workflows)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, json.loads(done.stdout)) == (0, []), done.stdout


def _holds(condition: str, known: Mapping[str, Any]) -> bool:
    """Return whether a job that is needed came to one of the results that a condition names."""
    results = [job["result"] for job in known["needs"].values()]
    wanted = [_RESULT.fullmatch(one.strip()) for one in condition.split("||")]
    assert all(wanted), condition
    return any(one is not None and one[1] in results for one in wanted)


def _filled(text: str, known: Mapping[str, Any]) -> str:
    return _EXPRESSION.sub(lambda found: _value(found[1].strip(), known), text)


def _value(expression: str, known: Mapping[str, Any]) -> str:
    """Return the first of alternatives that is not empty, as `||` does."""
    for one in expression.split("||"):
        if found := _STRING.fullmatch(one.strip()):
            value: Any = found[1]
        else:
            value = known
            for part in one.strip().split("."):
                value = value.get(part, "") if isinstance(value, Mapping) else ""
        if value:
            return str(value)
    return ""
