"""One server and one browser for all browser tests; a fresh page for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

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


@pytest.fixture(scope="session")
def window(browser) -> Iterator[Callable[[str], BrowserContext]]:
    """A window per language of the browser: scripts are fetched once, as for a reader who comes back."""
    windows: dict[str, BrowserContext] = {}

    def of(locale: str) -> BrowserContext:
        if locale not in windows:
            windows[locale] = browser.new_context(locale=locale, accept_downloads=True, color_scheme="light")
        return windows[locale]

    yield of
    for each in windows.values():
        each.close()


@pytest.fixture
def visit(window, address) -> Iterator[Callable[..., Page]]:
    """Open a path; afterwards nothing may stand in the console and no request may have failed."""
    problems: list[str] = []
    opened: list[Page] = []

    def open_page(path: str, *, width=1440, height=900, locale="en-GB", wait=DRAWN, expected="\0") -> Page:
        page = window(locale).new_page()
        opened.append(page)

        def noted(words: str) -> None:
            if expected not in words:
                problems.append(words)

        page.set_viewport_size({"width": width, "height": height})
        page.set_default_timeout(10_000)
        page.on("console", lambda said: said.type in ("error", "warning") and noted(said.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("response", lambda answer: answer.status >= 400 and problems.append(f"{answer.status} {answer.url}"))
        page.goto(address + path)
        if wait:
            page.wait_for_selector(wait)
        return page

    yield open_page
    for page in opened:
        page.evaluate("() => window.localStorage.clear()")
        page.close()
    assert problems == []
