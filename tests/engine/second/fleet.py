"""A project that is deployed to a Swarm, which is an engine in namespaces of its own."""

from __future__ import annotations

import re
import subprocess
import sys

from tests.engine.deploy.shop import Shop
from tests.engine.second.daemon import Daemon
from tests.support.leftovers import docker
from tests.support.projects import Ran, environment

NO_IPVS = "the kernel has no IPVS"


class Fleet(Shop):
    """A project that is deployed to a Swarm."""

    engine: Daemon

    def deploy(self, *arguments: str, **variables: str) -> Ran:
        """Deploy; what is said where the kernel of the tests has no IPVS, one test is about."""
        ran = super().deploy(*arguments, **variables)
        said = re.sub(f"^note: .*{NO_IPVS}.*\n", "", ran.err, flags=re.MULTILINE)
        return Ran(ran.code, ran.out, said)

    def build(self) -> Ran:
        command = (sys.executable, "-m", "invoke", "build", "--push")
        done = subprocess.run(
            self.engine.within("env", "-C", str(self.root), *command),
            env=environment(),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def lasting(self) -> list[str]:
        return [*self.tasks("store"), *self.tasks("web")]

    def records(self) -> list[str]:
        return self.configs()

    def logged(self, service: str, line: str) -> str:
        del service
        return f"  {line}\n"

    def tasks(self, service: str) -> list[str]:
        """Return the ids of a service's tasks that are to run."""
        chosen = ("--filter", "desired-state=running", "--quiet", "--no-trunc")
        return docker("service", "ps", *chosen, f"{self.name}_{service}").split()

    def configs(self) -> list[str]:
        listed = docker("config", "ls", "--format", "{{.Name}}").split()
        return sorted(one.removeprefix(self.name) for one in listed if one.startswith(self.name))

    def secrets(self) -> list[str]:
        listed = docker("secret", "ls", "--format", "{{.Name}}").split()
        return [one for one in listed if one.startswith(self.name)]

    def secret(self) -> str:
        """Return what the server has for its secret."""
        container = docker("ps", "--quiet", "--filter", f"name={self.name}_web")
        return docker("exec", container, "cat", "/run/secrets/key")

    def services(self) -> list[str]:
        chosen = ("--filter", f"label=com.docker.stack.namespace={self.name}")
        listed = docker("service", "ls", *chosen, "--format", "{{.Name}}").split()
        return sorted(one.removeprefix(f"{self.name}_") for one in listed)
