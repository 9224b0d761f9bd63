"""A project whose releases lie in a registry, and what is asked of it where it is deployed."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import git

from taskslib.project.places import LOCK
from taskslib.release.lockfile import Locked, written
from tests.support.leftovers import docker
from tests.support.projects import Ran, argv, environment, unredacted
from tests.support.registry import Running

SERVER = """\
import http.server, os, pathlib, sys, time

KIND = pathlib.Path("/app/kind").read_text().strip()
if sys.argv[1:] == ["migrate"]:
    print("migrating", KIND, flush=True)
    time.sleep(8 if KIND in {"slow-migration", "late-migration"} else 0)
    while KIND == "endless-migration" or pathlib.Path("/app/endless").exists():
        time.sleep(0.1)
    sys.exit(KIND in {"no-migration", "late-migration"})
if KIND == "ends":
    sys.exit("this release ends at once")


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/health" and KIND == "broken":
            return self.send_error(503, f"{KIND}: not healthy")
        self.send_response(200)
        self.end_headers()
        self.wfile.write(KIND.encode())

    def log_message(self, *args):
        pass


print("serving", KIND, os.environ["API_TOKEN"], flush=True)
http.server.HTTPServer(("", 8000), Handler).serve_forever()
"""
DOCKERFILE = """\
FROM python:3.13-slim
COPY server.py kind /app/
STOPSIGNAL SIGKILL
CMD ["python", "/app/server.py"]
"""
COMPOSE = """\
services:
  store:  # no image of ours; its data must outlive everything
    image: python:3.13-slim
    command: ["sleep", "1000"]
    init: true
    stop_grace_period: 0s
    volumes: ["data:/data"]
    healthcheck: {test: ["CMD", "true"], start_period: 30s, start_interval: 200ms}
  migrate:
    image: ${REGISTRY}/shop-web:${VERSION:?}
    command: ["python", "/app/server.py", "migrate"]
    depends_on: [store]
  web:
    image: ${REGISTRY}/shop-web:${VERSION:?}
    restart: unless-stopped
    ports: ["127.0.0.1:${PORT:?}:8000"]
    environment:
      GREETING: "costs 5 $$, $${HOME}"
      RELEASE: ${VERSION}
      API_TOKEN: hunter2 $$hunter2
    depends_on:
      migrate: {condition: service_completed_successfully}
    healthcheck:
      test: ["CMD", "python", "-c",
        "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health')"]
      interval: 1s
      retries: 2
      start_period: ${START:-30s}
      start_interval: 200ms
volumes:
  data:
"""


@dataclass
class Shop:
    """A project, its releases, and where it is deployed."""

    repo: git.Repo
    store: Running
    port: int
    name: str
    """The Compose project name of its environment."""
    host: str = "127.0.0.1"
    """Where it answers."""

    @property
    def root(self) -> Path:
        return Path(self.repo.working_dir)

    def release(self, version: str, kind: str = "", *, ours: bool = False) -> str:
        """Release a version whose server answers `kind`, and return its image.

        By docker itself, in a fraction of the time, unless it is to be `ours`: by `inv build`.
        """
        (self.root / "services/web/kind").write_text(kind or version)
        self.repo.git.add("-A")
        self.repo.git.commit("-m", version)
        self.repo.git.tag("-a", f"v{version}", "-m", version)
        image = self._built(version) if ours else self._pushed(version)
        self.repo.git.add("-A")
        self.repo.git.commit("-m", f"Lock {version}")
        return image

    def _built(self, version: str) -> str:
        ran = self.build()
        assert ran.code == 0, ran.err
        return ran.out.strip().replace(f":{version}@", "@")

    def _pushed(self, version: str) -> str:
        name = f"{self.store.host}/{self.root.name}/{self.root.name}-web"
        commit = self.repo.head.commit.hexsha
        says = ("--label", f"org.opencontainers.image.revision={commit}")
        context = str(self.root / "services/web")
        docker("build", "--quiet", *says, "--tag", f"{name}:{version}", context)
        docker("push", "--quiet", f"{name}:{version}")
        form = '{{join .RepoDigests " "}}'
        digests = docker("image", "inspect", "--format", form, f"{name}:{version}").split()
        (image,) = (one for one in digests if one.startswith(f"{name}@"))
        lock = written(version, commit, {"web": Locked(name, image.rpartition("@")[2])})
        (self.root / LOCK).write_text(lock)
        return image

    def build(self) -> Ran:
        """Publish the release's images."""
        return unredacted(self.root, "build", "--push")

    def deploy(self, *arguments: str, **variables: str) -> Ran:
        given = {"PORT": str(self.port), **variables}
        ran = unredacted(self.root, "deploy", "prod", *arguments, **given)
        return Ran(ran.code, ran.out, ran.err.replace(self.name, "NAME"))

    def begin(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """Begin a deployment, which a test can interrupt."""
        given = {"PORT": str(self.port), **variables}
        return subprocess.Popen(
            argv("deploy", "prod", *arguments),
            cwd=self.root,
            env=environment(**given),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def answer(self) -> str:
        """Return what answers on the port; empty where nothing does."""
        try:
            with urlopen(f"http://{self.host}:{self.port}/", timeout=2) as told:
                return str(told.read().decode())
        except (URLError, OSError):
            return ""

    def containers(self) -> dict[str, str]:
        """Return the containers by service, all of them."""
        form = '{{.Label "com.docker.compose.service"}} {{.ID}}'
        told = docker("ps", "-a", *of(self.name), "--format", form)
        return dict(line.split() for line in told.splitlines())

    def lasting(self) -> list[str]:
        """Return the ids of what runs on, whatever happens to a release after it."""
        found = self.containers()
        return [found["store"], found["web"]]

    def records(self) -> list[str]:
        """Return the names of what is recorded, with whatever else is kept likewise."""
        return [one for one in self.volumes() if one.startswith("-")]

    def logged(self, service: str, line: str) -> str:
        """Return how a line of a service's log is shown."""
        return f"  {service}-1  | {line}\n"

    def volumes(self) -> list[str]:
        listed = docker("volume", "ls", "--format", "{{.Name}}").split()
        return sorted(one.removeprefix(self.name) for one in listed if one.startswith(self.name))

    @contextmanager
    def asked(self) -> Iterator[list[float]]:
        """Ask it all the time meanwhile; yields the seconds of each time that it did not answer."""
        ended, gaps = threading.Event(), list[float]()

        def ask() -> None:
            down = 0.0
            while not ended.wait(0.02):
                now, up = time.monotonic(), bool(self.answer())
                if not up:
                    down = down or now
                elif down:
                    gaps.append(now - down)
                    down = 0.0
            if down:
                gaps.append(time.monotonic() - down)

        asking = threading.Thread(target=ask)
        asking.start()
        try:
            yield gaps
        finally:
            ended.set()
            asking.join()


def of(project: str) -> tuple[str, str]:
    return ("--filter", f"label=com.docker.compose.project={project}")


def interrupted(process: subprocess.Popen[str], times: int = 1) -> Ran:
    """Press Ctrl-C, and return how it ended."""
    for _ in range(times):
        os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=120)
    return Ran(process.returncode, out, err)
