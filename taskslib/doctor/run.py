"""Setup, from looking to done: what will be done is said first, then done, one action at a time.

After each action the machine is looked at again and planned anew: what an action has done along
the way (installing may start the engine) is not done twice, and one that changed nothing is found
out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from taskslib.doctor.machine import Machine
from taskslib.doctor.plan import Options, Situation, plan
from taskslib.doctor.recipes import FOLDER, Recipe
from taskslib.doctor.steps import STANDIN_LABEL, Action, RemoveFile, WriteFile
from taskslib.errors import EngineError

Say = Callable[[str], None]


def run(
    machine: Machine,
    recipes: tuple[Recipe, ...],
    options: Options,
    say: Say,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Make the machine ready, or say why it cannot be (EngineError)."""
    now = _look(machine, recipes, frozenset())
    actions = plan(now, recipes, options)
    for line in (*_checks(now, recipes, options), *_announcement(now, actions)):
        say(line)
    if options.dry_run or not actions:
        say("nothing was done (dry run)" if actions else "ready")
        return
    begun = clock()
    while actions:
        first = actions[0]
        failed = _perform(machine, first, say, clock)
        now = _look(machine, recipes, now.unpullable | failed)
        actions = plan(now, recipes, options)
        if actions and actions[0] == first:
            raise EngineError(f"{first.title}: done, and still {first.why}")
    for line in _checks(now, recipes, options):
        say(line)
    say(f"ready after {clock() - begun:.0f} s")


def _look(machine: Machine, recipes: tuple[Recipe, ...], unpullable: frozenset[str]) -> Situation:
    facts = machine.facts()
    wanted = [recipe.image for recipe in recipes]
    wanted += sorted({recipe.rootfs.image for recipe in recipes if recipe.rootfs is not None})
    # Asked only if the engine answers: the client that asks has no time limit.
    images = machine.images(wanted) if facts.daemon and wanted else {}
    return Situation(facts, images, unpullable)


def _perform(
    machine: Machine, action: Action, say: Say, clock: Callable[[], float]
) -> frozenset[str]:
    """Do one action; return the image that could not be pulled, if that was it."""
    say(f"{action.title} ({action.takes}) ...")
    begun = clock()
    written: list[WriteFile] = []
    try:
        for step in action.steps:
            machine.perform(step)
            if isinstance(step, WriteFile):
                written.append(step)
    except BaseException as error:
        # A source of packages that does not work would break every later `apt-get update`.
        for step in written:
            machine.perform(RemoveFile(step.path))
        if action.pulls and isinstance(error, EngineError):
            say(f"  it cannot be pulled: {_last(error)}")
            return frozenset((action.pulls,))
        if isinstance(error, EngineError):
            message = f"cannot {action.title}: {error.message}"
            raise type(error)(message, hint=error.hint, details=error.details) from error
        raise
    say(f"  done in {clock() - begun:.1f} s")
    return frozenset()


def _last(error: EngineError) -> str:
    return (error.details.splitlines() or [error.message])[-1]


def _checks(now: Situation, recipes: tuple[Recipe, ...], options: Options) -> Iterator[str]:
    """Yield a line for each thing that is as it should be."""
    facts = now.facts
    if facts.daemon:
        yield f"ok  engine {'Podman ' if facts.podman else ''}{facts.daemon}"
    if facts.compose:
        yield f"ok  Compose {facts.compose}"
    if facts.buildx:
        yield f"ok  Buildx {facts.buildx}"
    for recipe in recipes:
        if recipe.image in now.images:
            made = now.images[recipe.image].get(STANDIN_LABEL) == recipe.image
            yield f"ok  {recipe.image}{f' (stand-in, made by {recipe.shown})' if made else ''}"
        elif facts.daemon and not options.offline_images:
            yield (
                f"--  {recipe.image} is not here and will be pulled when it is needed "
                "(no registry in reach: inv setup --offline-images)"
            )
    if options.offline_images and not recipes:
        yield f"--  no recipes in {FOLDER}: base images have to be pulled"


def _announcement(now: Situation, actions: tuple[Action, ...]) -> Iterator[str]:
    if not actions:
        return
    yield "will be done:"
    for number, action in enumerate(actions, 1):
        yield from _shown(action, f"{number}. ", "  ")
    if not now.facts.daemon and any(action.pulls for action in actions):
        yield "  (which images are here is known when the engine answers; those stay as they are)"


def _shown(action: Action, bullet: str, indent: str) -> Iterator[str]:
    yield f"{indent}{bullet}{action.title} ({action.takes}): {action.why}"
    deeper = indent + " " * len(bullet)
    for step in action.steps:
        yield f"{deeper}$ {step}"
    if action.otherwise:
        yield f"{deeper}if that fails:"
        for one in action.otherwise:
            yield from _shown(one, "- ", deeper)
    elif action.pulls:
        yield f"{deeper}if that fails: nothing, it cannot be built on this machine"
