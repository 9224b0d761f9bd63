"""The worker: takes orders from the queue and prices them, or says why it can't.

May import orders, not api. Start reading in `pricing.py`, then `tasks.py`.
"""
