"""Signing in and out: the page for it, passwords, and OpenID Connect where an issuer is set.

The cookie holds a random secret; who it is, and for how long, is in the journal. What the browser must bring back
meanwhile (the form's token, the state of OpenID Connect) is signed with the home's key.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta
from importlib.resources import files
from typing import Any

from flask import Flask, Request, Response, abort, redirect, render_template_string, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from werkzeug.wrappers import Response as WerkzeugResponse

from fulfillment_bi.errors import FulfillmentError
from fulfillment_bi.i18n import LANGUAGES, choose, label, text
from fulfillment_bi.journal import audit
from fulfillment_bi.journal.accounts import User, check_password, get_user, has_users
from fulfillment_bi.journal.database import Journal
from fulfillment_bi.journal.secret_key import read_keys
from fulfillment_bi.journal.sessions import end_session, start_session
from fulfillment_bi.settings import Settings
from fulfillment_bi.web import access

WINDOW = timedelta(minutes=15)
MOST_OF_ACCOUNT = 10
MOST_OF_ADDRESS = 30
"""Failed sign-ins within WINDOW after which no more are tried."""


def add_sign_in(server: Flask, workspace: Any) -> None:
    """/login, /logout, and /login/sso with /login/callback."""
    settings: Settings = workspace.settings
    server.config.update(SESSION_COOKIE_NAME="fbi_form", SESSION_COOKIE_SAMESITE="Lax", SESSION_COOKIE_HTTPONLY=True)
    server.session_interface = _FormSessions(settings)

    @server.get("/login")
    def login_page() -> str | WerkzeugResponse:
        return _page(settings)

    @server.post("/login")
    def login() -> tuple[str, int] | WerkzeugResponse:
        kept, sent = session.get("form", ""), request.form.get("form", "")
        if not kept or not hmac.compare_digest(kept, sent):
            return _page(settings, "expired"), 400
        name = request.form.get("name", "").strip()[:100]
        problem, user = _try(settings, name, request.form.get("password", ""))
        return _welcome(settings, user) if user is not None else (_page(settings, problem, name), 401)

    @server.post("/logout")
    def logout() -> WerkzeugResponse:
        access.write(settings, "sign-out", "")
        end_session(Journal(settings.home), request.cookies.get(access.COOKIE, ""))
        answer = redirect("/login")
        answer.delete_cookie(access.COOKIE)
        return answer

    @server.get("/login.css")
    def style() -> Response:
        return Response((files("fulfillment_bi.web") / "sign-in.css").read_text("utf-8"), content_type="text/css")

    if settings.oidc_issuer:
        _add_sso(server, settings)


def own_path(target: str | None) -> str:
    """Where to go after signing in: an address of ours, never another site's."""
    wanted = target or "/"
    if not wanted.startswith("/") or wanted[1:2] in ("/", "\\") or not wanted.isprintable() or "\\" in wanted:
        return "/"
    return wanted


def refusal_page(language: str, words: str) -> Response:
    """A page that says why nothing is shown, with the ways on."""
    body = render_template_string(
        _template("refused.html"), language=language, words=words, text=lambda key: text(language, key)
    )
    return Response(body, content_type="text/html; charset=utf-8")


def _try(settings: Settings, name: str, password: str) -> tuple[str, User | None]:
    """(problem, user) of an attempt to sign in; every one is noted."""
    journal, now = Journal(settings.home), access._now()
    address = access._address(settings)
    if (
        audit.count_failures(journal, now, WINDOW, account=name) >= MOST_OF_ACCOUNT
        or audit.count_failures(journal, now, WINDOW, address=address) >= MOST_OF_ADDRESS
    ):
        access.write(settings, "sign-in", "throttled", "refused", name)
        return "throttled", None
    user = check_password(journal, name, password)
    access.write(settings, "sign-in", "password", "ok" if user else "failed", user.name if user else name)
    return "wrong", user


def _welcome(settings: Settings, user: User) -> WerkzeugResponse:
    target = own_path(session.get("next"))
    session.clear()
    answer = redirect(target)
    access.set_cookie(settings, answer, start_session(Journal(settings.home), access._now(), user=user.name))
    return answer


def _page(settings: Settings, problem: str = "", name: str = "") -> str:
    language = choose(request.args.get("lang"), request.headers.get("Accept-Language", ""))
    session["form"] = session.get("form") or secrets.token_urlsafe(24)
    if "next" in request.args:
        session["next"] = own_path(request.args["next"])
    others = [(one, label(language, "language", one)) for one in LANGUAGES if one != language]
    return render_template_string(
        _template("sign-in.html"),
        language=language,
        others=others,
        text=lambda key: text(language, key),
        problem=text(language, f"sign_in.{problem}") if problem else "",
        name=name,
        form=session["form"],
        has_sso=bool(settings.oidc_issuer),
        has_users=has_users(Journal(settings.home)),
    )


def _template(name: str) -> str:
    return (files("fulfillment_bi.web") / name).read_text("utf-8")


class _FormSessions(SecureCookieSessionInterface):
    """What a browser brings back between the sign-in pages; nowhere else is there such a cookie.

    The key is read when first somebody signs in: where nobody does, none is made.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if not request.path.startswith("/login"):
            return None
        app.config["SESSION_COOKIE_SECURE"] = access.is_secure(self._settings)
        app.secret_key, *app.config["SECRET_KEY_FALLBACKS"] = read_keys(self._settings.home)
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not self.is_null_session(session):
            super().save_session(app, session, response)


def _add_sso(server: Flask, settings: Settings) -> None:
    try:
        from authlib.integrations.base_client import OAuthError
        from authlib.integrations.flask_client import OAuth
        from joserfc.errors import JoseError
    except ImportError:
        raise FulfillmentError(
            "Signing in with OpenID Connect needs another package.",
            where="oidc_issuer",
            hint="pip install 'fulfillment-bi[sso]'",
        ) from None
    issuer = str(settings.oidc_issuer).rstrip("/")
    client = OAuth(server).register(
        "issuer",
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"},
    )

    @server.get("/login/sso")
    def leave() -> tuple[str, int] | WerkzeugResponse:
        base = str(settings.public_url or request.host_url).rstrip("/")
        try:
            answer: WerkzeugResponse = client.authorize_redirect(f"{base}/login/callback")
        except (OAuthError, ValueError, OSError) as error:
            access.write(settings, "sign-in", f"sso {type(error).__name__}", "failed")
            return _page(settings, "sso_failed"), 503
        return answer

    @server.get("/login/callback")
    def come_back() -> tuple[str, int] | WerkzeugResponse:
        try:
            claims = client.authorize_access_token().get("userinfo") or {}
        except (OAuthError, JoseError, ValueError, OSError) as error:
            # A wrong state, code, signature, nonce, issuer or time, or an issuer that cannot be reached
            access.write(settings, "sign-in", f"sso {type(error).__name__}", "failed")
            return _page(settings, "sso_failed"), 401
        if str(claims.get("iss", "")).rstrip("/") != issuer:
            abort(401)
        name = str(claims.get(settings.oidc_claim) or "")[:100]
        try:
            user = get_user(Journal(settings.home), name)
        except FulfillmentError:
            access.write(settings, "sign-in", "sso", "failed", name)
            return _page(settings, "sso_unknown"), 403
        access.write(settings, "sign-in", "sso", "ok", user.name)
        return _welcome(settings, user)
