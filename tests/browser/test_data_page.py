"""Bringing data in through the Data page, from nothing: upload, mapping an unknown export, the load, what it says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from fulfillment_bi.settings import Settings
from fulfillment_bi.workspace import Workspace, open_workspace
from tests.browser.serving import serving

pytestmark = pytest.mark.browser
LONG = 60_000  # a load, on a machine with much else to do

ERP = """\
销售出库明细表,,,,,,,,
单据编号,制单日期,网店,客户名称,联系手机,存货编码,主数量,价税合计,单据状态
XSDD001,2026/11/1 08:00,天猫,王小明,13812345678,SKU01,2,99.00,已审核
XSDD001,2026/11/1 08:00,天猫,王小明,13812345678,SKU02,1,99.00,已审核
XSDD002,2026/11/1 09:30,京东,李雷,13912345678,SKU01,1,49.50,出库
XSDD003,2026/11/2 10:00,抖店,韩梅梅,13712345678,SKU03,3,60.00,待客审
XSDD004,2026/11/2 11:00,拼多多,吉姆,13612345678,SKU01,1,abc,作废
"""
PLAIN = "channel,order_no,created_at\njd,{number},2026-11-01 08:00\njd,{number}b,never\n"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[tuple[Workspace, str]]:
    settings = replace(Settings(home=tmp_path / "home"), max_upload_bytes=200_000)
    workspace = open_workspace(settings=settings)
    with serving(workspace) as address:
        yield workspace, address


@pytest.fixture
def open_data(bench, window) -> Iterator[Callable[..., Page]]:
    problems: list[str] = []
    pages: list[Page] = []

    @contextmanager
    def opened(locale: str, query: str = "", expected: str = "\0") -> Iterator[Page]:
        page = window(locale).new_page()
        pages.append(page)
        page.set_default_timeout(20_000)
        page.on(
            "console", lambda said: said.type == "error" and expected not in said.text and problems.append(said.text)
        )
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(f"{bench[1]}/data{query}")
        page.wait_for_selector("#upload-limit [data-limit]")
        yield page

    yield opened
    for page in pages:
        page.close()
    assert problems == []


def choose(page: Page, *files: Path) -> None:
    """Through the keyboard, as whoever has no mouse."""
    with page.expect_file_chooser() as chooser:
        page.locator("#upload-choose").press("Enter")
    chooser.value.set_files(list(files))


def pick(page: Page, label: str, option: str) -> None:
    """Choose in a list by its label."""
    page.get_by_role("textbox", name=label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()


def orders(workspace: Workspace) -> list[tuple[str, str, str]]:
    reader = workspace.store.reader()
    try:
        return reader.session.rows("SELECT channel, order_no, status FROM state_orders ORDER BY order_no")
    finally:
        reader.close()


def test_an_unknown_export_is_uploaded_mapped_and_loaded(bench, open_data, tmp_path):
    workspace, _ = bench
    export = tmp_path / "导出[1].csv"
    export.write_bytes(ERP.encode("gb18030"))
    with open_data("zh-CN") as page:
        expect(page.locator("h1")).to_have_text("数据")
        choose(page, export)
        row = page.locator(".upload-row[data-state=unknown]")
        expect(row).to_contain_text("导出[1].csv")
        row.get_by_role("button", name="映射此文件").click()
        wizard = page.locator(".wizard-card")
        expect(wizard).to_contain_text("CSV, GB18030, comma")
        expect(wizard).to_contain_text("王***")
        expect(wizard).not_to_contain_text("王小明")
        trial = wizard.locator("[data-trial=orders]")
        expect(trial).to_contain_text("可加载 3 行，共 2 条记录 · 拒绝 2 行")
        pick(page, "待客审", "已付款")
        expect(trial).to_contain_text("可加载 4 行，共 3 条记录 · 拒绝 1 行")
        assert not (workspace.store.home / "mappings").exists()
        name = wizard.get_by_label("系统名称")
        name.fill("kingdee")
        name.press("Tab")
        wizard.get_by_role("button", name="保存并加载").click()
        expect(page.locator(".upload-row[data-state=done]")).to_contain_text("新增 8，更新 0，拒绝 1", timeout=LONG)
        expect(wizard).to_have_count(0)
        expect(page.locator("#data-loads-body")).to_contain_text("kingdee", timeout=LONG)
    assert (workspace.store.home / "mappings" / "kingdee_orders.toml").exists()
    assert orders(workspace) == [
        ("tmall", "XSDD001", "processing"),
        ("jd", "XSDD002", "shipped"),
        ("douyin", "XSDD003", "paid"),
    ]
    assert not list((workspace.store.home / "uploads").rglob("*.csv"))


def test_known_files_are_dropped_loaded_and_reported(bench, open_data, tmp_path):
    workspace, _ = bench
    with open_data("en-GB", expected="400 (BAD REQUEST)") as page:
        expect(page.locator(".banner")).to_contain_text("Nothing has been loaded yet")
        transfer = page.evaluate_handle(
            """(texts) => { const data = new DataTransfer();
            texts.forEach((text, at) => data.items.add(new File([text], `orders-${at}.csv`)));
            return data; }""",
            [PLAIN.format(number="A"), PLAIN.format(number="B")],
        )
        page.dispatch_event(".upload-zone", "dragover", {"dataTransfer": transfer})
        expect(page.locator(".upload-zone.is-over")).to_be_visible()
        page.dispatch_event(".upload-zone", "drop", {"dataTransfer": transfer})
        done = page.locator(".upload-row[data-state=done]")
        expect(done).to_have_count(2, timeout=LONG)
        expect(done.first).to_contain_text("1 new, 0 updated, 1 refused")
        done.first.get_by_role("button", name=re.compile("Remove from this list")).click()
        expect(done).to_have_count(1)
        expect(page.locator("#data-quarantine-body")).to_contain_text("orders-0.csv", timeout=LONG)
        large, empty = tmp_path / "large.csv", tmp_path / "empty.csv"
        large.write_text("x" * 200_001)
        empty.write_text("")
        choose(page, large)
        expect(page.locator("#upload-progress .upload-error")).to_have_text(
            re.compile("larger than the limit of 195.3 KB")
        )
        page.locator("#upload-progress button").click()
        choose(page, empty)
        expect(page.locator("#upload-progress .upload-error")).to_have_text("The file is empty.")
        page.locator("#upload-progress button").click()
        expect(page.locator("#upload-progress .upload-row")).to_have_count(0)
    assert [order for _, order, _ in orders(workspace)] == ["A", "B"]


def test_the_wizard_takes_another_column_and_can_be_left(bench, open_data, tmp_path):
    workspace, _ = bench
    export = tmp_path / "export.csv"
    export.write_text("Sales Ref,Placed,Ship by,Qty\nA1,03/04/2026,05/04/2026,2\nA2,04/04/2026,06/04/2026,1\n", "utf-8")
    with open_data("en-GB", "?theme=dark") as page:
        choose(page, export)
        page.get_by_role("button", name="Map this file").click()
        wizard = page.locator(".wizard-card")
        expect(wizard).to_contain_text("CSV, UTF-8, comma")
        pick(page, "Order no.", "Sales Ref")
        pick(page, "Ordered", "Placed")
        expect(wizard).to_contain_text("can be read")
        pick(page, "How 03/04/2026 is read", "Day first: 3 April")
        expect(wizard.locator("[data-trial=orders]")).to_contain_text("2 would be loaded as 2 records · 0 refused")
        wizard.get_by_role("button", name="Cancel").click()
        expect(wizard).to_have_count(0)
    assert not (workspace.store.home / "mappings").exists()
    assert workspace.info is None
