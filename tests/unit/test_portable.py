"""What can be proved of Windows and macOS where there is neither."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

from taskslib.project.dependencies.areas import is_absolute, joined
from taskslib.project.model import shown
from tests.support.projects import argv, environment, inv, multi, unredacted, write
from tests.support.scaffolds import made

LOADS = """
import importlib, os, pkgutil, signal, sys
import taskslib

MODULES = "fcntl grp posix pty pwd resource syslog termios tty".split()
OF_OS = '''
O_CLOEXEC O_DIRECTORY O_NOFOLLOW O_NONBLOCK WEXITSTATUS WIFEXITED WNOHANG chown fchmod fchown fork
forkpty getegid geteuid getgid getgroups getloadavg getpgid getpgrp getsid getuid initgroups killpg
lchown mkfifo mknod nice openpty pathconf posix_fallocate posix_spawn pread pwrite
sched_getaffinity setegid seteuid setgid setgroups setpgid setsid setuid statvfs sync sysconf uname
wait wait3 wait4 waitid
'''.split()
OF_SIGNAL = '''
SIGALRM SIGCHLD SIGCONT SIGHUP SIGKILL SIGPIPE SIGQUIT SIGSTOP SIGTSTP SIGUSR1 SIGUSR2 SIGWINCH
alarm pause pthread_kill pthread_sigmask setitimer siginterrupt sigpending sigtimedwait sigwait
'''.split()

def loaded():
    found = [one.name for one in pkgutil.walk_packages(taskslib.__path__, "taskslib.")]
    for name in found:
        importlib.import_module(name)
    return found

first = loaded()  # with the libraries: these know their ways on Windows
for name in [one for one in sys.modules if one.partition(".")[0] == "taskslib"]:
    del sys.modules[name]
sys.modules.update(dict.fromkeys(MODULES))
for owner, names in ((os, OF_OS), (signal, OF_SIGNAL)):
    for name in names:
        if hasattr(owner, name):
            delattr(owner, name)
sys.platform = "win32"
import taskslib
assert loaded() == first
print(len(first))
"""
CHILDREN = """\
import multiprocessing, os
import pytest

def double(number):
    assert not [name for name in os.environ if name.startswith("TASKSLIB_")]
    return 2 * number

@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_children(method):
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map(double, [1, 2]) == [2, 4]
        pool.close()
        pool.join()
"""
FOREIGN = {
    "services/web/tests/unit/test_unit.py": "import pytest\n\n"
    "@pytest.mark.parametrize('word', ['größe', '日本', '…'])\n"
    "def test_words(word):\n    print('✗', word)\n    assert word == '→'\n",
    "services/web/日本.py": "",
    "deploy/test/docker-compose.yml": "services:\n  web: {image: a, container_name: größe-日本}\n",
}
COMMANDS = (
    ("test-unit",),
    ("test-unit", "--plain", "--verbose"),
    ("show",),
    ("why", "web"),
    ("services",),
    ("graph",),
    ("lint",),
    ("report",),
    ("init", "größe-日本", "--dry-run"),
    ("init", "größe-日本", "--yes"),
    ("adopt", "größe-日本", "--dry-run"),
    ("test", "services/web/日本.py"),
)


def test_all_modules_load_without_what_windows_lacks() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADS],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 300


@pytest.mark.parametrize("encoding", ["cp437", "cp1252", "ascii"])
def test_consoles_of_old_code_pages(tmp_path: Path, encoding: str) -> None:
    """What they lack is shown in other words, and nothing fails for it."""
    root = write(tmp_path / "shop", multi(**FOREIGN))
    told = {}
    for command in COMMANDS:
        done = subprocess.run(
            argv(*command),
            cwd=root,
            env=environment(PYTHONIOENCODING=encoding),
            capture_output=True,
            timeout=300,
            check=False,
        )
        told[command] = done.stdout.decode(encoding)
        errors = done.stderr.decode(encoding)
        assert "Traceback" not in errors, (command, errors)
        assert "Error" not in errors, (command, errors)
    assert "\n  x web " in told["test-unit",]
    assert "3 failed" in told["test-unit",]
    assert (root / "größe-日本" / "tasks.py").is_file()


def test_a_child_process_of_a_test_is_nobody_elses(tmp_path: Path) -> None:
    """However it is started: macOS and Windows spawn, and so does Linux from Python 3.14 on."""
    root = write(tmp_path, multi(**{"services/web/tests/unit/test_unit.py": CHILDREN}))
    ran = inv(root, "test", "--stage", "unit", "--coverage", "--plain")
    assert ran.code == 0, ran.out
    methods = 1 if sys.platform == "win32" else 3
    assert f"\n{methods} passed, 0 failed, 0 skipped\n" in ran.out


@pytest.mark.skipif(sys.platform == "win32", reason="it must be switched on for the machine there")
def test_a_path_of_more_than_260_characters(tmp_path: Path) -> None:
    root = tmp_path.joinpath(*(one * 100 for one in "abc"), "shop")
    root.parent.mkdir(parents=True)
    made(root, "--ci", "none")
    ran = inv(root, "test-unit")
    assert ran.code == 0, ran.out
    assert inv(root, "lint", "--strict").out.startswith("no findings")
    assert unredacted(root, "instance-id").out.startswith("shop-")


def test_paths_of_windows_are_shown_with_slashes() -> None:
    root = PureWindowsPath("C:\\Src\\Shop")
    assert shown(root / "services" / "api", root) == "services/api"
    assert shown(PureWindowsPath("c:\\src\\shop\\Dockerfile"), root) == "Dockerfile"
    assert shown(PureWindowsPath("D:\\other"), root) == "D:\\other"
    assert shown(PurePosixPath("/src/shop/a b"), PurePosixPath("/src/shop")) == "a b"


def test_paths_that_are_written_as_on_windows() -> None:
    assert joined("services/api", "..\\..\\libs\\orders") == "libs/orders"
    assert joined("services/api", ".\\src") == "services/api/src"
    assert joined("services/api", "..\\..\\..\\elsewhere") is None
    for written in ("C:\\data", "c:/data", "D:data", "\\\\server\\share", "\\data", "~\\data"):
        assert is_absolute(written)
        assert joined("services/api", written) is None
