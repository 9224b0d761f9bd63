"""The HTTP service: takes orders, stores them as pending, and tells how they are doing.

May import orders, not worker. Start reading in `app.py`, then `routes.py`.
"""
