"""Results that need no second run: what a suite's result depends on, and what it came to.

`manifest.py` (pure) names everything that can change a result, `store.py` keeps what passed by the
manifest's key, `memory.py` looks up and remembers around a run.
"""
