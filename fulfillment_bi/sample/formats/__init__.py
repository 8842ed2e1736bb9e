"""The platforms' own formats, each with its quirks; what they do not carry is in the shop system's order list."""
