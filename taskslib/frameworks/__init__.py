"""Test frameworks: detect them, make their environment, run a suite, turn its events into ours.

Imports only `project`, `events`, `errors` and `processes`; knows nothing of stacks or plans.
Start reading at `base.py`; a framework is one file and one entry in `detection.py`.
"""
