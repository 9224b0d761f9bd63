"""What a Compose file fixes is found, and said with its file and line."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

from taskslib.stacks.fixed import Fixed, fixed
from taskslib.stacks.lines import located

CONFIG: dict[str, Any] = {
    "services": {
        "app": {
            "container_name": "shop-app",
            "restart": "always",
            "deploy": {"restart_policy": {"condition": "any"}},
            "networks": {"default": {"ipv4_address": "10.5.0.2"}, "other": None},
            "ports": [{"target": 80}, {"target": 81, "published": "8081"}],
        },
        "cache": {"restart": "no", "ports": [{"target": 1, "published": "0"}], "deploy": {}},
    },
    "networks": {
        "default": {"name": "shop-test-x_default", "ipam": {"config": [{"subnet": "10.5.0.0/16"}]}},
        "other": {"name": "shared", "external": True},
    },
    "volumes": {"data": {"name": "shop-data"}, "free": {"name": "shop-test-x_free"}, "bare": None},
}
FILE = """\
    services:
      app:
        container_name: shop-app
        restart: always
        deploy:
          restart_policy: {condition: any}
        networks:
          default:
            ipv4_address: 10.5.0.2
          other:
        ports:
          - "80"
          - "8081:81"
    networks:
      default:
        ipam:
          config: [{subnet: 10.5.0.0/16}]
    volumes:
      data: {name: shop-data}
    """
OVERRIDE = """\
    services:
      app:
        restart: always
        ports:
          - {target: 81, published: "8081"}
    """


def test_everything_fixed_has_its_place(tmp_path: Path) -> None:
    files = (tmp_path / "a.yml", tmp_path / "b.yml")
    files[0].write_text(dedent(FILE))
    files[1].write_text(dedent(OVERRIDE))
    found = tuple(fixed(CONFIG, "shop-test-x"))
    assert [(place, str(one)) for place, one in located(found, files, tmp_path)] == [
        ("a.yml:3", "service app: container_name shop-app"),
        ("b.yml:3", "service app: restart always"),
        ("a.yml:6", "service app: deploy restart_policy"),
        ("b.yml:5", "service app: ports 8081"),
        ("a.yml:9", "service app: networks default ipv4_address 10.5.0.2"),
        ("a.yml:16", "network default: ipam"),
        ("a.yml", "network other: external shared"),
        ("a.yml:19", "volume data: name shop-data"),
    ]


def test_what_another_file_brings_in_has_that_files_line(tmp_path: Path) -> None:
    main = tmp_path / "docker-compose.yml"
    main.write_text(
        "include:\n  - more/a.yml\n  - {path: [more/b.yml, none.yml]}\n"
        "services: {app: {extends: {file: base.yml, service: app}}, b: {extends: app}, c: }\n"
    )
    (tmp_path / "more").mkdir()
    for name in ("a", "b"):
        text = f"\nservices: {{{name}: {{container_name: {name}}}}}\n"
        (tmp_path / "more" / f"{name}.yml").write_text(text)
    (tmp_path / "base.yml").write_text("services:\n  app:\n    container_name: app\n")
    found = [Fixed(("services", key, "container_name"), key) for key in ("a", "b", "app")]
    assert [place for place, _ in located(found, (main,), tmp_path)] == [
        "more/a.yml:2",
        "more/b.yml:2",
        "base.yml:3",
    ]


def test_a_file_that_only_compose_can_read_has_no_lines(tmp_path: Path) -> None:
    file = tmp_path / "a.yml"
    file.write_text("services: {app: {container_name: shop-app}, }: }")
    one = Fixed(("services", "app", "container_name"), "shop-app")
    assert list(located((one,), (file,), Path("elsewhere"))) == [(str(file), one)]


def test_nothing_fixed() -> None:
    assert list(fixed({"services": {"app": {"image": "x"}}}, "shop-test-x")) == []
