"""Writing: same arguments, same bytes; encodings and headers are the platforms'; wrong numbers are refused."""

from __future__ import annotations

import hashlib
import re
import shlex
import time
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest

from fulfillment_bi.errors import UsageError
from fulfillment_bi.ingest.contracts import load_contracts
from fulfillment_bi.sample import simulate, write_sample
from fulfillment_bi.sample.demo import latest_hour, prepare_demo
from fulfillment_bi.sample.formats.exports import PLATFORM_EXPORTS
from fulfillment_bi.sample.layout import EXPORTS, Export
from fulfillment_bi.sample.write import all_exports
from tests.sample.files import END, Written, good_rows, make, read_raw

BUNDLED = Path(__file__).parents[2] / "data" / "sample"


def digests(directory: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(directory.iterdir())}


def layout(name: str) -> Export:
    return next(export for export in all_exports() if export.name == name)


def test_same_arguments_make_the_same_bytes(written: Written, tmp_path: Path) -> None:
    make(tmp_path)
    assert digests(tmp_path) == digests(written.summary.directory)


def test_another_seed_makes_other_orders(written: Written, tmp_path: Path) -> None:
    make(tmp_path, seed=12)
    assert digests(tmp_path)["orders_cn.csv"] != digests(written.summary.directory)["orders_cn.csv"]


def test_rows_do_not_depend_on_how_the_work_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written every day or all at once, in another order: the same rows, and the same truth."""
    arguments = {"orders": 2_000, "days": 40, "seed": 3, "end": END}
    seen: list[int] = []
    monkeypatch.setattr(simulate, "BATCH", 1)
    daily = write_sample(tmp_path / "daily", **arguments, progress=lambda done, total: seen.append(done))
    monkeypatch.setattr(simulate, "BATCH", 10**9)
    whole = write_sample(tmp_path / "whole", **arguments)
    assert len(seen) > 20
    assert seen[-1] == 2_000
    assert daily.rows == whole.rows
    for export in all_exports():
        good = [good_rows(path, export) for path in (tmp_path / "daily", tmp_path / "whole")]
        first, second = (sorted(map(tuple, frame.values)) for frame in good)
        assert first == second, export.name
    assert daily.truth["otif"] == whole.truth["otif"]
    assert daily.truth["incidents"] == whole.truth["incidents"]


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.name)
def test_headers_are_known_to_the_contracts(written: Written, export) -> None:
    contract = load_contracts()[export.entity]
    first = (written.summary.directory / export.name).read_bytes().split(b"\n", 1)[0]
    assert first.decode(export.encoding) == ",".join(export.headers.values())
    for column, header in export.headers.items():
        known = contract.column(column)
        assert header in (known.name, *known.synonyms), f"{export.entity}.{column} is not called {header}"


def test_encodings_are_the_platforms(written: Written) -> None:
    chinese = (written.summary.directory / "orders_cn.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        chinese.decode("utf-8")
    assert (written.summary.directory / "tickets.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert (written.summary.directory / "tickets.csv").read_bytes().count(b"\xef\xbb\xbf") == 1
    abroad = read_raw(written.summary.directory, layout("orders_global.csv"))
    assert abroad.created_at.str.endswith("+00:00").all()


QUIRKS = {
    "ExportOrderList.csv": rb'^"=""1930\d{15}""",',
    "ExportOrderDetailList.csv": rb'^"=""1930\d{15}""",.*"null","null"',
    "jd_orders.csv": rb"^\d{12},2\d{12},",
    "pdd_orders_export.csv": rb"^20\d\d-\d\d-\d\d .*,\d{6}-\d{15},",
    "douyin_orders.csv": rb'^"\t6917\d{15}","\t6917\d{16}",.*,##aGVsbG8=,',
    "tiktok_orders.csv": rb"^5838\d{15}\t,.*,\d\d/\d\d/20\d\d \d\d:\d\d:\d\d\t,",
    "amazon_all_orders.txt": rb"^\d{3}-\d{7}-\d{7}\t.*T\d\d:\d\d:\d\d\+00:00\t",
    "orders_export_1.csv": rb"^#\d+,tb_\d{10}@example.invalid,(paid|pending|voided)?,(20.{17} \+0800)?,",
    "order_export_webtoffee.csv": rb"^(\d+),\1,20\d\d-.*,(pending|processing|completed|cancelled),",
    "eBay-OrdersReport.csv": rb"^\d+,\d\d-\d{5}-\d{5},.*,\$\d+\.\d\d,.*,[A-Z][a-z]{2}-\d\d-\d\d,",
    "EtsySoldOrders.csv": rb'^\d\d/\d\d/\d\d,3\d{9},.*,"[^"]+"$',
    "EtsySoldOrderItems.csv": rb"^\d\d/\d\d/\d\d,.*,3\d{9},,online,listing,online_cc,",
    "wdt_outbound.csv": rb"^(jd|pinduoduo|douyin),tb_\d{10},JY\d{12},",
    "cainiao_scp_orders.csv": rb"^.*,LP\d{12},",
}
COUNTED = {
    "ExportOrderList.csv": "orders", "order_export_webtoffee.csv": "orders", "EtsySoldOrders.csv": "orders",
    "wdt_outbound.csv": "fulfilments", "cainiao_scp_orders.csv": "fulfilments",
}  # fmt: skip
"""What a row of a file is, where that is not a line of an order."""


@pytest.mark.parametrize("export", [export for export, _ in PLATFORM_EXPORTS], ids=lambda export: export.name)
def test_platform_files_have_their_quirks_and_every_row_loads(written: Written, export: Export) -> None:
    said = written.summary.rows[export.name]
    content = (written.summary.directory / export.name).read_bytes()
    content = content.removesuffix(export.trailer.replace("{rows}", str(said)).encode())
    lines = content.replace(b"house no: 1\narea", b"house no: 1 area").split(export.newline.encode())
    assert all(re.match(QUIRKS[export.name], line) for line in lines[1:-1])
    (read,) = [file for file in written.report.files if Path(file.file).name == export.name]
    assert read.adapter not in {known.entity for known in EXPORTS}, "its own adapter reads it"
    counts = read.entities[COUNTED.get(export.name, "order_lines")]
    assert counts.read == said == len(lines) - 2 > 0
    assert sum(entity.quarantined for entity in read.entities.values()) == 0


def test_platforms_and_the_shop_system_agree_on_money_and_lines(written: Written) -> None:
    """Money that platforms repeat on every line is counted once, and lines carry what the order says."""
    orders, lines = written.orders, written.lines
    goods = (lines.qty_ordered * lines.unit_price).groupby([lines.channel, lines.order_no]).sum().rename("goods")
    both = orders.merge(goods.reset_index(), on=["channel", "order_no"])
    assert len(both) == len(orders)
    value = both.goods + both.freight.astype(float) - both.discount.astype(float)
    assert ((value - both.order_value).abs() < 0.02).all()


def test_chinese_orders_carry_personal_columns_with_gaps(written: Written) -> None:
    raw = written.files["orders_cn.csv"]
    for column in ("name_ok", "phone_ok", "address_ok"):
        assert 0 < (raw[column] == "").mean() < 0.03
    missing = (raw[["name_ok", "phone_ok", "address_ok"]] == "").any(axis=1).sum()
    assert int(missing) == written.summary.truth["defects"]["personal_field_missing"]


def test_volumes_look_alive(written: Written) -> None:
    daily = written.orders.groupby(written.orders.created_at.dt.normalize()).size()
    promotion = pd.Timestamp(written.summary.truth["promotion"]["day"])
    assert daily.idxmax() == promotion
    ordinary = daily.drop([promotion + pd.Timedelta(days=d) for d in range(-3, 5)])[1:-1]
    assert 0.05 < ordinary.std() / ordinary.mean() < 0.35


def test_window_without_a_promotion_still_works(tmp_path: Path) -> None:
    summary = write_sample(tmp_path, orders=300, days=7, end=date(2026, 3, 8), as_of_hour=9)
    assert summary.truth["promotion"] is None
    assert summary.truth["as_of"] == "2026-03-08 09:00:00"
    assert summary.truth["orders"]["total"] == 300


@pytest.mark.parametrize("wrong", [{"orders": 0}, {"days": 3}, {"as_of_hour": 0}])
def test_senseless_numbers_are_refused(tmp_path: Path, wrong: dict[str, int]) -> None:
    with pytest.raises(UsageError):
        write_sample(tmp_path, end=END, **wrong)
    assert not list(tmp_path.iterdir())


def test_bundled_sample_is_what_its_command_makes(tmp_path: Path) -> None:
    text = (BUNDLED / "README.md").read_text(encoding="utf-8")
    found = re.search(r"^fbi sample (.+)$", text, re.MULTILINE)
    assert found is not None
    _, *options = shlex.split(found[1])
    given = dict(zip(options[::2], options[1::2], strict=True))
    write_sample(
        tmp_path,
        orders=int(given["--orders"]),
        days=int(given["--days"]),
        seed=int(given["--seed"]),
        end=date.fromisoformat(given["--end"]),
    )
    bundled = {name: digest for name, digest in digests(BUNDLED).items() if name != "README.md"}
    assert digests(tmp_path) == bundled
    assert sum(path.stat().st_size for path in BUNDLED.iterdir()) < 3_000_000


def test_demo_is_written_once_a_day_and_ends_in_the_past(tmp_path: Path) -> None:
    prepare_demo(tmp_path, date(2026, 3, 8), 500)
    before = (tmp_path / "truth.json").stat().st_mtime_ns
    prepare_demo(tmp_path, date(2026, 3, 8), 500)
    assert (tmp_path / "truth.json").stat().st_mtime_ns == before
    prepare_demo(tmp_path, date(2026, 3, 9), 500)
    assert (tmp_path / "truth.json").stat().st_mtime_ns != before


@pytest.mark.parametrize(
    ("now", "today", "ends"),
    [
        (datetime(2026, 3, 8, 20, 15), date(2026, 3, 8), (date(2026, 3, 8), 18)),
        (datetime(2026, 3, 8, 9, 40), date(2026, 3, 8), (date(2026, 3, 8), 9)),
        (datetime(2026, 3, 8, 0, 20), date(2026, 3, 8), (date(2026, 3, 7), 24)),
        (datetime(2026, 3, 8, 9, 40), date(2026, 3, 7), (date(2026, 3, 7), 18)),
        (datetime(2026, 3, 8, 9, 40), date(2026, 3, 9), (date(2026, 3, 8), 9)),
        (datetime(2026, 3, 8, 9, 40), None, (date(2026, 3, 8), 9)),
    ],
)
def test_demo_never_ends_in_the_future(now: datetime, today: date | None, ends: tuple[date, int]) -> None:
    assert latest_hour(now, today) == ends


def test_speed_is_printed(tmp_path: Path) -> None:
    start = time.perf_counter()
    write_sample(tmp_path, orders=30_000, days=60, end=END)
    seconds = time.perf_counter() - start
    print(f"sample: 30,000 orders in {seconds:.2f} s, {30_000 / seconds:,.0f} orders a second")
    assert (tmp_path / "truth.json").exists()
