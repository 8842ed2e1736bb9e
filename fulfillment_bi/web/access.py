"""Who asks, and whether they may: before every request, deny by default.

1. Nobody is asked to sign in while there are no users, and nobody but this machine is served then.
2. Otherwise a request has an account: a key in its Authorization header, a cookie of a session, or the user that a
   declared proxy names. Without one it is sent to the sign-in page, or refused where no person reads the answer.
3. The account's role must have the permission of the address (PATHS; of none: "manage"), its scope narrows the
   workspace the request is answered from, and without "save" nothing can be written to the journal meanwhile.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, Response, g, has_request_context, jsonify, redirect, request
from werkzeug.wrappers import Response as WerkzeugResponse

from fulfillment_bi.errors import FulfillmentError, UnknownNameError
from fulfillment_bi.i18n import choose, text
from fulfillment_bi.journal import audit
from fulfillment_bi.journal.accounts import Account, get_user, has_users
from fulfillment_bi.journal.database import HIDDEN, REFUSED, Journal
from fulfillment_bi.journal.sessions import account_of_session, account_of_token, find_token, start_session
from fulfillment_bi.permissions import DRAWING, NotPermittedError
from fulfillment_bi.settings import Settings
from fulfillment_bi.warehouse.scope import Scope
from fulfillment_bi.web.throttle import Throttle

COOKIE = "fbi_session"
PUBLIC = ("/healthz", "/readyz", "/login", "/login/sso", "/login/callback", "/login.css")
PATHS: tuple[tuple[str, str], ...] = (
    ("/files/", "export"),
    ("/api/v1/rows", "export"),
    ("/api/v1/versions", "manage"),
    ("/reports/files/", "export"),
    ("/uploads", "load"),
    ("/keep/", "save"),
    ("/keep/", "save"),
    ("/logout", "view"),
    ("/_dash-update-component", "view"),
)
"""The permission that addresses starting so need. Any other needs "view" to be read, and "manage" to be written to."""
KIOSK_PATHS = ("/wall", "/_dash-", "/assets/", "/_reload-hash", "/_favicon.ico", "/api/version", "/logout")
STORES = ("mount", "request", "drawer")
NOBODY = Account("", "none", Scope(channel=frozenset({""})), "user")
REQUESTS = Throttle(most=600, seconds=10)
EXPORTS = Throttle(most=60, seconds=60)


def add_access(server: Flask, workspace: Any) -> None:
    """Check every request before anything else looks at it."""
    settings: Settings = workspace.settings
    journal = Journal(settings.home)
    requests, exports = REQUESTS.copy(), EXPORTS.copy()

    @server.before_request
    def check() -> WerkzeugResponse | tuple[Response, int] | None:
        REFUSED.set(None)
        HIDDEN.set(False)
        g.address, g.permission, g.account = _address(settings), "", NOBODY
        if request.path in PUBLIC:
            return None
        try:
            account = identify(settings, journal)
        except FulfillmentError:
            account = None
        if account is None:
            return _ask_to_sign_in() if needs_sign_in(settings) else _refused("away", 403)
        g.account, g.permission = account, permission_of(request.method, request.path, request.args.get("format"))
        if account.kind == "kiosk" and "token" in request.args:
            return _keep_key(settings, journal)
        if not account.may(g.permission) or (account.kind == "kiosk" and not _is_wall()):
            write(settings, "refused", request.path, "refused")
            return _refused("refused", 403)
        if not requests.take(account.name or g.address) or (
            g.permission == "export" and account.kind != "open" and not exports.take(account.name)
        ):
            return _refused("busy", 429)
        HIDDEN.set(not account.scope.is_everything)
        if not account.may("save"):
            REFUSED.set(NotPermittedError(text(_language(), "access.save")))
        return None

    @server.after_request
    def finish(answer: Response) -> Response:
        if g.get("permission") == "export" or request.path.startswith("/api/v1/"):
            event = "export" if g.get("permission") == "export" else "api"
            write(settings, event, request.full_path, "ok" if answer.status_code < 400 else "failed")
        if g.get("account", NOBODY).kind != "open" and not request.path.startswith(("/assets/", "/_dash-component")):
            answer.headers["Cache-Control"] = "no-store"
            answer.headers.add("Vary", "Cookie")
        return answer

    @server.teardown_request
    def forget(_: BaseException | None) -> None:
        REFUSED.set(None)
        HIDDEN.set(False)


class RequestedWorkspace:
    """The workspace as whoever asks may see it: each use is narrowed to the scope of the request's account."""

    def __init__(self, workspace: Any) -> None:
        self._whole = workspace

    def here(self) -> Any:
        """The workspace of this request's account; the whole one outside of requests."""
        scope = current_account().scope
        return self._whole if scope.is_everything else self._whole.scoped(scope)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.here(), name)


def current_account() -> Account:
    """Who asks; somebody with every right outside of requests, nobody in one that was not let in."""
    if not has_request_context():
        return Account()
    account: Account = g.get("account", NOBODY)
    return account


def require(permission: str) -> None:
    """Raises NotPermittedError unless whoever asks has the permission."""
    if not current_account().may(permission):
        raise NotPermittedError(text(_language(), "access.refused"))


def seen(workspace: Any, event: str, what: str) -> None:
    """Note in the audit log what a signed-in account was shown."""
    if has_request_context():
        write(workspace.settings, event, what)


def write(settings: Settings, event: str, what: str, outcome: str = "ok", account: str = "") -> None:
    """An entry in the audit log; nothing where nobody signs in."""
    asking = current_account()
    if asking.kind != "open":
        journal, now = Journal(settings.home), _now()
        audit.note(journal, now, account or asking.name, event, what, g.get("address", ""), outcome)


def needs_sign_in(settings: Settings) -> bool:
    """Whether accounts are in use: there are users, or another system names them."""
    return bool(settings.oidc_issuer or settings.proxy_user_header) or has_users(Journal(settings.home))


def is_local() -> bool:
    """Whether the request comes from this machine and was meant for it, not through a proxy or another name."""
    forwarded = any(name in request.headers for name in ("Forwarded", "X-Forwarded-For", "X-Real-IP"))
    host = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
    named = host.lower() == "localhost" or _is_loopback(host.strip("[]"))
    return not forwarded and named and _is_loopback(request.remote_addr or "")


def identify(settings: Settings, journal: Journal) -> Account | None:
    """The account of the request; None when it has none."""
    if request.environ.get(DRAWING):
        return Account()
    now = _now()
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer":
        token = find_token(journal, secret.strip(), now)
        return account_of_token(token) if token is not None and token.kind == "api" else None
    if request.method == "GET" and (key := request.args.get("token")):
        token = find_token(journal, key, now)
        fitting = "api" if request.path.startswith("/api/v1/") else "kiosk"  # a spreadsheet's link can send no header
        return account_of_token(token) if token is not None and token.kind == fitting else None
    if secret := request.cookies.get(COOKIE, ""):
        return account_of_session(journal, secret, now)
    if settings.proxy_user_header and _is_trusted(settings, request.remote_addr or ""):
        return _named_by_proxy(journal, request.headers.get(settings.proxy_user_header, ""))
    return Account() if is_local() and not needs_sign_in(settings) else None


def permission_of(method: str, path: str, format: str | None = None) -> str:
    """The permission a request needs. An answer of the API as a file (`format`) is an export."""
    if path.startswith("/api/") and format not in (None, "json"):
        return "export"
    for start, permission in PATHS:
        if path.startswith(start):
            return permission
    return "view" if method in ("GET", "HEAD", "OPTIONS") else "manage"


def is_secure(settings: Settings) -> bool:
    """Whether the browser speaks HTTPS, to us or to a declared proxy."""
    forwarded = request.headers.get("X-Forwarded-Proto", "") == "https"
    return request.is_secure or (forwarded and _is_trusted(settings, request.remote_addr or ""))


def set_cookie(settings: Settings, answer: WerkzeugResponse, secret: str) -> None:
    """Hand a session's secret to the browser: for us alone, unreadable by scripts."""
    answer.set_cookie(COOKIE, secret, httponly=True, samesite="Lax", secure=is_secure(settings), path="/")


def _named_by_proxy(journal: Journal, name: str) -> Account | None:
    try:
        user = get_user(journal, name)
    except UnknownNameError:
        return None
    return Account(user.name, user.role, user.scope, "user")


def _keep_key(settings: Settings, journal: Journal) -> WerkzeugResponse:
    """Exchange the key in the address for a cookie, so that it stays in no history and no log."""
    token = find_token(journal, request.args["token"], _now())
    rest = [(name, value) for name, value in request.args.items(multi=True) if name != "token"]
    query = urlencode(rest)
    answer = redirect(request.path + (f"?{query}" if query else ""))
    set_cookie(settings, answer, start_session(journal, _now(), token=token))
    write(settings, "sign-in", request.path)
    return answer


def _is_wall() -> bool:
    """Whether a screen's request stays on the wall: its addresses, and callbacks that draw it."""
    if not request.path.startswith(KIOSK_PATHS):
        return False
    if request.method != "POST":
        return True
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        return False
    given = [one for part in ("inputs", "state") for one in body.get(part) or [] if isinstance(one, dict)]
    stores = [one.get("value") for one in given if one.get("id") in STORES]
    return bool(stores) and all(_on_wall(store) for store in stores if store)


def _on_wall(store: Any) -> bool:
    return isinstance(store, Mapping) and str(store.get("path") or "").startswith("/wall")


def _ask_to_sign_in() -> WerkzeugResponse | tuple[Response, int]:
    is_page = request.method == "GET" and "text/html" in request.headers.get("Accept", "")
    if is_page and not request.path.startswith(("/_", "/api/", "/assets/", "/files/")):
        return redirect(f"/login?next={quote(request.full_path.rstrip('?'), safe='/')}")
    return _refused("sign_in", 401)


def _refused(key: str, code: int) -> tuple[Response, int]:
    words = text(_language(), f"access.{key}")
    is_api = request.path.startswith("/api/v1/")
    if "text/html" in request.headers.get("Accept", "") and not (is_api or request.path.startswith("/_")):
        from fulfillment_bi.web.sign_in import refusal_page

        return refusal_page(_language(), words), code
    answer = jsonify(error={"what": words, "where": request.path, "hint": ""} if is_api else words)
    if code == 429:
        answer.headers["Retry-After"] = "10"
    return answer, code


def _address(settings: Settings) -> str:
    """The client's address; what proxies say counts only from declared ones, the nearest undeclared one last."""
    own = request.remote_addr or ""
    if not _is_trusted(settings, own):
        return own
    chain = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    for address in reversed(chain):
        if not _is_trusted(settings, address):
            return address[:64]
    return own


def _is_trusted(settings: Settings, address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in ipaddress.ip_network(each, strict=False) for each in settings.trusted_proxies or ())


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _language() -> str:
    if not has_request_context():
        return choose(None)
    return choose(request.args.get("lang"), request.headers.get("Accept-Language", ""))


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
