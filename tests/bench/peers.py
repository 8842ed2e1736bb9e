"""The same questions three ways: through `run`, by SQL written by hand on the facts, and by pandas in memory."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from fulfillment_bi.metrics.query import Filter, Query
from fulfillment_bi.metrics.run import read_stamp, run_query
from fulfillment_bi.workspace import Workspace

_OTIF = "sum(otif_sign_original) / sum(due_sign_original)"
_WITHIN = "sign_due_original_day BETWEEN ? AND ?"
_SIGNED = "is_signed = 1 AND sequence_possible = 1 AND cycle_seconds IS NOT NULL AND signed_day BETWEEN ? AND ?"
_COLUMNS = (
    "sign_due_original_day, due_sign_original, otif_sign_original, channel_id, warehouse_id, is_signed, "
    "sequence_possible, cycle_seconds, signed_day"
)

QUESTIONS: dict[str, tuple[Query, str, Callable[[Any], Any]]] = {
    "otif by day": (
        Query(("otif",), by=("day",)),
        f"SELECT sign_due_original_day, {_OTIF} FROM fct_order WHERE {_WITHIN} GROUP BY 1 ORDER BY 1",
        lambda due: due.groupby("sign_due_original_day")[["otif_sign_original", "due_sign_original"]].sum(),
    ),
    "otif by channel and warehouse": (
        Query(("otif",), by=("channel", "warehouse")),
        f"SELECT channel, warehouse, {_OTIF} FROM fct_order JOIN dim_channel USING (channel_id) "
        f"JOIN dim_warehouse USING (warehouse_id) WHERE {_WITHIN} GROUP BY ALL ORDER BY ALL",
        lambda due: due.groupby(["channel_id", "warehouse_id"])[["otif_sign_original", "due_sign_original"]].sum(),
    ),
    "otif by day of one channel": (
        Query(("otif",), by=("day",), where=(Filter("channel", ("channel01",)),)),
        f"SELECT sign_due_original_day, {_OTIF} FROM fct_order WHERE {_WITHIN} AND channel_id = "
        "(SELECT channel_id FROM dim_channel WHERE channel = 'channel01') GROUP BY 1 ORDER BY 1",
        lambda due: due[due.channel_id == 2].groupby("sign_due_original_day")[["otif_sign_original"]].sum(),
    ),
    "cycle time P90 by channel": (
        Query(("cycle_time_p90",), by=("channel",)),
        f"SELECT channel, quantile_cont(cycle_seconds, 0.9) FROM fct_order JOIN dim_channel USING (channel_id) "
        f"WHERE {_SIGNED} GROUP BY 1 ORDER BY 1",
        lambda due: due[(due.is_signed == 1)].groupby("channel_id").cycle_seconds.quantile(0.9),
    ),
}


def compare_peers(workspace: Workspace, days: int) -> dict[str, Any]:
    """Seconds of each question each way; pandas with the columns in memory already, its loading counted apart."""
    reader = workspace.store.reader()
    try:
        session, info = reader.session, reader.info
        last: date = read_stamp(session, info).setting.today
        first = last - timedelta(days=days - 1)
        started = time.perf_counter()
        frame = session.arrow(f"SELECT {_COLUMNS} FROM fct_order").to_pandas()
        taken: dict[str, Any] = {"pandas loading": time.perf_counter() - started}
        bounds = (str(first), str(last))
        due = (
            frame[frame.sign_due_original_day.astype(str).between(*bounds)]
            if len(frame) < 500_000
            else frame[(frame.sign_due_original_day >= first) & (frame.sign_due_original_day <= last)]
        )
        for name, (query, sql, with_pandas) in QUESTIONS.items():
            asked = query.but(start=first, end=last)
            taken[name] = {
                "run": _least(lambda asked=asked: run_query(session, info, asked)),
                "exact": _least(lambda asked=asked: run_query(session, info, asked.but(exact=True))),
                "sql": _least(lambda sql=sql: session.rows(sql, (first, last))),
                "pandas": _least(lambda ask=with_pandas: ask(due)),
                "route": run_query(session, info, asked).routes,
            }
        return taken
    finally:
        reader.close()


def _least(action: Callable[[], Any]) -> float:
    times = []
    for _ in range(3):
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
    return min(times)
