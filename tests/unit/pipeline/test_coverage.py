"""Coverage of suites that wrote lcov themselves."""

from __future__ import annotations

from pathlib import Path

from taskslib.pipeline.coverage import Coverage, combine

LCOV = "TN:\nSF:src/a.ts\nDA:1,1\nLF:{lines}\nLH:{covered}\nend_of_record\n"


def test_nothing_was_measured(tmp_path: Path) -> None:
    assert combine(tmp_path / "none", tmp_path / "target", tmp_path) is None
    assert not (tmp_path / "target").exists()


def test_files_are_named_from_the_repo_on(tmp_path: Path) -> None:
    for name, covered in (("web-unit", 3), ("app-unit", 1)):
        folder = tmp_path / "data" / name
        folder.mkdir(parents=True)
        (folder / "folder.txt").write_text(str(tmp_path / "services" / name), "utf-8")
        (folder / "lcov.info").write_text(LCOV.format(lines=4, covered=covered), "utf-8")
    found = combine(tmp_path / "data", tmp_path / "target", tmp_path)
    assert found == Coverage(4, 8, None, tmp_path / "target" / "lcov.info")
    assert found.percent == 50.0
    text = found.lcov.read_text("utf-8")
    assert [line for line in text.splitlines() if line.startswith("SF:")] == [
        "SF:services/app-unit/src/a.ts",
        "SF:services/web-unit/src/a.ts",
    ]
