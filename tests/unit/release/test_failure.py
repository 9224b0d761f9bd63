"""What is kept of what buildx prints where a build fails, all of it as it printed it."""

from __future__ import annotations

import pytest

from taskslib.release.failure import failed_step

BEGUN = """\
#0 building with "default" instance using docker driver

#1 [a internal] load build definition from Dockerfile
#1 transferring dockerfile: 74B done
#1 DONE 0.0s
"""
BAD = "FROM scratch\nCOPY app /\n\nCOPPY app /\n"
UNPARSED = f"""\
{BEGUN}Dockerfile:4
--------------------
   2 |     COPY app /
   3 |     \x20
   4 | >>> COPPY app /
   5 |     \x20
--------------------
ERROR: failed to solve: dockerfile parse error on line 4: unknown instruction: COPPY
"""
PUSHED = f"""\
{BEGUN}
#6 pushing 127.0.0.1:5000/acme/shop-api:1.2.3 with docker
#6 pushing layer d8c1b2d3 0.1s done
#6 ERROR: unknown: Method not allowed
------
 > pushing 127.0.0.1:5000/acme/shop-api:1.2.3 with docker:
------
ERROR: unknown: Method not allowed
"""
ENDED = f"""\
{BEGUN}
#5 [a 2/2] RUN sleep 600
ERROR: got 1 SIGTERM/SIGINTs, forcing shutdown
#5 CANCELED
ERROR: failed to solve: Canceled: context canceled
"""


def test_a_push_that_is_refused() -> None:
    assert failed_step(PUSHED, {}) == (
        " > pushing 127.0.0.1:5000/acme/shop-api:1.2.3 with docker:\n"
        "ERROR: unknown: Method not allowed"
    )


def test_what_was_ended_says_how_far_it_was() -> None:
    kept = failed_step(ENDED, {}).splitlines()
    assert kept[-2:] == ["#5 [a 2/2] RUN sleep 600", "#5 CANCELED"]
    assert not [line for line in kept if "SIGTERM" in line or "ERROR" in line]


@pytest.mark.parametrize(
    ("dockerfiles", "place"),
    [
        ({"services/api/Dockerfile": "FROM a\n", "services/web/Dockerfile": BAD},
         "services/web/Dockerfile"),
        # Where two have these lines, which of them it is nobody can tell.
        ({"services/api/Dockerfile": BAD, "services/web/Dockerfile": BAD}, "Dockerfile"),
        ({"services/web/Dockerfile.prod": BAD}, "Dockerfile"),
        ({}, "Dockerfile"),
    ],
)  # fmt: skip
def test_a_dockerfile_that_cannot_be_parsed(dockerfiles: dict[str, str], place: str) -> None:
    assert failed_step(UNPARSED, dockerfiles).splitlines() == [
        f"{place}:4",
        "   2 |     COPY app /",
        "   3 |",
        "   4 | >>> COPPY app /",
        "   5 |",
        "ERROR: failed to solve: dockerfile parse error on line 4: unknown instruction: COPPY",
    ]
