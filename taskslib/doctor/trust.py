"""The certificates that this machine trusts, as one bundle that an image can be given."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from pathlib import Path

from taskslib.errors import EngineError

_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Arch, Alpine
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora
    "/etc/ssl/ca-bundle.pem",  # openSUSE
    "/etc/ssl/cert.pem",  # macOS
)


def ca_bundle(environ: Mapping[str, str] | None = None, bundles: tuple[str, ...] = _BUNDLES) -> str:
    """Return the system's bundle, with that of SSL_CERT_FILE added where it says another."""
    named = (os.environ if environ is None else environ).get("SSL_CERT_FILE", "")
    system = next((text for text in map(_read, bundles) if text), "") or _of_the_system()
    own = _read(named) if named else ""
    texts = [system] if own.strip() in system else [system, own]
    if not any(texts):
        raise EngineError(
            "this machine has no bundle of certificates to hand to an image",
            hint="name one in SSL_CERT_FILE",
        )
    return "\n".join(texts)


def _of_the_system() -> str:
    """Return what the interpreter trusts: on Windows the system's store."""
    certificates = ssl.create_default_context().get_ca_certs(binary_form=True)
    return "".join(map(ssl.DER_cert_to_PEM_cert, certificates))


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
