"""Rules on Compose files, Dockerfiles, scripts and CI workflows: `inv lint`.

What a rule needs is read once (`gather`), rules are functions that yield findings (`rules/`, one
file a hundred), `run` puts them together, `fix` applies the edits that findings carry. Start at
`run.lint`. A rule: one function in `rules/`, and its file in `tests/unit/lint/rules/`.
"""
