"""What an existing repo needs to have the tasks: `adopt`.

`reading.py` looks (and runs nothing of the repo's); what it found is data (`found.py`). From there
on it is pure: `homes.py` says what the services are, `suites.py` where their tests are and how they
are run, `layout.py` makes the configuration of both, `writing.py` its text.
"""
