"""Plain pytest, as in an editor, against the stack that `infra-up` keeps; and without one."""

from __future__ import annotations

from pathlib import Path

from tests.support.plain_pytest import CONFTEST, plain_pytest
from tests.support.projects import inv, multi, write

WEB = "services/web"
READS = """\
import os
from urllib.request import urlopen

import pytest

URL = os.environ.get("TEST_WEB_URL", "")  # as it is when the module is imported

def test_answers():
    assert urlopen(URL).status == 200

def test_fixtures(endpoint, taskslib_instance):
    web = endpoint("web", 8000)
    assert (web.url, endpoint("web")) == (URL, web)
    with pytest.raises(LookupError):
        endpoint("web", 8001)
    assert web.url == f"http://{web.host}:{web.port}"
    assert taskslib_instance.compose_project == os.environ["TEST_COMPOSE_PROJECT"]
    assert taskslib_instance.id == os.environ["TEST_INSTANCE_ID"]
"""
# Where taskslib runs it, PYTHONPATH stands for the plugin being installed with the suite.
PLUGGED = """\
[tool.taskslib]
pass_env = ["PYTHONPATH", "PYTEST_ADDOPTS"]
"""


def files(**changes: str) -> dict[str, str]:
    return multi(
        **{
            f"{WEB}/tests/conftest.py": CONFTEST,
            f"{WEB}/tests/integration/test_service.py": READS,
            f"{WEB}/pyproject.toml": "[tool.pytest.ini_options]\naddopts = ['-p', 'no:randomly']\n",
            "pyproject.toml": PLUGGED,
            **changes,
        }
    )


def test_against_the_kept_stack_and_without_one(shop: Path) -> None:
    write(shop, files())
    tests = (f"{WEB}/tests/integration", "--integration")
    missing = plain_pytest(shop, *tests, root=shop)
    assert (missing.code, missing.out) == (4, "")
    assert missing.err == (
        f"ERROR: no stack is up for this branch ({shop.name}-web-{shop.name}-ID-kept)\n"
        "\n"
        "hint: start it: taskslib infra-up --service web\n\n"
    )
    all_of_it = plain_pytest(
        shop / WEB, "tests", "--integration", "--without-stack", "skip", root=shop
    )
    assert all_of_it.code == 0, all_of_it
    assert all_of_it.out.startswith("ss.")
    assert "hint: start it: taskslib infra-up --service web\n" in all_of_it.out
    assert all_of_it.out.endswith("1 passed, 2 skipped in TIME\n")

    assert inv(shop, "infra-up", "--service", "web").code == 0
    for folder, path in ((shop, tests[0]), (shop / WEB, "tests")):
        for workers in ((), ("-p", "xdist", "-n2")):
            ran = plain_pytest(folder, path, "--integration", *workers, root=shop)
            assert ran.code == 0, ran
    late = "def test_late(endpoint): assert endpoint('web').port\n"  # asks when it is wanted
    write(shop, {f"{WEB}/tests/integration/test_late.py": late})
    ran = plain_pytest(shop, f"{WEB}/tests/integration/test_late.py", root=shop)
    assert ran.code == 0, ran
    assert inv(shop, "infra-down", "--service", "web").code == 0


def test_a_suite_that_taskslib_runs_has_its_own_stack(shop: Path) -> None:
    """Also while another is kept; and unit tests have none, then too."""
    unit = (
        "import pytest\n\ndef test_unit(request):\n"
        "    with pytest.raises(pytest.fail.Exception, match='unit tests have none'):\n"
        "        request.getfixturevalue('endpoint')\n"
    )
    own = (
        "def test_its_own(taskslib_instance):\n"
        "    assert not taskslib_instance.compose_project.endswith('-kept')\n"
    )
    write(shop, files(**{f"{WEB}/tests/unit/test_unit.py": unit}))
    write(shop, {f"{WEB}/tests/integration/test_own.py": own})
    assert inv(shop, "infra-up", "--service", "web").code == 0
    plugged = "-p taskslib.testing.fixtures"
    ran = inv(shop, "test", PYTHONPATH=str(Path(__file__).parents[3]), PYTEST_ADDOPTS=plugged)
    assert ran.code == 0, ran
    assert inv(shop, "infra-down", "--service", "web").code == 0
