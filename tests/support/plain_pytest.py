"""pytest as an editor runs it, with taskslib's plugin as if it were installed beside it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.support.projects import Ran, environment, redact

CONFTEST = """\
def pytest_addoption(parser):
    parser.addoption("--integration", action="store_true", help="also tests that need containers")
"""


def plain_pytest(folder: Path, *arguments: str, root: Path, **variables: str) -> Ran:
    """Run pytest in a folder, to its end."""
    # Nobody knows what is installed with the pytest that runs us: ours by its name, and no other.
    given = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **variables}
    options = ("-p", "taskslib.testing.fixtures", "-p", "no:cacheprovider", "-q", "-rs")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *arguments],
        cwd=folder,
        env=environment(**given),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    out = re.sub(r" in \d+\.\d\ds", " in TIME", done.stdout)
    return Ran(done.returncode, redact(out, root), redact(done.stderr, root))
