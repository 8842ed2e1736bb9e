"""The reports that exist: a page of the application each, and the window it is pictured in.

Beside these a report may be any address of the application ("/order/jd/123", "/wall?board=supply") or a saved view
("view:Mondays").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from urllib.parse import unquote

from fulfillment_bi.errors import UnknownNameError
from fulfillment_bi.journal.database import Journal
from fulfillment_bi.journal.views import PREFIX, get_view
from fulfillment_bi.metrics.types import Text

FORMATS = ("png", "pdf", "csv", "xlsx")
PICTURES = ("png", "pdf")


@dataclass(frozen=True, slots=True)
class Report:
    """One report: the page at `path`, in the state `view` (a query string); the window is in CSS pixels."""

    name: str
    label: Text
    path: str
    width: int = 1440
    height: int = 900
    whole_page: bool = True
    is_dark: bool = False
    view: str = ""

    def document(self) -> dict[str, object]:
        """What `fbi report list --json` prints."""
        return {"name": self.name, "labels": {"en": self.label.en, "zh": self.label.zh}, "path": self.path}


def _board(name: str, label: Text) -> Report:
    """A board of the wall."""
    return Report(f"wall-{name}", label, f"/wall/{name}", 1920, 1080, whole_page=False, is_dark=True)


REPORTS: Mapping[str, Report] = MappingProxyType(
    {
        report.name: report
        for report in (
            Report("wall", Text("履约驾驶舱", "Fulfilment wall"), "/wall", 1920, 1080, whole_page=False, is_dark=True),
            _board("supply", Text("驾驶舱：供应", "Wall: supply")),
            _board("logistics", Text("驾驶舱：物流", "Wall: logistics")),
            _board("service", Text("驾驶舱：客服", "Wall: service")),
            Report("brief", Text("每周简报", "Weekly brief"), "/brief", 1100, 800),
            Report("overview", Text("经营总览", "Overview"), "/overview"),
            Report("orders", Text("订单履约", "Orders"), "/orders"),
            Report("inventory", Text("库存", "Inventory"), "/inventory"),
            Report("supply", Text("供应", "Supply"), "/supply"),
            Report("logistics", Text("物流", "Logistics"), "/logistics"),
            Report("service", Text("客服与售后", "Service"), "/service"),
            Report("why", Text("原因分析", "Why"), "/why"),
            Report("alerts", Text("预警与行动", "Alerts and actions"), "/alerts"),
            Report("data", Text("数据来源", "Data"), "/data"),
        )
    }
)


def get_report(name: str, journal: Journal | None = None) -> Report:
    """The report called `name`: one of ours, an address that begins with "/", or a saved view, "view:NAME".

    Whether an address shows a page is known when it is asked for. Raises UnknownNameError with the nearest names.
    """
    if name.startswith(PREFIX) and journal is not None:
        saved = get_view(journal, name)
        return replace(at_address(saved.address), name=file_name(saved.name), label=Text(saved.name, saved.name))
    if name.startswith("/") and not name.startswith("//"):
        return at_address(name)
    if name not in REPORTS:
        raise UnknownNameError("report", name, REPORTS)
    return REPORTS[name]


def check_name(name: str) -> None:
    """Raise what is wrong with a report's name as far as it can be told before there are pages or saved views."""
    if not (name.startswith(PREFIX) and name.removeprefix(PREFIX).strip()):
        get_report(name)


def at_address(address: str) -> Report:
    """The report of an address: the one of ours that shows its page, in the address's state."""
    path, _, view = address.partition("?")
    shown = path.rstrip("/") or "/wall"
    ours = next((report for report in REPORTS.values() if report.path == shown), None)
    if ours is not None:
        return replace(ours, view=view)
    called = unquote(path)
    return Report(file_name(called), Text(called, called), path, view=view)


def file_name(words: str) -> str:
    """Words as part of a file's name."""
    kept = "".join(one if one.isalnum() or one in "-_" else "-" for one in words).strip("-")
    return kept[:60] or "report"
