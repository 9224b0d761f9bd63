"""Is this machine, and is this repo, fit to run? Facts are gathered once, then judged by pure code.

Start reading at `facts`, then `checks`; `examine` is what looks, and `fake` what only says that it
did.
"""
