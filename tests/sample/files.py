"""Reading a written sample back: files as frames under the contracts' column names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from fulfillment_bi.ingest.report import LoadReport
from fulfillment_bi.sample import SampleSummary, write_sample
from fulfillment_bi.sample.layout import Export

ORDERS, DAYS, SEED, END = 6_000, 75, 11, date(2026, 11, 22)
TIMES = ("_at", "_original", "_current", "_warehouse", "_platform")
NUMBERS = (
    "qty_ordered",
    "qty_shipped",
    "qty_received",
    "qty_rejected",
    "order_value",
    "score",
    "on_hand",
    "reserved",
    "available",
    "book_qty",
    "counted_qty",
    "qty",
)
LINES = ["channel", "order_no", "line_no", "sku", "product_name", "qty_ordered", "qty_cancelled", "unit_price"]
# What the metrics sum, from the loaded warehouse: due and failed.
TOTALS = {
    "otif": "SELECT sum(due_sign_original), sum(due_sign_original - otif_sign_original) FROM fct_order",
    "ship_delay": "SELECT sum(due_ship_original), sum(late_ship_original) FROM fct_order",
    "units": "SELECT sum(l.qty_due), sum(l.qty_due - l.units_sign_original) FROM fct_order_line AS l "
    "INNER JOIN fct_order AS o ON o.order_key = l.order_key AND o.due_sign_original = 1",
}


def make(directory: Path, **changes: object) -> SampleSummary:
    arguments: dict[str, object] = {"orders": ORDERS, "days": DAYS, "seed": SEED, "end": END, **changes}
    return write_sample(directory, **arguments)


@dataclass(frozen=True)
class Written:
    """The summary; a frame per generic file (good rows, times on the business clock); orders, lines; the load."""

    summary: SampleSummary
    files: dict[str, pd.DataFrame]
    orders: pd.DataFrame
    lines: pd.DataFrame
    report: LoadReport
    totals: dict[str, tuple[Any, ...]]

    @property
    def as_of(self) -> pd.Timestamp:
        return pd.Timestamp(self.summary.truth["as_of"])


def read_raw(directory: Path, export: Export) -> pd.DataFrame:
    frame = pd.read_csv(
        directory / export.name, dtype=str, encoding=export.encoding, keep_default_na=False, sep=export.separator
    )
    return frame.rename(columns={header: column for column, header in export.headers.items()})


def good_rows(directory: Path, export: Export) -> pd.DataFrame:
    """Rows without a planted error, found by the error itself."""
    frame = read_raw(directory, export)
    for bad in export.bad:
        frame = frame[frame[bad.column] != bad.value]
    return frame.reset_index(drop=True)


def business_clock(texts: pd.Series, *, promise: bool) -> pd.Series:
    """Times with an offset are moved to the business zone; a bare date of a promise becomes the end of that day."""
    filled = texts.where(texts != "", None)
    abroad = texts.str.endswith("+00:00")
    parsed = pd.to_datetime(filled.str.slice(0, 19).str.replace("T", " "), format="mixed")
    parsed = parsed.mask(abroad, parsed + pd.Timedelta(hours=8))
    if promise:
        parsed = parsed.mask(texts.str.len() == 10, parsed + pd.Timedelta(days=1) - pd.Timedelta(microseconds=1))
    return parsed.mask(parsed == pd.Timestamp("1970-01-01"))


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    made = frame.copy()
    for column in frame.columns:
        if column.endswith(TIMES):
            made[column] = business_clock(frame[column], promise=column.startswith("promised"))
        elif column in NUMBERS:
            made[column] = pd.to_numeric(frame[column])
    return made
