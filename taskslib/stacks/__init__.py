"""Stacks as running instances: names, isolation, start, wait, endpoints, end.

Imports `project`, `events`, `errors` and `processes`. Start reading at `lifetime.py`; the engine
is behind the interface in `engine.py`, with the real one in `docker.py` and a fake in `fake.py`.
"""
