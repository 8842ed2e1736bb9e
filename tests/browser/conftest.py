"""One server and one browser for all browser tests; a fresh window for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from fulfillment_bi.workspace import Workspace
from tests.browser.serving import launch, serving, small_workspace

DRAWN = ".js-plotly-plot .main-svg"


@pytest.fixture(scope="session")
def workspace(tmp_path_factory) -> Workspace:
    return small_workspace(tmp_path_factory.mktemp("warehouse"))


@pytest.fixture(scope="session")
def address(workspace) -> Iterator[str]:
    with serving(workspace) as found:
        yield found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = launch(playwright)
        yield opened
        opened.close()


@pytest.fixture
def visit(browser, address) -> Iterator[Callable[..., Page]]:
    """Open a path in a new window; afterwards nothing may stand in its console and no request may have failed."""
    problems: list[str] = []
    windows = []

    def opened(path: str, *, width=1440, height=900, locale="en-GB", wait=DRAWN, expected="\0") -> Page:
        window = browser.new_context(
            viewport={"width": width, "height": height}, locale=locale, accept_downloads=True, color_scheme="light"
        )
        windows.append(window)

        def noted(words: str) -> None:
            if expected not in words:
                problems.append(words)

        page = window.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda said: said.type in ("error", "warning") and noted(said.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("response", lambda answer: answer.status >= 400 and problems.append(f"{answer.status} {answer.url}"))
        page.goto(address + path)
        if wait:
            page.wait_for_selector(wait)
        return page

    yield opened
    for window in windows:
        window.close()
    assert problems == []
