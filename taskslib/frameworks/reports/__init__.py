"""Results of commands that know nothing of us: a report at the end, and what they print till then.

`junit_xml.py` is pure: bytes to messages. `progress.py` reads lines, `reader.py` the files.
"""
