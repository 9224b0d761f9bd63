"""The bake file, and what goes into it: contexts off Compose files, labels, what a builder can."""

from __future__ import annotations

from pathlib import Path

import pytest

from taskslib.errors import ConfigError, EngineError, NothingToRunError, UsageError
from taskslib.project import load
from taskslib.project.model import Release
from taskslib.project.places import LOCK
from taskslib.release.bake import Origin, Output, bake, lost
from taskslib.release.builder import Builder, output_for, parsed
from taskslib.release.images import Image, chosen, images
from taskslib.release.lockfile import Locked, digests, locked_version, released, written
from taskslib.release.origin import address
from tests.support.projects import repository, unredacted, write

ORIGIN = Origin("1.2.3", "c" * 40, 1_700_000_000, "https://example.org/acme/shop")
OCI = "org.opencontainers.image"
DEFAULT = """\
Name:          default
Driver:        docker
Last Activity: 2026-11-26 01:25:56 +0000 UTC

Nodes:
Name:             default
Endpoint:         default
Status:           running
BuildKit version: v0.0.0+unknown
Platforms:        linux/amd64, linux/amd64/v2, linux/386
Labels:
 org.mobyproject.buildkit.worker.moby.host-gateway-ip: 172.17.0.1
"""
STORE = f"{DEFAULT} org.mobyproject.buildkit.worker.snapshotter:          overlayfs\n"
CONTAINER = """\
Name:          big
Driver:        docker-container

Nodes:
Name:      big0
Endpoint:  unix:///var/run/docker.sock
Status:    running
Platforms: linux/amd64*, linux/arm64
"""
PLAIN, FULL, OWN = parsed(DEFAULT), parsed(STORE), parsed(CONTAINER)
HAVE_IT = (
    "a builder of its own (`docker buildx create --use`), or the containerd image store: "
    '"features": {"containerd-snapshotter": true} in the engine\'s daemon.json'
)


def test_the_whole_file() -> None:
    api = Image(
        "api",
        "r/shop-api",
        Path("/shop"),
        Path("/shop/services/${x}/Dockerfile"),
        {"B": "%{if}", "A": "${HOME} $HOME", "SOURCE_DATE_EPOCH": "1"},
        {"lib": "/shop/lib", "base": "docker-image://python:3", "web": "service:web.ui"},
    )
    web = Image("web.ui", "r/shop-web.ui", Path("/shop/web"), Path("/shop/web/Dockerfile"))
    output = Output("type=image,push=true", ("linux/amd64",), "r/cache", "r/cache", ("type=sbom",))
    found = bake([api, web], ORIGIN, output)
    labels = {
        "org.opencontainers.image.created": "2023-11-14T22:13:20Z",
        "org.opencontainers.image.revision": "c" * 40,
        "org.opencontainers.image.source": "https://example.org/acme/shop",
        "org.opencontainers.image.title": "shop-api",
        "org.opencontainers.image.version": "1.2.3",
    }
    assert found == {
        "group": {"default": {"targets": ["api", "web_ui"]}},
        "target": {
            "api": {
                "context": "/shop",
                "dockerfile": "/shop/services/$${x}/Dockerfile",
                "args": {"A": "$${HOME} $HOME", "B": "%%{if}", "SOURCE_DATE_EPOCH": "1700000000"},
                "labels": labels,
                "tags": ["r/shop-api:1.2.3"],
                "output": ["type=image,push=true"],
                "contexts": {
                    "base": "docker-image://python:3",
                    "lib": "/shop/lib",
                    "web": "target:web_ui",
                },
                "platforms": ["linux/amd64"],
                "cache-from": ["type=registry,ref=r/cache:api"],
                "cache-to": ["type=registry,ref=r/cache:api,mode=max"],
                "attest": ["type=sbom"],
            },
            "web_ui": {
                "context": "/shop/web",
                "dockerfile": "/shop/web/Dockerfile",
                "args": {"SOURCE_DATE_EPOCH": "1700000000"},
                "labels": {**labels, "org.opencontainers.image.title": "shop-web.ui"},
                "tags": ["r/shop-web.ui:1.2.3"],
                "output": ["type=image,push=true"],
                "platforms": ["linux/amd64"],
                "cache-from": ["type=registry,ref=r/cache:web.ui"],
                "cache-to": ["type=registry,ref=r/cache:web.ui,mode=max"],
                "attest": ["type=sbom"],
            },
        },
    }


def test_services_that_bake_would_call_alike() -> None:
    some = [Image(name, name, Path("/"), Path("/d")) for name in ("a.b", "a_b", "a_b_")]
    found = bake(some, ORIGIN, Output("type=docker"))["target"]
    assert [one["tags"] for one in found.values()] == [["a.b:1.2.3"], ["a_b:1.2.3"], ["a_b_:1.2.3"]]


BUILD = "build: {context: ../.., dockerfile: services/api/%s, args: {FROM: %s}}"


def shop(root: Path, **files: str) -> dict[str, Image]:
    made = {
        "pyproject.toml": "[tool.taskslib]\nproject = 'Shop'\n",
        "services/api/Dockerfile": "FROM a\n",
        "services/lib/pyproject.toml": "",
        **files,
    }
    project = load(write(root / "shop", made))
    return {one.service: one for one in images(project, {"MARK": "set"})}


def compose(service: str, dockerfile: str = "Dockerfile", mark: str = "x") -> str:
    return f"services:\n  {service}: {{{BUILD % (dockerfile, mark)}}}\n"


TEST, OWN_STACK, DEV = (
    f"{place}/docker-compose.yml"
    for place in ("deploy/test", "services/api/deploy/test", "deploy/dev")
)


def test_services_whose_images_would_be_called_alike(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        shop(tmp_path, **{"services/API/Dockerfile": "FROM a\n"})
    assert refused.value.message == (
        "services/API and services/api would both be the image of api: one would be written "
        "over the other"
    )
    assert refused.value.hint == "rename one of them: API, api"


@pytest.mark.parametrize(
    ("files", "mark"),
    [
        ({TEST: compose("api", mark="test"), DEV: compose("api", mark="dev")}, "test"),
        ({DEV: compose("api", mark="dev")}, "dev"),
        # What is called like it and is built from another file is another image.
        ({TEST: compose("api", "Other"), DEV: compose("backend", mark="dev")}, "dev"),
        ({OWN_STACK: "services: {api: {build: ./api}}\n", DEV: compose("api", mark="dev"),
          "services/api/tests/integration/keep": ""}, "dev"),
        ({TEST: "include: [more.yml]\n", "deploy/test/more.yml": compose("api", mark="more")},
         "more"),
        ({TEST: compose("api", mark="'${MARK}-${OTHER:-dotenv}'"), "deploy/test/.env": "OTHER=1"},
         "set-1"),
    ],
)  # fmt: skip
def test_how_an_image_is_built(tmp_path: Path, files: dict[str, str], mark: str) -> None:
    root = tmp_path / "shop"
    assert shop(tmp_path, **files) == {
        "api": Image("api", "shop-api", root, root / "services/api/Dockerfile", {"FROM": mark})
    }


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({TEST: "name: a\nservices: [\n"}, f"{TEST}: line 3 is no YAML that can be read here; "),
        ({TEST: compose("api"), DEV: "- a\n"}, ""),
        ({DEV: "- a\n"}, f"{DEV}: it is no mapping; "),
        ({TEST: "include: [more.yml]\n", "deploy/test/more.yml": "{"},
         "deploy/test/more.yml: line 1 is no YAML that can be read here; "),
        ({TEST: "include: [../none.yml]\n"}, "deploy/none.yml: No such file or directory; "),
        ({TEST: "include: ['oci://example.org/a', 'git@example.org:a.git']\n"}, ""),
    ],
)  # fmt: skip
def test_no_image_is_built_past_a_file_that_says_how(
    tmp_path: Path, files: dict[str, str], said: str
) -> None:
    """One that is not needed, as the first already has it, is not read."""
    if not said:
        assert list(shop(tmp_path, **files)) == ["api"]
        return
    with pytest.raises(ConfigError) as refused:
        shop(tmp_path, **files)
    assert refused.value.message == f"{said}how images are built is read off it"
    assert refused.value.hint == "mend it, then: inv lint"


WAYS = """\
services:
  migrate: {build: {context: ../.., dockerfile: services/api/Dockerfile, args: {A: other}}}
  api:
    build:
      context: ../..
      dockerfile: services/api/Dockerfile
      args: {A: x, MARK: , NONE: }
      secrets: [token, {source: file, target: "a,b"}, absent, unset]
      ssh: [default, key=./id]
      network: ${NET:-host}
      extra_hosts: ["mirror:10.0.0.1", "other=::1"]
      shm_size: 64m
      labels: {by: me, org.opencontainers.image.version: mine}
      target: test
      platforms: [linux/arm64]
      x-own: 1
secrets:
  token: {environment: MARK}
  file: {file: ./secret.txt}
  absent: {external: true}
  unset: {environment: UNSET}
"""


def test_what_else_a_build_has(tmp_path: Path) -> None:
    here = tmp_path / "shop/deploy/test"
    (image,) = shop(tmp_path, **{TEST: WAYS}).values()
    assert image.notes == (
        f"{TEST}: api is built here without its platforms, the secret absent (no file, no "
        "variable), the secret unset (its variable UNSET is not set)",
        f"{TEST}: api is built as it says, and not as migrate: one Dockerfile is one image",
    )
    target = bake([image], ORIGIN, Output("type=docker"))["target"]["api"]
    # One without a value has the environment's; without that, the Dockerfile's default holds.
    assert target["args"] == {"A": "x", "MARK": "set", "SOURCE_DATE_EPOCH": "1700000000"}
    assert (target["labels"]["by"], target["labels"][f"{OCI}.version"]) == ("me", "1.2.3")
    names = ("secret", "ssh", "network", "extra-hosts", "shm-size")
    assert {name: target[name] for name in names} == {
        "secret": ['type=env,"id=token","env=MARK"', f'"id=a,b","src={here / "secret.txt"}"'],
        "ssh": ["default", f"key={here / 'id'}"],
        "network": "host",
        "extra-hosts": {"mirror": "10.0.0.1", "other": "::1"},
        "shm-size": "64m",
    }
    assert "target" not in target


def test_services_that_have_no_image(tmp_path: Path) -> None:
    found = shop(tmp_path, **{"services/web/Dockerfile": "FROM a\n"}).values()
    assert [one.service for one in chosen(found, ["web"])] == ["web"]
    for names, message, hint in (
        (["lib"], "'lib', which has no Dockerfile", ""),
        (["apo", "web", "x"], "'apo'; 'x'", "did you mean 'api'? "),
    ):
        with pytest.raises(UsageError) as refused:
            chosen(found, names, ["lib"])
        assert refused.value.message == f"no image of a service {message}"
        assert refused.value.hint == f"{hint}services with one: api, web"


def test_what_an_older_buildx_passes_over() -> None:
    told = {"target": {"api": {"network": "host", "extra-hosts": {"a": "b"}}, "web": {}}}
    assert lost(told, {"target": {"api": {"network": "host"}}}) == ("extra-hosts of api",)
    assert lost(told, told) == ()


def test_an_image_that_no_compose_file_builds(tmp_path: Path) -> None:
    folder = tmp_path / "shop/services/api"
    assert shop(tmp_path)["api"] == Image("api", "shop-api", folder, folder / "Dockerfile")


def test_the_image_of_a_single_service_is_the_projects(tmp_path: Path) -> None:
    root = write(tmp_path / "Shop", {"Dockerfile": "FROM a\n"})
    (image,) = images(load(root), {"REGISTRY": "reg.example/Acme"})
    assert image == Image("Shop", "reg.example/acme/shop", root, root / "Dockerfile")
    (root / "Dockerfile").unlink()
    with pytest.raises(NothingToRunError, match="Shop has no Dockerfile"):
        images(load(root), {})
    with pytest.raises(ConfigError, match="can't be an image's name"):
        images(load(write(tmp_path / "my shop", {"Dockerfile": "FROM a\n"})), {})


def test_a_registry_that_can_be_none(tmp_path: Path) -> None:
    """It is named with where it is said: not an image, and not the project."""
    config = "[tool.taskslib.release]\nregistry = 'reg:x'\n"
    root = write(
        tmp_path / "shop",
        {
            "tasks.py": "from taskslib import ns\n",
            "pyproject.toml": config,
            "services/api/Dockerfile": "FROM a\n",
        },
    )
    repository(root)
    for variables, told, where in (
        ({}, "reg:x", "`registry` in [tool.taskslib.release]"),
        ({"REGISTRY": "127.0.0.1:5919/a:b"}, "127.0.0.1:5919/a:b", "the variable REGISTRY"),
    ):
        ran = unredacted(root, "build", "--dry-run", **variables)
        assert ran.err == (
            f"error: {told!r} can't be an image's name, nor what one begins with\n\n"
            f"hint: mend {where}: host:port, then folders of letters, digits, . _ -\n"
        )
        assert (ran.code, ran.out) == (2, "")


def test_what_a_builder_is() -> None:
    platforms = ("linux/amd64", "linux/amd64/v2", "linux/386")
    assert Builder("default", "docker", store=False, platforms=platforms) == PLAIN
    assert Builder("default", "docker", store=True, platforms=platforms) == FULL
    assert (
        Builder("big", "docker-container", store=False, platforms=("linux/amd64", "linux/arm64"))
        == OWN
    )
    assert [one.full for one in (PLAIN, FULL, OWN)] == [False, True, True]


ALL = Release(cache="r/cache", platforms=("linux/amd64", "linux/386"), sbom="r/scanner")
PUSHED = "type=image,push=true"
ATTESTED = ("type=provenance,mode=min", "type=sbom,generator=r/scanner")


def test_what_becomes_of_images() -> None:
    none = Release(sbom=False, provenance="")
    assert output_for(PLAIN, none, (), push=False) == (Output("type=docker"), ())
    # What nobody asks for is had where it can be, and not missed where it can't.
    assert output_for(PLAIN, Release(), (), push=True) == (Output(PUSHED), ())
    assert output_for(PLAIN, Release(sbom=True, provenance="min"), (), push=True) == (
        Output(PUSHED),
        (f"not with this builder: a list of contents (SBOM), provenance; it takes {HAVE_IT}",),
    )
    attested = ("type=provenance,mode=min", "type=sbom")
    assert output_for(FULL, Release(), (), push=True) == (Output(PUSHED, attestations=attested), ())
    assert output_for(PLAIN, ALL, (), push=False) == (
        Output("type=docker"),
        (f"not with this builder: the cache in the registry; it takes {HAVE_IT}",),
    )
    assert output_for(FULL, ALL, (), push=True) == (
        Output(PUSHED, ALL.platforms, "r/cache", "r/cache", ATTESTED),
        (),
    )
    assert output_for(OWN, ALL, ("linux/arm64",), push=True) == (
        Output(
            f"{PUSHED},rewrite-timestamp=true", ("linux/arm64",), "r/cache", "r/cache", ATTESTED
        ),
        (),
    )
    assert output_for(OWN, ALL, (), push=False) == (Output("type=docker", (), "r/cache"), ())
    two = ("linux/amd64", "linux/arm64")
    assert output_for(OWN, none, two, push=False) == (Output("type=cacheonly", two), ())
    two = ("linux/amd64", "linux/386")
    assert output_for(FULL, none, two, push=False) == (Output("type=image", two), ())


def test_platforms_that_a_builder_has_not() -> None:
    with pytest.raises(EngineError, match="one platform at a time, not for linux/amd64, linux/386"):
        output_for(PLAIN, ALL, (), push=True)
    with pytest.raises(
        EngineError, match=r"does not build for linux/arm64 .it does for linux/amd6"
    ):
        output_for(FULL, Release(), ("linux/arm64",), push=False)


@pytest.mark.parametrize(
    ("remote", "told"),
    [
        ("https://github.com/acme/shop.git", "https://github.com/acme/shop"),
        ("https://me:secret@git.example:8443/acme/shop", "https://git.example:8443/acme/shop"),
        ("git@github.com:acme/shop.git", "https://github.com/acme/shop"),
        ("github.com:acme/shop", "https://github.com/acme/shop"),
        ("ssh://git@git.example:2222/acme/shop.git", "https://git.example/acme/shop"),
        ("http://token@gitea.local/shop.git", "http://gitea.local/shop"),
        ("/srv/git/shop.git", ""),
        ("C:\\git\\shop", ""),
        ("C:/git/shop", ""),
        ("file:///srv/git/shop", ""),
        ("https://[bad/shop", ""),
        ("https://host:port/shop", ""),
        ("", ""),
    ],
)
def test_where_a_repository_is(remote: str, told: str) -> None:
    assert address(remote) == told


def test_the_lock(tmp_path: Path) -> None:
    images_ = {
        "web.ui": Locked("r/shop-web.ui", "sha256:2"),
        "api": Locked("r/shop-api", "sha256:1"),
    }
    text = written("1.2.3", "c" * 40, images_)
    assert text == (
        "# What was released, by digest. `inv build --push` writes it; it belongs in git.\n"
        'version = "1.2.3"\n'
        f'revision = "{"c" * 40}"\n'
        '\n[images."api"]\nname = "r/shop-api"\ndigest = "sha256:1"\n'
        '\n[images."web.ui"]\nname = "r/shop-web.ui"\ndigest = "sha256:2"\n'
    )
    root = write(tmp_path, {LOCK: text})
    assert (released(root, "v1.2.3"), released(root, "v1.2.4")) == ("c" * 40, None)
    assert (locked_version(root), locked_version(root / "none")) == ("1.2.3", "")
    assert digests(root, "1.2.3") == {"api": "sha256:1", "web.ui": "sha256:2"}
    assert digests(root, "1.2.4") == {}
    write(tmp_path, {LOCK: 'version = "1.2.3"\nrevision = 3\nimages = {api = 3, web = {}}\n'})
    assert (released(root, "v1.2.3"), digests(root, "1.2.3")) == (None, {})
