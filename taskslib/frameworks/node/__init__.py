"""Node and the packages of suites that run on it, kept outside the repo and shared.

Start reading at `prepare.py`. `package.py` is a folder's package.json and lock as data,
`interpreter.py` chooses the Node, `packages.py` installs what the lock pins, `links.py` lets a
folder see it.
"""
