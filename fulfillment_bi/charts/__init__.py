"""Figures as plain dictionaries: rows in, a figure out. Nothing here draws, queries or knows a page."""
