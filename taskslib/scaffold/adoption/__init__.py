"""What an existing repo needs to have the tasks: `adopt`.

`reading.py` looks (and runs nothing of the repo's): `makefiles.py` has the targets of a Makefile,
`starting.py` which of them start containers, `commands.py` how recipes and scripts run tests. What
it found is data (`found.py`). From there on it is pure: `homes.py` says what the services are,
`suites.py` where their tests are and how they are run, `containers.py` which of them need
containers, `stacks.py` which Compose files have these, `layout.py` makes the configuration of all,
`addresses.py` says what of a recipe is a container's address, `tasksfile.py` what a tasks.py has
that is there, and `writing.py` makes the texts.
"""
