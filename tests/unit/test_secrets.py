"""What is masked, and what is not."""

from __future__ import annotations

import pytest

from taskslib.secrets import mask_of, masked_tree

ENVIRON = {
    "GITHUB_TOKEN": "ghp_0123456789",
    "NPM_PASSWORD": "ghp_0123456789-and-more",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI",
    "POSTGRES_PASSWORD": "test",
    "PASSWORD_FILE": "/run/secrets/password",
    "AWS_ACCESS_KEY": "/abc+def/ghi=",
    "MYSQL_PWD": 'a"b\\c"d-long',
    "DEPLOY_PRIVATE_KEY": "-----BEGIN KEY-----\nMIIEvQIBADANBg\r\nBAQE\n-----END KEY-----\n",
    "X_TOKEN": "tok-0123456789\n",
    "KEYBOARD": "qwertyuiop",
    "HOME": "/root/long/enough",
}


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("token ghp_0123456789.", "token ***."),
        ("ghp_0123456789-and-more", "***"),
        ("wJalrXUtnFEMI and test", "*** and test"),
        ("/run/secrets/password qwertyuiop /root/long/enough", None),
        ("postgresql://app:hunter2hunter2@db:5432/shop", "postgresql://app:***@db:5432/shop"),
        ("redis://:hunter2hunter2@db", "redis://:***@db"),
        ("postgresql://test:test@127.0.0.1:5432/testdb", None),
        ("http://127.0.0.1:8000/a@b.example:c", None),
        ("see https://example.org:8443/x and mail a@b.example", None),
        ("/abc+def/ghi=", "***"),
        ('{"x": "a\\"b\\\\c\\"d-long"}', '{"x": "***"}'),
        ("key: MIIEvQIBADANBg, BAQE", "key: ***, BAQE"),
        ("-----BEGIN KEY-----\nMIIEvQIBADANBg", "***\n***"),
        ("tok-0123456789: stripped", "***: stripped"),
        ("", None),
    ],
)
def test_masked(text: str, masked: str | None) -> None:
    assert mask_of(ENVIRON)(text) == (text if masked is None else masked)


def test_a_configuration_has_no_secret_left_whatever_its_length() -> None:
    tree = {
        "secrets": {"token": {"file": "/run/token"}},
        "services": {
            "web": {
                "command": ["serve", "--key", "hunter2-hunter2"],
                "environment": {
                    "API_KEY": "x",
                    "DATABASE_URL": "postgresql://dev:dev@db/shop",
                    "EMPTY_TOKEN": "",
                    "PASSWORD_FILE": "/run/password",
                    "PLAIN": "word",
                    "UNSET_TOKEN": None,
                },
                "ports": [{"target": 80}],
            }
        },
    }
    masked = masked_tree(tree, {"MY_SECRET": "hunter2-hunter2"})
    assert masked == {
        "secrets": {"token": {"file": "/run/token"}},
        "services": {
            "web": {
                "command": ["serve", "--key", "***"],
                "environment": {
                    "API_KEY": "***",
                    "DATABASE_URL": "postgresql://dev:***@db/shop",
                    "EMPTY_TOKEN": "",
                    "PASSWORD_FILE": "/run/password",
                    "PLAIN": "word",
                    "UNSET_TOKEN": None,
                },
                "ports": [{"target": 80}],
            }
        },
    }
