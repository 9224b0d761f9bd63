"""A run as one HTML file that needs no network and no script: `inv report`.

`chart.py` (pure) places the steps on a time line, `render.py` fills the template beside it.
"""
