"""Statements that set variables reach the shells that they are for, as they were meant."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from taskslib.display.assignments import LANGUAGES, assignment
from taskslib.display.endpoints import format_endpoints
from taskslib.stacks.instance import Instance

SHOW = "import json, os; print(json.dumps({k: v for k, v in os.environ.items() if k[:2] == 'V_'}))"
SHELLS = {
    "sh": ("env", ("sh",), "eval \"$(cat lines)\"\n'{python}' show.py"),
    "bash": ("env", ("bash", "--norc"), "eval \"$(cat lines)\"\n'{python}' show.py"),
    "zsh": ("env", ("zsh", "--no-rcs"), "eval \"$(cat lines)\"\n'{python}' show.py"),
    "fish": ("fish", ("fish", "--no-config"), "cat lines | source\n'{python}' show.py"),
    "pwsh": (
        "powershell",
        ("pwsh", "-NoProfile", "-File"),
        "cat lines | Out-String | Invoke-Expression\n& '{python}' show.py",
    ),
}
HOSTILE = [
    "", "'", '"', "\\", "\\'", "\\\\", "a b", "$HOME", "${HOME}", "$(id)", "`id`", "%PATH%",
    "!!", "a # b", "#", "~", "*", "\n", "a\nb", "\n\n", "\r", "a\r\nb", "\t", "; id", "& id",
    "| id", "-n", "é", "\u2018", "it\u2019s", "\u201a\u201b", "a=b", "=", "=0", "a:=0",
    "\\n", "\\$x", "$$",
    "{a,b}", "(id)", "🙂", "\x85", "\x1b[0m", "a\\", "'\"'\"", "\\\\'\"$x`",
    "http://h/?a='b'&c=\"d\"",
]  # fmt: skip
TEXT = st.text(
    st.one_of(
        st.sampled_from("'\"\\$`#!{}()[]<>|&;*?~=%^ \t\r\na\u2018\u2019\u201a\u201b"),
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    )
)
EXAMPLES = settings(
    max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], print_blob=True
)


def written(language: str, values: Sequence[str], path: Path) -> dict[str, str]:
    """Write the statements to a file; return what they are to mean."""
    meant = {f"V_{number}": value for number, value in enumerate(values)}
    lines = (assignment(language, name, value) for name, value in meant.items())
    path.write_text("\n".join(lines) + "\n", "utf-8", newline="")
    return meant


@pytest.mark.parametrize("shell", SHELLS)
@given(values=st.lists(TEXT, min_size=20, max_size=40))
@example(values=HOSTILE)
@EXAMPLES
def test_a_shell_gets_what_was_meant(shell: str, values: list[str], tmp_path: Path) -> None:
    language, argv, script = SHELLS[shell]
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell}")
    if shell == "pwsh":  # an empty variable is none there
        values = [value for value in values if value]
    meant = written(language, values, tmp_path / "lines")
    (tmp_path / "show.py").write_text(SHOW, "utf-8")
    (tmp_path / "script.ps1").write_text(script.format(python=sys.executable), "utf-8")
    done = subprocess.run([*argv, "script.ps1"], cwd=tmp_path, capture_output=True, check=True)
    assert json.loads(done.stdout) == meant


@pytest.mark.skipif(shutil.which("docker") is None, reason="Compose reads the file")
@given(values=st.lists(TEXT, min_size=20, max_size=40))
@example(values=HOSTILE)
@EXAMPLES
def test_compose_reads_a_dotenv_file_as_it_was_meant(values: list[str], tmp_path: Path) -> None:
    meant = written("dotenv", values, tmp_path / "lines")
    service = {"image": "none", "environment": {name: f"${{{name}}}" for name in meant}}
    (tmp_path / "compose.yml").write_text(json.dumps({"services": {"one": service}}), "utf-8")
    command = ["docker", "compose", "--env-file", "lines", "config", "--format", "json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    told = json.loads(done.stdout)["services"]["one"]["environment"]
    assert {name: value.replace("$$", "$") for name, value in told.items()} == meant


def test_what_all_readers_of_dotenv_files_agree_on_is_written_so() -> None:
    plain = {
        "http://127.0.0.1:5": "A=http://127.0.0.1:5",
        "": "A=",
        "a b": "A='a b'",
        "$x": "A='$x'",
        "it's": 'A="it\'s"',
    }
    assert {value: assignment("dotenv", "A", value) for value in plain} == plain


def test_quotes_that_powershell_takes_for_the_plain_one_are_doubled() -> None:
    assert assignment("powershell", "A", "it\u2019s 'so'") == "$env:A = 'it\u2019\u2019s ''so'''"


@pytest.mark.parametrize("language", LANGUAGES)
def test_endpoints_are_told_in_each_language(language: str) -> None:
    instance = Instance(None, (), {"A": "1", "B": "a b"})
    assert list(format_endpoints(instance, language)) == [
        assignment(language, "A", "1"),
        assignment(language, "B", "a b"),
    ]
