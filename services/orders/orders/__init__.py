"""What the services share: the orders table, its migrations, and the queue of orders to price.

May import neither api nor worker. Start reading in `models.py`, then `queue.py`.
"""
