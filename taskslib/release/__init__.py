"""Releases: versions from tags, images from one build, the checks before a tag.

Imports `stacks` (for the docker command line), `project` and what is below them. Start reading at
`version.py`, which is pure as `bake.py` is; `resolve.py` asks git and `publish.py` the registry.
"""
