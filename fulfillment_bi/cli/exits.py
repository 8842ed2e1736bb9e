"""Exit codes, as the command contract names them."""

DONE = 0
FAILED = 1
WRONG_USE = 2
QUARANTINED = 3
STOPPED = 130
