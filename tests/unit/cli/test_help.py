"""`--list` and `--help`: what a newcomer reads."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from taskslib.cli.namespace import make_ns
from tests.support.projects import Ran, environment, inv, multi, write

TASKS = sorted(make_ns().task_names)
# All in one process: each start costs more than the help itself.
EVERY_HELP = """
import sys
from invoke.program import Program
for name in sys.argv[1:]:
    print("####", name)
    Program(binary="inv[oke]").run(["inv", "--help", name], exit=False)
"""
LISTED = """\
adopt: Write what an existing repo needs.
affected: List the services that changes can affect.
build: Build the services' images, in one build.
ci-check: Check CI's workflows against the project.
ci-init: Write workflows for GitHub or Gitea.
ci-matrix: Print the services that CI is to test.
completion: Print a shell's completion script.
config: Print an environment as Compose has it.
deploy: Deploy a release to an environment.
dev-down: End the development stack; volumes stay.
dev-logs: Print what the development stack logged.
dev-shell: Open a shell in a development container.
dev-up: Start the development stack.
doctor: Say what this machine and repo lack.
durations: Print how long suites and files took.
flaky: List flaky tests.
graph: Print which service depends on which.
history: Print how a test ended in earlier runs.
infra-down (test-infra-down): End the kept stack, with its data.
infra-logs: Print what the kept stack's containers logged.
infra-prune: List kept stacks that nobody needs.
infra-ps: List running stacks, of every branch.
infra-up (test-infra-up): Start this branch's test stack and keep it.
init: Write a new project, with tests that pass.
instance-id: Print this branch's id, TEST_INSTANCE_ID.
lint: Check Compose files, Dockerfiles and CI.
merge-reports: Join what a run's shards told to one verdict.
new-service: Add a service, with tests at each stage.
ports (port-discovery): Print where the running stack is reached.
release: Check, test and tag a version.
report: Write an HTML page about the last run.
schema: Print the JSON schema of [tool.taskslib].
services: List services, suites and stacks.
setup: Make this machine ready to run the tests.
show: Print a failure of the last run in full.
slowest: List the tests that take longest.
test: Run the tests, stage after stage.
test-integration: Run the integration stage: the full stack.
test-service: Run a service's service stage.
test-unit: Run the unit stage alone: no containers.
test-verbose: Run the tests with the frameworks' output.
update: Bring what init wrote up to date.
version: Print the version of a tag or checkout.
why: Say why a service's suites ran or would run.
"""


@pytest.fixture(scope="module")
def helps(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return every task's help."""
    done = subprocess.run(
        [sys.executable, "-c", EVERY_HELP, *TASKS],
        cwd=write(tmp_path_factory.mktemp("help"), multi()),
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.split(r"^#### (.+)\n", done.stdout, flags=re.MULTILINE)[1:]
    return dict(zip(found[::2], found[1::2], strict=True))


def test_list(tmp_path: Path) -> None:
    write(tmp_path, multi())
    ran = inv(tmp_path, "--list")
    assert (ran.code, ran.err) == (0, "")
    found = re.findall(r"^  (\S+(?: \(\S+\))?) {2,}(.*)$", ran.out, re.MULTILINE)
    assert found == [tuple(line.split(": ", maxsplit=1)) for line in LISTED.splitlines()]


@pytest.mark.parametrize("name", TASKS)
def test_help_is_readable_on_any_console(helps: dict[str, str], name: str) -> None:
    """Invoke prints it, and fails where the console's code page (cp437) lacks a character."""
    assert helps[name].isascii()


@pytest.mark.parametrize("name", TASKS)
def test_help_has_an_example_that_is_one(helps: dict[str, str], name: str) -> None:
    """Each example's task and flags exist, and each option says what it does."""
    examples = re.findall(r"^  Example: (.*)$", helps[name], re.MULTILINE)
    assert len(examples) == 1
    used = re.findall(r"(?:inv|taskslib) ([a-z-]+)((?: --?[a-z][\w-]*)*)", examples[0])
    assert name in {task for task, _ in used}
    for task, flags in used:
        options = re.findall(r"--[a-z-]+", helps[task].partition("\nOptions:\n")[2])
        assert {flag for flag in flags.split() if flag.startswith("--")} <= set(options)
    for option in re.findall(r"^  (--.*)$", helps[name].partition("\nOptions:\n")[2], re.MULTILINE):
        assert re.search(r"\S {2,}\S", option), f"{option} has no help"


@pytest.mark.parametrize("name", TASKS)
def test_help_after_a_task(helps: dict[str, str], tmp_path: Path, name: str) -> None:
    """Invoke takes it for the word of a task that requires one."""
    write(tmp_path, multi())
    assert inv(tmp_path, name, "--help") == Ran(0, helps[name], "")


def test_help_after_a_task_of_the_program(helps: dict[str, str], tmp_path: Path) -> None:
    write(tmp_path, multi())
    expected = helps["test-service"].replace("Usage: inv[oke]", "Usage: taskslib")
    assert inv(tmp_path, "test-service", "-h", program="taskslib") == Ran(0, expected, "")


def test_collections_do_not_take_each_others_help(tmp_path: Path) -> None:
    tasks = (
        "from invoke import Collection\n"
        "from taskslib import make_ns\n"
        "ns = Collection(one=make_ns(), two=make_ns())\n"
    )
    write(tmp_path, {"tasks.py": tasks})
    for name in ("one", "two"):
        assert "  --service=STRING   only these" in inv(tmp_path, "--help", f"{name}.test-unit").out


def test_the_program_without_arguments_shows_its_tasks(tmp_path: Path) -> None:
    ran = inv(tmp_path, program="taskslib")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(
        "Usage: taskslib [--core-opts] <subcommand> [--subcommand-opts] ...\n"
    )
    listed = ran.out.partition("\nSubcommands:\n\n")[2]
    assert listed.startswith("Tests\n  test                           Run the tests, stage after")
    groups = re.findall(r"^\w+$", listed, re.MULTILINE)
    assert groups == [
        "Tests", "Results", "Stacks", "Development", "Project", "Release", "CI", "Machine",
    ]  # fmt: skip
    assert sorted(re.findall(r"^  ([a-z-]+)", listed, re.MULTILINE)) == TASKS
    assert inv(tmp_path, "--version", program="taskslib").out.startswith("taskslib 0.")
