"""Which variables of the outer environment a suite gets: an allow-list, so that runs are alike.

What is on it says how to work on *this machine*; what is not could decide whether a test passes:
credentials, addresses of databases, switches of the application, another suite's `TEST_*`. A
project names what it needs besides in `pass_env`. Pure: takes an environment, returns one.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from taskslib.identities import fitting
from taskslib.project.model import Suite


@dataclass(frozen=True, slots=True)
class Group:
    """Variables that are handed through for one reason. `*` is a wildcard."""

    why: str
    names: tuple[str, ...]
    keyed: bool = False
    """Whether their values are part of what a result depends on. Of what only says how to work on
    this machine they aren't: results are shared between worktrees, and by CI between machines."""


@dataclass(frozen=True, slots=True)
class Selected:
    """A suite's environment, and the names of what it did not get."""

    variables: Mapping[str, str]
    withheld: tuple[str, ...]
    """For a red suite to name: perhaps it is red because one of these is missing."""


# fmt: off
ALLOWED: tuple[Group, ...] = (
    Group("programs and shared libraries are found where the machine has them",
          ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH",
           "NIX_LD", "NIX_LD_LIBRARY_PATH")),
    Group("programs find their settings and caches, and know who runs them",
          ("HOME", "USER", "LOGNAME", "XDG_*")),
    Group("Windows: neither Python nor sockets start without some of these",
          ("USERPROFILE", "USERNAME", "USERDOMAIN", "HOMEDRIVE", "HOMEPATH", "APPDATA",
           "LOCALAPPDATA", "PROGRAMDATA", "ALLUSERSPROFILE", "PROGRAMFILES*",
           "COMMONPROGRAMFILES*", "PROGRAMW6432", "COMMONPROGRAMW6432", "SYSTEMROOT",
           "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "PSMODULEPATH", "OS",
           "NUMBER_OF_PROCESSORS", "PROCESSOR_*")),
    Group("temporary files go where there is room for them",
          ("TMPDIR", "TEMP", "TMP", "PYTEST_DEBUG_TEMPROOT")),
    Group("text and dates look as the user set them",
          ("LANG", "LANGUAGE", "LC_*", "TZ", "TZDIR", "PYTHONUTF8", "PYTHONIOENCODING",
           "PYTHONCOERCECLOCALE"), keyed=True),
    Group("switches of the interpreter for finding a fault; none changes which code is imported",
          ("PYTHONASYNCIODEBUG", "PYTHONBREAKPOINT", "PYTHONDEVMODE", "PYTHONFAULTHANDLER",
           "PYTHONHASHSEED", "PYTHONTRACEMALLOC", "PYTHONUNBUFFERED", "PYTHONWARNINGS"),
          keyed=True),
    Group("where bytecode goes, if anywhere",
          ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")),
    Group("how this developer likes to run tests",
          ("PYTEST_ADDOPTS",), keyed=True),
    Group("the network is reached through a proxy",
          ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "ALL_PROXY", "NO_PROXY",
           "http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy")),
    Group("certificates are checked against the machine's authorities",
          ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE",
           "NODE_EXTRA_CA_CERTS", "PIP_CERT", "GIT_SSL_CAINFO", "AWS_CA_BUNDLE",
           "NIX_SSL_CERT_FILE")),
    Group("packages come from the machine's index and caches (a test may build or install one)",
          ("PIP_*", "UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_*", "UV_EXTRA_INDEX_URL",
           "UV_FIND_LINKS", "UV_NO_INDEX", "UV_OFFLINE", "UV_CACHE_DIR", "UV_CONFIG_FILE",
           "UV_HTTP_TIMEOUT", "UV_INSECURE_HOST", "UV_KEYRING_PROVIDER", "UV_NATIVE_TLS",
           "UV_SYSTEM_CERTS", "UV_PYTHON_DOWNLOADS", "npm_config_registry", "npm_config_cache",
           "npm_config_cafile", "NPM_CONFIG_REGISTRY", "NPM_CONFIG_CACHE", "NPM_CONFIG_CAFILE",
           "NPM_CONFIG_USERCONFIG")),
    Group("tests reach the same container engine as the stacks that they use",
          ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_TLS_VERIFY",
           "DOCKER_CERT_PATH")),
    Group("libraries are more patient, and no prompt is shown, in continuous integration",
          ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD"), keyed=True),
    Group("a build knows its number",
          ("BUILD_NUMBER",)),
    Group("output is coloured and as wide as the user wants it",
          ("TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR", "PY_COLORS", "COLUMNS")),
)
# Left out on purpose: PYTHONPATH, PYTHONHOME and VIRTUAL_ENV (another environment's code),
# PYTEST_PLUGINS (plugins that the suite's environment may not have), TEST_* and TASKSLIB_* (ours:
# those of an outer run would send a suite to another run's containers).

NOISE: tuple[str, ...] = (
    "_", "=*", "SHLVL", "SHELL", "PWD", "OLDPWD", "PS1", "PS2", "PROMPT", "PROMPT_*", "HIST*",
    "BASH_FUNC_*", "BASHOPTS", "SHELLOPTS", "LS_COLORS", "LSCOLORS", "CLICOLOR", "LESS",
    "LESSOPEN", "LESSCLOSE", "PAGER", "MANPAGER", "MANPATH", "INFOPATH", "EDITOR", "VISUAL",
    "MAIL", "HOSTNAME", "LINES", "MOTD_SHOWN", "WINDOWID", "TERM_PROGRAM*", "TERM_SESSION_ID",
    "VTE_VERSION", "XPC_*", "__CF*", "DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS",
)
"""What shells, terminals and desktops set; no test is red for the lack of these."""
# fmt: on


def suite_variables(
    environ: Mapping[str, str],
    pass_env: Iterable[str],
    ours: Mapping[str, str],
    *,
    windows: bool = os.name == "nt",
) -> Selected:
    """Return a suite's environment: what is allowed, what `pass_env` names, and ours, which wins.

    Args:
        environ: The environment that taskslib runs in.
        pass_env: Names to hand through besides, with `*` as wildcard.
        ours: What taskslib sets for the suite.
        windows: Whether names that differ in case only are one name.
    """

    def form(name: str) -> str:
        return name.upper() if windows else name

    allowed = [form(name) for group in ALLOWED for name in group.names]
    allowed += [form(name) for name in pass_env]
    set_by_us = {form(name) for name in ours}
    names = {name: form(name) for name in environ if form(name) not in set_by_us}
    passed = set(fitting(names.values(), allowed))
    unsaid = passed.union(fitting(names.values(), [form(name) for name in NOISE]))
    variables = {name: environ[name] for name, called in names.items() if called in passed}
    withheld = sorted(name for name, called in names.items() if called not in unsaid)
    return Selected({**variables, **ours}, tuple(withheld))


def told_variables(suite: Suite) -> dict[str, str]:
    """Return what the configuration sets for a suite.

    Folders of PYTHONPATH start at the suite's; `:` separates them.
    """
    told = dict(suite.env)
    if paths := told.get("PYTHONPATH"):
        folder = suite.runner.folder if suite.runner else suite.folder
        # The file is one for all systems.
        parts = filter(None, paths.split(":"))
        told["PYTHONPATH"] = os.pathsep.join(os.path.normpath(folder / one) for one in parts)
    return told


def keyed_patterns(pass_env: Iterable[str]) -> tuple[str, ...]:
    """Return the names (`*` at the end is a wildcard) of the variables that can decide a result."""
    return (*(name for group in ALLOWED if group.keyed for name in group.names), *pass_env)
