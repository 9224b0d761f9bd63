"""What is to be written, as data: shown as a tree and as a patch, and written all or not at all."""

from __future__ import annotations

import difflib
import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from taskslib.errors import EnvironmentFailure, UsageError
from taskslib.project.places import cache_root, replace_file

_ERRORS = "surrogateescape"
"""Bytes of a user's file that are no UTF-8 stay what they are."""


@dataclass(frozen=True, slots=True)
class Change:
    """A file as it is and as it is to be."""

    path: str
    """From the root on, with `/`."""
    before: str | None
    """None where there is none."""
    after: str | None
    """None for one that is to go."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to become other in a folder. Files that stay as they are are not in here."""

    root: Path
    files: tuple[Change, ...]
    notes: tuple[str, ...] = ()
    """What a person should know besides."""

    @property
    def overwritten(self) -> tuple[str, ...]:
        """Files that are there and would be other."""
        return tuple(one.path for one in self.files if one.before is not None)

    def tree(self) -> Iterator[str]:
        """Yield the files as a tree, each with what happens to it."""
        shown: set[PurePosixPath] = set()
        for one in self.files:
            path = PurePosixPath(one.path)
            for folder in reversed(path.parents[:-1]):
                if folder not in shown:
                    shown.add(folder)
                    yield f"{'  ' * (len(folder.parts) - 1)}{folder.name}/"
            mark = "+" if one.before is None else "-" if one.after is None else "~"
            yield f"{'  ' * (len(path.parts) - 1)}{mark} {path.name}"

    def difference(self) -> Iterator[str]:
        """Yield the lines of a patch."""
        for one in self.files:
            before, after = ((text or "").splitlines() for text in (one.before, one.after))
            old = f"a/{one.path}" if one.before is not None else "/dev/null"
            new = f"b/{one.path}" if one.after is not None else "/dev/null"
            yield from difflib.unified_diff(before, after, old, new, lineterm="")

    def write(self, check: Callable[[], None] = lambda: None) -> None:
        """Write all of them, or leave everything as it was.

        Raises `UsageError`, also where a file is no longer what the changes were made of,
        `EnvironmentFailure` where one can't be written, and what `check` raises.

        Args:
            check: Called before each file: a `Cancellation`'s, which raises `Interrupted`.
        """
        with _alone(self.root):
            for one in self.files:
                if _text(self.root, one.path) != one.before:
                    raise changed_meanwhile(one.path)
            self._write(check)

    def _write(self, check: Callable[[], None]) -> None:
        made: list[Path] = []
        done: list[Change] = []
        try:
            for one in self.files:
                check()
                file = self.root / one.path
                with _told(file):
                    _make_folders(file.parent, made)
                    done.append(one)
                    _put(file, one.after)
        except BaseException:
            for one in reversed(done):
                with suppress(OSError):  # what can't be put back now could not be changed before
                    _put(self.root / one.path, one.before)
            for folder in reversed(made):
                with suppress(OSError):
                    folder.rmdir()
            raise


def changes(root: Path, wanted: Mapping[str, str | None], notes: tuple[str, ...] = ()) -> Changes:
    """Return what has to become other for files to be as wanted. Raises `UsageError`, OSError."""
    found = (Change(path, _text(root, path), after) for path, after in sorted(wanted.items()))
    return Changes(root, tuple(one for one in found if one.before != one.after), notes)


def changed_meanwhile(path: str) -> UsageError:
    """Return the error for a file that somebody else has written while changes were made of it."""
    return UsageError(
        f"{path} was changed meanwhile, so nothing was written", hint="run the command again"
    )


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Let no other command of ours write there at the same time."""
    import filelock

    name = hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:16]
    file = cache_root() / "locks" / f"files-{name}.lock"
    with ExitStack() as held:
        with suppress(OSError):  # where nothing can be kept, who runs two at once has to wait
            file.parent.mkdir(parents=True, exist_ok=True)
            held.enter_context(filelock.FileLock(file))
        yield


@contextmanager
def _told(file: Path) -> Iterator[None]:
    """Say of what can't be written which file that is: it is written under another name first."""
    try:
        yield
    except OSError as error:
        there = next(one for one in file.parents if one.is_dir())
        rights = f"; `{'icacls' if os.name == 'nt' else 'ls -ld'} {there}` tells who may"
        raise EnvironmentFailure(
            f"{file} can't be written: {error.strerror}",
            hint="nothing was changed" + (rights if isinstance(error, PermissionError) else ""),
        ) from error


def _text(root: Path, path: str) -> str | None:
    _check_inside(root, path)
    file = root / path
    try:
        return file.read_bytes().decode("utf-8", _ERRORS)
    except FileNotFoundError:
        return None
    except (IsADirectoryError, NotADirectoryError, PermissionError) as error:
        if isinstance(error, PermissionError) and not file.is_dir():  # Windows says so of folders
            raise
        raise UsageError(
            f"{file}: a file can't be written there, where a folder is, or a file is in the way",
            hint="move it out of the way, or choose another name",
        ) from error


def _check_inside(root: Path, path: str) -> None:
    """Raise `UsageError` for a place that a link leads to out of the folder."""
    if not (root / path).resolve().is_relative_to(root.resolve()):
        raise UsageError(f"{root / path}: a link leads out of {root}", hint="remove that link")


def _make_folders(folder: Path, made: list[Path]) -> None:
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        if one.is_symlink():
            raise UsageError(
                f"{one}: a link that leads nowhere, where a folder is to be",
                hint="make the folder that it leads to, or remove the link",
            )
        one.mkdir()
        made.append(one)


def _put(file: Path, text: str | None) -> None:
    if text is None:
        file.unlink(missing_ok=True)
        return
    place = file.resolve()  # a link stays one
    mode = stat.S_IMODE(place.stat().st_mode) if place.exists() else None
    replace_file(place, text.encode("utf-8", _ERRORS))
    place.chmod(_usual_mode(place.parent) if mode is None else mode)


def _usual_mode(folder: Path) -> int:
    """Return the mode of a new file: a folder's own, without what is for folders alone."""
    return stat.S_IMODE(folder.stat().st_mode) & 0o666
