"""The actions that workflows use: by the commit of a release, which nobody can move, unlike a tag.

Gitea's runners bring an older Node than GitHub's, and its artifacts are of the third version: later
ones refuse whatever is not github.com (go-gitea/gitea#31256).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Provider(StrEnum):
    """Whose workflows."""

    GITHUB = "github"
    GITEA = "gitea"

    @property
    def folder(self) -> str:
        """Where its workflows are."""
        return f".{self}/workflows"


ACTIONS: Mapping[Provider, Mapping[str, str]] = {
    Provider.GITHUB: {
        "checkout": "actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0",
        "python": "actions/setup-python@e797f83bcb11b83ae66e0230d6156d7c80228e7c # v6.0.0",
        "cache": "actions/cache@a7833574556fa59680c1b7cb190c1735db73ebf0 # v5.0.0",
        "upload": "actions/upload-artifact@b7c566a772e6b6bfb58ed0dc250532a479d7789f # v6.0.0",
        "emulators": "docker/setup-qemu-action@ce360397dd3f832beb865e1373c09c0e9f86d70a # v4.0.0",
        "builder": "docker/setup-buildx-action@4d04d5d9486b7bd6fa91e7baf45bbb4f8b9deedd # v4.0.0",
    },
    Provider.GITEA: {
        "checkout": "actions/checkout@34e114876b0b11c390a56381ad16ebd13914f8d5 # v4.3.1",
        "python": "actions/setup-python@a26af69be951a213d495a4c3e4e4022e16d87065 # v5.6.0",
        "cache": "actions/cache@0057852bfaa89a56745cba8c7296529d2fc39830 # v4.3.0",
        "upload": "actions/upload-artifact@ff15f0306b3f739f7b6fd43fb5d26cd321bd4de5 # v3.2.1",
        "emulators": "docker/setup-qemu-action@c7c53464625b32c7a7e944ae62b3e17d2b600130 # v3.7.0",
        "builder": "docker/setup-buildx-action@8d2750c68a42422c14e847fe6c8ac0403b4cbd6f # v3.12.0",
    },
}
"""What `uses:` says, by what it is for."""
