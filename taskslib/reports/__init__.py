"""What machines read of a run: consumers of the same events that people are shown.

`lines.py` is the stream itself in a file, `document.py` the whole run as JSON, `junit.py` as XML,
`annotations.py` and `markdown.py` what CI services show, `failures.py` each failure in full.
"""
