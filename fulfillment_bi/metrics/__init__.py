"""What is counted and how: the dictionary of metrics, and the small compiler that answers queries over it."""
