"""The pipeline: plan what will run, run it stage by stage, report what it came to.

Imports `stacks`, `frameworks`, `project`, `events`, `errors` and `processes`. Start reading at
`plan.py`, which decides and touches nothing; `run.py` does what the plan says.
"""
