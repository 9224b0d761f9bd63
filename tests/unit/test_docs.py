"""Every command and option in the docs exists; the version has its section."""

from __future__ import annotations

import inspect
import re
import runpy
import shlex
from pathlib import Path

import pytest

import tasks
import taskslib.api
import taskslib.testing
from taskslib.errors import ExitCode
from taskslib.project.config import Config, read_config
from tests.support.pages import PAGES

PUBLIC = """
BuildRequest
DeployRequest
ReadyToDeploy
Session
affected
after_push
answered
bake_file
build
ci_inside
ci_matrix
ci_production
ci_providers
ci_workflows
ci_write
combine_coverage
config
costs_of_tests
debug
deploy
deploy_check
deploy_ready
deploy_status
dev_down
dev_follow
dev_logs
dev_shell
dev_up
dev_volumes
dev_watch
doctor
down
durations_text
graph
init_answers
init_changes
init_git
instance_id
instances
kept_services
kept_spec
last_failures
last_red
leave_answer
lint
lint_rule
logs
make_release
merged_shards
past
placed_on
plan
project
prunable
prune
reasons
recall
recorded_answers
release_ready
repo_adoption
rerun_command
run_folder
running
service_changes
setup
spread
standins
tell_merged
template_update
test
test_specs
tests_with_stack
uncovered
up
version
why
write_durations
write_outputs
write_report
write_update
"""
ROOT = Path(__file__).parents[2]
DOCS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("deploy/**/*.md")])
COMMAND = re.compile(r"(?:^|[`\s(/])(?:inv|taskslib) ((?:--?|[a-z])[^`|\n&;)\"]*)", re.MULTILINE)


def commands() -> list[tuple[str, str]]:
    found = []
    for path in DOCS:
        text = path.read_text("utf-8")
        code = re.findall(r"`([^`\n]+)`", text)
        # Of the pages only what is not run: tests/unit/docs and tests/engine/docs run the rest.
        fence = r'```sh title="Not run: .*"' if PAGES in path.parents else "```sh"
        code += re.findall(rf"{fence}\n(.*?)```", text, re.DOTALL)
        for block in code:
            found += [(path.name, match) for match in COMMAND.findall(block)]
    return found


@pytest.mark.parametrize(("document", "command"), commands())
def test_every_command_in_the_docs_exists(document: str, command: str) -> None:
    words = shlex.split(command.split(" -- ", maxsplit=1)[0])
    name = words.pop(0)
    if name in {"--help", "--list"}:  # Invoke's own
        return
    assert name in {*tasks.ns.task_names, *(a for t in tasks.ns.tasks.values() for a in t.aliases)}
    flags = {flag for one in tasks.ns[name].get_arguments() for flag in one.names}
    for word in words:
        if word.startswith("--"):
            assert word.removeprefix("--").replace("-", "_") in {
                flag.replace("-", "_") for flag in flags
            }, f"{document}: inv {command}"


def test_the_docs_have_commands() -> None:
    assert len(commands()) > 20


def test_the_version_has_its_section() -> None:
    assert f"\n## {taskslib.__version__} " in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_the_licence_is_there() -> None:
    assert (ROOT / "LICENSE").read_text("utf-8").startswith("MIT License")


def blocks(language: str) -> list[str]:
    fenced = re.compile(rf"```{language}\n(.*?)```", re.DOTALL)
    return [block for path in DOCS for block in fenced.findall(path.read_text("utf-8"))]


def test_configuration_in_the_docs_is_accepted(tmp_path: Path) -> None:
    assert blocks("toml")
    for block in blocks("toml"):
        (tmp_path / "pyproject.toml").write_text(block, "utf-8")
        assert read_config(tmp_path, {}) != Config()


def test_tasks_files_in_the_docs_load(tmp_path: Path) -> None:
    files = [block for block in blocks("python") if "from taskslib" in block]
    assert files
    for block in files:
        (tmp_path / "tasks.py").write_text(block, "utf-8")
        loaded = runpy.run_path(str(tmp_path / "tasks.py"))
        assert "test" in loaded["ns"].task_names


def test_every_link_of_the_readme_leads_somewhere() -> None:
    """MkDocs holds those of the pages."""
    text = (ROOT / "README.md").read_text("utf-8")
    links = [one for one in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in one]
    titles = re.findall(r"^##+ (.+)$", text, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", one.lower()).replace(" ", "-") for one in titles}
    assert {one for one in links if one.startswith("#")} >= {"#tests", "#ci", "#releases"}
    assert [
        one
        for one in links
        if not (one[1:] in anchors if one.startswith("#") else (ROOT / one).is_file())
    ] == []


def test_every_exit_code_is_in_the_readme() -> None:
    told = (ROOT / "README.md").read_text("utf-8").partition("Exit codes: ")[2].partition("\n\n")[0]
    assert set(map(int, re.findall(r"\d+", told))) == set(ExitCode)


def test_every_room_in_the_docs_exists() -> None:
    rooms = re.findall(r"`((?:taskslib|tests)/[\w/.]*)`", "".join(p.read_text() for p in DOCS))
    assert rooms
    assert [room for room in rooms if not (ROOT / room).exists()] == []


def test_public_names() -> None:
    assert taskslib.__all__ == ["__version__", "make_ns", "ns", "task"]
    assert taskslib.testing.__all__ == ["WaitTimeoutError", "wait_for", "wait_for_async"]
    assert taskslib.api.__all__ == PUBLIC.split()


@pytest.mark.parametrize("name", taskslib.api.__all__)
def test_public_functions_say_what_they_do(name: str) -> None:
    """What they raise is theirs to say; every parameter but the session's is named, or clear."""
    function = getattr(taskslib.api, name)
    words = inspect.getdoc(function) or ""
    assert words.partition("\n")[0].endswith((".", ":"))
    if "Args:" in words:
        for parameter in inspect.signature(function).parameters:
            assert f"{parameter}:" in words
