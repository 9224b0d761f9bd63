from __future__ import annotations

from pathlib import Path

from taskslib.doctor.trust import ca_bundle


def test_the_first_bundle_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "b").write_text("SYSTEM")
    (tmp_path / "c").write_text("OTHER")
    bundles = tuple(str(tmp_path / name) for name in "abc")
    assert ca_bundle({}, bundles) == "SYSTEM"


def test_a_bundle_of_the_users_is_added(tmp_path: Path) -> None:
    (tmp_path / "system").write_text("SYSTEM")
    (tmp_path / "own").write_text("OWN")
    environ = {"SSL_CERT_FILE": str(tmp_path / "own")}
    assert ca_bundle(environ, (str(tmp_path / "system"),)) == "SYSTEM\nOWN"


def test_one_that_says_the_same_is_not(tmp_path: Path) -> None:
    (tmp_path / "system").write_text("SYSTEM\n")
    environ = {"SSL_CERT_FILE": str(tmp_path / "system")}
    assert ca_bundle(environ, (str(tmp_path / "system"),)) == "SYSTEM\n"


def test_a_variable_that_names_nothing(tmp_path: Path) -> None:
    (tmp_path / "system").write_text("SYSTEM")
    environ = {"SSL_CERT_FILE": str(tmp_path / "none")}
    assert ca_bundle(environ, (str(tmp_path / "system"),)) == "SYSTEM"
