"""Where a suite that hangs hangs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from taskslib.events import State
from taskslib.frameworks.stacks import where_it_hung
from tests.unit.frameworks.bench import Bench

IT = "tests/unit/test_it.py"
HANGS = """
    import threading, time

    def helper(event):
        event.wait()

    def test_passes(): pass
    def test_hangs():
        threading.Thread(target=helper, args=(threading.Event(),), daemon=True).start()
        while True:
            time.sleep(60)
    """


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGUSR1 on Windows")
@pytest.mark.parametrize("options", [(), ("-n2",)], ids=["alone", "workers"])
def test_each_thread_that_is_in_the_suite(bench: Bench, options: tuple[str, ...]) -> None:
    bench.write({IT: HANGS})
    run, limit = bench.time_out(*options, reaching="in test_hangs")
    assert run.result.state is State.TIMED_OUT
    assert run.result.reason == f"did not end within {limit} s during {IT}::test_hangs"
    assert f'  File "{IT}", line 5 in helper\n' in run.result.details
    assert run.result.details.endswith(f'  File "{IT}", line 11 in test_hangs')
    assert "site-packages" not in run.result.details.partition("Thread ")[2]


def test_threads_elsewhere_only_where_no_other_is(tmp_path: Path) -> None:
    (tmp_path / "1.txt").write_text(
        "Thread 0x1 (most recent call first):\n"
        '  File "/usr/lib/a.py", line 1 in a\n'
        '  File "/usr/lib/b.py", line 2 in b\n'
        "\n"
        "Current thread 0x2 (most recent call first):\n"
        '  File "/usr/lib/c.py", line 3 in c\n'
        f'  File "{tmp_path}/tests/t.py", line 4 in test_it\n'
    )
    assert where_it_hung(tmp_path, tmp_path) == (
        'Current thread 0x2 (most recent call first):\n  File "tests/t.py", line 4 in test_it'
    )
    assert where_it_hung(tmp_path, tmp_path / "other").splitlines()[1:4] == [
        '  File "/usr/lib/a.py", line 1 in a',
        '  File "/usr/lib/b.py", line 2 in b',
        "Current thread 0x2 (most recent call first):",
    ]
    assert where_it_hung(tmp_path / "none", tmp_path) == ""
