"""CI as files that are made from the project and held against it: workflows of GitHub and Gitea.

Imports `release`, `project` and what is below them. Start reading at `workflows.py`, which fills
the templates; `files.py` tells what was edited, `production.py` what `deploy/prod` runs.
"""
