"""What an engine elsewhere does not see: binds, configs and secrets from the repo's files."""

from __future__ import annotations

from pathlib import Path

from taskslib.stacks.mounts import mounted


def test_files_of_the_repo_that_are_mounted(tmp_path: Path) -> None:
    seed, token = str(tmp_path / "seed.sql"), str(tmp_path / "token")
    config = {
        "services": {
            "api": {
                "configs": [{"source": "inline"}],
                "secrets": [{"source": "token", "target": "/run/secrets/token"}],
            },
            "database": {
                "volumes": [
                    {"type": "bind", "source": seed, "target": "/seed.sql"},
                    {"type": "bind", "source": "/var/run/docker.sock", "target": "/s"},
                    {"type": "bind", "source": f"{tmp_path}-other/x", "target": "/x"},
                    {"type": "volume", "source": "data", "target": "/data"},
                    {"type": "tmpfs", "target": "/scratch"},
                ]
            },
            "plain": {},
        },
        "configs": {"inline": {"content": "x"}},
        "secrets": {"token": {"file": token}, "other": {"environment": "OTHER"}},
    }
    found = list(mounted(config, tmp_path))
    assert [(one.path, one.value) for one in found] == [
        (("services", "api", "secrets"), token),
        (("services", "database", "volumes"), seed),
    ]
    assert [str(one) for one in found] == [
        f"service api: secrets {token}",
        f"service database: volumes {seed}",
    ]


def test_a_folder_may_have_a_dollar_in_its_name(tmp_path: Path) -> None:
    """Compose writes it twice: what it resolves is fed to it again."""
    root = tmp_path / "$a"
    written = str(root).replace("$", "$$")
    bind = {"type": "bind", "source": f"{written}/b", "target": "/b"}
    config = {
        "services": {"api": {"volumes": [bind], "secrets": [{"source": "key"}]}},
        "secrets": {"key": {"file": f"{written}/key"}},
    }
    assert [one.value for one in mounted(config, root)] == [f"{root}/b", f"{root}/key"]


def test_nothing_is_mounted(tmp_path: Path) -> None:
    assert list(mounted({"services": None}, tmp_path)) == []
