"""Two instances of one file at once share nothing, and what is not ours stays as it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Barrier

from taskslib.project.model import Stack
from taskslib.stacks.instance import Instance
from tests.engine.stacks.bench import IMAGE, SERVES, Bench, status
from tests.support.leftovers import docker

FIXED = f"""\
name: fixed
services:
  web:
    build: {{context: ., tags: ["NAME/web:latest"]}}
    image: NAME/web
    pull_policy: always
    container_name: NAME-fixed
    hostname: web
    init: true
    restart: always
    deploy: {{restart_policy: {{condition: any}}}}
    {SERVES}
    ports: ["127.0.0.1:18765:8000", "18766:8000"]
    networks:
      back: {{ipv4_address: 10.213.7.5, aliases: [site]}}
      shared:
    volumes: ["data:/data", "theirs:/theirs"]
  ask:
    image: NAME/web:latest
    pull_policy: always
    command: [python, -c, "from urllib.request import urlopen; urlopen('http://site:8000')"]
    networks: [back]
    depends_on: {{web: {{condition: service_healthy}}}}
  never:
    image: NAME/none
    profiles: [never]
networks:
  back:
    name: NAME-back
    enable_ipv6: true
    ipam: {{config: [{{subnet: 10.213.7.0/24}}, {{subnet: "fd00:7::/64"}}]}}
    driver_opts: {{com.docker.network.bridge.name: NAME}}
  shared: {{name: NAME-test-shared, external: true}}
volumes:
  data: {{name: NAME-data}}
  theirs: {{name: NAME-test-theirs, external: true}}
"""
_OFF = "is switched off: what ends in a test stack has ended"
REPLACED = {
    "7: service web: container_name NAME-fixed",
    f"10: service web: restart always {_OFF}",
    f"11: service web: deploy restart_policy {_OFF}",
    "13: service web: ports 18765",
    "13: service web: ports 18766",
    "15: service web: networks back ipv4_address 10.213.7.5",
    "29: network back: name NAME-back",
    "31: network back: ipam",
    "32: network back: driver_opts com.docker.network.bridge.name",
    "33: network shared: external NAME-test-shared",
    "35: volume data: name NAME-data",
    "36: volume theirs: external NAME-test-theirs",
}
DOCKERFILE = f"""\
FROM {IMAGE}
HEALTHCHECK --interval=200ms CMD \
  python -c "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000')"
"""


@contextmanager
def foreign(name: str) -> Iterator[None]:
    """Make things of somebody else whose names are like ours; they are there in the end."""
    label = ("--label", f"com.docker.compose.project={name}-test-xx")
    made = {
        "container": docker(
            *("run", "-d", "--init", "--name", f"{name}-test-x-web-2", *label, IMAGE),
            *("python", "-c", "import time; time.sleep(300)"),
        ),
        "network": docker("network", "create", *label, f"{name}-test-shared"),
        "volume": docker("volume", "create", *label, f"{name}-test-theirs"),
    }
    try:
        yield
        state = docker("inspect", "--format", "{{.State.Status}}", made["container"])
        assert state == "running"
        for kind, one in made.items():
            assert docker(kind, "inspect", one)
    finally:
        for kind, one in made.items():
            docker(kind, "rm", "-f", one)


def names_of(bench: Bench, instance: str) -> dict[str, list[str]]:
    mine = ("--filter", f"label=com.docker.compose.project={bench.spec(instance).name}")
    listed = {
        "container": docker("ps", "-a", *mine, "--format", "{{.Names}}"),
        "network": docker("network", "ls", *mine, "--format", "{{.Name}}"),
        "volume": docker("volume", "ls", *mine, "--format", "{{.Name}}"),
    }
    return {kind: sorted(names.split()) for kind, names in listed.items()}


def test_every_fixed_name_on_two_instances_at_once(shop: Path) -> None:
    bench = Bench(shop, FIXED.replace("NAME", shop.name))
    (shop / "Dockerfile").write_text(DOCKERFILE)
    both_up = Barrier(2, timeout=60)

    def live(instance: str) -> tuple[Instance, dict[str, list[str]]]:
        with bench.lifetime.running(bench.spec(instance)) as running:
            both_up.wait()
            assert status(running) == 200
            found = names_of(bench, instance)
            both_up.wait()
            return running, found

    with foreign(shop.name), ThreadPoolExecutor(2) as pool:
        (one, ones), (other, others) = pool.map(live, ("x", "y"))
    assert one.endpoints[0].port != other.endpoints[0].port
    end = " is fixed; every stack gets one of its own instead"
    told = {words.removeprefix(f"{bench.file}:").removesuffix(end) for words in bench.said}
    assert told == {words.replace("NAME", shop.name) for words in REPLACED}
    assert one.variables["TEST_COMPOSE_PROJECT"] == f"{shop.name}-test-x"
    for instance, found in (("x", ones), ("y", others)):
        name = f"{shop.name}-test-{instance}"
        assert found == {
            "container": [f"{name}-ask-1", f"{name}-web-1"],
            "network": [f"{name}_back", f"{name}_shared"],
            "volume": [f"{name}_data", f"{name}_theirs"],
        }
        assert bench.of_compose(instance) == []
    assert docker("image", "ls", "-q", f"{shop.name}/web") == ""


def test_what_one_instance_wrote_is_there_when_the_other_has_gone(shop: Path) -> None:
    text = f"services: {{web: {{image: {IMAGE}, init: true, command: [sleep, '300'], "
    bench = Bench(shop, text + "volumes: ['data:/data']}}\nvolumes: {data: {name: fixed}}\n")
    for kept in (spec := bench.spec(one, kind="kept") for one in ("x", "y")):
        bench.lifetime.start(kept)
        docker("exec", f"{kept.name}-web-1", "sh", "-c", f"echo {kept.instance} > /data/row")
    bench.lifetime.stop(bench.spec("x").name)
    bench.lifetime.start(spec)  # and starting it anew changes nothing
    assert docker("exec", f"{spec.name}-web-1", "cat", "/data/row").strip() == "y"
    bench.lifetime.stop(spec.name)
    assert bench.of_compose("x") == bench.of_compose("y") == []


PARTS = {
    "docker-compose.yml": f"""\
include: [more/included.yml]
services:
  web:
    extends: {{file: base.yml, service: base}}
    env_file: [web.env]
    secrets: [password]
    configs: [{{source: rules, target: /rules}}]
    depends_on: [included]
  never:
    image: {IMAGE}
    profiles: [never]
secrets: {{password: {{file: password.txt}}}}
configs: {{rules: {{file: rules.txt}}}}
""",
    "docker-compose.override.yml": "services: {web: {environment: {OVERRIDE: overridden}}}\n",
    "base.yml": f"""\
services:
  base:
    image: {IMAGE}
    init: true
    command: [sh, -c, "cat /run/secrets/password /rules; echo $$IN_FILE $$OVERRIDE; sleep 300"]
""",
    "more/included.yml": f"services: {{included: {{image: {IMAGE}, command: [echo, included]}}}}\n",
    "web.env": "IN_FILE=from-a-file\n",
    "password.txt": "sesame\n",
    "rules.txt": "be nice\n",
}


def test_all_that_a_file_may_be_made_of_keeps_working(shop: Path) -> None:
    bench = Bench(shop, "")
    for name, text in PARTS.items():
        (shop / name).parent.mkdir(exist_ok=True)
        (shop / name).write_text(text)
    files = (bench.file, shop / "docker-compose.override.yml")
    spec = replace(bench.spec(), stack=Stack("", files))
    with bench.lifetime.running(spec):
        assert names_of(bench, "x")["container"] == [
            f"{spec.name}-included-1",
            f"{spec.name}-web-1",
        ]
        said = [
            line.partition("| ")[2] for line in bench.engine.logs(spec.name, tail=9).split("\n")
        ]
    assert {"sesame", "be nice", "from-a-file overridden", "included"} <= set(said)


def test_a_one_shot_is_done_and_the_stack_is_up(shop: Path) -> None:
    bench = Bench(
        shop,
        "services:\n"
        f"  migrate: {{image: '{IMAGE}', command: [python, -c, 'print(1)']}}\n"
        f"  also: {{image: '{IMAGE}', command: ['true'], restart: always}}\n"
        "  web:\n"
        f"    image: {IMAGE}\n"
        "    init: true\n"
        f"    {SERVES}\n"
        "    ports: ['8000']\n"
        "    depends_on: {migrate: {condition: service_completed_successfully}}\n",
    )
    with bench.lifetime.running(bench.spec()) as running:
        states = {one.service: one.state for one in bench.engine.containers(bench.spec().name)}
        assert states == {"also": "exited", "migrate": "exited", "web": "running"}
        assert [one.service for one in running.endpoints] == ["web"]
    assert bench.of_compose() == []


def test_labels_hold_whatever_a_branch_is_called(shop: Path) -> None:
    bench = Bench(shop, f"services: {{web: {{image: '{IMAGE}', init: true, {SERVES}}}}}\n")
    branch = "a,b=c${X}$$\"'\\ü"
    given = bench.spec()
    spec = replace(given, labels={**given.labels, "taskslib.branch": branch})
    with bench.lifetime.running(spec):
        (container,) = bench.engine.containers(spec.name)
        assert container.labels["taskslib.branch"] == branch
        labels = json.loads(docker("inspect", "--format", "{{json .Config.Labels}}", container.id))
        assert labels["taskslib.branch"] == branch
        assert container in bench.engine.containers("")


def test_a_kept_instance_beside_an_ephemeral_one(shop: Path) -> None:
    text = f"services: {{web: {{image: '{IMAGE}', init: true, ports: ['8000'], {SERVES}}}}}\n"
    bench = Bench(shop, text)
    lifetime, kept = bench.lifetime, bench.spec("x-kept", "kept")
    with ExitStack() as ends:
        ends.callback(lifetime.stop, kept.name)
        first = lifetime.start(kept)
        with lifetime.running(bench.spec()) as own:
            assert own.endpoints[0].port != first.endpoints[0].port
        assert bench.of_compose() == []
        assert lifetime.start(kept) == first, "nothing was recreated"
        # What the file no longer has is gone in the end too, and an update that fails leaves it.
        bench.file.write_text(text.replace("web:", "new:"))
        lifetime.start(kept)
        assert lifetime.stop(kept.name)
        assert not lifetime.stop(kept.name)
    assert bench.of_compose("x-kept") == []
