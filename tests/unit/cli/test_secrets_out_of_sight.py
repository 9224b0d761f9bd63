"""Nothing that a run prints or stores has a secret in it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.projects import TASKS, inv, write

KEY = "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nBAQEFAASCBKcwggS\n-----END KEY-----\n"
PRINTS = """\
import os, sys
def test_one():
    for line in os.environ["DEPLOY_PRIVATE_KEY"].splitlines():
        print("key:", line)
    print("token:", os.environ["DEPLOY_TOKEN"].strip(), file=sys.stderr)
    print("postgresql://app:hunter2hunter2@db.example.org/x")
    assert os.environ["DEPLOY_PRIVATE_KEY"] == ""
"""
ADDRESS = """\
def test_one():
    print("postgresql://app:hunter2hunter2@db.example.org/x")
    assert 0
"""
TEST = "services/web/tests/unit/test_one.py"


def stored(folder: Path) -> str:
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert len(files) > 4
    return "\n".join(file.read_text("utf-8", "replace") for file in files)


def test_of_variables_of_several_lines_and_of_arguments(tmp_path: Path) -> None:
    config = '[tool.taskslib]\nproject = "shop"\npass_env = ["DEPLOY_*"]\n'
    shop = write(tmp_path, {**TASKS, TEST: PRINTS, "pyproject.toml": config})
    own = {"DEPLOY_PRIVATE_KEY": KEY, "DEPLOY_TOKEN": "tok-0123456789abc\n"}
    given = ("--override-ini", "junit_suite_name=tok-0123456789abc")
    files = ("--junit", ".taskslib/j", "--events", ".taskslib/e.jsonl")
    ran = inv(shop, "test", "--json", *files, "--", *given, **own)
    assert ran.code == 1
    arguments = json.loads(ran.out)["selection"]["arguments"]
    assert arguments == ["--override-ini", "junit_suite_name=***"]
    verbose = inv(shop, "test", "--verbose", **own)
    for text in (ran.out + ran.err, verbose.out + verbose.err, stored(shop / ".taskslib")):
        assert "***" in text
        for secret in ("MIIEvQIB", "BAQEFAAS", "tok-0123", "hunter2"):
            assert secret not in text
    assert "key: ***" in ran.err


def test_of_an_address_where_no_variable_is_secret(tmp_path: Path) -> None:
    shop = write(tmp_path, {**TASKS, TEST: ADDRESS})
    ran = inv(shop, "test")
    assert ran.code == 1
    assert "postgresql://app:***@db.example.org/x" in ran.out
    files = stored(tmp_path / ".taskslib")
    assert "hunter2" not in files
    assert "postgresql://app:***@db.example.org/x" in files
