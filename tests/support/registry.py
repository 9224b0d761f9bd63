"""A registry of a test's own: Debian's, on a loopback port that it picks, in its own folder."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from taskslib.testing import wait_for
from tests.support.leftovers import docker

PROGRAM = "docker-registry"
_CONFIG = """\
version: 0.1
log: {{level: info}}
storage:
  filesystem: {{rootdirectory: {folder}}}
  delete: {{enabled: true}}
  maintenance: {{readonly: {{enabled: {read_only}}}}}
http: {{addr: "127.0.0.1:0"}}
"""
_LISTENS = re.compile(r"listening on 127\.0\.0\.1:(\d+)")


@dataclass(frozen=True)
class Running:
    """A registry that runs."""

    host: str

    def tags(self, name: str) -> list[str]:
        """Return the tags of an image; none where there is no such image."""
        told = self._get(f"{name}/tags/list")
        return sorted(told["tags"] or ())

    def names(self) -> list[str]:
        """Return the names of all images."""
        return sorted(self._get("_catalog")["repositories"])

    def about(self, reference: str) -> dict[str, Any]:
        """Return manifest and configuration, as buildx tells them."""
        form = ("--format", "{{json .}}")
        told = docker("buildx", "imagetools", "inspect", f"{self.host}/{reference}", *form)
        found: dict[str, Any] = json.loads(told)
        return found

    def digest(self, reference: str) -> str:
        """Return the digest of an image; where an index names just one, that one's."""
        manifest = self.about(reference)["manifest"]
        inner = manifest.get("manifests", [])
        return str(inner[0]["digest"] if len(inner) == 1 else manifest["digest"])

    def forget(self, image: str) -> None:
        """Remove an image, named by its digest."""
        name, _, digest = image.removeprefix(f"{self.host}/").partition("@")
        asked = Request(f"http://{self.host}/v2/{name}/manifests/{digest}", method="DELETE")
        with urlopen(asked) as answer:  # noqa: S310 — ours
            assert answer.status == 202

    def _get(self, path: str) -> Any:
        with urlopen(f"http://{self.host}/v2/{path}") as answer:
            return json.load(answer)


def missing() -> str:
    """Return why there can be no registry here; empty if there can."""
    return "" if shutil.which(PROGRAM) else f"not installed: {PROGRAM}"


@contextmanager
def registry(
    folder: Path,
    within: Callable[..., list[str]] = lambda *command: list(command),
    *,
    read_only: bool = False,
) -> Iterator[Running]:
    """Run a registry; afterwards it and its folder are gone.

    Args:
        folder: Where it keeps what it is given; is made.
        within: Makes a command one that runs elsewhere.
        read_only: Whether it takes nothing.
    """
    folder.mkdir(parents=True)
    config = _CONFIG.format(folder=folder / "data", read_only=str(read_only).lower())
    (folder / "config.yml").write_text(config)
    log = folder / "log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            within(PROGRAM, "serve", str(folder / "config.yml")), stdout=stream, stderr=stream
        )
    try:
        wait_for(lambda: _LISTENS.search(log.read_text()) or process.poll() is not None, timeout=30)
        found = _LISTENS.search(log.read_text())
        assert found, log.read_text()
        yield Running(f"127.0.0.1:{found[1]}")
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(folder)
