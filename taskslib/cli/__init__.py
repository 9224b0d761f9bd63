"""The Invoke layer, and the only importer of invoke: flags → options → one call → exit code.

May import everything; holds no logic of its own. Start reading at `namespace.py`; a task is a few
lines in the file of its group.
"""
