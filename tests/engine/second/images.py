"""Images that are made without any network: programs of this machine, with their libraries."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterable, Sequence

TINY = "tiny:1"
"""An image of a shell, `sleep`, `cat` and `cp`; it sleeps."""
_PROGRAMS = ("sh", "sleep", "cat", "cp")


def load_tiny(host: str) -> None:
    """Give an engine the tiny image."""
    load(host, TINY, _PROGRAMS, ("sleep", "300"))


def copy(image: str, host: str, *, source: str = "") -> None:
    """Give an engine an image, with the id that it has, of another engine, or of the usual one."""
    there = ["--host", source] if source else []
    with subprocess.Popen(["docker", *there, "save", image], stdout=subprocess.PIPE) as saved:
        taking = ["docker", "--host", host, "load", "--quiet"]
        subprocess.run(taking, stdin=saved.stdout, check=True, capture_output=True, timeout=300)


def load(host: str, image: str, programs: Iterable[str], command: Sequence[str]) -> None:
    """Give an engine, named as in DOCKER_HOST, an image of programs."""
    files = {f"/bin/{program}": shutil.which(program) or "" for program in programs}
    ldd = subprocess.run(["ldd", *files.values()], capture_output=True, text=True, check=False)
    files |= {name: name for name in re.findall(r"(/\S+)(?= \()", ldd.stdout)}
    packed = io.BytesIO()
    said = json.dumps(command)
    with tarfile.open(fileobj=packed, mode="w", dereference=True) as tar:
        for name, source in files.items():
            tar.add(source, name)
    subprocess.run(
        ["docker", "--host", host, "import", "--change", f"CMD {said}", "-", image],
        input=packed.getvalue(),
        capture_output=True,
        timeout=60,
        check=True,
    )
