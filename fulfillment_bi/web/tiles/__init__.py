"""Tiles that more than one page shows, one file a kind: what it asks and how it shows the answers."""
