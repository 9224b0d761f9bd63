"""Projects and services made of templates: `init`, `new-service`, `update`; and `adopt`.

Imports `lint` (how YAML is edited, and what is a mistake), `ci` and what is below them. Start
reading at `project.py` and `service.py`, which make all texts in memory; `changes.py` shows and
writes them, all or none. `template/` is what copier renders; `render.py` alone knows copier.
`adoption/` is for repos that are there.
"""
