"""What a project and its services can be called and made of, without a template."""

from __future__ import annotations

from dataclasses import replace
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from taskslib import __version__, api
from taskslib.errors import ConfigError, UsageError
from taskslib.project.model import Layout
from taskslib.scaffold.answers import Answers, recorded
from taskslib.scaffold.naming import Kind, Named, check_free, project_name
from taskslib.scaffold.reserved import is_imported_by_tasks, is_taken

TOO_LONG = "x" * 41


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"project": "Shop!"}, "a project can't be called 'Shop!'"),
        ({"project": "con"}, "a project can't be called 'con': that is reserved"),
        ({"project": "null"}, "a project can't be called 'null': that is reserved"),
        ({"services": "Api"}, "a service can't be called 'Api'"),
        ({"services": ""}, "a service can't be called ''"),
        ({"services": "a_b"}, "a service can't be called 'a_b'"),
        ({"services": "-a"}, "a service can't be called '-a'"),
        ({"services": "a-"}, "a service can't be called 'a-'"),
        ({"services": "../a"}, "a service can't be called '../a'"),
        ({"services": "api\n"}, ""),
        ({"services": "nul"}, "a service can't be called 'nul': that is reserved"),
        ({"services": "database"}, "a service can't be called 'database': that is reserved"),
        ({"services": "true"}, "a service can't be called 'true': that is reserved"),
        ({"services": "null:library"}, "a service can't be called 'null': that is reserved"),
        ({"services": "false"}, "a service can't be called 'false': that is reserved"),
        ({"services": "queue"}, "a service can't be called 'queue': its package would hide"),
        ({"services": "class"}, "a service can't be called 'class': its package would hide"),
        ({"services": "api,api"}, "'api' is taken"),
        ({"services": "api:rest"}, "no kind 'rest' of services"),
        ({"services": TOO_LONG}, f"a service can't be called '{TOO_LONG}'"),
        ({"services": "jobs:worker", "datastore": "postgres"}, "there is no api"),
        ({"datastore": "mysql"}, "no datastore 'mysql'"),
        ({"ci": "gitlab"}, "no ci 'gitlab'"),
        ({"layout": "single", "project": "http"}, "a service can't be called 'http'"),
        # Of pytest's, of any platform and Python: the service's own would be imported instead.
        *(
            ({"services": one}, f"a service can't be called '{one}': that is reserved")
            for one in ("packaging", "iniconfig", "exceptiongroup", "tomli", "typing-extensions")
        ),
        *(
            ({"layout": "single", "project": one}, f"a service can't be called '{one}'")
            for one in ("pytest", "taskslib", "deploy", "tests", "pluggy", "colorama", "pygments")
        ),
        *(
            ({"layout": "single", "project": one}, f"one service can't be called '{one}'")
            for one in ("invoke", "ruamel", "tasks", "services", "prompt-toolkit")
        ),
        ({"registry": "https://a b"}, "a registry can't be 'https://a b'"),
    ],
)
def test_what_can_not_be(given: dict[str, str], said: str) -> None:
    if not said:  # blanks around a name are none of it
        assert api.init_answers(Path("shop"), given).services == (Named("api", Kind.API),)
        return
    with pytest.raises(UsageError) as refused:
        api.init_answers(Path("shop"), given)
    assert said in refused.value.message


def imported(*distributions: str) -> set[str]:
    """Return what distributions and all that they require put where Python imports from."""
    found: set[str] = set()
    seen: set[str] = set()
    waiting = list(distributions)
    while waiting:
        name = canonicalize_name(waiting.pop())
        try:
            one = metadata.distribution(name)
        except metadata.PackageNotFoundError:  # of another platform
            continue
        if name in seen:
            continue
        seen.add(name)
        found |= {
            file.parts[0].partition(".")[0] for file in one.files or () if file.suffix == ".py"
        }
        required = map(Requirement, one.requires or ())
        waiting += [one.name for one in required if "extra" not in str(one.marker)]
    return {name for name in found if name.isidentifier() and not name.startswith("_")}


def test_nothing_that_tests_or_tasks_import_is_hidden() -> None:
    by_tests, by_tasks = imported("pytest", "pytest-xdist", "coverage"), imported("taskslib")
    assert {"pytest", "pluggy"} <= by_tests
    assert {"invoke", "pydantic"} <= by_tasks
    assert [one for one in by_tests if not is_taken(one)] == []
    assert [one for one in by_tasks if not (is_taken(one) or is_imported_by_tasks(one))] == []


def test_defaults() -> None:
    api_alone = (Named("api", Kind.API),)
    assert api.init_answers(Path("shop"), {}) == Answers(
        "shop", Layout.MULTI, api_alone, "none", "github", "", __version__
    )
    # Called like its project it can't be.
    called_api = Answers("api", services=(Named("backend", Kind.API),), ci="github")
    for given in ({}, {"project": "api"}):
        found = api.init_answers(Path("shop" if given else "api"), given)
        assert found == replace(called_api, taskslib=__version__)
    with pytest.raises(UsageError) as refused:
        api.init_answers(Path("api"), {"services": "api"})
    hint = "another name, such as api-api; or --project names the project otherwise"
    assert refused.value.hint == hint
    single = api.init_answers(Path("My Shop"), {"layout": "single"})
    assert (single.project, single.services) == ("my-shop", (Named("my-shop", Kind.API),))
    assert single.services[0].package == "my_shop"
    assert single.services[0].variable == "MY_SHOP"
    # Of the folder 日本; among several services it would be taken.
    assert api.init_answers(Path("日本"), {"layout": "single"}).project == "project"


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("shop", "shop"),
        ("Größe 2", "grosse-2"),
        ("Ünï", "uni"),
        ("a日b\n", "a-b"),
        ("2024", "project-2024"),
        ("日本", "project"),
        ("a" * 80, "a" * 40),
    ],
)
def test_a_folder_names_its_project(folder: str, name: str) -> None:
    assert project_name(folder) == name


@pytest.mark.parametrize("folder", ["", "aux.txt", "NUL", "com1.tar.gz"])
def test_a_folder_that_names_none(folder: str) -> None:
    with pytest.raises(UsageError, match="a project"):
        project_name(folder)


def test_kinds() -> None:
    given = {"services": " worker , page:frontend, shared:library,billing"}
    assert [one.kind for one in api.init_answers(Path("shop"), given).services] == [
        Kind.WORKER,
        Kind.FRONTEND,
        Kind.LIBRARY,
        Kind.API,
    ]


@pytest.mark.parametrize("other", ["a-b", "A-b", "a_b", "a.b"])
def test_what_is_one_folder_or_one_variable_with_another_is_taken(other: str) -> None:
    with pytest.raises(UsageError, match="a-b"):
        check_free("a-b", ["x", other])
    check_free("a-b", ["ab", "a-c"])


@pytest.mark.parametrize("text", ["", "[]", "a: [", "taskslib: '1'\n", "services: 1\n"])
def test_a_record_that_is_none(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^\.copier-answers\.yml: not what taskslib wrote: "):
        recorded(text)
