"""OpenID Connect against a stand-in issuer that speaks the protocol over loopback: discovery, PKCE, signed tokens."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

from fulfillment_bi.journal.accounts import add_user
from fulfillment_bi.journal.audit import list_audit
from fulfillment_bi.journal.database import Journal
from fulfillment_bi.settings import Settings
from fulfillment_bi.web.app import create_app
from tests.web.fake_workspace import FakeWorkspace
from tests.web.test_access import NOW

CLIENT, SECRET = "fbi", "the application's secret"


@dataclass
class Issuer:
    """Who signs people in: always `who`, with whatever `claims` a test wants to be wrong."""

    origin: str = ""
    who: str = "mei"
    claims: dict[str, Any] = field(default_factory=dict)
    keys: dict[str, RSAKey] = field(default_factory=dict)
    signs_with: str = "own"
    codes: dict[str, dict[str, str]] = field(default_factory=dict)


def _application(issuer: Issuer) -> Flask:
    server = Flask("issuer")

    @server.get("/.well-known/openid-configuration")
    def discovery() -> Any:
        ends = {name: f"{issuer.origin}/{name}" for name in ("authorize", "token", "jwks")}
        return jsonify(
            issuer=issuer.origin,
            authorization_endpoint=ends["authorize"],
            token_endpoint=ends["token"],
            jwks_uri=ends["jwks"],
            id_token_signing_alg_values_supported=["RS256"],
        )

    @server.get("/jwks")
    def jwks() -> Any:
        return jsonify(keys=[issuer.keys["own"].as_dict(private=False) | {"use": "sig", "alg": "RS256"}])

    @server.get("/authorize")
    def authorize() -> Any:
        assert request.args["client_id"] == CLIENT
        assert request.args["code_challenge_method"] == "S256"
        code = f"code{len(issuer.codes)}"
        issuer.codes[code] = dict(request.args)
        return redirect(f"{request.args['redirect_uri']}?code={code}&state={request.args['state']}")

    @server.post("/token")
    def token() -> Any:
        asked = issuer.codes.pop(request.form["code"], None)
        verifier = hashlib.sha256(request.form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if (
            asked is None
            or asked["code_challenge"] != challenge
            or request.headers.get("Authorization") != f"Basic {basic}"
        ):
            return jsonify(error="invalid_grant"), 400
        now = int(time.time())
        claims = {
            "iss": issuer.origin,
            "aud": CLIENT,
            "sub": "1",
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
        }
        claims |= {"preferred_username": issuer.who, **issuer.claims}
        key = issuer.keys[issuer.signs_with]
        signed = jwt.encode({"alg": "RS256", "kid": issuer.keys["own"].kid}, claims, key)
        return jsonify(access_token="x", token_type="Bearer", expires_in=300, id_token=signed)

    return server


@pytest.fixture(scope="module")
def standing() -> Iterator[Issuer]:
    issuer = Issuer()
    for name in ("own", "other"):
        issuer.keys[name] = RSAKey.generate_key(2048, auto_kid=True)
    server = make_server("127.0.0.1", 0, _application(issuer), threaded=True)
    issuer.origin = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield issuer
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def company_server(standing: Issuer, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    home = tmp_path_factory.mktemp("sso")
    add_user(Journal(home), "mei", "analyst", NOW)
    workspace = FakeWorkspace()
    workspace.settings = replace(
        Settings(), home=home, oidc_issuer=standing.origin, oidc_client_id=CLIENT, oidc_client_secret=SECRET
    )
    return create_app(workspace).server, home


@pytest.fixture
def issuer(standing: Issuer) -> Issuer:
    standing.who, standing.claims, standing.signs_with = "mei", {}, "own"
    return standing


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def _follow(address: str) -> str:
    """Where the issuer sends the browser back to."""
    try:
        urllib.request.build_opener(_Stay).open(address)
    except urllib.error.HTTPError as answer:
        with answer:
            return str(answer.headers["Location"])
    raise AssertionError("the issuer did not send the browser back")


def _round(server: Any, *, change: Any = None) -> tuple[Any, Any]:
    client = server.test_client()
    assert 'href="/login/sso"' in client.get("/login?next=/orders").get_data(as_text=True)
    left = client.get("/login/sso")
    assert left.status_code == 302
    back = urlsplit(_follow(left.headers["Location"]))
    query = parse_qs(back.query)
    if change:
        change(query)
    return client, client.get(back.path, query_string=query)


def test_signing_in_at_the_issuer_signs_in_here(issuer: Issuer, company_server: tuple[Any, Path]):
    server, home = company_server
    client, answer = _round(server)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/orders")
    assert client.get("/api/version").status_code == 200
    found = list_audit(Journal(home))[0]
    assert (found.account, found.what, found.outcome) == ("mei", "sso", "ok")


def test_somebody_without_an_account_here_stays_outside(issuer: Issuer, company_server: tuple[Any, Path]):
    issuer.who = "stranger"
    client, answer = _round(company_server[0])
    assert answer.status_code == 403
    assert client.get("/api/version").status_code == 401


WRONG = {
    "nonce": {"nonce": "another"},
    "issuer": {"iss": "http://127.0.0.1:9/"},
    "audience": {"aud": "somebody else"},
    "time": {"exp": int(time.time()) - 3600, "iat": int(time.time()) - 7200},
}


@pytest.mark.parametrize("name", WRONG)
def test_a_token_that_is_not_for_us_is_refused(issuer: Issuer, company_server: tuple[Any, Path], name: str):
    issuer.claims = WRONG[name]
    client, answer = _round(company_server[0])
    assert answer.status_code == 401
    assert client.get("/api/version").status_code == 401


def test_a_token_signed_by_somebody_else_is_refused(issuer: Issuer, company_server: tuple[Any, Path]):
    issuer.signs_with = "other"
    client, answer = _round(company_server[0])
    assert answer.status_code == 401
    assert client.get("/api/version").status_code == 401


def test_an_answer_to_another_browser_is_refused(issuer: Issuer, company_server: tuple[Any, Path]):
    _, answer = _round(company_server[0], change=lambda query: query.update(state=["guessed"]))
    assert answer.status_code == 401
    _, answer = _round(company_server[0], change=lambda query: query.update(code=["guessed"]))
    assert answer.status_code == 401


def test_an_issuer_that_is_away_is_said(company_server: tuple[Any, Path], tmp_path: Path):
    add_user(Journal(tmp_path), "mei", "viewer", NOW)
    workspace = FakeWorkspace()
    workspace.settings = replace(Settings(), home=tmp_path, oidc_issuer="http://127.0.0.1:9", oidc_client_id=CLIENT)
    answer = create_app(workspace).server.test_client().get("/login/sso?lang=en")
    assert answer.status_code == 503
    assert "could not be checked" in answer.get_data(as_text=True)


def test_nobody_is_served_without_signing_in(company_server: tuple[Any, Path]):
    assert company_server[0].test_client().get("/overview").status_code == 401
    assert json.loads(company_server[0].test_client().get("/healthz").data) == {"status": "ok"}
