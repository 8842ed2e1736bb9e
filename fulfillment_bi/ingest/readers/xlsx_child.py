"""Runs alone in a limited process: prints the rows of a workbook's first filled sheet, one JSON line each, then `null`.

Imports nothing of this package, so that it starts fast and a crash takes nothing with it.
"""

from __future__ import annotations

import datetime
import json
import sys

MEMORY = 2 << 30
SECONDS = 120
MAX_CELLS = 50_000_000
_EXACT = 10**15


def limit_process() -> None:
    """Bound memory and processor time where the system can."""
    try:
        import resource
    except ImportError:  # not a Unix system
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def cell_text(value: object) -> str:
    """The text of a cell. Whole numbers have no decimals; those too long to be exact show it (1.23e+17)."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value.is_integer() and abs(value) < _EXACT:
            return str(int(value))
        return f"{value:.15e}" if abs(value) >= _EXACT else repr(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return "" if value is None else str(value)


def main(path: str, limit: int) -> None:
    """Print at most `limit` rows (0: all)."""
    limit_process()
    from python_calamine import CalamineWorkbook

    workbook = CalamineWorkbook.from_path(path)
    for place in range(len(workbook.sheet_names)):
        sheet = workbook.get_sheet_by_index(place)
        if not sheet.height or not sheet.width:
            continue
        if sheet.total_height * sheet.total_width > MAX_CELLS:
            sys.exit("a cell far outside the table makes the sheet too large")
        printed = 0
        for line, row in enumerate(sheet.iter_rows(), start=1):
            cells = [cell_text(value) for value in row]
            if any(cells):
                print(json.dumps([line, cells], ensure_ascii=True))
                printed += 1
            if printed == limit > 0:
                break
        break
    print("null", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
