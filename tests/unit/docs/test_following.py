"""A page that says what is not so is red: else the tests of the pages would prove nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support.following import follow
from tests.support.pages import Page, same

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="runs bash")


class Told(list[tuple[str, object]]):
    """What a page came to."""

    def __call__(self, name: str, value: object) -> None:
        self.append((name, value))


def followed(tmp_path: Path, text: str, *, renew: bool = False) -> Told:
    root = tmp_path / "q123"
    root.mkdir()
    told = Told()
    path = tmp_path / "page.md"
    path.write_text(text, "utf-8")
    follow(Page(path, text, "", engine=False), root, told, renew=renew)
    return told


def test_files_are_written_and_commands_run_in_order(tmp_path: Path) -> None:
    page = """\
```toml title="a/b.toml"
x = 1
```
```sh
# look
cat a/b.toml
pwd
```
```text
x = 1
~/shop
```
```sh title="Not run: asks nobody"
rm -r \\
  a
```
"""
    assert followed(tmp_path, page) == [
        ("docs not run", "page.md:14: rm -r   a (asks nobody)"),
        ("docs ran", 2),
    ]


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("```sh\necho a\n```\n```text\nb\n```\n", "page.md:5 is not what is printed:\na"),
        ("```sh\nexit 3\n```\n", "page.md:2 ended with 3"),
        ("<!-- exit 1 -->\n```sh\ntrue\n```\n", "page.md:3 ended with 0"),
        ("```sh\nfalse\ntrue\n```\n", "page.md:2 ended with 1"),
        ("```sh\nfalse | cat\n```\n", "page.md:2 ended with 1"),
    ],
)
def test_what_is_not_so_is_red(tmp_path: Path, page: str, words: str) -> None:
    with pytest.raises(AssertionError, match=words):
        followed(tmp_path, page)


def test_a_fence_that_nobody_reads_is_red(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="line 1 is a fence that nobody reads"):
        followed(tmp_path, "```{.sh}\ntrue\n```\n")


def test_outputs_are_renewed(tmp_path: Path) -> None:
    shown = "```sh\necho {0}\n```\n\n```text\n{1}```\n"
    before = [("a", "a\n"), ("b; echo b", ""), ("c", "a\n"), ("d", "d\n")]
    after = [("a", "a\n"), ("b; echo b", "b\nb\n"), ("c", "c\n"), ("d", "d\n")]
    followed(tmp_path, "".join(shown.format(*one) for one in before), renew=True)
    text = (tmp_path / "page.md").read_text("utf-8")
    assert text == "".join(shown.format(*one) for one in after)


@pytest.mark.parametrize(
    ("expected", "printed", "is_same"),
    [
        ("a\n…\nd\n", "a\nb\nc\nd\n", True),
        ("a\n…\n", "a\n", True),
        ("…\nd\n", "a\nd\n", True),
        ("a\n…\nd\n", "b\nd\n", False),
        ("a\n", "a\nb\n", False),
        ("  ✓ a      1 passed   1.0s\n", "  ✓ a      1 passed   1m07s\n", True),
        ("  ✓ a      1 passed   1.0s\n", "  ✓ a      2 passed   1.0s\n", False),
        ("  ✓ a  passed\n  ✓ b  passed\n", "  ✓ b  passed\n  ✓ a  passed\n", True),
        ("a\n", "a\n  … api:service ending its stack, web:unit 3/4\n", True),
        ("127.0.0.1:32768 ran 3 s ago\n", "127.0.0.1:40001 ran 2 min ago\n", True),
        ("x-0123abcd\n", "x-3210abcd\n", True),
    ],
)
def test_an_output_is_the_same_but_for_what_varies(
    expected: str,
    printed: str,
    is_same: bool,  # noqa: FBT001
) -> None:
    assert same(expected, printed) is is_same
