"""One sample, written and loaded once for all tests."""

from __future__ import annotations

import pandas as pd
import pytest

from fulfillment_bi.ingest.load import load
from fulfillment_bi.sample.layout import CANCELLED_BY_ZH, EXPORTS, STATUS_ZH
from fulfillment_bi.sample.record import STATUSES
from fulfillment_bi.sample.state import CANCELLED_BY
from fulfillment_bi.workspace import open_workspace
from tests.sample.files import LINES, TOTALS, Written, good_rows, make, typed


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    directory = tmp_path_factory.mktemp("sample")
    summary = make(directory)
    files = {export.name: typed(good_rows(directory, export)) for export in EXPORTS}
    orders = pd.concat([files["orders_cn.csv"], files["orders_global.csv"]], ignore_index=True)
    orders["status"] = orders["status"].replace(dict(zip(STATUS_ZH, STATUSES, strict=True)))
    orders["cancelled_by"] = orders["cancelled_by"].replace(dict(zip(CANCELLED_BY_ZH, CANCELLED_BY, strict=True)))
    # Lines come in eleven formats: read through the shipped adapters, as a user would.
    with open_workspace(tmp_path_factory.mktemp("home")) as workspace:
        report = load(workspace.store, workspace.settings, [directory], sample=True)
        reader = workspace.store.reader()
        lines = pd.DataFrame(reader.session.rows(f"SELECT {', '.join(LINES)} FROM state_order_lines"), columns=LINES)
        totals = {name: reader.session.rows(sql)[0] for name, sql in TOTALS.items()}
        reader.close()
    for column in ("qty_ordered", "qty_cancelled", "unit_price"):
        lines[column] = lines[column].astype(float).fillna(0)
    return Written(summary, files, orders, lines, report, totals)
