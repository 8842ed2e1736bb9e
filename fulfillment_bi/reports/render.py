"""PNG and PDF of a page: the real application, in the real browser, failing closed.

1. The application runs on a loopback port of its own, on the workspace it is given (pin it, and files agree).
2. The page says when it is whole (assets/ready.js): `document.body.dataset.ready === "1"`, with `dataset.version` the
   version it shows; or `dataset.problem`, what went wrong in it.
3. A console error, a script error, a failed request, a missing font, another version, a page that changes while it is
   pictured or a timeout is a RenderError, and nothing is written. The browser reaches nothing but the application.
4. A studio keeps one server and one browser for several pictures of one workspace.
"""

from __future__ import annotations

import base64
import hmac
import html
import os
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from fulfillment_bi.errors import RenderError
from fulfillment_bi.permissions import DRAWING
from fulfillment_bi.reports.aside import Target, opened
from fulfillment_bi.reports.browser import required_browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

Wsgi = Callable[..., Any]
READY = "body[data-ready='1'], body[data-problem]"  # a selector: the content policy forbids evaluating in a page
FONTS = "document.fonts.ready.then(() => true)"
TEXTS = "Array.from(document.querySelectorAll('[data-card]'), (card) => [card.dataset.card, card.innerText])"
"""Every tile with the text that is seen in it."""
SETTLE_MILLISECONDS = 500
KEY_HEADER = "X-Drawing-Key"
QUIET_FLAGS = ("--disable-dev-shm-usage", "--hide-scrollbars", "--force-color-profile=srgb", "--disable-gpu")


@dataclass(frozen=True, slots=True)
class View:
    """What to picture: a URL of the application (path and query), the window in CSS pixels, pixels per CSS pixel.

    `whole_page` makes the window as high as the page. `footer` is written under the picture, so that a file alone says
    what it shows; `is_dark` gives it the colours of the wall.
    """

    url: str
    width: int = 1920
    height: int = 1080
    scale: float = 1.0
    whole_page: bool = False
    language: str = "zh-CN"
    timeout: float = 60.0
    footer: str = ""
    is_dark: bool = False


@dataclass(slots=True)
class _Faults:
    """What went wrong in the page so far."""

    messages: list[str] = field(default_factory=list)

    def listen(self, page: Page, origin: str) -> None:
        """Collect errors of the page, and keep it from reaching anything but `origin`."""
        page.on("console", lambda said: self._add(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self._add(str(error)))
        page.on("response", lambda got: self._add(f"{got.status} {got.url}") if got.status >= 400 else None)
        page.route("**/*", lambda route: self._pass(route, origin))

    def check(self, view: View) -> None:
        """Raise RenderError if anything went wrong."""
        if self.messages:
            raise RenderError(f"The page reported an error: {self.messages[0][:300]}", where=view.url)

    def _add(self, message: str) -> None:
        self.messages.append(" ".join(message.split()))

    def _pass(self, route: Any, origin: str) -> None:
        url = route.request.url
        if url.startswith((origin, "data:", "blob:")):
            route.continue_()
        else:
            self._add(f"The page asked for {urlsplit(url).netloc or url[:60]}.")
            route.abort()


@dataclass(frozen=True, slots=True)
class Drawn:
    """Pictures by kind, and the text of every tile at the moment they were taken."""

    pictures: Mapping[str, bytes]
    texts: Mapping[str, str]


class Studio:
    """One server and one browser, in a thread of their own; several threads may draw, one after the other."""

    def __init__(self, worker: ThreadPoolExecutor, browser: Browser, origin: str, key: str) -> None:
        self._worker = worker
        self._browser = browser
        self.origin = origin
        self.key = key

    def draw(self, view: View, targets: Mapping[str, Target], *, version: str) -> Drawn:
        """Write the page of `view` to each of `targets` ("png", "pdf" -> path or binary buffer).

        `version` is the id the page must show. Raises RenderError, with nothing written, when the page is not right.
        """
        unknown = set(targets) - {"png", "pdf"}
        if unknown:
            raise RenderError(f"A page cannot be written as {', '.join(sorted(unknown))}.", hint="Use png or pdf.")
        drawn = self._worker.submit(self._drawn, view, version, tuple(targets)).result()
        for kind, target in targets.items():
            with opened(target) as file:
                file.write(drawn.pictures[kind])
        return drawn

    def _drawn(self, view: View, version: str, kinds: tuple[str, ...]) -> Drawn:
        from playwright.sync_api import Error

        try:
            # A window of its own for each picture: nothing that one page keeps in its browser reaches the next.
            window = self._browser.new_context(
                viewport={"width": view.width, "height": view.height},
                device_scale_factor=view.scale,
                locale=view.language,
                reduced_motion="reduce",
                extra_http_headers={KEY_HEADER: self.key},
            )
            return _pictures(window, self.origin, view, version, kinds)
        except Error as error:
            raise RenderError(f"The browser failed: {str(error).splitlines()[0]}", where=view.url) from error


@contextmanager
def studio(application: Wsgi, browser: str | None = None) -> Iterator[Studio]:
    """A studio for the application; `browser` is the setting of that name. Raises RenderError when there is none."""
    executable = required_browser(browser)
    # In a thread of its own: the browser's library refuses a thread that already runs an event loop (a notebook's),
    # and takes calls only from the thread that started it.
    key = secrets.token_urlsafe(32)
    with served(_known(application, key)) as origin, ThreadPoolExecutor(1, thread_name_prefix="render") as worker:
        kept = ExitStack()
        opened_browser = worker.submit(lambda: kept.enter_context(_browser(str(executable)))).result()
        try:
            yield Studio(worker, opened_browser, origin, key)
        finally:
            worker.submit(kept.close).result()


def _known(application: Wsgi, key: str) -> Wsgi:
    """The application, to which whoever has the key need not sign in: our own browser, and nobody else here."""
    header = "HTTP_" + KEY_HEADER.upper().replace("-", "_")

    def let_in(environ: dict[str, Any], start: Any) -> Any:
        if hmac.compare_digest(str(environ.pop(header, "")).encode(), key.encode()):
            environ[DRAWING] = True
        return application(environ, start)

    return let_in


def render(
    application: Wsgi, view: View, targets: Mapping[str, Target], *, version: str, browser: str | None = None
) -> Drawn:
    """One picture in a studio of its own; see `Studio.draw`."""
    with studio(application, browser) as own:
        return own.draw(view, targets, version=version)


@contextmanager
def served(application: Wsgi) -> Iterator[str]:
    """The application on a free loopback port, in a thread; yields its origin, http://127.0.0.1:PORT."""
    import logging

    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, name="render-server", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _pictures(window: BrowserContext, origin: str, view: View, version: str, kinds: tuple[str, ...]) -> Drawn:
    from playwright.sync_api import Error, TimeoutError

    page, faults = window.new_page(), _Faults()
    page.set_default_timeout(view.timeout * 1000)
    faults.listen(page, origin)
    try:
        page.goto(origin + view.url)
        page.wait_for_selector(READY, state="attached")
        page.evaluate(FONTS)
        faults.check(view)
        _check_page(page, view, version)
        if view.whole_page:
            _stretch(page, view)
        texts = dict(page.evaluate(TEXTS))
        pictures = {kind: _picture(page, view, kind) for kind in kinds}
        faults.check(view)
        if dict(page.evaluate(TEXTS)) != texts:
            raise RenderError("The page changed while it was pictured.", where=view.url)
        return Drawn(pictures, texts)
    except TimeoutError as error:
        faults.check(view)
        raise RenderError(f"The page was not ready after {view.timeout:.0f} s.", where=view.url) from error
    except Error as error:
        faults.check(view)
        raise RenderError(f"The browser failed: {str(error).splitlines()[0]}", where=view.url) from error
    finally:
        # Of a browser that is gone there is nothing to close, and that it is gone was said already.
        with suppress(Error):
            window.close()


def _check_page(page: Page, view: View, version: str) -> None:
    problem = page.evaluate("document.body.dataset.problem || ''")
    if problem:
        raise RenderError(f"The page says: {' '.join(problem.split())}", where=view.url)
    shown = page.evaluate("document.body.dataset.version || ''")
    if shown != version:
        raise RenderError(f"The page shows version {shown or 'unknown'}, not {version}.", where=view.url)


def _stretch(page: Page, view: View) -> None:
    """Make the window as high as the page, and give what follows the window's height a moment to do so."""
    height = int(page.evaluate("document.documentElement.scrollHeight"))
    page.set_viewport_size({"width": view.width, "height": max(height, view.height)})
    page.wait_for_timeout(SETTLE_MILLISECONDS)


def _picture(page: Page, view: View, kind: str) -> bytes:
    bare = page.screenshot(animations="disabled")
    framed = page.context.new_page()
    try:
        framed.set_content(_framed(bare, view))
        framed.wait_for_function("document.images[0].complete")
        if kind == "png":
            return framed.screenshot(full_page=True)
        height = framed.evaluate("document.documentElement.scrollHeight")
        return framed.pdf(width=f"{view.width}px", height=f"{height}px", print_background=True)
    finally:
        framed.close()


def _framed(picture: bytes, view: View) -> str:
    """A page of the picture with its footer under it."""
    source = base64.b64encode(picture).decode("ascii")
    paper, ink = ("#0b1526", "#9fb0c8") if view.is_dark else ("#ffffff", "#475569")
    style = (
        f"body{{margin:0;background:{paper};color:{ink}}}img{{display:block;width:100%}}"
        "footer{font:13px/28px sans-serif;padding:0 16px;min-height:28px}"
    )
    return (
        f'<!doctype html><html lang="{view.language}"><meta charset="utf-8"><style>{style}</style>'
        f'<img src="data:image/png;base64,{source}" alt=""><footer>{html.escape(view.footer)}</footer></html>'
    )


@contextmanager
def _browser(executable: str) -> Iterator[Browser]:
    from playwright.sync_api import Error, sync_playwright

    # Chromium refuses to start its sandbox as root, which is what a container runs as
    flags = [*QUIET_FLAGS, *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=executable, args=flags)
        except Error as error:
            raise RenderError(
                f"Chromium did not start: {str(error).splitlines()[0]}", where=executable, hint="Run fbi doctor."
            ) from error
        try:
            yield browser
        finally:
            with suppress(Error):
                browser.close()
