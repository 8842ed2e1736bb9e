"""Do the ready rules see incidents, and only those? `python -m tests.bench.alerts --worlds 200` prints it by rule.

Each world is a number a day with its own chance; half of them are quiet, the other half have one incident.
"""

from __future__ import annotations

import argparse

from tests.insight.alert_worlds import CASES, detected, false_alerts, ready


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=200)
    worlds = parser.parse_args().worlds
    print(f"{'rule':28} {'detected':>16} {'false in 30 days':>17}   ({worlds} worlds each)")
    for name, loss, days in CASES:
        rule = ready(name)
        seen = detected(rule, loss, days, range(worlds, 2 * worlds))
        quiet = false_alerts(rule, range(worlds))
        print(f"{name:28} {seen:5} of {worlds} {seen / worlds:6.1%} {quiet / worlds:17.3f}", flush=True)


if __name__ == "__main__":
    main()
