"""Asks what the engine has: its socket where there is one here, else Docker's client."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

from taskslib.stacks.client import DockerClient
from taskslib.stacks.engine import Container, Label
from taskslib.stacks.listing import by_api, by_client

_NAMES = {
    "container": ("ps", "-a", "--format", "{{.Names}}"),
    "network": ("network", "ls", "--format", "{{.Name}}"),
    "volume": ("volume", "ls", "--format", "{{.Name}}"),
    "image": ("image", "ls", "--format", "{{.ID}}={{.Repository}}:{{.Tag}}"),
}
"""How the client lists each kind of what an instance has by name."""


class Lister:
    """Lists by label, each question both ways."""

    def __init__(self, docker: DockerClient) -> None:
        self._docker = docker

    def containers(self, label: str) -> tuple[Container, ...]:
        """Return the containers with a label: `KEY`, or `KEY=VALUE`."""
        told = self._docker.listed("container", label)
        if told is not None:
            return tuple(by_api.container(one) for one in told)
        chosen = ("--filter", f"label={label}", "--format", by_client.FORMAT)
        return by_client.parse_containers(self._docker.ask("ps", "-a", "--no-trunc", *chosen))

    def volumes(self, name: str) -> Mapping[str, str]:
        """Return an instance's volumes by name, each with the checkout that made it."""
        label = f"{Label.NAME}={name}"
        told = self._docker.listed("volume", label)
        if told is not None:
            return {one["Name"]: by_api.ours(one).get(Label.ROOT, "") for one in told}
        chosen = ("--filter", f"label={label}", "--format", by_client.VOLUMES_FORMAT)
        return by_client.parse_volumes(self._docker.ask("volume", "ls", *chosen))

    def labels(self) -> tuple[Mapping[str, str], ...]:
        """Return the labels of everything of ours, images as if they were containers."""
        found: list[Mapping[str, str]] = []
        for kind in ("container", "network", "volume"):
            told = self._docker.listed(kind, Label.MANAGED)
            if told is None:
                return self._labels_by_client()
            found += map(by_api.ours, told)
        images = self._docker.listed("image", Label.IMAGE)
        if images is None:
            return self._labels_by_client()
        owned = (by_client.owner(one.get("Labels") or {}) for one in images)
        return (*found, *(one for one in owned if one))

    def names(self, name: str) -> dict[str, list[str]]:
        """Return an instance's belongings: their kind → their names. Also when cancelled."""

        def listed(kind: str) -> list[str]:
            names = dict.fromkeys(self._names(kind, name))
            return by_client.own_images(name, names) if kind == "image" else list(names)

        with ThreadPoolExecutor(len(_NAMES)) as pool:
            return dict(zip(_NAMES, pool.map(listed, _NAMES), strict=True))

    def _names(self, kind: str, name: str) -> Iterable[str]:
        label = f"{Label.IMAGE if kind == 'image' else Label.NAME}={name}"
        told = self._docker.listed(kind, label, essential=True)
        if told is None:
            chosen = ("--filter", f"label={label}")
            return self._docker.ask(*_NAMES[kind], *chosen, essential=True).split()
        if kind == "image":
            return by_api.image_names(told)
        if kind == "container":
            return [by_api.container_name(one) for one in told]
        return [one["Name"] for one in told]

    def _labels_by_client(self) -> tuple[Mapping[str, str], ...]:
        managed = ("--filter", f"label={Label.MANAGED}", "--format", by_client.LABELS_FORMAT)
        images = ("image", "ls", "--quiet", "--filter", f"label={Label.IMAGE}")
        with ThreadPoolExecutor(4) as pool:
            asked = [
                pool.submit(self._docker.ask, *listing, *managed)
                for listing in (("ps", "-a"), ("network", "ls"), ("volume", "ls"))
            ]
            built = pool.submit(self._docker.ask, *images).result().split()
            found = [labels for one in asked for labels in by_client.parse_labels(one.result())]
        if built:
            inspected = self._docker.run(
                "image", "inspect", "--format", "{{json .Config.Labels}}", *dict.fromkeys(built)
            )
            # One that is gone by now is not missed.
            found += by_client.image_labels(inspected.stdout)
        return tuple(found)
