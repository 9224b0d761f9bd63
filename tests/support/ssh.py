"""An ssh server of a test's own, and a client that knows it: no file of the user's is touched."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from taskslib.testing import wait_for

PROGRAM = "/usr/sbin/sshd"
"""It starts itself anew by its path."""
PORT = 2222
_SERVER = """\
ListenAddress {address}:{port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
PidFile none
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
SetEnv DOCKER_HOST={docker}
"""
_CLIENT = """\
Host *
  IdentityFile {folder}/user
  IdentitiesOnly yes
  UserKnownHostsFile {folder}/known
  StrictHostKeyChecking accept-new
"""


def missing() -> str:
    """Return why there can be no server here; empty if there can."""
    return "" if Path(PROGRAM).is_file() and shutil.which("ssh") else "no openssh-server"


@contextmanager
def ssh_server(
    folder: Path, address: str, docker: str, within: Sequence[str] = ()
) -> Iterator[str]:
    """Run a server on which Docker's client finds an engine; give a PATH whose `ssh` knows it.

    Args:
        folder: Where keys and settings go.
        address: Where it listens.
        docker: What DOCKER_HOST is there.
        within: A command that runs another in the namespaces in which it is to be.
    """
    (folder / "bin").mkdir(parents=True)
    for name in ("host", "user"):
        keygen = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(keygen, check=True, timeout=60)
    settings = _SERVER.format(address=address, port=PORT, folder=folder, docker=docker)
    (folder / "sshd_config").write_text(settings, "utf-8")
    (folder / "ssh_config").write_text(_CLIENT.format(folder=folder), "utf-8")
    client = folder / "bin" / "ssh"
    client.write_text(
        f'#!/bin/sh\nexec {shutil.which("ssh")} -F {folder}/ssh_config "$@"\n', "utf-8"
    )
    client.chmod(0o755)
    subprocess.run([*within, "mkdir", "-p", "/run/sshd"], check=True, timeout=60)
    serve = [*within, PROGRAM, "-D", "-e", "-f", str(folder / "sshd_config")]
    with (folder / "log").open("wb") as log, subprocess.Popen(serve, stderr=log) as server:
        try:
            wait_for(lambda: _listens(address), timeout=30, message="the ssh server")
            yield f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        finally:
            subprocess.run(
                [*within, "pkill", "-f", str(folder / "sshd_config")], check=False, timeout=60
            )
            server.wait(60)


def _listens(address: str) -> bool:
    with suppress(OSError), socket.create_connection((address, PORT), timeout=1):
        return True
    return False
