"""Deployments: a release that runs in an environment, on whatever engine that is.

Imports `release` (locks, registry), `stacks` (the docker command line, waiting) and what is below
them. Start reading at `plan.py`, which is pure as `record.py` and `status.py` are; `steps.py` does
it, by a `target.py`: `compose.py` or `swarm.py`. What was deployed is known to the target alone, so
that any machine can go on.
"""
