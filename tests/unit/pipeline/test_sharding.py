"""How a run is split among machines."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskslib.errors import ConfigError, UsageError
from taskslib.events import Stage, SuiteId
from taskslib.pipeline.durations import Durations, SuiteDuration, encoded, read_durations
from taskslib.pipeline.sharding import Piece, Split, digest, part_of, plain_files, split

SECONDS = st.floats(0, 10_000, allow_nan=False)
FILES = st.dictionaries(
    st.sampled_from([*(f"tests/test_{one}.py" for one in "abcdefg"), "tests/[id].py"]), SECONDS
)
SUITES = st.lists(
    st.builds(SuiteId, st.sampled_from("uvwxyz"), st.sampled_from(list(Stage))), unique=True
)
API, WEB, ALL = (
    SuiteId("api", Stage.UNIT),
    SuiteId("web", Stage.UNIT),
    SuiteId("shop", Stage.INTEGRATION),
)
UNSEEN = "tests/test_unseen.py"


def runs(piece: Piece, file: str) -> bool:
    """Return whether a part of a suite runs a file."""
    return file in piece.only if piece.only else file not in piece.without


@given(SUITES, st.integers(1, 12), st.data())
def test_nothing_runs_twice_or_never(
    suites: list[SuiteId], count: int, data: st.DataObject
) -> None:
    known: Durations = {
        str(suite): data.draw(st.builds(SuiteDuration, SECONDS, FILES))
        for suite in suites
        if data.draw(st.booleans())
    }
    parts = split(suites, count, known)
    assert len(parts) == count
    ran = Counter(
        (piece.suite, file)
        for shard in parts
        for piece in shard
        for file in (*known.get(str(piece.suite), SuiteDuration(0)).files, UNSEEN)
        if runs(piece, file)
    )
    wanted = {
        (suite, file)
        for suite in suites
        for file in (*known.get(str(suite), SuiteDuration(0)).files, UNSEEN)
    }
    assert ran == dict.fromkeys(wanted, 1)
    for shard in parts:
        in_order = [piece.suite for piece in shard]
        assert in_order == [suite for suite in suites if suite in in_order]
        assert len(in_order) == len(set(in_order))
        assert not any(piece.only and piece.without for piece in shard)


@given(SUITES, st.integers(1, 12), st.data())
def test_the_split_is_the_same_however_the_durations_are_ordered(
    suites: list[SuiteId], count: int, data: st.DataObject
) -> None:
    known = {str(suite): data.draw(st.builds(SuiteDuration, SECONDS, FILES)) for suite in suites}
    again = {
        name: SuiteDuration(one.seconds, dict(reversed([*one.files.items()])))
        for name, one in reversed([*known.items()])
    }
    assert split(suites, count, known) == split(suites, count, again)


def words(parts: Split) -> list[str]:
    return [
        " ".join(
            f"{one.suite}{''.join(f'+{path}' for path in one.only)}"
            f"{''.join(f'-{path}' for path in one.without)}"
            for one in shard
        )
        for shard in parts
    ]


@pytest.mark.parametrize(
    ("count", "known", "expected"),
    [
        (1, {}, ["api:unit web:unit shop:integration"]),
        (2, {}, ["api:unit web:unit", "shop:integration"]),
        (4, {}, ["shop:integration", "api:unit", "web:unit", ""]),
        # By time: two short ones are beside one long one.
        (2, {API: (1, {}), WEB: (1, {}), ALL: (5, {})}, ["shop:integration", "api:unit web:unit"]),
        # What is not known takes as long as the middle one.
        (2, {API: (9, {}), WEB: (1, {})}, ["api:unit", "web:unit shop:integration"]),
        # A suite that takes longer than a shard should is split; its rest has what is unknown.
        (
            2,
            {API: (8, {"a": 4, "b": 2, "c": 2}), WEB: (1, {}), ALL: (1, {})},
            ["api:unit-b-c shop:integration", "api:unit+b+c web:unit"],
        ),
        # What can't be named is no burden of the parts that don't run it.
        (
            2,
            {API: (9, {"a": 2, "b": 2, "[c]": 5}), WEB: (1, {}), ALL: (1, {})},
            ["api:unit-a-b web:unit", "api:unit+a+b shop:integration"],
        ),
        # One with a single file can't be split.
        (
            2,
            {API: (8, {"a": 8}), WEB: (1, {}), ALL: (1, {})},
            ["api:unit", "web:unit shop:integration"],
        ),
        # Each part needs what the suite needs before its first test: not worth it.
        (
            2,
            {API: (10, {"a": 1, "b": 1}), WEB: (9, {}), ALL: (0, {})},
            ["api:unit", "web:unit shop:integration"],
        ),
    ],
)  # fmt: skip
def test_split(
    count: int, known: dict[SuiteId, tuple[float, dict[str, float]]], expected: list[str]
) -> None:
    took = {str(suite): SuiteDuration(*one) for suite, one in known.items()}
    parts = split([API, WEB, ALL], count, took)
    assert sorted(words(parts)) == sorted(expected)


def test_a_part_takes_what_its_own_files_take() -> None:
    took = SuiteDuration(10, {"a": 3, "b": 2, "[c]": 4})
    only, rest, whole = Piece(API, only=("a",)), Piece(API, without=("a",)), Piece(API)
    assert part_of(took, only) == SuiteDuration(4, {"a": 3})
    assert part_of(took, rest) == SuiteDuration(7, {"b": 2, "[c]": 4})
    assert part_of(took, whole) == took
    # In several processes tests take longer than their suite.
    assert part_of(SuiteDuration(1, {"a": 3, "b": 2}), only) == SuiteDuration(3, {"a": 3})


def test_the_digest_tells_splits_apart() -> None:
    some, other = (
        {str(API): SuiteDuration(8, {"a": 4, name: 4}), str(WEB): SuiteDuration(1)} for name in "bc"
    )
    digests = [
        digest(project, split(suites, count, known))
        for project in ("shop", "mall")
        for suites in ([API, WEB], [API])
        for count in (1, 2)
        for known in ({}, some, other)
    ]
    # To one shard all knowledge is the same.
    assert len(set(digests)) == 2 * 2 * (1 + 3)


def test_only_files_are_named_that_mean_themselves() -> None:
    known = dict.fromkeys(
        ("tests/a b.py", "-k", "tests/[id].ts", "tests/a::b", "*.py", "tests/{a,b}.ts", ""), 1.0
    )
    assert list(plain_files(known)) == ["tests/a b.py"]


def test_durations_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "durations.json"
    known = {"api:unit": SuiteDuration(1.5, {"a.py": 0.5}), "web:unit": SuiteDuration(2.0)}
    file.write_text(encoded("shop", known), "utf-8")
    assert read_durations(file, "shop") == known


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{}",
        '{"schema": 1, "project": "shop", "suites": []}',
        '{"schema": 1, "project": "shop", "suites": {"api:unit": {"seconds": 1}}}',
        '{"schema": 1, "project": "shop", "suites": {"a": {"seconds": "NaN", "files": {}}}}',
        '{"schema": 1, "project": "shop", "suites": {"a": {"seconds": -1, "files": {}}}}',
    ],
)
def test_what_are_no_durations(tmp_path: Path, text: str) -> None:
    file = tmp_path / "durations.json"
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as refused:
        read_durations(file, "shop")
    assert refused.value.message == f"{file}: these are no durations"
    assert refused.value.hint == f"inv durations --output {file}"


def test_durations_of_another_project_and_none(tmp_path: Path) -> None:
    file = tmp_path / "durations.json"
    file.write_text(encoded("mall", {}), "utf-8")
    with pytest.raises(ConfigError, match="these are durations of mall, not of shop"):
        read_durations(file, "shop")
    file.write_text("{", "utf-8")
    with pytest.raises(ConfigError, match="no JSON"):
        read_durations(file, "shop")
    file.unlink()
    with pytest.raises(UsageError, match="No such file"):
        read_durations(file, "shop")
