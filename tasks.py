"""This repo's own tasks: those of taskslib, and `check` and `lock` for its development."""

from taskslib import make_ns

ns = make_ns()
