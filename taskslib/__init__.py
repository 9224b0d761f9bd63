"""Invoke tasks for a repo with several services in containers: `from taskslib import ns`."""
