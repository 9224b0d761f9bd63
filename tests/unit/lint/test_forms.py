"""Compose's own documented forms, right ones: nothing is said of any, and all are understood."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from taskslib.lint.files import Files
from taskslib.lint.finding import Finding
from taskslib.lint.fix import fixed
from taskslib.lint.gather import gather
from taskslib.lint.run import lint
from taskslib.project import load
from taskslib.project.config import read_config
from tests.unit.lint.cases import found, project, words

TEST = "deploy/test/docker-compose.yml"
DEV = "deploy/dev/docker-compose.yml"
PROD = "deploy/prod/docker-compose.yml"
WITH = "    image: ghcr.io/acme/x:1\n"
RUNS = (
    f"{WITH}    restart: unless-stopped\n    mem_limit: 512m\n    cpus: 1\n"
    "    logging: {driver: local}\n"
)
FORMS = {
    "ports, short": {
        TEST: f"services:\n  a:\n{WITH}    ports:\n"
        '      - "127.0.0.1::3000"\n      - "127.0.0.1::3000-3005"\n      - 127.0.0.1::6060/udp\n'
        '      - "[::1]::53/udp"\n',
        DEV: f"services:\n  a:\n{WITH}    ports:\n"
        '      - "3000"\n      - "${A:-8000}:8000"\n      - "127.0.0.1:${B:-8001}:8001"\n'
        '      - "${C:-9090-9091}:8080-8081"\n      - "${D-6060}:6060/udp"\n',
    },
    "ports, long": {
        DEV: f"services:\n  a:\n{WITH}    ports:\n      - name: web\n        target: 80\n"
        '        host_ip: 127.0.0.1\n        published: "${P:-8080}"\n        protocol: tcp\n'
        "        app_protocol: http\n        mode: host\n",
    },
    "volumes, short and long": {
        TEST: f"services:\n  a:\n{WITH}    volumes:\n      - /var/lib/mysql\n"
        "      - /opt/data:/var/lib/mysql2\n      - ./cache:/tmp/cache:ro\n"
        "      - ~/configs:/etc/configs/:ro\n      - named:/data:z\n"
        "      - type: volume\n        source: named\n        target: /d\n"
        "        volume: {nocopy: true, subpath: sub}\n"
        "      - type: tmpfs\n        target: /t\n        tmpfs: {size: 1000}\n"
        "volumes:\n  named:\n",
    },
    "depends_on, short and long": {
        TEST: f"services:\n  a:\n{WITH}    depends_on: [b]\n  b:\n{WITH}    depends_on:\n"
        "      c: {condition: service_healthy, restart: true, required: false}\n"
        "      d: {condition: service_completed_successfully}\n"
        f"  c:\n{WITH}  d:\n{WITH}",
    },
    "extends": {
        TEST: "services:\n  a:\n    extends: {file: ../common.yml, service: base}\n"
        "  b:\n    extends: a\n    ports: !reset []\n",
        "deploy/common.yml": f'services:\n  base:\n{WITH}    ports: ["127.0.0.1::80"]\n',
    },
    "include": {
        TEST: "include:\n  - ../db.yml\n  - path: [../cache.yml, ../cache.override.yml]\n"
        "services:\n  a:\n    image: ghcr.io/acme/x:1\n    depends_on:\n"
        "      db: {condition: service_healthy}\n",
        "deploy/db.yml": "services:\n  db:\n    image: postgres:17\n"
        "    command: postgres -c fsync=off -c synchronous_commit=off -c full_page_writes=off\n"
        "    healthcheck: {test: [CMD, pg_isready], interval: 5s, start_period: 30s, "
        "start_interval: 1s}\n",
        "deploy/cache.yml": 'services:\n  cache:\n    image: redis:7\n    restart: "no"\n',
        "deploy/cache.override.yml": "services:\n  cache:\n    tmpfs: [/data]\n",
    },
    "profiles": {
        DEV: f"services:\n  a:\n{WITH}    profiles: [debug]\n    ports: ['${{P:-80}}:80']\n"
        f"  b:\n{WITH}    profiles: [other]\n    ports: ['${{P:-80}}:80']\n",
    },
    "anchors and merges": {
        TEST: "x-base: &base\n  image: ghcr.io/acme/x:1\n  environment: &env\n    A: 1\n"
        "x-more: &more {init: true}\nservices:\n  a:\n    <<: [*base, *more]\n"
        "    environment:\n      <<: *env\n      B:\n  b: *base\n",
    },
    "several files, !reset and !override": {
        TEST: f'services:\n  a:\n{WITH}    ports: ["8000:8000"]\n    restart: always\n'
        "    container_name: a\n",
        "deploy/test/docker-compose.override.yml": "services:\n  a:\n"
        '    ports: !override ["127.0.0.1::8000"]\n    restart: !reset null\n'
        "    container_name: !reset null\n",
    },
    "ports, long, with ranges": {
        TEST: f"services:\n  a:\n{WITH}    ports:\n      - {{target: 80, host_ip: 127.0.0.1}}\n"
        "      - {target: 81, published: '0', host_ip: '::1', protocol: udp}\n",
        DEV: f"services:\n  a:\n{WITH}    ports:\n      - target: 80\n"
        '        published: "${P:-8080-8090}"\n        mode: host\n'
        f'  b:\n{WITH}    ports:\n      - {{target: 80, published: "${{Q:-9000}}"}}\n',
        PROD: f'services:\n  a:\n{RUNS}    ports:\n      - {{target: 80, published: "8080-8090"}}\n'
        f'  b:\n{RUNS}    ports: ["8085-8086:80", "443:443", "443:443/udp"]\n',
    },
    "env_file, long": {
        TEST: f"services:\n  a:\n{WITH}    env_file:\n      - path: ./default.env\n"
        "      - {path: ./more.env, required: false, format: raw}\n"
        f"  b:\n{WITH}    env_file: one.env\n",
        "deploy/test/default.env": "",
        "deploy/test/one.env": "",
    },
    "develop, configs, secrets, namespaces": {
        DEV: f"services:\n  a:\n{WITH}    uts: host\n    userns_mode: host\n    develop:\n"
        "      watch:\n        - {path: ./package.json, action: rebuild}\n"
        "        - path: ./src\n          action: sync+exec\n          target: /app\n"
        "          initial_sync: true\n          exec: {command: make}\n"
        "          ignore: [node_modules/]\n",
        PROD: f"services:\n  a:\n{RUNS}    uts: host\n    configs:\n      - one\n"
        "      - {source: two, target: /etc/two, uid: '103', mode: 0o440}\n"
        "    secrets:\n      - three\n      - {source: four, target: four, mode: 0o400}\n"
        "    environment: {DB_PASSWORD_FILE: /run/secrets/three}\n"
        "configs:\n  one: {file: ./one.conf}\n  two: {external: true, name: two}\n"
        "secrets:\n  three: {file: ./three}\n  four: {environment: FOUR}\n",
    },
    "lifecycle, gpus, models and providers": {
        TEST: f"services:\n  a:\n{WITH}    gpus: all\n    models: [llm]\n"
        "    post_start: [{command: ./init, user: root}]\n    pre_stop: [{command: ./end}]\n"
        "    depends_on: {b: {condition: service_started}}\n"
        "  b:\n    provider: {type: cloud, options: {size: small}}\n"
        "models: {llm: {model: ai/x}}\n",
    },
    "other forms of one thing": {
        TEST: f"services:\n  a:\n{WITH}    environment: [A=1, B]\n    labels: {{a: b}}\n"
        "    build: {context: ., additional_contexts: [x=y], ssh: [default]}\n"
        "    healthcheck: {test: NONE}\n    tmpfs: /run\n    networks: {default: {aliases: [b]}}\n"
        "configs: {c: {content: x}}\nsecrets: {s: {environment: S}}\nmodels: {m: {model: x}}\n",
        "deploy/test/Dockerfile": "FROM ghcr.io/acme/x:1\n",
    },
}
WHOLE = ("TL601", "TL602", "TL603", "TL802")  # these projects have neither tests nor images


@pytest.mark.parametrize("name", FORMS)
def test_nothing_is_said_of_what_is_right(tmp_path: Path, name: str) -> None:
    root = project(tmp_path, FORMS[name])
    said = [one for one in found(root) if one.rule not in WHOLE]
    assert words(tuple(said)) == ""


KEYS = st.sampled_from([
    "services", "networks", "volumes", "include", "version", "name", "db", "api", "image", "build",
    "ports", "published", "target", "host_ip", "type", "source", "tmpfs", "command", "depends_on",
    "condition", "healthcheck", "test", "interval", "disable", "extends", "service", "file",
    "restart", "deploy", "resources", "limits", "logging", "options", "environment", "external",
    "container_name", "profiles", "context", "dockerfile", "dockerfile_inline", "<<",
])  # fmt: skip
TRICKY = st.sampled_from([
    "8000:8000", "${A:-${B", "postgres", "postgres:18", "5s", "1h1", ":", "::", "a:/data:ro",
    "docker-compose.yml", "sleep 1;", "service_healthy", "https://a:b@c", "[::1]:1:2", "$$", "db",
    "x=y", "-c", "fsync=off", "8000-8002:80/udp", "/", "C:\\data:/data",
])  # fmt: skip
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), KEYS, TRICKY
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=25,
)


@pytest.fixture(scope="module")
def check(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], None]:
    """Return what lets every rule and fix read a text as each kind of file."""
    named = ("scripts/test.sh", ".github/workflows/ci.yml", "Dockerfile")
    stacks = [f"deploy/{where}/docker-compose.yml" for where in ("dev", "test", "prod")]
    root = project(tmp_path_factory.mktemp("any"), dict.fromkeys((*named, *stacks), ""))
    repo, config = load(root), read_config(root, {})

    def findings(files: Files) -> tuple[Finding, ...]:
        return lint(gather(repo, config, files))

    def every_kind(text: str, where: str) -> None:
        changed = dict.fromkeys((*named, f"deploy/{where}/docker-compose.yml"), text)
        files = Files(root, changed)
        for one in findings(files):
            assert one.line > 0
            assert one.column > 0
        after = fixed(files, findings, lambda *_: False)
        assert fixed(after, findings, lambda *_: False).changed == after.changed

    return every_kind


SERVICES = st.dictionaries(
    st.sampled_from(["db", "api"]), st.dictionaries(KEYS, TREES, min_size=2, max_size=8), min_size=1
)
DOCUMENTS = st.one_of(
    st.dictionaries(KEYS, TREES, max_size=5),
    st.fixed_dictionaries({"services": SERVICES}, optional={"networks": TREES, "include": TREES}),
    st.fixed_dictionaries({
        "services": st.fixed_dictionaries({
            "db": st.fixed_dictionaries({
                key: st.lists(TRICKY, max_size=3)
                | st.lists(SCALARS | st.dictionaries(KEYS, SCALARS, max_size=3), max_size=3)
                for key in ("ports", "volumes", "depends_on", "environment", "command")
            })
        })
    }),
)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "services: &s\n  a: &a\n    <<: *a\n    image: x\n",
        "services: &s\n  a: &a\n    <<: [*s, *a]\n    ports: *s\n",
        "services:\n  a: &a\n    extends: b\n  b:\n    extends: a\n",
        "include: docker-compose.yml\nservices: {}\n",
        "a: &a [x, *a]\nservices:\n  b: {ports: *a, environment: *a}\n",
        f"services:\n  a: {'{b: ' * 400}1{'}' * 400}\n",
        f"services:\n  a: {'[' * 2000}\n",
        "a: &a [x, x]\n" + "".join(f"b{n}: &a [*a, *a, *a, *a]\n" for n in range(40)),
        "services:\n  a:\n    image: " + "${A:-" * 2000 + "\n",
    ],
    ids=[
        "merge of itself",
        "merge of what holds it",
        "extends in a circle",
        "includes itself",
        "list of itself",
        "deep maps",
        "deep lists",
        "a billion laughs",
        "defaults of defaults",
    ],
)
def test_nothing_that_goes_in_circles_or_deep_is_too_much(
    check: Callable[[str, str], None], text: str
) -> None:
    check(text, "test")


@given(DOCUMENTS, st.sampled_from(["dev", "test", "prod"]))
def test_no_structure_is_too_much(
    check: Callable[[str, str], None], tree: dict[str, object], where: str
) -> None:
    stream = io.StringIO()
    YAML(typ="safe", pure=True).dump(tree, stream)
    check(stream.getvalue(), where)


@given(st.text(alphabet=" \n\t-:[]{}&*<>|\"'#!?,a1$%@`\\é\u2028\udc80", max_size=60))
def test_no_text_is_too_much(check: Callable[[str, str], None], text: str) -> None:
    check(text, "test")
    check(f"services:\n  a:\n    ports:\n{text}", "test")
