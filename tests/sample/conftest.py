"""One sample, written once for all tests."""

from __future__ import annotations

import pandas as pd
import pytest

from fulfillment_bi.sample.layout import CANCELLED_BY_ZH, EXPORTS, STATUS_ZH
from fulfillment_bi.sample.process import CANCELLED_BY
from fulfillment_bi.sample.record import STATUSES
from tests.sample.files import Written, good_rows, make, typed


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    directory = tmp_path_factory.mktemp("sample")
    summary = make(directory)
    files = {export.name: typed(good_rows(directory, export.name)) for export in EXPORTS}
    orders = pd.concat([files["orders_cn.csv"], files["orders_global.csv"]], ignore_index=True)
    orders["status"] = orders["status"].replace(dict(zip(STATUS_ZH, STATUSES, strict=True)))
    orders["cancelled_by"] = orders["cancelled_by"].replace(dict(zip(CANCELLED_BY_ZH, CANCELLED_BY, strict=True)))
    lines = pd.concat([files["order_lines_cn.csv"], files["order_lines_global.csv"]], ignore_index=True)
    return Written(summary, files, orders, lines)
