"""Every page of the registry in both languages: nothing in the console, nothing moves once seen, nobody is shut out."""

from __future__ import annotations

from pathlib import Path

import axe_playwright_python
import pytest

from fulfillment_bi.metrics.query import Query
from fulfillment_bi.web.answering import PAGES
from fulfillment_bi.workspace import open_workspace
from tests.browser.serving import serving
from tests.web.signing import new_user

pytestmark = pytest.mark.browser

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
MOST_SHIFT = 0.03
"""Of the screen, weighted by the way it went; 0.1 is called good."""
WATCH = """() => {
  window.shift = 0;
  const add = (each) => (window.shift += each.hadRecentInput ? 0 : each.value);
  new PerformanceObserver((seen) => seen.getEntries().forEach(add))
    .observe({ type: 'layout-shift', buffered: true });
}"""
LOOK = """async () => {
  const found = await axe.run(document, { resultTypes: ['violations'] });
  return found.violations
    .filter((each) => ['serious', 'critical'].includes(each.impact))
    .map((each) => `${each.id}: ${each.nodes[0].html.slice(0, 160)}`);
}"""


@pytest.fixture(scope="module")
def paths(workspace) -> list[str]:
    """One address a page; of the order page an order that failed."""
    failed = workspace.rows(Query(("otif_failures",)), "otif_failures", "numerator", limit=1).records()
    order = next(f"{row['channel']}/{row['order_no']}" for row in failed)
    return [page.paths[-1] + (order if page.paths[-1].endswith("/") else "") for page in PAGES]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_stands_still_and_is_open_to_everybody(visit, address, paths, language):
    assert len(paths) == len(PAGES) > 10
    # What is drawn does not depend on the language: each page is looked at in one of them
    paths = paths[language == "zh" :: 2]
    page = visit("/healthz", wait=None)
    page.set_default_timeout(60_000)
    page.add_init_script(f"({WATCH})()")
    moved, barred = {}, {}
    for path in paths:
        fresh = "&stale=99999999" if path.startswith("/wall") else ""
        page.goto(f"{address}{path}?lang={language}{fresh}")
        page.wait_for_selector("body[data-ready='1']", timeout=60_000)
        moved[path] = round(page.evaluate("() => window.shift"), 4)
        page.evaluate(AXE)
        barred[path] = page.evaluate(LOOK)
    print("CLS", language, moved)
    assert {path: found for path, found in barred.items() if found} == {}
    assert {path: shift for path, shift in moved.items() if shift > MOST_SHIFT} == {}


def test_the_way_in_is_open_to_everybody(window, tmp_path):
    new_user(tmp_path, "anna")
    barred = {}
    with serving(open_workspace(tmp_path)) as address:
        page = window("en-GB").new_page()
        for language in ("zh", "en"):
            page.goto(f"{address}/login?lang={language}")
            page.wait_for_selector("#password", timeout=30_000)
            page.evaluate(AXE)
            barred[language] = page.evaluate(LOOK)
        page.close()
    assert barred == {"zh": [], "en": []}
