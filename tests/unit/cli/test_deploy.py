"""What `inv deploy` refuses before it asks any engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.projects import TASKS, Ran, inv, write

COMPOSE = "services: {web: {image: 'r/web:${VERSION:?}'}}\n"
FILES = {
    **TASKS,
    "deploy/prod/docker-compose.yml": COMPOSE,
    "deploy/dev/docker-compose.yml": COMPOSE,
    "deploy/p $HOME;`id`/compose.yaml": COMPOSE,
}


@pytest.mark.parametrize(
    ("arguments", "words", "hint"),
    [
        (("dev",), "dev is no environment that a release is deployed to",
         "what starts it: inv dev-up"),
        (("test", "--status"), "test is no environment that a release is deployed to",
         "what starts it: inv infra-up"),
        (("pord",), "no environment 'pord'",
         "did you mean 'prod'? environments: dev, p $HOME;`id`, prod"),
        (("../prod",), "no environment '../prod'",
         "did you mean 'prod'? environments: dev, p $HOME;`id`, prod"),
        (("p $HOME;`id`",),
         "deploy/prod/images.lock is not there, or is none: which release is deployed is not known",
         "name it: --version 1.2.3; or `inv build --push` on the release's tag writes it"),
        (("prod", "--version", "latest"),
         "'latest' is no version: `v`, three numbers, and for a prerelease `-` and its name",
         "v1.2.3 or v2.0.0-rc.1, without leading zeros"),
        (("prod", "--rollback", "--version", "1.2.3"),
         "--rollback goes back to what ran before, whatever version that is",
         "inv deploy prod --rollback"),
        (("prod", "--rollback", "--local", "--orchestrator", "swarm"),
         "--rollback goes back to what ran before, whatever version that is",
         "inv deploy prod --orchestrator swarm --rollback"),
        (("prod", "--local"), "--local takes the images of a version",
         "--local --version 1.2.3"),
        (("prod", "--status", "--orchestrator", "swamr"), "no orchestrator 'swamr'",
         "did you mean 'swarm'? orchestrators: compose, swarm"),
        (("prod", "--status", "--dry-run"), "--status changes nothing, and is of what runs",
         "leave the rest out"),
        (("prod", "--version", ""), "--version '' names nothing",
         "leave --version out, or say which"),
        (("prod", "--context", " ", "--status"), "--context ' ' names nothing",
         "leave --context out, or say which"),
        (("prod", "--orchestrator", ""), "--orchestrator '' names nothing",
         "leave --orchestrator out, or say which"),
        (("prod", "--json"), "--json is for --status", "inv deploy prod --status --json"),
    ],
)  # fmt: skip
def test_refused(tmp_path: Path, arguments: tuple[str, ...], words: str, hint: str) -> None:
    write(tmp_path, FILES)
    assert inv(tmp_path, "deploy", *arguments) == Ran(2, "", f"error: {words}\n\nhint: {hint}\n")


def test_a_copy_does_not_take_the_place_of_production(tmp_path: Path) -> None:
    named = f"name: shop-prod\n{COMPOSE}"
    names = ("prod", "copy", "other")
    write(tmp_path, {**TASKS, **{f"deploy/{one}/compose.yaml": named for one in names[:2]}})
    write(tmp_path, {"deploy/other/compose.yaml": "services: ["})  # is no reason to refuse
    for one, other in (names[:2], names[1::-1]):
        ran = inv(tmp_path, "deploy", one, "--status")
        assert ran == Ran(
            2,
            "",
            f"error: the environments {one} and {other} are both called shop-prod: one would take "
            f"the other's place\n\nhint: give them a `name:` each, as in "
            f"deploy/{other}/compose.yaml, or none\n",
        )


@pytest.mark.parametrize("name", ["Shop", "a b", "-x", "../y", "${NAME}"])
def test_a_name_that_no_project_of_compose_can_have(tmp_path: Path, name: str) -> None:
    write(tmp_path, {**FILES, "deploy/prod/docker-compose.yml": f"name: {name!r}\n{COMPOSE}"})
    ran = inv(tmp_path, "deploy", "prod", "--status", NAME="-", PATH="/nowhere")
    shown = name.replace("${NAME}", "-")
    assert (ran.code, ran.err.splitlines()[0]) == (
        2,
        f"error: deploy/prod/docker-compose.yml: {shown!r} can't be a Compose project's name",
    )
