"""Pictures of every page at three sizes, in both languages, light and dark: `python -m tests.browser.screenshots`.

Without `--home` a sample is made and loaded first.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from fulfillment_bi.web.answering import PAGES
from fulfillment_bi.workspace import Workspace, open_workspace
from tests.browser.serving import launch, serving, small_workspace

SIZES = ((1280, 720), (1920, 1080), (3840, 2160))
LANGUAGES = ("zh", "en")
READY = ".js-plotly-plot .main-svg, .table, .line, .full-page"


def pages(workspace: Workspace) -> Iterator[tuple[str, str]]:
    """Name and address of every page there is, and of a few views of them worth showing."""
    order = next(_orders(workspace), None)
    for page in PAGES:
        path = page.paths[-1]
        if not path.endswith("/"):
            yield page.name, f"{path}?"
        elif order:
            yield page.name, f"{path}{order[0]}/{order[1]}?"
    yield "explained", "/overview?explain=otif&part=numerator&"
    yield "filtered", "/overview?channel=jd&warehouse=several&nonsense=1&"
    yield "empty", "/overview?from=2001-01-01&to=2001-01-31&"


def _orders(workspace: Workspace) -> Iterator[tuple[str, str]]:
    from fulfillment_bi.metrics.query import Query

    rows = workspace.rows(Query(("otif_failures",)), "otif_failures", "numerator", limit=1)
    for record in rows.records():
        yield str(record["channel"]), str(record["order_no"])


def take(browser: Browser, address: str, workspace: Workspace, out: Path) -> int:
    """Every picture; returns how many."""
    out.mkdir(parents=True, exist_ok=True)
    count = 0
    for width, height in SIZES:
        window = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
        for language in LANGUAGES:
            for name, path in pages(workspace):
                for theme in ("dark",) if name.startswith("wall") else ("light", "dark"):
                    page = window.new_page()
                    page.goto(f"{address}{path}lang={language}&theme={theme}")
                    page.wait_for_selector(READY)
                    page.wait_for_selector("body:not(:has([data-dash-is-loading=true]))")
                    page.wait_for_timeout(900)
                    page.screenshot(path=str(out / f"{name}-{language}-{theme}-{width}x{height}.png"))
                    page.close()
                    count += 1
        window.close()
    return count


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("screenshots"))
    parser.add_argument("--home", type=Path, help="a warehouse to show instead of a sample")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        workspace = (
            open_workspace(wanted.home) if wanted.home else small_workspace(Path(scratch), orders=20_000, days=90)
        )
        with serving(workspace) as address:
            browser = launch(playwright)
            count = take(browser, address, workspace, wanted.out)
            browser.close()
    print(f"{count} pictures in {wanted.out}")


if __name__ == "__main__":
    main()
