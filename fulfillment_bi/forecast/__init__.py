"""Demand to come, how long stock lasts, what to order, which orders will be late, and what if."""
