"""Compose files that Compose refuses, what it says of each, and what we make of that.

The unit tests take the words from here; the tests on the engine hear them from Compose itself.
"""

from __future__ import annotations

from dataclasses import dataclass

WEB = "services:\n  web:\n    image: x\n"


@dataclass(frozen=True)
class Malformed:
    """A Compose file; FILE and FOLDER stand for where it is."""

    text: str
    said: str
    """By Compose 2.26."""
    told: str
    """Our error."""
    override: str | None = None
    """The text of a second file, OVERRIDE."""


MALFORMED = {
    "empty": Malformed("", "empty compose file", "FILE:1: empty compose file"),
    "comments": Malformed("# soon\n", "empty compose file", "FILE:1: empty compose file"),
    "no services": Malformed("services: {}\n", "no services", "FILE:1: no services"),
    "a list": Malformed(
        "- a\n- b\n",
        "Top-level object must be a mapping",
        "FILE:1: Top-level object must be a mapping",
    ),
    "brackets": Malformed(
        "services:\n  web:\n   image: x\n  image: [\n",
        "yaml: line 4: did not find expected node content",
        "FILE:4: yaml: line 4: did not find expected node content",
    ),
    "tab": Malformed(
        "services:\n  web:\n\timage: x\n",
        "yaml: line 3: found character that cannot start any token",
        "FILE:3: yaml: line 3: found character that cannot start any token",
    ),
    "twice": Malformed(
        "services:\n  web:\n    image: x\n  web:\n    image: y\n",
        'yaml: unmarshal errors:\n  line 4: mapping key "web" already defined at line 2',
        'FILE:4: yaml: unmarshal errors: line 4: mapping key "web" already defined at line 2',
    ),
    "key of a service": Malformed(
        f"{WEB}    imgae: y\n",
        "validating FILE: services.web Additional property imgae is not allowed",
        "FILE:4: services.web Additional property imgae is not allowed",
    ),
    "key of the file": Malformed(
        f"{WEB}servise:\n  a: b\n",
        "validating FILE: (root) Additional property servise is not allowed",
        "FILE:4: (root) Additional property servise is not allowed",
    ),
    "name of a service": Malformed(
        "services:\n  # two words\n  'a b':\n    image: x\n",
        "validating FILE: services Additional property a b is not allowed",
        "FILE:3: services Additional property a b is not allowed",
    ),
    "the second of two": Malformed(
        f'{WEB}    ports: ["80"]\n    depends_on:\n      db: {{condition: service_started}}\n'
        "  db:\n    image: x\n    ports: 80\n",
        "validating FILE: services.db.ports must be a list",
        "FILE:9: services.db.ports must be a list",
    ),
    "in braces": Malformed(
        "services:\n  db: {image: x, ports: 80}\n",
        "validating FILE: services.db.ports must be a list",
        "FILE:2: services.db.ports must be a list",
    ),
    "cast": Malformed(
        f"{WEB}    deploy:\n      replicas: many\n",
        "error while interpolating services.web.deploy.replicas: failed to cast to expected type: "
        'strconv.Atoi: parsing "many": invalid syntax',
        "FILE:5: error while interpolating services.web.deploy.replicas: failed to cast to "
        'expected type: strconv.Atoi: parsing "many": invalid syntax',
    ),
    "unset": Malformed(
        "services:\n  web:\n    image: ${NOT_THERE:?must be set}\n",
        "error while interpolating services.web.image: required variable NOT_THERE is missing a "
        "value: must be set",
        "FILE:3: error while interpolating services.web.image: required variable NOT_THERE is "
        "missing a value: must be set",
    ),
    "interpolation": Malformed(
        "services:\n  web:\n    image: ${X\n",
        "invalid interpolation format for services.web.image.\n"
        "You may need to escape any $ with another $.\n${X",
        "FILE:3: invalid interpolation format for services.web.image. "
        "You may need to escape any $ with another $. ${X",
    ),
    "undefined service": Malformed(
        f"{WEB}    depends_on: [db]\n",
        'service "web" depends on undefined service "db": invalid compose project',
        'FILE:2: service "web" depends on undefined service "db": invalid compose project',
    ),
    "no image": Malformed(
        "services:\n  db:\n    image: x\n  web:\n    command: ls\n",
        'service "web" has neither an image nor a build context specified: invalid compose project',
        'FILE:4: service "web" has neither an image nor a build context specified: '
        "invalid compose project",
    ),
    "address": Malformed(
        f'{WEB}    ports: ["80:80:80:80:80"]\n',
        "Invalid ip address 80:80:80: address 80:80:80:: too many colons in address",
        "FILE:4: Invalid ip address 80:80:80: address 80:80:80:: too many colons in address",
    ),
    "env_file": Malformed(
        f"{WEB}    env_file: nope.env\n",
        "env file FOLDER/nope.env not found: stat FOLDER/nope.env: no such file or directory",
        "FILE:4: env file FOLDER/nope.env not found: stat FOLDER/nope.env: "
        "no such file or directory",
    ),
    "cycle": Malformed(
        "services:\n  a:\n    image: x\n    depends_on: [b]\n  b:\n    image: x\n"
        "    depends_on: [a]\n",
        "dependency cycle detected: a -> b -> a",
        "FILE: dependency cycle detected: a -> b -> a",
    ),
    "override": Malformed(
        WEB,
        "validating OVERRIDE: services.web.ports must be a list",
        "OVERRIDE:3: services.web.ports must be a list",
        override="services:\n  web:\n    ports: 80\n",
    ),
    "line of one of two": Malformed(
        WEB,
        "yaml: line 2: did not find expected node content",
        "FILE or OVERRIDE: yaml: line 2: did not find expected node content",
        override="services:\n  web: [\n",
    ),
}
