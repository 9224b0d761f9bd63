from __future__ import annotations

from pathlib import Path

import pytest

from taskslib.doctor.apt import (
    MARKER,
    AptSource,
    archive,
    parse_deb822,
    parse_list,
    read_sources,
    trixie_pins,
    trixie_sources,
)

DEB822 = """\
Types: deb deb-src
# where it comes from
URIs: http://one.test/debian http://two.test/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://one.test/security
Suites: bookworm-security
Components: main
"""
KEY = """\
Types: deb
URIs: http://one.test/debian
Suites: bookworm
Components:
 main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc
 -----END PGP PUBLIC KEY BLOCK-----
"""


def test_deb822() -> None:
    keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
    suites = ("bookworm", "bookworm-updates")
    assert list(parse_deb822(DEB822)) == [
        AptSource("http://one.test/debian", suites, ("main", "contrib"), keyring),
        AptSource("http://two.test/debian", suites, ("main", "contrib"), keyring),
        AptSource("http://one.test/security", ("bookworm-security",), ("main",)),
    ]


def test_deb822_with_the_key_in_it_is_handed_on_whole() -> None:
    (source,) = parse_deb822(KEY)
    assert source.components == ("main",)
    (again,) = parse_deb822(trixie_sources(source))
    assert again == AptSource(source.uri, ("trixie",), ("main",), source.signed_by)
    assert source.signed_by.splitlines()[1:2] == [" ."]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Types: deb-src\nURIs: http://x\nSuites: y\nComponents: main\n",
        "Enabled: no\nTypes: deb\nURIs: http://x\nSuites: y\nComponents: main\n",
        "# all of it\n# a comment\n",
        " continues nothing\n",
        "no field at all\n",
    ],
)
def test_deb822_without_a_source(text: str) -> None:
    assert list(parse_deb822(text)) == []


@pytest.mark.parametrize(
    ("line", "source"),
    [
        (
            "deb http://one.test/debian bookworm main contrib",
            AptSource("http://one.test/debian", ("bookworm",), ("main", "contrib")),
        ),
        (
            "deb [arch=amd64 signed-by=/a.gpg,/b.gpg] http://x/ bookworm main  # why",
            AptSource("http://x/", ("bookworm",), ("main",), "/a.gpg /b.gpg"),
        ),
        ("  deb   http://x   bookworm   main", AptSource("http://x", ("bookworm",), ("main",))),
        ("deb http://x ./", AptSource("http://x", ("./",), ())),
    ],
)
def test_one_line(line: str, source: AptSource) -> None:
    assert list(parse_list(line)) == [source]


@pytest.mark.parametrize(
    "line", ["", "# deb http://x y main", "deb-src http://x y main", "deb", "deb http://x"]
)
def test_one_line_without_a_source(line: str) -> None:
    assert list(parse_list(line)) == []


def test_the_archive_is_the_release_itself() -> None:
    sources = tuple(parse_deb822(DEB822))
    found = archive(sources, "bookworm")
    assert found is not None
    assert found.uri == "http://one.test/debian"
    assert archive(sources, "trixie") is None
    assert archive((AptSource("http://x", ("bookworm",), ("contrib",)),), "bookworm") is None


def test_reading_all_files_of_both_formats(tmp_path: Path) -> None:
    folder = tmp_path / "sources.list.d"
    folder.mkdir()
    mirrors = tmp_path / "mirrors"
    mirrors.write_text("# ours first\nhttp://three.test/debian\nhttp://four.test\n")
    (tmp_path / "sources.list").write_text("deb http://one.test bookworm main\n")
    (folder / "b.list").write_text("deb http://two.test other main\n")
    (folder / "c.sources").write_text(
        f"Types: deb\nURIs: mirror+file:{mirrors.as_posix()}\nSuites: x\nComponents: main\n"
    )
    (folder / "d.list.disabled").write_text("deb http://off.test other main\n")
    assert [source.uri for source in read_sources(tmp_path)] == [
        "http://one.test",
        "http://two.test",
        "http://three.test/debian",
    ]


def test_no_sources_at_all(tmp_path: Path) -> None:
    assert read_sources(tmp_path / "none") == ()


def test_what_we_write() -> None:
    written = trixie_sources(AptSource("http://one.test", ("bookworm",), ("main",), "/k.gpg"))
    assert written.startswith(MARKER)
    assert written.endswith(
        "\nTypes: deb\nURIs: http://one.test\nSuites: trixie\nComponents: main\nSigned-By: /k.gpg\n"
    )
    assert "Signed-By" not in trixie_sources(AptSource("http://x", ("bookworm",), ("main",)))
    assert trixie_pins(("docker.io", "docker-cli")) == (
        f"{MARKER}\n"
        "Package: *\nPin: release n=trixie\nPin-Priority: 50\n\n"
        "Package: docker.io docker-cli\nPin: release n=trixie\nPin-Priority: 900\n"
    )
