"""Environments of Python suites, made by uv outside the repo and shared where they are equal.

Imports only `project`, `errors` and `processes`. Start reading at `prepare.py`; what decides is
pure data (`inputs.py`, `commands.py`), what does is small (`store.py`, `build.py`).

Two layers, where a lock pins the third parties: a *base* with them, shared by all worktrees whose
locks are equal, and an *overlay* with the folder's own packages, which sees the base through a
`.pth` file. So a new worktree costs one editable install, and sees no other worktree's sources.
Without a lock there is one environment, the folder's *own*.
"""
