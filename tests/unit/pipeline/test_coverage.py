"""Coverage of suites that wrote lcov themselves."""

from __future__ import annotations

from pathlib import Path

from taskslib.pipeline.coverage import Coverage, combine

FILE = """\
TN:
SF:src/a.ts
FN:1,one
FN:3,5,two
FNDA:{one},one
FNDA:{two},two
FNF:2
FNH:1
BRDA:1,0,0,{one}
BRDA:1,0,1,-
BRF:2
BRH:1
DA:1,{one}
DA:2,{one}
DA:3,{two}
DA:4,{two}
LF:4
LH:2
end_of_record
"""


def left(root: Path, suite: str, run: int, folder: str, text: str) -> None:
    where = root / "data" / suite / str(run)
    where.mkdir(parents=True)
    (where / "folder.txt").write_text(str(root / folder), "utf-8")
    (where / "lcov.info").write_text(text, "utf-8")


def combined(root: Path) -> Coverage | None:
    return combine(root / "data", root / "target", root)


def test_nothing_was_measured(tmp_path: Path) -> None:
    assert combined(tmp_path) is None
    assert not (tmp_path / "target").exists()


def test_no_line_was_measured(tmp_path: Path) -> None:
    left(tmp_path, "web-unit", 1, "services/web", "TN:\n")
    assert combined(tmp_path) is None


def test_files_are_named_from_the_repo_on(tmp_path: Path) -> None:
    text = "TN:\nSF:{}\nDA:1,1\nDA:2,0\nend_of_record\n"
    left(tmp_path, "web-unit", 1, "services/web", text.format("src/a.ts"))
    left(tmp_path, "app-unit", 1, "services/app", text.format("src/a.ts"))
    left(tmp_path, "lib-unit", 1, "services/lib", text.format("/elsewhere/a.ts"))
    found = combined(tmp_path)
    assert found == Coverage(3, 6, None, tmp_path / "target" / "lcov.info")
    assert found.percent == 50.0
    lines = found.lcov.read_text("utf-8").splitlines()
    assert [line for line in lines if line.startswith("SF:")] == [
        "SF:/elsewhere/a.ts",
        "SF:services/app/src/a.ts",
        "SF:services/web/src/a.ts",
    ]


def test_a_file_that_several_suites_or_tries_cover_is_one(tmp_path: Path) -> None:
    left(tmp_path, "web-unit", 1, "web", FILE.format(one=1, two=0))
    left(tmp_path, "web-unit", 2, "web", FILE.format(one=1, two=0))
    left(tmp_path, "web-integration", 1, "web", FILE.format(one=0, two=3))
    found = combined(tmp_path)
    assert found == Coverage(4, 4, None, tmp_path / "target" / "lcov.info")
    assert (
        found.lcov.read_text("utf-8")
        == """\
SF:web/src/a.ts
FN:1,one
FN:3,5,two
FNDA:2,one
FNDA:3,two
FNF:2
FNH:2
BRDA:1,0,0,2
BRDA:1,0,1,0
BRF:2
BRH:1
DA:1,2
DA:2,2
DA:3,3
DA:4,3
LF:4
LH:4
end_of_record
"""
    )
