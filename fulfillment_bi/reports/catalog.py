"""The reports that exist: a page of the application each, and the window it is pictured in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from fulfillment_bi.errors import UnknownNameError
from fulfillment_bi.metrics.types import Text

FORMATS = ("png", "pdf", "csv", "xlsx")
PICTURES = ("png", "pdf")


@dataclass(frozen=True, slots=True)
class Report:
    """One report. `page` is the web page's name, `path` its address; the window is in CSS pixels."""

    name: str
    label: Text
    page: str
    path: str
    width: int
    height: int
    whole_page: bool
    is_dark: bool = False

    def document(self) -> dict[str, object]:
        """What `fbi report list --json` prints."""
        return {"name": self.name, "labels": {"en": self.label.en, "zh": self.label.zh}, "path": self.path}


REPORTS: Mapping[str, Report] = MappingProxyType(
    {
        report.name: report
        for report in (
            Report("wall", Text("履约驾驶舱", "Fulfilment wall"), "wall", "/wall", 1920, 1080, False, is_dark=True),
            Report("brief", Text("每周简报", "Weekly brief"), "brief", "/brief", 1100, 800, True),
            Report("overview", Text("经营总览", "Overview"), "overview", "/overview", 1440, 900, True),
            Report("orders", Text("订单履约", "Orders"), "orders", "/orders", 1440, 900, True),
            Report("inventory", Text("库存", "Inventory"), "inventory", "/inventory", 1440, 900, True),
            Report("supply", Text("供应", "Supply"), "supply", "/supply", 1440, 900, True),
        )
    }
)


def get_report(name: str) -> Report:
    """The report called `name`; UnknownNameError with the nearest names otherwise."""
    if name not in REPORTS:
        raise UnknownNameError("report", name, REPORTS)
    return REPORTS[name]
