"""A small SQLite file that several processes use at once, and that nothing depends on.

A file that is damaged is set aside, and a new one begun; one that can't be used now (no room, no
permission, somebody holds it) is left alone. Both are said once, and neither is an error.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]
"""Something done in one transaction."""

_PATIENCE = 5.0
"""Seconds to wait for another process that writes, which takes milliseconds."""
_CIRCUMSTANCES = {
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_NOLFS,
    sqlite3.SQLITE_AUTH,
}
"""What is no fault of the file; every other error of SQLite's is."""
_TROUBLE = (sqlite3.Error, UnicodeDecodeError, MemoryError)
"""SQLite's errors, and what Python makes of those whose words or sizes come from a damaged file."""


class Database:
    """The file; it is opened for each piece of work, and made by the first that writes.

    Args:
        file: Where it is.
        version: The version of its schema; a file with another one counts as damaged.
        schema: The statements that make its tables.
        say: Told, once at most, what is wrong with it.
    """

    def __init__(
        self, file: Path, version: int, schema: tuple[str, ...], say: Callable[[str], None]
    ) -> None:
        self.file = file
        self._version = version
        self._schema = schema
        self._say = say
        self._said = False

    def write(self, work: Work[T]) -> T | None:
        """Do something in a transaction of its own; None where that can't be."""
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self._tell(f"{self.file} is not used: {error.strerror}")
            return None
        return self._do(work)

    def read(self, work: Work[T]) -> T | None:
        """Do something that only reads; None where there is no file, or it can't be read."""
        return self._do(work) if os.path.lexists(self.file) else None

    def _do(self, work: Work[T]) -> T | None:
        try:
            return self._mended(work)
        except (OSError, *_TROUBLE) as error:
            self._tell(f"{self.file} is not used: {error}")
            return None

    def _mended(self, work: Work[T]) -> T:
        """Do the work, on a new file where this one is damaged."""
        try:
            return self._transaction(work)
        except _TROUBLE as error:
            if not _is_damage(error):
                raise
        from filelock import FileLock

        with FileLock(f"{self.file}.lock", timeout=_PATIENCE):
            try:
                return self._transaction(work)  # another process may have set it aside meanwhile
            except _TROUBLE as error:
                if not _is_damage(error):
                    raise
                self._set_aside(error)
            return self._transaction(work)

    def _transaction(self, work: Work[T]) -> T:
        # Closed without a commit, whatever was begun is undone.
        with closing(sqlite3.connect(self.file, timeout=_PATIENCE, isolation_level=None)) as file:
            file.text_factory = _text
            file.execute("PRAGMA foreign_keys = ON")
            # Not later: two that read first and then want to write refuse each other.
            file.execute("BEGIN IMMEDIATE")
            version = file.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                for statement in (*self._schema, f"PRAGMA user_version = {self._version}"):
                    file.execute(statement)
            elif version != self._version:
                raise sqlite3.DatabaseError(f"its schema is {version}, not {self._version}")
            done = work(file)
            file.execute("COMMIT")
            return done

    def _set_aside(self, error: Exception) -> None:
        """Give the file, and what SQLite keeps beside it, another name."""
        aside = self.file.with_name(f"damaged-{self.file.name}")
        for suffix in ("-journal", "-wal", "-shm", ""):
            with suppress(FileNotFoundError):
                Path(f"{self.file}{suffix}").replace(f"{aside}{suffix}")
        self._tell(f"{self.file} was damaged ({error}); it is {aside.name} now")

    def _tell(self, words: str) -> None:
        if not self._said:
            self._said = True
            self._say(f"note: {words}")


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _is_damage(error: Exception) -> bool:
    # The low byte of a code is its kind.
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF not in _CIRCUMSTANCES


def is_damaged(file: Path) -> bool:
    """Return whether a database is there and can't be used; nothing is changed by the look."""
    if not file.is_file():
        return False
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as opened:
            return bool(opened.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok")
    except _TROUBLE as error:
        return _is_damage(error)
