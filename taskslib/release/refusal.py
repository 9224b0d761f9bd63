"""What it means where a registry answers with an error. Pure: what buildx printed in, words out.

404 alone says that something is not there. 401 asks who wants to know that. 403 says neither:
registries answer so to who may not read a name, and some to every name that does not exist, so as
not to tell which ones do. Taken for "not there" it would let a version be written over.
"""

from __future__ import annotations

import re

_ABSENT = re.compile(r": not found\s*$|manifest unknown|name unknown", re.IGNORECASE)
_WHO = re.compile(r"\b401 unauthorized|authorization failed|authentication required", re.IGNORECASE)
_FORBIDDEN = re.compile(r"\b403 forbidden|\bdenied\b", re.IGNORECASE)
_OFTEN = re.compile(r"\b429 too many|toomanyrequests|too many requests", re.IGNORECASE)
_NO_PUSH = re.compile(r"\b405 method|method not allowed|\bunsupported:", re.IGNORECASE)
_FAULT = re.compile(
    r"\b(?:500 internal server error|502 bad gateway|503 service unavailable|504 gateway time-?out"
    r"|507 insufficient storage)"
    r"|internal server error",
    re.IGNORECASE,
)
_GONE = re.compile(
    r"\bdial tcp\b|connection refused|connection reset|no such host|i/o timeout|\bEOF\b"
)
_BASE = re.compile(r"failed to resolve source metadata")
"""What is said of an image that one is built from: that may be in another registry."""
_MAY_READ = (
    "let your log-in read there, as well as write; where the registry hides a name only because it "
    "is new, make it there first"
)
_LATER = "what it answers is a fault of its own, and its log says more; run it again later"
_UNREACHED = "is it up, and reached from here? `docker info` says which proxy the engine has"


def is_absent(said: str) -> bool:
    """Return whether a registry said that it has no such name, or no such tag."""
    return _ABSENT.search(said) is not None


def unanswered(said: str, reference: str) -> tuple[str, str]:
    """Return what is wrong where a registry did not say whether it has something, and a hint."""
    if _WHO.search(said):
        return (
            f"the registry wants to know who asks whether it has {reference}",
            log_in(reference),
        )
    if _FORBIDDEN.search(said):
        words = f"the registry does not let you see whether it has {reference}"
        return f"{words}, and what may be there is not written over", _MAY_READ
    words = f"the registry does not say whether it has {reference}"
    hint = _of_its_own(said, reference)
    return words, hint or f"is it up? {log_in(reference)}"


def silent(reference: str, seconds: float) -> tuple[str, str]:
    """Return what is wrong where a registry does not answer at all, and a hint."""
    words = f"the registry did not say in {seconds:g} s whether it has {reference}"
    return words, _UNREACHED


def unwritten(said: str, reference: str) -> str:
    """Return what mends that a registry did not take something; empty where that is not known."""
    if _WHO.search(said) or _FORBIDDEN.search(said):
        return f"your log-in is to have the right to write there: {log_in(reference)}"
    if _NO_PUSH.search(said):
        return (
            "is it read-only, or a mirror? `registry` in [tool.taskslib.release], or the variable "
            "REGISTRY, names the one to push to"
        )
    gone = _GONE.search(said) and not _BASE.search(said)
    return _of_its_own(said, reference) or (f"is it up? {log_in(reference)}" if gone else "")


def _of_its_own(said: str, reference: str) -> str:
    """Return what mends what is no fault of who asks; empty where it isn't that."""
    if _OFTEN.search(said):
        return (
            f"wait some minutes: it is asked too often; a log-in may have more: {log_in(reference)}"
        )
    return _LATER if _FAULT.search(said) else ""


def log_in(reference: str) -> str:
    """Return the command that logs in where something is."""
    host = host_of(reference)
    return f"docker login {host}" if host else "docker login"


def host_of(reference: str) -> str:
    """Return the registry that a reference names; empty where it is Docker's own."""
    host, slash, _ = reference.partition("/")
    named = bool(slash) and (host == "localhost" or "." in host or ":" in host)
    return host if named else ""
