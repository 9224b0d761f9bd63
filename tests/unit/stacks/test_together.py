"""What several stacks build is built once, and only in the build cache."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from typing import Any

import pytest

from taskslib.cancellation import Cancellation
from taskslib.errors import ConfigError, Interrupted
from taskslib.project.model import Stack
from taskslib.stacks.engine import ComposeConfig, Engine
from taskslib.stacks.fake import FakeEngine
from taskslib.stacks.instance import Spec
from taskslib.stacks.together import Configurations, bake, built_together

API = {"context": "/shop", "dockerfile": "api/Dockerfile"}
WORKER = {"context": "/shop", "dockerfile": "worker/Dockerfile", "args": {"LEVEL": "2"}}


def config(**builds: dict[str, Any]) -> ComposeConfig:
    return {"services": {key: {"build": build} for key, build in builds.items()}}


def spec(name: str) -> Spec:
    return Spec(Stack(name, (Path(f"{name}.yml"),)), f"shop-{name}", "main-1", {})


def engine(*configs: ComposeConfig, **told: Any) -> tuple[FakeEngine, list[Spec]]:
    specs = [spec(f"s{number}") for number, _ in enumerate(configs)]
    files = {one.stack: given for one, given in zip(specs, configs, strict=True)}
    return FakeEngine(files=files, **told), specs


def test_each_image_is_built_once_without_name_labels_and_exported_cache() -> None:
    named = {**API, "tags": ["api:1"], "labels": {"a": "b"}, "cache_to": ["type=registry,ref=x"]}
    database = {"services": {"database": {"image": "postgres"}}}
    assert bake([config(api=API), database, config(migrate=named, worker=WORKER)]) == {
        "services": {"image-0": {"build": API}, "image-1": {"build": WORKER}}
    }


@pytest.mark.parametrize("own", [{"secrets": [{"source": "token"}]}, {"ssh": ["default"]}])
def test_what_needs_more_of_its_file_is_left_to_its_own_stack(own: dict[str, Any]) -> None:
    assert bake([config(api={**API, **own})]) == {"services": {}}


@pytest.mark.parametrize(
    ("configs", "calls"),
    [
        ([config(api=API), config(worker=WORKER)], ["prebuild"]),
        ([config(api=API), config(api=API)], []),
        ([{"services": {"database": {"image": "postgres"}}}], []),
    ],
    ids=["two images", "one image, which its stack builds as well", "no image"],
)
def test_there_is_one_build_for_all_where_there_are_several(
    configs: list[ComposeConfig], calls: list[str]
) -> None:
    fake, specs = engine(*configs)
    known = Configurations(specs)
    reached = Event()
    fake.at = lambda _: reached.set()
    with built_together(lambda _: fake, specs, known, Cancellation(), 60):
        if calls:
            assert reached.wait(60)
    assert fake.calls == calls


def test_one_that_fails_says_nothing_and_breaks_nothing() -> None:
    fake, specs = engine(config(api=API), config(worker=WORKER), fails={"prebuild"})
    with built_together(lambda _: fake, specs, Configurations(specs), Cancellation(), 60):
        pass
    without = [*specs, spec("of no file")]
    with built_together(lambda _: fake, without, Configurations(without), Cancellation(), 60):
        pass


def test_it_is_cancelled_when_the_run_ends() -> None:
    fake, specs = engine(config(api=API), config(worker=WORKER))
    given: list[Cancellation] = []
    reached, ended = Event(), Event()

    def at(_: str) -> None:
        reached.set()
        while not given[0].requested:
            ended.wait(0.01)
        raise Interrupted(2)

    def of(cancellation: Cancellation) -> Engine:
        given.append(cancellation)
        return fake

    fake.at = at
    run = Cancellation()
    with built_together(of, specs, Configurations(specs), run, 60):
        assert reached.wait(60)
    assert given[0].requested
    assert not run.requested


def test_a_fault_of_ours_is_not_swallowed() -> None:
    fake, specs = engine(config(api=API), config(worker=WORKER))

    def at(_: str) -> None:
        raise ZeroDivisionError

    fake.at = at
    with (
        pytest.raises(ZeroDivisionError),
        built_together(lambda _: fake, specs, Configurations(specs), Cancellation(), 60),
    ):
        pass


class Counting(FakeEngine):
    asked = 0

    def config(self, *given: Any) -> ComposeConfig:
        self.asked += 1
        return super().config(*given)


def test_a_configuration_is_asked_for_once_and_again_only_where_that_failed() -> None:
    api, other = spec("api"), spec("other")
    fake = Counting(files={api.stack: config(api=API)})
    known = Configurations([api])
    assert known.of(fake, api) == known.of(fake, api) == config(api=API)
    assert fake.asked == 1
    for _ in range(2):
        with pytest.raises(ConfigError):
            known.of(fake, other)
    assert fake.asked == 3
