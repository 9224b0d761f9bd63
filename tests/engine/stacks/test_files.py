"""Compose files as Compose resolves or refuses them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from taskslib.cancellation import Cancellation
from taskslib.errors import ConfigError
from taskslib.project.model import Stack
from taskslib.stacks.docker import DockerEngine
from taskslib.stacks.endpoints import describe
from tests.support.malformed import MALFORMED, Malformed


def resolve(stack: Stack, **variables: str) -> dict[str, Any]:
    engine = DockerEngine(Cancellation(), os.environ)
    services: dict[str, Any] = engine.config(stack, "files-test-x", variables)["services"]
    return services


@pytest.mark.parametrize("case", MALFORMED.values(), ids=MALFORMED)
def test_what_compose_refuses(tmp_path: Path, case: Malformed) -> None:
    file, override = tmp_path / "compose.yml", tmp_path / "compose.override.yml"
    file.write_text(case.text)
    override.write_text(case.override or "")
    files = (file,) if case.override is None else (file, override)
    with pytest.raises(ConfigError) as refused:
        resolve(Stack("", files))
    told = refused.value.message.replace(str(override), "OVERRIDE").replace(str(file), "FILE")
    assert told.replace(str(tmp_path), "FOLDER") == case.told
    assert refused.value.exit_code == 2


def test_extensions_are_there_and_interpolated(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("USER_NAME=ada\n")
    (tmp_path / "db.yml").write_text(
        "services:\n  db:\n    image: x\n    ports: ['5432']\n    x-taskslib: {env: DB}\n"
    )
    file = tmp_path / "compose.yml"
    file.write_text(
        "include: [db.yml]\n"
        "services:\n"
        "  web:\n"
        "    image: x\n"
        "    profiles: [all]\n"
        "    ports: ['${UNSET_PORT:-8080}:80']\n"
        "    x-taskslib:\n"
        "      - {url: 'x://${USER_NAME}:$$1@{host}:{port}/${TEST_INSTANCE_ID}', port: 80}\n"
        "  plain:\n"
        "    image: x\n"
    )
    found = resolve(Stack("", (file,)), TEST_INSTANCE_ID="main-1")
    assert found["db"]["x-taskslib"] == {"env": "DB"}
    url = "x://ada:$$1@{host}:{port}/main-1"
    assert found["web"]["x-taskslib"] == [{"url": url, "port": 80}]
    assert '"url":"x://ada:$1@{host}:{port}/main-1"' in describe("web", found["web"])
    assert "x-taskslib" not in found["plain"]
