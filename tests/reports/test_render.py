"""Pictures of pages: the browser is real, the pages are small and break in one way each."""

from __future__ import annotations

import asyncio
import base64
import io
import struct
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from fulfillment_bi.errors import RenderError
from fulfillment_bi.reports import browser, render
from fulfillment_bi.reports.browser import find_browser, required_browser
from fulfillment_bi.reports.render import View, served

pytestmark = pytest.mark.browser

GOOD = "<script>document.body.dataset.version = 'v00000001'; document.body.dataset.ready = '1'</script>"
VIEW = View("/", width=640, height=360, timeout=20, footer="as of 2026-11-22 · 渠道：天猫 · v00000001")


def page(body: str, **headers: str) -> Callable[..., Iterable[bytes]]:
    """An application of one page; /favicon.ico exists, everything else does not."""

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        if environ["PATH_INFO"] == "/favicon.ico":
            start_response("204 No Content", [])
            return []
        found = environ["PATH_INFO"] == "/"
        start_response("200 OK" if found else "404 Not Found", [("Content-Type", "text/html"), *headers.items()])
        return [f"<!doctype html><meta charset=utf-8><body>{body}</body>".encode()]

    return application


def drawn(body: str, folder: Path, *kinds: str, view: View = VIEW, **headers: str) -> dict[str, Path]:
    targets = {kind: folder / f"page.{kind}" for kind in kinds or ("png",)}
    render.render(page(body, **headers), view, targets, version="v00000001")
    return targets


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_a_page_becomes_png_and_pdf(tmp_path: Path):
    targets = drawn(f"<h1>履约驾驶舱</h1>{GOOD}", tmp_path, "png", "pdf")
    width, height = size(targets["png"].read_bytes())
    assert width == 640
    assert 380 <= height <= 420  # the page and its footer
    assert targets["pdf"].read_bytes().startswith(b"%PDF")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["page.pdf", "page.png"]


def test_a_buffer_takes_a_picture(tmp_path: Path):
    buffer = io.BytesIO()
    render.render(page(GOOD), VIEW, {"png": buffer}, version="v00000001")
    assert size(buffer.getvalue())[0] == 640


def test_a_page_under_a_strict_policy_can_be_drawn(tmp_path: Path):
    digest = "sha256-" + base64.b64encode(__import__("hashlib").sha256(GOOD[8:-9].encode()).digest()).decode()
    policy = {"Content-Security-Policy": f"default-src 'self'; script-src '{digest}'"}
    assert drawn(GOOD, tmp_path, **policy)["png"].exists()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<script>console.error('tile 3 is broken')</script>" + GOOD, "tile 3 is broken"),
        ("<script>throw new Error('no such tile')</script>" + GOOD, "no such tile"),
        ("<img src=/missing.png>" + GOOD, "404"),
        ("<img src=http://example.test/x.png>" + GOOD, "example.test"),
        ("<script>fetch('http://192.0.2.1/')</script>" + GOOD, "192.0.2.1"),
        (GOOD.replace("v00000001", "v00000000"), "shows version v00000000"),
        ("<script>document.body.dataset.ready = '1'</script>", "shows version unknown"),
        ("<script>document.body.dataset.problem = 'the query took too long'</script>", "took too long"),
    ],
)
def test_a_page_that_is_not_right_is_not_written(tmp_path: Path, body: str, words: str):
    with pytest.raises(RenderError, match=words):
        drawn(body, tmp_path, "png", "pdf")
    assert list(tmp_path.iterdir()) == []


def test_a_page_that_never_gets_ready_is_given_up(tmp_path: Path):
    with pytest.raises(RenderError, match="not ready after 1 s"):
        drawn("<p>loading</p>", tmp_path, view=View("/", timeout=1))
    assert list(tmp_path.iterdir()) == []


def test_an_older_file_survives_a_failure(tmp_path: Path):
    (tmp_path / "page.png").write_bytes(b"yesterday")
    with pytest.raises(RenderError):
        drawn("<p>loading</p>", tmp_path, view=View("/", timeout=1))
    assert (tmp_path / "page.png").read_bytes() == b"yesterday"


def test_the_server_listens_on_loopback_only_and_stops():
    before = threading.active_count()
    with served(page(GOOD)) as origin:
        assert origin.startswith("http://127.0.0.1:")
        assert threading.active_count() == before + 1
    assert threading.active_count() == before


def test_an_unknown_kind_is_refused():
    with pytest.raises(RenderError, match="gif"):
        render.render(page(GOOD), VIEW, {"gif": io.BytesIO()}, version="v00000001")


def test_without_a_browser_the_sentence_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(browser, "find_browser", lambda named: None)
    with pytest.raises(RenderError, match="fbi doctor --install"):
        required_browser()


def test_without_chinese_fonts_nothing_is_drawn(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(browser, "has_chinese_fonts", lambda: False)
    with pytest.raises(RenderError, match="write Chinese"):
        required_browser()


def test_a_wrong_browser_setting_is_not_ignored():
    with pytest.raises(RenderError, match="no/such/browser"):
        find_browser("/no/such/browser")


def test_a_browser_is_found_by_its_usual_names(tmp_path: Path):
    for name in ("google-chrome", "chromium"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
        assert find_browser(path=str(tmp_path)) == tmp_path / name


def test_a_notebooks_own_event_loop_is_no_obstacle(tmp_path: Path):
    async def draw() -> Path:
        return drawn(GOOD, tmp_path)["png"]

    # Not in this thread: other tests may have left a browser's own loop running in it.
    with ThreadPoolExecutor(1) as notebook:
        assert notebook.submit(lambda: asyncio.run(draw())).result().exists()
