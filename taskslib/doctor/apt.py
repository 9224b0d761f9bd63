"""The machine's package sources, read in both of apt's formats, and the ones we add to them.

Whoever runs behind a mirror has told apt so: everything that we fetch from Debian comes from the
same mirror, checked with the same keyring.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MARKER = "# Written by taskslib (inv setup --install-engine)."
"""First line of every file of ours under /etc/apt; a file without it is never overwritten."""

SOURCES_FILE = "/etc/apt/sources.list.d/taskslib-trixie.sources"
PINS_FILE = "/etc/apt/preferences.d/taskslib-trixie"


@dataclass(frozen=True, slots=True)
class AptSource:
    """One archive that apt installs from."""

    uri: str
    suites: tuple[str, ...]
    components: tuple[str, ...]
    signed_by: str = ""
    """As it stands in a deb822 file: a path, or a whole key over several lines; may be empty."""


def read_sources(etc: Path) -> tuple[AptSource, ...]:
    """Read all sources under apt's folder; what cannot be read counts as not there."""
    folder = etc / "sources.list.d"
    lists = [etc / "sources.list", *sorted(folder.glob("*.list"))]
    found = [source for path in lists for source in parse_list(_text(path))]
    for path in sorted(folder.glob("*.sources")):
        found.extend(parse_deb822(_text(path)))
    return tuple(
        AptSource(_first_mirror(source.uri), source.suites, source.components, source.signed_by)
        for source in found
    )


def archive(sources: tuple[AptSource, ...], codename: str) -> AptSource | None:
    """Return where the release itself comes from (not its updates or security fixes)."""
    return next(
        (one for one in sources if codename in one.suites and "main" in one.components), None
    )


def parse_list(text: str) -> Iterator[AptSource]:
    """Parse one-line sources: `deb [signed-by=/key] URI SUITE COMPONENT...`."""
    for raw in text.splitlines():
        line = raw.partition("#")[0].strip()
        kind, _, rest = line.partition(" ")
        if kind != "deb":
            continue
        options: dict[str, str] = {}
        rest = rest.strip()
        if rest.startswith("["):
            inside, _, rest = rest[1:].partition("]")
            options = {name: value for name, _, value in map(_split_option, inside.split())}
        uri, *words = rest.split() or [""]
        if words:
            keys = options.get("signed-by", "").replace(",", " ")
            yield AptSource(uri, (words[0],), tuple(words[1:]), keys)


def parse_deb822(text: str) -> Iterator[AptSource]:
    """Parse a `.sources` file: paragraphs of fields, one source for each address."""
    for fields in _paragraphs(text):
        enabled = fields.get("enabled", "yes").strip().lower() not in ("no", "false", "off", "0")
        if not enabled or "deb" not in fields.get("types", "").split():
            continue
        suites = tuple(fields.get("suites", "").split())
        components = tuple(fields.get("components", "").split())
        for uri in fields.get("uris", "").split():
            yield AptSource(uri, suites, components, fields.get("signed-by", "").strip())


def trixie_sources(mirror: AptSource) -> str:
    """Return the `.sources` file that offers trixie's packages from the machine's own mirror."""
    lines = [
        MARKER,
        "# Compose and Buildx are not in bookworm; taskslib-trixie in preferences.d allows only",
        "# them and the engine to be installed from here.",
        "Types: deb",
        f"URIs: {mirror.uri}",
        "Suites: trixie",
        "Components: main",
    ]
    if mirror.signed_by:
        separator = "" if mirror.signed_by.startswith("\n") else " "
        lines.append(f"Signed-By:{separator}{mirror.signed_by}")
    return "\n".join(lines) + "\n"


def trixie_pins(packages: tuple[str, ...]) -> str:
    """Return the preferences that let these packages come from trixie, and nothing else."""
    return (
        f"{MARKER}\n"
        "Package: *\nPin: release n=trixie\nPin-Priority: 50\n\n"
        f"Package: {' '.join(packages)}\nPin: release n=trixie\nPin-Priority: 900\n"
    )


def _split_option(option: str) -> tuple[str, str, str]:
    return option.partition("=")


def _paragraphs(text: str) -> Iterator[dict[str, str]]:
    fields: dict[str, str] = {}
    name = ""
    for line in [*text.splitlines(), ""]:
        if line.startswith("#"):
            continue
        if not line.strip():
            if fields:
                yield fields
            fields, name = {}, ""
        elif line[0].isspace():
            # A continuation: part of a key, or more values of the field before.
            if name:
                fields[name] += "\n" + line
        elif ":" in line:
            key, _, value = line.partition(":")
            name = key.strip().lower()
            fields[name] = value.strip()


def _first_mirror(uri: str) -> str:
    """Return the first address of a `mirror+file:` list (cloud images have them), else `uri`."""
    prefix = "mirror+file:"
    if not uri.startswith(prefix):
        return uri
    lines = _text(Path("/" + uri.removeprefix(prefix).lstrip("/"))).split()
    return next((line for line in lines if "://" in line), uri)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
