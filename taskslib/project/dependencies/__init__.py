"""What depends on what in the repo, derived from its own files: of folders, and of suites.

`packages.py` and `stacks.py` follow what `project.references` reads; `graph.py` is the result for
people, `inputs.py` the result for selection and cache: the places whose files a suite depends on.
"""
