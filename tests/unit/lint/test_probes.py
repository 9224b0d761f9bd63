"""TL301's suggestion: what can be pasted as it stands, and is right then."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.lint.cases import found, project

PATHS = {one: f"deploy/{one}/compose.yml" for one in ("test", "dev", "prod")}
QUICK = "interval: 5s, timeout: 5s, retries: 10, start_period: 30s, start_interval: 200ms"
CALM = "interval: 30s, timeout: 10s, retries: 3, start_period: 60s, start_interval: 1s"
PYTHON = "import socket; socket.create_connection(('127.0.0.1', {}), 2)"
STACK = "services:\n  a:\n    image: ghcr.io/acme/a:1\n    depends_on: [b]\n  b:\n"


def suggested(root: Path) -> list[str]:
    return [one.hint for one in found(root, "TL301")]


@pytest.mark.parametrize(
    ("lines", "dockerfile", "asks"),
    [
        (["build: .", 'ports: ["80:8000", 9000]'], "FROM python:3.13-slim\n", ("python", "8000")),
        (["build: .", "expose: [8100]"], "FROM python:3.13-slim\n", ("python", "8100")),
        (
            ["build: ."],
            "FROM python:3.13 AS x\nEXPOSE 8200/tcp 1/udp\nFROM x\n",
            ("python", "8200"),
        ),
        (["build: .", "ports: [{target: 3000}]"], "FROM node:22-slim\n", ("node", "3000")),
        (["image: 'nginx:1.29-alpine'"], "", ("curl", "80")),
        (["image: 'nginx:1.29-alpine-slim'"], "", ("nc", "80")),
        (["image: 'memcached:1.6'"], "", ("bash", "11211")),
        (["image: 'memcached:1.6-alpine'", 'ports: ["5:53/udp"]'], "", ("nc", "11211")),
    ],
)
@pytest.mark.parametrize(("environment", "times"), [("test", QUICK), ("dev", CALM), ("prod", CALM)])
def test_what_is_suggested_can_be_pasted(
    tmp_path: Path,
    lines: list[str],
    dockerfile: str,
    asks: tuple[str, str],
    environment: str,
    times: str,
) -> None:
    path = PATHS[environment]
    text = STACK + "".join(f"    {one}\n" for one in lines)
    root = project(tmp_path, {path: text, f"deploy/{environment}/Dockerfile": dockerfile})
    (hint,) = suggested(root)
    program, port = asks
    assert hint.startswith(f'healthcheck: {{test: ["CMD", "{program}", ')
    assert hint.endswith(f", {times}}}")
    assert port in hint
    project(root, {path: f"{text}    {hint}\n".replace("[b]", "{b: {condition: service_healthy}}")})
    assert found(root, "TL001", "TL301", "TL302", "TL303", "TL304", "TL306") == ()


def test_the_words_are_one_command(tmp_path: Path) -> None:
    text = f'{STACK}    image: python:3.13-slim\n    expose: ["8000"]\n'
    (hint,) = suggested(project(tmp_path, {PATHS["test"]: text}))
    command = PYTHON.format(8000)
    assert hint == f'healthcheck: {{test: ["CMD", "python", "-c", "{command}"], {QUICK}}}'


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ("image: python:3.13-slim\n    ports: ['53/udp']", "no `ports`, `expose` or EXPOSE says"),
        ("image: haproxy:3\n    expose: [80]", "what its image has to ask with is not known here"),
    ],
)
def test_what_is_to_be_written_is_said_where_nothing_is_known(
    tmp_path: Path, lines: str, why: str
) -> None:
    (hint,) = suggested(project(tmp_path, {PATHS["test"]: f"{STACK}    {lines}\n"}))
    assert hint.startswith("write what ends with 0 once it is ready (")
    assert why in hint
    assert "…" not in hint
