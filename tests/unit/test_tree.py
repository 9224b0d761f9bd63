"""What identifies the files of a checkout, from real repositories, and without git."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import git
import pytest

from taskslib.disk import FOLLOWED, UNKNOWN
from taskslib.repository import git_environment
from taskslib.tree import left_out, tree
from tests.support.projects import repository, write

posix = pytest.mark.skipif(os.name == "nt", reason="modes and such names are POSIX's")
FILES = {".gitignore": ".env\n__pycache__/\nbuild/\n*.o\n", "app.py": "one\n", "lib/x.py": "x\n"}


def identities(root: Path) -> dict[str, str]:
    return tree(str(root))


def blob(text: str, mode: str = "100644") -> str:
    data = text.encode()
    header = b"blob %d\0" % len(data)
    return f"{mode} {hashlib.sha1(header + data, usedforsecurity=False).hexdigest()}"


@pytest.fixture
def repo(tmp_path: Path) -> git.Repo:
    return repository(write(tmp_path / "repo", FILES))


@pytest.fixture
def root(repo: git.Repo) -> Path:
    return Path(repo.working_dir)


def test_a_clean_checkout(root: Path) -> None:
    assert identities(root) == {name: blob(text) for name, text in FILES.items()}


def test_bytecode_is_no_input_where_git_is_not_told_to_ignore_it(root: Path) -> None:
    (root / ".gitignore").write_text(".env\n", "utf-8")
    before = identities(root)
    write(root, {"lib/__pycache__/x.cpython-311.pyc": "1", "__pycache__/app.pyc": "2"})
    assert identities(root) == before
    write(root, {"lib/legacy.pyc": "3"})  # that can be imported
    assert identities(root) == {**before, "lib/legacy.pyc": blob("3")}


def test_without_git_the_files_are_the_same(root: Path, tmp_path: Path) -> None:
    write(tmp_path / "plain", FILES)
    write(tmp_path / "plain", {"lib/__pycache__/x.pyc": ""})
    assert identities(tmp_path / "plain") == identities(root)


def test_without_git_sources_that_are_called_like_outputs_count(tmp_path: Path) -> None:
    files = {"services/target/app.py": "1", "build/a": "", "out/b": "", "x/dist/c": ""}
    assert identities(write(tmp_path / "plain", files)) == {
        name: blob(text) for name, text in files.items()
    }


def test_a_repository_that_git_does_not_read_is_unknown(root: Path) -> None:
    (root / ".git" / "config").write_text("[core\n", "utf-8")  # as with another owner, it fails
    assert identities(root)[".git"] == UNKNOWN
    assert identities(root / "lib")[".git"] == UNKNOWN
    assert identities(root)["app.py"] == blob("one\n")


def test_no_folder_at_all(tmp_path: Path) -> None:
    assert identities(tmp_path / "gone") == {}


def _edit(root: Path) -> None:
    (root / "app.py").write_text("two\n", "utf-8")


def _edit_unseen(root: Path) -> None:
    """Change a file, but neither its size nor its time."""
    before = (root / "app.py").stat()
    (root / "app.py").write_text("two\n", "utf-8")
    os.utime(root / "app.py", ns=(before.st_atime_ns, before.st_mtime_ns))


def _edit_what_git_is_not_to_look_at(flag: str) -> Callable[[Path], None]:
    def edit(root: Path) -> None:
        git.Repo(root).git.update_index(flag, "app.py")
        _edit(root)

    return edit


@pytest.mark.parametrize(
    "edit",
    [
        _edit,
        _edit_unseen,
        _edit_what_git_is_not_to_look_at("--assume-unchanged"),
        _edit_what_git_is_not_to_look_at("--skip-worktree"),
    ],
)
def test_an_edit_changes_the_identity_to_what_git_will_call_it(
    root: Path, edit: Callable[[Path], None]
) -> None:
    edit(root)
    assert identities(root)["app.py"] == blob("two\n")


def test_a_touch_changes_nothing(root: Path) -> None:
    before = identities(root)
    os.utime(root / "app.py", (1, 1))
    assert identities(root) == before


@posix
def test_chmod_alone_changes_the_identity(root: Path) -> None:
    (root / "app.py").chmod(0o755)
    assert identities(root)["app.py"] == blob("one\n", "100755")


@posix
def test_chmod_counts_where_git_is_told_that_modes_mean_nothing(root: Path, repo: git.Repo) -> None:
    repo.git.config("core.fileMode", "false")
    (root / "app.py").chmod(0o755)
    assert identities(root)["app.py"] == blob("one\n", "100755")


def _commit(repo: git.Repo, files: dict[str, str]) -> Path:
    root = write(Path(repo.working_dir), files)
    repo.git.add("-A")
    repo.git.commit("--allow-empty", "-m", "Go on")
    return root


ENDS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "attributes": ({".gitattributes": "* text=auto\n"}, {}),
    "forced": ({".gitattributes": "*.py text eol=lf\n"}, {}),
    "a setting": ({}, {"core.autocrlf": "true"}),
    "input": ({}, {"core.autocrlf": "input"}),
}


@pytest.mark.parametrize(("files", "config"), ENDS.values(), ids=ENDS)
def test_other_line_ends_are_another_content(
    root: Path, repo: git.Repo, files: dict[str, str], config: dict[str, str]
) -> None:
    for name, value in config.items():
        repo.git.config(name, value)
    _commit(repo, files)
    assert identities(root)["app.py"] == blob("one\n")
    (root / "app.py").write_bytes(b"one\r\n")
    before = identities(root)
    assert before["app.py"] == blob("one\r\n")
    repo.git.add("-A")  # for git it is as it was
    assert repo.git.status("--porcelain") == ""
    assert identities(root) == before


def _info(root: Path) -> None:
    write(root, {".git/info/attributes": "*.py text\n"})


def _ones_own(root: Path) -> None:
    write(root.parent, {"own": "*.py text\n"})
    git.Repo(root).git.config("core.attributesFile", str(root.parent / "own"))


def _below_home(root: Path) -> None:
    (Path.home() / "own").write_text("*.py text\n", "utf-8")
    git.Repo(root).git.config("core.attributesFile", "~/own")


def _without_a_value(root: Path) -> None:
    with (root / ".git" / "config").open("a", encoding="utf-8") as file:
        file.write("[core]\nautocrlf\n")


def _ignored(root: Path) -> None:
    write(root, {".git/info/exclude": ".gitattributes\n", "lib/.gitattributes": "*.py text\n"})


def _removed(root: Path) -> None:
    _commit(git.Repo(root), {".gitattributes": "*.py text\n"})
    (root / ".gitattributes").unlink()


@pytest.mark.parametrize(
    "tell", [_info, _ones_own, _below_home, _without_a_value, _ignored, _removed]
)
def test_attributes_are_found_wherever_git_reads_them(
    root: Path, repo: git.Repo, tell: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(root.parent))
    monkeypatch.setenv("USERPROFILE", str(root.parent))
    tell(root)
    (root / "lib" / "x.py").write_bytes(b"x\r\n")
    repo.git.add("lib/x.py")
    assert identities(root)["lib/x.py"] == blob("x\r\n")
    assert identities(root / "lib")["x.py"] == blob("x\r\n")


def test_what_a_filter_puts_there_is_what_is_on_disk(root: Path, repo: git.Repo) -> None:
    """As git LFS does: in the repository there is what leads to it."""
    repo.git.config("filter.point.clean", "echo point")
    _commit(repo, {".gitattributes": "*.bin filter=point\n", "a.bin": "AAAAA\n"})
    assert repo.git.show("HEAD:a.bin") == "point"
    before = identities(root)
    assert before["a.bin"] == blob("AAAAA\n")
    write(root, {"a.bin": "BBBBB\n"})
    repo.git.add("-A")
    assert repo.git.status("--porcelain") == ""
    assert identities(root) == {**before, "a.bin": blob("BBBBB\n")}


def test_an_encoding_of_its_own_is_what_is_on_disk(root: Path, repo: git.Repo) -> None:
    _commit(repo, {".gitattributes": "*.txt working-tree-encoding=latin1\n", "a.txt": ""})
    (root / "a.txt").write_bytes(b"\xe9")
    repo.git.add("-A")
    digest = hashlib.sha1(b"blob 1\0\xe9", usedforsecurity=False).hexdigest()
    assert identities(root)["a.txt"] == f"100644 {digest}"


def test_what_is_not_there_has_no_identity(root: Path, repo: git.Repo) -> None:
    (root / "app.py").unlink()
    assert set(identities(root)) == {".gitignore", "lib/x.py"}
    repo.git.add("-A")
    assert set(identities(root)) == {".gitignore", "lib/x.py"}


def test_a_folder_that_has_become_a_file_and_the_other_way_round(root: Path) -> None:
    (root / "lib" / "x.py").unlink()
    (root / "lib").rmdir()
    write(root, {"lib": "now a file\n"})
    (root / "app.py").unlink()
    write(root, {"app.py/inner": "now a folder\n"})
    expected = {"lib": blob("now a file\n"), "app.py/inner": blob("now a folder\n")}
    assert identities(root) == {".gitignore": blob(FILES[".gitignore"]), **expected}


def test_adding_and_committing_change_no_identity(root: Path, repo: git.Repo) -> None:
    write(root, {"new/a.py": "a\n", "app.py": "two\n", "later": ""})
    if os.name != "nt":
        (root / "new" / "a.py").chmod(0o755)
    repo.git.add("--intent-to-add", "later")
    untracked = identities(root)
    assert {"new/a.py", "later"} < set(untracked)
    repo.git.add("-A")
    assert identities(root) == untracked
    repo.git.commit("-m", "Go on")
    assert identities(root) == untracked
    repo.git.rm("--cached", "app.py")
    assert identities(root) == untracked


def test_a_file_in_conflict_is_what_is_on_disk(root: Path, repo: git.Repo) -> None:
    for branch, text in (("a", "of a\n"), ("b", "of b\n")):
        repo.git.checkout("-b", branch, "main")
        write(root, {"app.py": text})
        repo.git.commit("-am", branch)
    with pytest.raises(git.GitCommandError):
        repo.git.merge("a")
    assert identities(root)["app.py"] == blob((root / "app.py").read_text("utf-8"))


def test_ignored_files_count_but_for_what_tools_leave(root: Path) -> None:
    before = identities(root)
    left = {"lib/__pycache__/x.pyc": "1", "build/app": "", "lib/y.o": "", "lib/build/z": ""}
    write(root, {**left, ".env": "A=1\n", "lib/.env": "B=1\n"})
    added = {".env": blob("A=1\n"), "lib/.env": blob("B=1\n"), "lib/y.o": blob("")}
    assert identities(root) == {**before, **added}
    assert set(tree(str(root), ["y.o", ".env"])) == set(before)


def test_an_ignored_file_counts_in_a_folder_that_is_only_called_like_an_output(
    root: Path, repo: git.Repo
) -> None:
    write(root, {".gitignore": ".env\n.idea/*\n!.idea/shared\n"})
    write(root, {"services/target/app.py": "", "services/target/.env": "A=1\n"})
    write(root, {".idea/shared": "", ".idea/workspace.xml": "changes all the time"})
    repo.git.add("-A")
    found = identities(root)
    assert "services/target/.env" in found
    assert ".idea/shared" in found
    assert ".idea/workspace.xml" not in found


def test_our_own_folder_is_never_an_input(root: Path, repo: git.Repo) -> None:
    before = identities(root)
    write(root, {".taskslib/runs/x": "", "lib/.taskslib/last": "", ".taskslib/.gitignore": ""})
    assert identities(root) == before
    repo.git.add("-A")
    assert identities(root) == before
    write(root, {"lib/.taskslib.toml": ""})
    assert identities(root) == {**before, "lib/.taskslib.toml": blob("")}


def test_what_is_named_counts_wherever_it_lies(root: Path) -> None:
    before = identities(root)
    write(
        root,
        {"build/app": "1", "build/deep/x.log": "log", "lib/.venv/a": "3", "build/.cache/c": "4"},
    )
    places = ["build", "lib/.venv/a", "lib/gone", "lib"]
    added = {"build/app": blob("1"), "lib/.venv/a": blob("3")}
    assert list(left_out(places, before)) == ["build", "lib/.venv/a"]
    assert tree(str(root), [], ["build", "lib/.venv/a"]) == {**before, **added}


def test_what_is_named_and_too_much_is_unknown(root: Path) -> None:
    write(root, {"build/a": ""})
    for number in range(FOLLOWED):
        (root / "build" / str(number)).touch()
    assert tree(str(root), [], ["build"]) == {**identities(root), "build/": UNKNOWN}


def test_an_untracked_folder_that_is_called_like_an_output_counts(root: Path) -> None:
    write(root, {".gitignore": "", "dist/app.py": "", "lib/build/x.py": ""})
    assert {"dist/app.py", "lib/build/x.py"} < set(identities(root))


@posix
def test_a_link_is_what_it_leads_to(root: Path, tmp_path: Path) -> None:
    outside = write(tmp_path / "outside", {"file": "1", "deep/build/b": "1", "deep/k/__init__": ""})
    links = {"file": "file", "folder": "deep", "dangling": "gone", "loop": "loop"}
    for name, target in links.items():
        (root / name).symlink_to(root / "loop" if name == "loop" else outside / target)
    git.Repo(root).git.add("-A")
    seen = [identities(root)]

    def changed() -> set[str]:
        seen.append(identities(root))
        return {name for name in seen[-1] if seen[-1][name] != seen[-2].get(name)}

    assert set(links) < set(seen[0])
    assert changed() == set()
    write(outside, {"file": "2"})
    assert changed() == {"file"}
    write(outside, {"deep/build/b": "2"})
    assert changed() == {"folder"}
    (outside / "deep" / "link").symlink_to("k")
    assert changed() == {"folder"}
    write(outside, {"deep/__pycache__/x.pyc": ""})
    assert changed() == set()
    write(outside, {"gone": ""})
    assert changed() == {"dangling"}
    (root / "file").unlink()
    (root / "file").symlink_to(outside / "deep" / "build" / "b")  # its content is that of `file`
    assert changed() == {"file"}


@posix
def test_a_link_to_a_folder_without_git_is_the_same(root: Path, tmp_path: Path) -> None:
    outside = write(tmp_path / "outside", {"a": "1"})
    plain = write(tmp_path / "plain", FILES)
    for place in (root, plain):
        (place / "link").symlink_to(outside)
    assert identities(plain) == identities(root)


@posix
def test_pipes_are_nobodys_input(root: Path, tmp_path: Path) -> None:
    if sys.platform != "win32":
        os.mkfifo(root / "pipe")
        os.mkfifo(tmp_path / "pipe")
    (root / "link").symlink_to(tmp_path / "pipe")
    found = identities(root)
    assert "pipe" not in found
    assert found["link"].endswith(" -> nothing")


def test_a_submodule_is_its_files(root: Path, repo: git.Repo, tmp_path: Path) -> None:
    inner = repository(write(tmp_path / "inner", {"dist/i.js": "1", ".gitignore": "*.log\n"}))
    repo.git.execute(
        ["git", "-c", "protocol.file.allow=always", "submodule", "add", inner.working_dir, "sub"]
    )
    repo.git.commit("-m", "Add")
    found = identities(root)
    assert found["sub/dist/i.js"] == blob("1")
    assert "sub" not in found
    write(root, {"sub/dist/i.js": "2", "sub/new": "", "sub/x.log": ""})
    after = identities(root)
    assert after["sub/dist/i.js"] == blob("2")
    assert set(after) - set(found) == {"sub/new"}
    repo.git.submodule("deinit", "-f", "sub")
    assert not any(name.startswith("sub/") for name in identities(root))


def test_a_repository_in_the_repository_is_its_files(root: Path) -> None:
    repository(write(root / "nested", {"build/a.py": "1"}))
    assert identities(root)["nested/build/a.py"] == blob("1")


@pytest.mark.parametrize("git_entry", [{".git/x": ""}, {".git": "gitdir: gone\n"}])
def test_an_ignored_folder_with_a_broken_repository_is_its_files(
    root: Path, git_entry: dict[str, str]
) -> None:
    write(root, {".git/info/exclude": "nested/\n", "nested/a.py": "1"})
    write(root / "nested", git_entry)
    assert identities(root)["nested/a.py"] == blob("1")


def test_a_folder_that_an_outer_repository_ignores_is_none_of_gits(root: Path) -> None:
    write(root, {".git/info/exclude": "inner/\n", "inner/dist/a.py": "1", "inner/x": "2"})
    assert identities(root / "inner") == {"dist/a.py": blob("1"), "x": blob("2")}


@posix
@pytest.mark.parametrize("target", ["/", "/proc", "/proc/kmsg", "/dev/zero"])
def test_a_link_to_more_than_can_be_read_is_unknown(root: Path, target: str) -> None:
    (root / "link").symlink_to(target)
    assert identities(root)["link"].endswith(f" -> {UNKNOWN}")


@posix
def test_a_link_to_too_many_files_is_unknown(root: Path, tmp_path: Path) -> None:
    (root / "link").symlink_to(write(tmp_path / "many", {"a": ""}))
    for number in range(FOLLOWED):
        (tmp_path / "many" / str(number)).touch()
    assert identities(root)["link"].endswith(f" -> {UNKNOWN}")
    (tmp_path / "many" / "a").unlink()
    assert not identities(root)["link"].endswith(UNKNOWN)


HOSTILE = (
    "new\nline", "tab\there", "üni", "-leading", "? mark", "H 100644 x 0", "'q\"", " ", "\udcff",
)  # fmt: skip


@posix
@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_told_as_they_are(root: Path, repo: git.Repo, name: str) -> None:
    if sys.platform == "darwin" and name == "\udcff":
        pytest.skip("this file system has no such names")
    write(root / name, {name: "1"})
    path = f"{name}/{name}"
    assert identities(root)[path] == blob("1")
    repo.git.add("-A")
    assert identities(root)[path] == blob("1")
    write(root / name, {name: "2"})
    assert identities(root)[path] == blob("2")
    write(root, {".gitignore": "*\n"})
    repo.git.rm("--cached", "-rqf", ".")
    assert identities(root)[path] == blob("2")  # ignored


def test_a_folder_inside_a_repository(root: Path) -> None:
    write(root, {"lib/new.py": "", "lib/.env": ""})
    expected = {"x.py": blob("x\n"), "new.py": blob(""), ".env": blob("")}
    assert identities(root / "lib") == expected


def test_worktrees_are_equal(root: Path, repo: git.Repo, tmp_path: Path) -> None:
    repo.git.worktree("add", "-b", "other", str(tmp_path / "other"))
    assert identities(tmp_path / "other") == identities(root)


def test_a_repository_of_sha256(tmp_path: Path) -> None:
    root = write(tmp_path, FILES)
    subprocess.run(["git", "init", "-q", "--object-format=sha256"], cwd=root, check=True)
    subprocess.run(["git", "add", "app.py"], cwd=root, check=True)
    untracked = identities(root)
    subprocess.run(["git", "add", "-A"], cwd=root, check=True)
    assert identities(root) == untracked
    assert {len(one.split()[1]) for one in untracked.values()} == {64}


@posix
def test_in_a_hook_git_is_not_misled(root: Path, repo: git.Repo, tmp_path: Path) -> None:
    """Git tells its hooks where the repository is, and not where in it they are started."""
    expected = identities(root / "lib")
    hook = root / ".git" / "hooks" / "pre-commit"
    told = tmp_path / "told"
    program = f"import sys; sys.path.insert(0, {str(Path.cwd())!r}); "
    program += f"from taskslib.tree import tree; print(tree({str(tmp_path / 'other' / 'lib')!r}))"
    repo.git.worktree("add", "-b", "other", str(tmp_path / "other"))
    write(tmp_path / "other", {"lib/__pycache__/x.pyc": ""})
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f'#!/bin/sh\n"{sys.executable}" -c "{program}" > "{told}"\n', "utf-8")
    hook.chmod(0o755)
    git.Repo(tmp_path / "other").git.execute(["git", "commit", "--allow-empty", "-m", "Go on"])
    assert told.read_text("utf-8") == f"{expected}\n"


def test_the_environment_for_git_keeps_what_is_the_users() -> None:
    kept = {"GIT_SSH_COMMAND": "ssh -v", "PATH": "/bin", "GIT_OPTIONAL_LOCKS": "0"}
    assert git_environment({**kept, "GIT_DIR": "x", "GIT_INDEX_FILE": "y"}) == kept


def test_nothing_is_written_to_the_repository(root: Path) -> None:
    os.utime(root / "app.py", (1, 1))
    index = (root / ".git" / "index").read_bytes()
    identities(root)
    assert (root / ".git" / "index").read_bytes() == index


@posix
def test_what_cannot_be_read_is_unknown(root: Path, tmp_path: Path) -> None:
    write(root, {"closed": "1", "shut/inner": "1", ".gitignore": "shut/\n"})
    outside = write(tmp_path / "outside", {"file": "1"})
    (root / "link").symlink_to(outside)
    closed = (root / "closed", root / "shut", outside)
    for path in closed:
        path.chmod(0)
    try:
        found = _without_privileges(root) if _is_root() else identities(root)
    finally:
        for path in closed:
            path.chmod(0o755)
    assert found["closed"] == UNKNOWN
    assert found["shut/"] == UNKNOWN
    assert found["link"].endswith(f" -> {UNKNOWN}")
    assert found["app.py"] == blob("one\n")


def _is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def _without_privileges(root: Path) -> dict[str, str]:
    """Return what root sees where it may no more than other users."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("root sees everything, and there is no setpriv")
    told = subprocess.run(
        [setpriv, "--bounding-set=-all", "--inh-caps=-all", "--", sys.executable, "-c", _PRINTS],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        check=True,
    )
    return dict(json.loads(told.stdout))


_PRINTS = "import json; from taskslib.tree import tree; print(json.dumps(tree('.')))"
