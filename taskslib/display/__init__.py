"""What people see of a run: consumers of events, and the only importer of rich.

Imports `events` and the report types, never the runner. Start reading at `plain.py`.
"""
