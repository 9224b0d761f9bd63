"""What is on the engine, asked past taskslib itself."""

from __future__ import annotations

import subprocess

_KINDS = {
    "container": (("ps", "-a", "--format", "{{.Names}}"), "taskslib.project"),
    "network": (("network", "ls", "--format", "{{.Name}}"), "taskslib.project"),
    "volume": (("volume", "ls", "--format", "{{.Name}}"), "taskslib.project"),
    "image": (("image", "ls", "--format", "{{.Repository}}"), ""),
}


def docker(*arguments: str, given: str = "") -> str:
    """Run a docker command, which reads what is given, and return what it prints."""
    done = subprocess.run(
        ["docker", *arguments],
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    try:
        done.check_returncode()
    except subprocess.CalledProcessError as error:
        error.add_note(done.stderr)  # its message tells the code alone
        raise
    return done.stdout.strip()


def leftovers(project: str) -> list[str]:
    """Return what is on the engine of a project: containers, networks, volumes, images."""
    found = []
    for kind, (listing, label) in _KINDS.items():
        chosen = ("--filter", f"label={label}={project}") if label else ()
        names = docker(*listing, *chosen).split()
        # Images are named <project>-<scope>-…, with the project cut where it is long.
        found += [f"{kind} {n}" for n in names if label or n.startswith(f"{project}-")]
    return found


def remove(found: list[str]) -> None:
    """Remove what `leftovers` found: a test that failed must not disturb the next one."""
    for kind in _KINDS:  # containers before what they use
        names = [one.partition(" ")[2] for one in found if one.startswith(f"{kind} ")]
        if names:
            docker(kind, "rm", "-f", *names)
