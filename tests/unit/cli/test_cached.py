"""What makes a suite run again, and what does not: each of these fools some other tool."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.projects import Ran, argv, environment, inv, repository, write

RUN = """\
import os, pathlib, sys
here = pathlib.Path(__file__).parent
exec((here / "hook.py").read_text()) if (here / "hook.py").exists() else None
red = (here / "red").exists()
body = "<failure message='red'/>" if red else ""
extra = "<flakyFailure/>" if (here / "flaky").exists() else ""
(here / "junit.xml").write_text(
    f"<testsuite><testcase classname='it' name='works'>{body}{extra}</testcase></testsuite>"
)
sys.exit(red)
"""
CONFIG = """\
[tool.taskslib]
project = "shop"
[tool.taskslib.service.api]
depends_on = ["lib"]
pass_env = ["SWITCH"]
[tool.taskslib.service.api.unit]
command = [{python}, "run.py"]
report = "junit.xml"
[tool.taskslib.service.lib.unit]
command = [{python}, "run.py"]
report = "junit.xml"
[tool.taskslib.service.web.unit]
command = [{python}, "run.py"]
report = "junit.xml"
"""
FILES = {
    "tasks.py": "from taskslib import ns\n",
    "pyproject.toml": CONFIG.format(python=repr(sys.executable)),
    ".gitignore": "junit.xml\n__pycache__\n.env\n.taskslib\n",
    **{f"services/{name}/run.py": RUN for name in ("api", "lib", "web")},
    **{f"services/{name}/code.txt": "one\n" for name in ("api", "lib", "web")},
    **{f"services/{name}/tests/unit/keep": "" for name in ("api", "lib", "web")},
    "outside.txt": "outside\n",
    "README.md": "read me\n",
}
ALL = {"api", "lib", "web"}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A committed project of two services and a library that one needs, tested once."""
    root = write(tmp_path / "shop", FILES)
    repository(root)
    assert ran_again(root) == ALL
    return root


def ran_again(root: Path, *arguments: str, code: int = 0, **variables: str) -> set[str]:
    """Run the tests and return the services whose suites were not cached."""
    return again(run(root, *arguments, code=code, **variables))


def run(root: Path, *arguments: str, code: int = 0, **variables: str) -> Ran:
    ran = command(root, "test", *arguments, program="taskslib", **variables)
    assert ran.code == code, ran
    return ran


def command(root: Path, *arguments: str, program: str = "inv", **variables: str) -> Ran:
    return inv(root, *arguments, program=program, **{**own(root), **variables})


def own(root: Path) -> dict[str, str]:
    """Return variables with which results are where a user has them, but nobody else's."""
    return {"TASKSLIB_CACHE_DIR": "", "XDG_CACHE_HOME": str(root.parent / "cache")}


def again(ran: Ran) -> set[str]:
    lines: list[tuple[str, str]] = re.findall(r"^  [✓✗] (\S+) .* (\S+)$", ran.out, re.MULTILINE)
    assert lines
    return {name for name, end in lines if end != "AGE"}


def test_nothing_changed(shop: Path) -> None:
    assert run(shop) == Ran(
        0,
        "Unit Tests\n"
        "  ✓ api              1 passed                             cached, AGE\n"
        "  ✓ lib              1 passed                             cached, AGE\n"
        "  ✓ web              1 passed                             cached, AGE\n"
        "\n"
        "3 suites, all cached\n"
        "3 passed, 0 failed, 0 skipped\n",
        "",
    )
    assert command(shop, "test") == run(shop)


def chmod(shop: Path) -> None:
    (shop / "services/web/code.txt").chmod(0o755)


def same_size_and_time(shop: Path) -> None:
    file = shop / "services/web/code.txt"
    before = file.stat()
    file.write_text("two\n")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def ignored_file(shop: Path) -> None:
    (shop / "services/web/.env").write_text("A=1")


def new_file(shop: Path) -> None:
    (shop / "services/web/new.txt").write_text("")


def deletion(shop: Path) -> None:
    (shop / "services/web/code.txt").unlink()


def rename(shop: Path) -> None:
    (shop / "services/web/code.txt").rename(shop / "services/web/other.txt")


@pytest.mark.parametrize(
    "change", [chmod, same_size_and_time, ignored_file, new_file, deletion, rename]
)
def test_what_is_one_services_runs_that_alone(shop: Path, change: Callable[[Path], None]) -> None:
    change(shop)
    assert ran_again(shop) == {"web"}
    assert ran_again(shop) == set()


def test_what_a_library_changes_runs_who_needs_it(shop: Path) -> None:
    (shop / "services/lib/code.txt").write_text("two\n")
    assert ran_again(shop) == {"api", "lib"}
    why = command(shop, "why", "api").out
    assert re.sub(r"\d+ (s|min) ago", "SOON ago", why) == (
        "api:unit\n"
        "  ran SOON ago and passed\n"
        "  since the time before: services/lib/code.txt changed\n"
        "  cached: passed SOON ago with the same "
        f"{re.findall(r'same ([0-9]+) inputs', why)[0]} inputs\n"
    )


def test_the_roots_files_are_everybodys_and_its_documents_nobodys(shop: Path) -> None:
    (shop / "README.md").write_text("changed\n")
    assert ran_again(shop) == set()
    (shop / "outside.txt").write_text("changed\n")
    assert ran_again(shop) == ALL


def test_what_is_named_is_an_input_even_where_tools_leave_files(shop: Path) -> None:
    own = '[tool.taskslib.service.web]\ninputs = ["services/web/dist"]\n'
    config = FILES["pyproject.toml"] + own
    ignore = f"{FILES['.gitignore']}dist/\n"
    write(shop, {"pyproject.toml": config, ".gitignore": ignore, "services/web/dist/x.js": "1"})
    assert ran_again(shop) == ALL
    assert ran_again(shop) == set()
    write(shop, {"services/web/dist/x.js": "2"})
    assert ran_again(shop) == {"web"}
    assert ran_again(shop) == set()


def test_what_tools_leave_is_no_input(shop: Path) -> None:
    write(shop, {"services/web/__pycache__/run.pyc": "x", "services/web/tests/__pycache__/a": "x"})
    assert ran_again(shop) == set()


def test_a_link_is_what_it_leads_to(shop: Path, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere.txt"
    target.write_text("one")
    (shop / "services/web/link.txt").symlink_to(target)
    assert ran_again(shop) == {"web"}
    assert ran_again(shop) == set()
    target.write_text("two")
    assert ran_again(shop) == {"web"}


def test_variables(shop: Path) -> None:
    assert ran_again(shop, UNDECLARED="1") == set()
    assert ran_again(shop, SWITCH="") == {"api"}
    assert ran_again(shop, SWITCH="1") == {"api"}
    assert ran_again(shop, SWITCH="") == set()
    assert ran_again(shop) == set()
    assert ran_again(shop, TZ="UTC") == ALL


def test_a_lock_above_the_project_is_everybodys(tmp_path: Path) -> None:
    root = write(tmp_path / "mono" / "apps" / "shop", FILES)
    write(tmp_path, {"uv.lock": "outside of the repository", "mono/uv.lock": "one"})
    repository(tmp_path / "mono")
    assert ran_again(root) == ALL
    write(tmp_path, {"uv.lock": "changed", "mono/other.txt": "nobody's"})
    assert ran_again(root) == set()
    for file in ("mono/uv.lock", "mono/apps/conftest.py"):
        write(tmp_path, {file: "new"})
        assert ran_again(root) == ALL
        assert ran_again(root) == set()


def test_arguments_and_their_order(shop: Path) -> None:
    assert ran_again(shop, "--", "a", "b") == ALL
    assert ran_again(shop, "--", "a", "b") == set()
    assert ran_again(shop, "--", "b", "a") == ALL
    assert ran_again(shop) == set()


def test_a_commit_changes_nothing(shop: Path) -> None:
    (shop / "services/web/code.txt").write_text("two\n")
    assert ran_again(shop) == {"web"}
    subprocess.run(["git", "commit", "-qam", "Change"], cwd=shop, check=True)
    assert ran_again(shop) == set()


def test_another_worktree_shares_the_results(shop: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    subprocess.run(["git", "worktree", "add", "-q", other, "-b", "b"], cwd=shop, check=True)
    assert ran_again(other) == set()


def test_results_in_a_folder_that_ci_carries(shop: Path, tmp_path: Path) -> None:
    carried = str(tmp_path / "carried")
    assert ran_again(shop, TASKSLIB_CACHE_DIR=carried) == ALL
    clone = tmp_path / "clone" / "shop"
    subprocess.run(["git", "clone", "-q", shop, clone], check=True)
    assert ran_again(clone, TASKSLIB_CACHE_DIR=carried) == set()
    assert ran_again(clone) == ALL


def test_without_git(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", FILES)
    assert ran_again(root) == ALL
    assert ran_again(root) == set()
    (root / "services/web/code.txt").write_text("two\n")
    assert ran_again(root) == {"web"}
    assert not Path(os.devnull).is_file()  # nothing stands for "nowhere" that can be replaced


def test_force_runs_all(shop: Path) -> None:
    assert ran_again(shop, "--force") == ALL
    assert ran_again(shop) == set()


def test_a_named_suite_says_how_to_force_it(shop: Path) -> None:
    ran = run(shop, "--service", "web")
    assert (again(ran), ran.err) == (
        set(),
        "note: what is cached was not run again; --force runs it\n",
    )
    assert run(shop, "--service", "web") == ran


def test_what_failed_runs_again(shop: Path) -> None:
    (shop / "services/web/red").touch()
    assert ran_again(shop, code=1) == {"web"}
    assert ran_again(shop, code=1) == {"web"}
    (shop / "services/web/red").unlink()
    assert ran_again(shop) == set()


def test_what_passed_only_when_it_was_repeated_runs_again(shop: Path) -> None:
    (shop / "services/web/flaky").touch()
    assert ran_again(shop) == {"web"}
    assert ran_again(shop) == {"web"}
    assert ran_again(shop) == {"web"}
    assert "not stored: a test passed only when run again" in command(shop, "why", "web").out


FORCED_RED = """\
if pathlib.Path({flag!r}).exists():
    red = "<testsuite><testcase classname='it' name='works'><failure/></testcase></testsuite>"
    (here / "junit.xml").write_text(red)
    sys.exit(1)
"""


def test_a_red_run_of_what_had_passed_withdraws_that(shop: Path, tmp_path: Path) -> None:
    """It looked at something that no key can know of; that it is green, nobody may believe."""
    flag = tmp_path / "flag"
    write(shop, {"services/web/hook.py": FORCED_RED.format(flag=str(flag))})
    assert ran_again(shop) == {"web"}
    assert ran_again(shop) == set()
    flag.touch()
    assert ran_again(shop) == set()
    assert command(shop, "test", "--force").code == 1
    assert ran_again(shop, code=1) == {"web"}
    flag.unlink()
    assert ran_again(shop) == {"web"}
    assert ran_again(shop) == set()


def test_what_changed_while_it_ran_is_not_stored(shop: Path) -> None:
    write(
        shop, {"services/web/hook.py": "import time\n(here / 'now').write_text(str(time.time()))\n"}
    )
    assert ran_again(shop) == {"web"}
    assert ran_again(shop) == {"web"}
    assert "not stored: services/web/now changed while it ran" in command(shop, "why", "web").out


def test_what_changed_and_was_reverted_while_it_ran_is_not_stored(shop: Path) -> None:
    hook = "code = here / 'code.txt'\nwas = code.read_text()\n"
    write(shop, {"services/web/hook.py": f"{hook}code.write_text('other')\ncode.write_text(was)\n"})
    assert ran_again(shop) == {"web"}
    assert ran_again(shop) == {"web"}
    why = command(shop, "why", "web").out
    assert "not stored: services/web/code.txt was written while it ran" in why


def test_what_was_interrupted_runs_again(shop: Path) -> None:
    hook = "import time\n(here / '.env').touch()\nwhile True: time.sleep(60)\n"
    write(shop, {"services/web/hook.py": hook})
    child = subprocess.Popen(
        argv("test", program="taskslib"),
        cwd=shop,
        env=environment(**own(shop)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not (shop / "services/web/.env").exists():
        assert child.poll() is None
    child.send_signal(signal.SIGINT)
    assert child.wait(60) == 130
    write(shop, {"services/web/hook.py": ""})
    assert ran_again(shop) == {"web"}


@pytest.mark.parametrize("spoil", [lambda data: data[:-3], lambda _: b"", lambda data: b"x" + data])
def test_a_file_that_is_not_whole_is_no_result(shop: Path, spoil: Callable[[bytes], bytes]) -> None:
    for file in (shop / ".git/taskslib").rglob("*.json"):
        file.write_bytes(spoil(file.read_bytes()))
    assert ran_again(shop) == ALL
    assert ran_again(shop) == set()


def test_our_own_folder_is_ignored_again_where_that_file_was_cut_off(shop: Path) -> None:
    (shop / ".gitignore").write_text("junit.xml\n")
    (shop / ".taskslib/.gitignore").write_text("")
    assert ran_again(shop) == set()
    (shop / "services/web/code.txt").write_text("two\n")
    assert ran_again(shop) == {"web"}
    assert (shop / ".taskslib/.gitignore").read_text() == "*\n"
    assert ran_again(shop) == set()
    assert not [*(shop / ".taskslib/last").glob("*.new")]


def test_what_a_killed_run_left_of_an_answer_goes(shop: Path) -> None:
    old, new = (shop / ".git/taskslib/answers" / f"x.json.{name}" for name in ("old", "new"))
    old.touch()
    new.touch()
    os.utime(old, (1, 1))
    assert ran_again(shop, "--", "a") == ALL
    assert (old.exists(), new.exists()) == (False, True)


def test_the_answer_is_what_the_pipeline_shows(shop: Path) -> None:
    quick = run(shop)
    for file in (shop / ".git/taskslib/answers").glob("*.json"):
        file.unlink()
    assert run(shop) == quick
    assert run(shop) == quick


def test_other_configuration_has_other_answers(shop: Path) -> None:
    write(shop, {"tasks.py": "from taskslib import make_ns\nns = make_ns(project='other')\n"})
    assert again(command(shop, "test")) == ALL
    assert again(command(shop, "test")) == set()
    assert ran_again(shop) == ALL


def test_dry_run_shows_what_is_cached(shop: Path) -> None:
    (shop / "services/web/code.txt").write_text("two\n")
    out = command(shop, "test", "--dry-run").out
    assert re.findall(r"^  (\w+): (.+)$", out, re.MULTILINE) == [
        ("api", "cached"),
        ("lib", "cached"),
        ("web", "environment > test"),
    ]


def test_why_of_what_is_no_service(shop: Path) -> None:
    ran = command(shop, "why", "wbe")
    assert (ran.code, ran.err) == (
        2,
        "error: no service 'wbe'\n\nhint: did you mean 'web'? services: api, lib, web\n",
    )


def test_no_colour_and_colour(shop: Path) -> None:
    run(shop)
    assert "\x1b" not in run(shop, NO_COLOR="1").out
    assert "\x1b[1m" in run(shop, FORCE_COLOR="1", NO_COLOR="").out


def test_a_stdout_that_takes_nothing(shop: Path) -> None:
    def to(stream: str, **variables: str) -> int:
        with Path(stream).open("w") as out:
            return subprocess.run(
                argv("test", program="taskslib"),
                cwd=shop,
                env=environment(**{**own(shop), **variables}),
                stdout=out,
                stderr=subprocess.DEVNULL,
                check=False,
            ).returncode

    if Path("/dev/full").exists():
        assert to("/dev/full") == to("/dev/full", TASKSLIB_CACHE_DIR=str(shop / ".taskslib/c")) == 3


LOADED = """\
import sys
sys.argv = ["taskslib", "test"]
from taskslib.__main__ import main
main()
heavy = {"invoke", "msgspec", "rich", "dataclasses", "pathlib", "tomllib", "asyncio", "inspect"}
print(sorted(heavy & {name.partition(".")[0] for name in sys.modules} - BEFORE))
"""


def test_a_cached_run_imports_next_to_nothing(shop: Path) -> None:
    run(shop)
    code = "import sys; BEFORE = {n.partition('.')[0] for n in sys.modules}\n" + LOADED
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=shop,
        env=environment(**own(shop)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines()[-1] == "[]", done


@pytest.mark.skipif(sys.platform == "win32", reason="process groups are POSIX")
def test_ctrl_c_before_there_is_an_answer(shop: Path, tmp_path: Path) -> None:
    run(shop)
    git = write(tmp_path / "bin", {"git": "#!/bin/sh\ntouch $0.asked\nexec sleep 60\n"}) / "git"
    git.chmod(0o755)
    path = f"{git.parent}{os.pathsep}{os.environ['PATH']}"
    child = subprocess.Popen(
        argv("test", program="taskslib"),
        cwd=shop,
        env=environment(**own(shop), PATH=path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while not Path(f"{git}.asked").exists():
        assert child.poll() is None
    if sys.platform != "win32":
        os.killpg(child.pid, signal.SIGINT)
    out, err = child.communicate(timeout=60)
    assert (child.returncode, out, err) == (130, "", "interrupted by signal 2\n")
