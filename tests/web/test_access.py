"""Signing in, roles, keys, proxies, limits and the audit log, against the server's own addresses."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from fulfillment_bi.errors import SettingsError, UnknownNameError, UsageError
from fulfillment_bi.journal import accounts
from fulfillment_bi.journal.accounts import (
    add_user,
    change_user,
    check_password,
    get_user,
    list_users,
    remove_user,
)
from fulfillment_bi.journal.audit import find_break, list_audit, note
from fulfillment_bi.journal.database import HIDDEN, REFUSED, Journal, unhidden
from fulfillment_bi.journal.secret_key import read_keys, rotate_key
from fulfillment_bi.journal.sessions import (
    IDLE,
    LIFE,
    account_of_session,
    add_token,
    find_token,
    list_tokens,
    revoke_token,
    start_session,
)
from fulfillment_bi.permissions import PERMISSIONS, ROLES, permits
from fulfillment_bi.reports.render import _known
from fulfillment_bi.settings import Settings
from fulfillment_bi.warehouse.scope import OutOfScopeError, make_scope
from fulfillment_bi.web import access, acting, sign_in
from fulfillment_bi.web.access import permission_of
from fulfillment_bi.web.app import create_app
from fulfillment_bi.web.sign_in import own_path
from fulfillment_bi.web.throttle import Throttle
from tests.web.fake_workspace import FakeWorkspace
from tests.web.signing import PAGE, PASSWORD, QUICK_HASHER, form_of, new_user
from tests.web.signing import sign_in as signed_in

NOW = datetime(2026, 11, 1, 8)


@pytest.fixture(scope="module", autouse=True)
def _fast_hashes() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "PasswordHasher", QUICK_HASHER)
        yield


class ScopedFake(FakeWorkspace):
    """A workspace that remembers how it was narrowed."""

    def scoped(self, scope: Any) -> ScopedFake:
        found = ScopedFake()
        found.settings, found.scope = self.settings, scope
        return found


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def server_of(home: Path, **settings: Any) -> Any:
    workspace = ScopedFake()
    workspace.settings = replace(Settings(), home=home, **settings)
    return create_app(workspace).server


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    """A server with one user of each role, and one with a scope."""
    home = tmp_path_factory.mktemp("shared")
    for role in ROLES:
        new_user(home, role, role)
    new_user(home, "narrow", "admin", make_scope({"channel": ["jd"]}))
    return server_of(home), home


def test_without_users_this_machine_is_served_and_nobody_else(home: Path):
    client = server_of(home).test_client()
    assert client.get("/overview").status_code == 200
    assert client.get("/overview", base_url="http://[::1]:8050/").status_code == 200
    assert client.get("/overview", environ_base={"REMOTE_ADDR": "192.168.1.9"}).status_code == 403
    assert client.get("/overview", base_url="http://rebound.example/").status_code == 403
    assert client.get("/overview", headers={"X-Forwarded-For": "192.168.1.9"}).status_code == 403
    assert not (home / "journal.sqlite").exists()
    assert not (home / "secret.key").exists()


def test_once_there_is_a_user_everything_asks_to_sign_in(home: Path):
    server = server_of(home)
    client = server.test_client()
    assert client.get("/overview").status_code == 200
    new_user(home, "mei", "admin")
    answer = client.get("/overview?channel=jd", headers=PAGE)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login?next=/overview%3Fchannel%3Djd")
    open_still = {"/healthz", "/readyz", "/login", "/login.css"}
    for rule in server.url_map.iter_rules():
        address = re.sub(r"<int:\w+>", "1", re.sub(r"<(?:(?!int)\w+:)?\w+>", "x", rule.rule))
        for method in rule.methods & {"GET", "POST"}:
            code = client.open(address, method=method).status_code
            if address in open_still or address.startswith("/login"):
                assert code in (200, 400, 503), address
            else:
                assert code == 401, (method, address)


def test_signing_in_leads_back_and_out_ends_it(shared: tuple[Any, Path]):
    server, home = shared
    client = signed_in(server, "analyst", query="?next=/orders")
    assert client.get("/api/version").status_code == 200
    cookie = client.get_cookie("fbi_session")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    kept = b"".join(path.read_bytes() for path in home.glob("journal.sqlite*"))
    assert cookie.value.encode() not in kept
    assert PASSWORD.encode() not in kept
    answer = client.post("/logout")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login")
    client.set_cookie("fbi_session", cookie.value)
    assert client.get("/api/version").status_code == 401


def test_the_form_is_in_both_languages_and_labelled(shared: tuple[Any, Path]):
    for language, words in (("zh", "登录"), ("en", "Sign in")):
        page = shared[0].test_client().get(f"/login?lang={language}").get_data(as_text=True)
        assert f"<h1>{words}</h1>" in page
        assert f'lang="{language}"' in page
        for field in ("name", "password"):
            assert f'<label for="{field}">' in page
        assert "<script" not in page


def test_a_name_is_said_back_as_text(shared: tuple[Any, Path]):
    client = shared[0].test_client()
    data = {"form": form_of(client), "name": '"><script>alert(1)</script>', "password": "x"}
    page = client.post("/login", data=data).get_data(as_text=True)
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "https://evil.example", "evil", "/a\r\nb", "", None]
)
def test_one_is_never_led_to_another_site(target: str | None):
    assert own_path(target) == "/"


def test_ones_own_address_is_kept():
    assert own_path("/orders?channel=jd") == "/orders?channel=jd"


def test_a_form_of_another_site_is_refused(shared: tuple[Any, Path]):
    client = shared[0].test_client()
    data = {"form": form_of(client), "name": "admin", "password": PASSWORD}
    assert client.post("/login", data={**data, "form": "guessed"}).status_code == 400
    assert shared[0].test_client().post("/login", data=data).status_code == 400
    assert client.post("/login", data=data, headers={"Origin": "https://evil.example"}).status_code == 403
    assert client.post("/login", data=data, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_guessing_is_slowed_down(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sign_in, "MOST_OF_ACCOUNT", 3)
    new_user(home, "mei", "admin")
    server = server_of(home)
    for _ in range(3):
        signed_in(server, "MEI", "wrong password")
    client = server.test_client()
    right = {"form": form_of(client), "name": "mei", "password": PASSWORD}
    assert client.post("/login", data=right).status_code == 401
    outcomes = [entry.outcome for entry in list_audit(Journal(home), event="sign-in")]
    assert outcomes == ["refused", "failed", "failed", "failed"]
    monkeypatch.setattr(sign_in, "MOST_OF_ACCOUNT", 100)
    assert client.post("/login", data=right).status_code == 302
    monkeypatch.setattr(sign_in, "MOST_OF_ACCOUNT", 1)
    signed_in(server, "mei")
    monkeypatch.setattr(sign_in, "MOST_OF_ADDRESS", 3)
    assert client.post("/login", data={**right, "form": form_of(client)}).status_code == 401


def test_too_many_requests_are_refused(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(access, "REQUESTS", Throttle(3, 1000))
    client = server_of(home).test_client()
    answers = [client.get("/api/version") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[-1].headers["Retry-After"]


def test_a_bucket_fills_again():
    clock = iter([0.0, 0.0, 0.0, 5.0, 5.0])
    bucket = Throttle(2, 10, lambda: next(clock))
    assert [bucket.take("a") for _ in range(5)] == [True, True, False, True, False]
    assert bucket.most == bucket.copy().most


ADDRESSES = {
    "view": ("GET", "/overview"),
    "export": ("GET", "/files/overview-trend.csv"),
    "save": ("POST", "/keep/view"),
    "load": ("POST", "/uploads"),
    "manage": ("POST", "/something/new"),
}


@pytest.mark.parametrize("role", [*ROLES, "narrow"])
@pytest.mark.parametrize("permission", ADDRESSES)
def test_a_role_may_what_the_table_says(shared: tuple[Any, Path], role: str, permission: str):
    method, address = ADDRESSES[permission]
    client = signed_in(shared[0], role)
    refused = client.open(address, method=method).status_code == 403
    # An upload without a name is refused as well, so the words decide.
    if permission == "load" and refused:
        refused = "error" in (client.open(address, method=method).json or {}) and role not in ("editor", "admin")
    assert refused is not permits("admin" if role == "narrow" else role, permission, is_scoped=role == "narrow")


def test_every_permission_is_of_roles_that_exist():
    for permission, roles in PERMISSIONS.items():
        assert set(roles) <= set(ROLES), permission
        assert "admin" in roles
    assert permission_of("GET", "/anything") == "view"
    assert permission_of("DELETE", "/anything") == "manage"
    assert permission_of("GET", "/api/v1/query", "csv") == "export"
    assert {permission for _, permission in access.PATHS} <= set(PERMISSIONS)


def test_a_refusal_is_a_page_with_a_way_on(shared: tuple[Any, Path]):
    answer = signed_in(shared[0], "viewer").get("/files/overview-trend.csv?lang=en", headers=PAGE)
    assert answer.status_code == 403
    assert "Not available to you" in answer.get_data(as_text=True)
    assert 'action="/logout"' in answer.get_data(as_text=True)


def test_who_may_not_act_is_refused_whatever_the_callback(shared: tuple[Any, Path]):
    server, home = shared
    client = signed_in(server, "viewer")
    for path, said in (("/keep/view", {"name": "x", "page": "/orders", "state": ""}),):
        assert client.post(path, json=said).status_code == 403
    with server.test_request_context("/"):
        from flask import g

        g.account = access.Account("v", "viewer", kind="user")
        workspace = ScopedFake()
        workspace.settings = replace(Settings(), home=home)
        for do in (
            lambda: acting.do_alert(workspace, {"type": "action-acted", "number": 1}, "en"),
            lambda: acting.take_on(workspace, {}, "t", "o", None, "en"),
            lambda: acting.run_now(workspace, "x", "en"),
        ):
            with pytest.raises(access.NotPermittedError):
                do()


def test_answers_for_accounts_are_kept_by_no_cache(shared: tuple[Any, Path]):
    answer = signed_in(shared[0], "viewer").get("/overview")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Cookie" in answer.headers["Vary"]


def test_the_requests_workspace_is_narrowed(shared: tuple[Any, Path]):
    server, _ = shared
    with server.test_request_context("/"):
        from flask import g

        whole = ScopedFake()
        requested = access.RequestedWorkspace(whole)
        g.account = access.Account("n", "viewer", make_scope({"channel": ["jd"]}), "user")
        assert str(requested.scope) == "channel=jd"
        g.account = access.Account("a", "admin", kind="user")
        assert requested.here() is whole
    with server.test_request_context("/"):
        assert not requested.scope.is_everything  # somebody who was not let in sees nothing


def test_a_screen_opens_the_wall_and_nothing_else(shared: tuple[Any, Path]):
    server, home = shared
    journal, now = Journal(home), datetime.now(UTC).replace(tzinfo=None)
    number, key = add_token(journal, "hall", "kiosk", now, now + timedelta(days=1))
    client = server.test_client()
    answer = client.get(f"/wall?token={key}&board=supply", headers=PAGE)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/wall?board=supply")
    assert client.get("/wall?board=supply").status_code == 200
    assert client.get("/_dash-layout").status_code == 200
    for address in ("/overview", "/api/v1/query?metrics=orders", "/files/overview-trend.csv", "/data"):
        assert client.get(address).status_code == 403
    body = {"output": "stamp.children", "outputs": {"id": "stamp", "property": "children"}, "changedPropIds": []}
    for path, code in (("/orders", 403), ("/wall", 500)):
        inputs = [{"id": "request", "property": "data", "value": {"path": path}}]
        answered = client.post("/_dash-update-component", json={**body, "inputs": inputs}).status_code
        assert (answered == 403) is (code == 403), path
    assert client.post("/keep/view", json={}).status_code == 403
    revoke_token(journal, number, now)
    assert client.get("/wall").status_code == 401
    assert server.test_client().get(f"/wall?token={key}", headers=PAGE).headers["Location"].startswith("/login")


def test_a_program_asks_with_its_key(shared: tuple[Any, Path]):
    server, home = shared
    journal, now = Journal(home), datetime.now(UTC).replace(tzinfo=None)
    _, key = add_token(journal, "erp", "api", now, now + timedelta(days=1), role="analyst")
    _, old = add_token(journal, "old", "api", now - timedelta(days=2), now - timedelta(days=1), role="analyst")
    client = server.test_client()
    assert client.get("/api/version", headers={"Authorization": f"Bearer {key}"}).status_code == 200
    for wrong in (old, "fbi_guess", key[:-1], "", "\udcff"):
        header = {"Authorization": f"Bearer {wrong}".encode("utf-8", "surrogateescape").decode("latin-1")}
        assert client.get("/api/version", headers=header).status_code == 401
    assert client.get(f"/wall?token={key}").status_code == 401
    assert key.encode() not in Journal(home).path.read_bytes()


def test_keys_have_limits(home: Path):
    journal = Journal(home)
    for kind, role in (("kiosk", "editor"), ("api", "admin")):
        with pytest.raises(UsageError):
            add_token(journal, "x", kind, NOW, NOW + timedelta(days=1), role=role)
    with pytest.raises(UsageError):
        add_token(journal, "x", "api", NOW, NOW)
    number, key = add_token(journal, "x", "api", NOW, NOW + timedelta(days=1), scope=make_scope({"channel": ["jd"]}))
    found = find_token(journal, key, NOW)
    assert found is not None
    assert str(found.scope) == "channel=jd"
    assert find_token(journal, key, NOW + timedelta(days=1)) is None
    revoke_token(journal, number, NOW)
    assert find_token(journal, key, NOW) is None
    assert [token.works(NOW) for token in list_tokens(journal)] == [False]
    with pytest.raises(UnknownNameError):
        revoke_token(journal, 99, NOW)


def test_a_session_ends_with_time_idleness_and_its_user(home: Path):
    journal = Journal(home)
    add_user(journal, "mei", "viewer", NOW, password=PASSWORD)
    secret = start_session(journal, NOW, user="mei")
    assert account_of_session(journal, secret, NOW) is not None
    assert account_of_session(journal, secret, NOW + IDLE + timedelta(seconds=1)) is None
    for hour in range(1, 12):
        assert account_of_session(journal, secret, NOW + timedelta(hours=hour)) is not None
    assert account_of_session(journal, secret, NOW + LIFE) is None
    secret = start_session(journal, NOW, user="mei")
    change_user(journal, "mei", NOW, role="analyst")
    assert account_of_session(journal, secret, NOW) is None
    secret = start_session(journal, NOW, user="mei")
    remove_user(journal, "MEI")
    assert account_of_session(journal, secret, NOW) is None
    assert list_users(journal) == []


def test_users_and_passwords(home: Path):
    journal = Journal(home)
    add_user(journal, "mei", "viewer", NOW, password=PASSWORD)
    add_user(journal, "sso", "viewer", NOW)
    assert check_password(journal, "Mei", PASSWORD) is not None
    for name, password in (("mei", "wrong one of course"), ("nobody", PASSWORD), ("sso", ""), ("mei", "x" * 5000)):
        assert check_password(journal, name, password) is None
    change_user(journal, "mei", NOW, password="another sentence")
    assert check_password(journal, "mei", PASSWORD) is None
    assert get_user(journal, "mei").scope.is_everything
    for name, password in (
        ("Mei", PASSWORD),
        ("a b", PASSWORD),
        ("x", "short"),
        ("x", "aaaaaaaaaaaa"),
        ("-x", PASSWORD),
    ):
        with pytest.raises(UsageError):
            add_user(journal, name, "viewer", NOW, password=password)
    with pytest.raises(UnknownNameError):
        add_user(journal, "x", "root", NOW)


def test_only_declared_proxies_name_users(home: Path):
    new_user(home, "mei", "viewer")
    proxied = {"trusted_proxies": ("10.0.0.0/8",), "proxy_user_header": "X-User"}
    client = server_of(home, **proxied).test_client()
    named = {"X-User": "mei", "X-Forwarded-For": "6.6.6.6, 203.0.113.5, 10.0.0.3"}
    assert (
        client.get("/files/overview-trend.csv", headers=named, environ_base={"REMOTE_ADDR": "10.1.2.3"}).status_code
        == 403
    )
    assert list_audit(Journal(home))[0].address == "203.0.113.5"
    assert client.get("/overview", headers=named, environ_base={"REMOTE_ADDR": "10.1.2.3"}).status_code == 200
    assert client.get("/overview", headers=named, environ_base={"REMOTE_ADDR": "127.0.0.1"}).status_code == 401
    stranger = {"X-User": "nobody"}
    assert client.get("/overview", headers=stranger, environ_base={"REMOTE_ADDR": "10.1.2.3"}).status_code == 401
    secure = {"X-Forwarded-Proto": "https"}
    for address, is_secure in (("10.1.2.3", True), ("127.0.0.1", False)):
        answer = client.get("/login", headers=secure, environ_base={"REMOTE_ADDR": address})
        assert ("Secure" in answer.headers["Set-Cookie"]) is is_secure


def test_the_log_says_who_saw_and_exported(shared: tuple[Any, Path]):
    server, home = shared
    client = signed_in(server, "analyst")
    client.get("/files/overview-trend.csv?channel=jd")
    found = list_audit(Journal(home), account="analyst")
    assert [(entry.event, entry.outcome) for entry in found[:2]] == [("export", "ok"), ("sign-in", "ok")]
    assert found[0].what == "/files/overview-trend.csv?channel=jd"
    assert found[0].address == "127.0.0.1"


def test_the_log_is_chained_and_stays_lines(home: Path):
    journal = Journal(home)
    for what in ("one", "two\r\nforged \x1b[31m", "three"):
        note(journal, NOW, "mei", "page", what)
    assert list_audit(journal)[1].what == "two  forged  [31m"
    assert find_break(journal) is None
    with journal.writing() as connection:
        connection.execute("UPDATE audit SET what = 'another' WHERE id = 2")
    assert find_break(journal) == 2
    with journal.writing() as connection:
        connection.execute("UPDATE audit SET what = 'two  forged  [31m' WHERE id = 2")
        connection.execute("DELETE FROM audit WHERE id = 1")
    assert find_break(journal) == 2


@pytest.mark.skipif(os.name != "posix", reason="permissions of files")
def test_the_secret_key_is_private_and_rotates(home: Path):
    keys = read_keys(home)
    path = home / "secret.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_keys(home) == keys
    rotate_key(home)
    assert read_keys(home)[1:] == keys
    rotate_key(home)
    assert len(read_keys(home)) == 2
    assert keys[0] not in read_keys(home)
    path.write_text("short\n")
    with pytest.raises(SettingsError):
        read_keys(home)
    path.chmod(0o644)
    with pytest.raises(SettingsError):
        read_keys(home)


def test_a_form_survives_the_rotation_of_the_key(home: Path):
    new_user(home, "mei")
    client = server_of(home).test_client()
    data = {"form": form_of(client), "name": "mei", "password": PASSWORD}
    rotate_key(home)
    assert client.post("/login", data=data).status_code == 302


@pytest.mark.parametrize(
    "body", [None, [], {}, {"output": 1}, {"output": "x"}, {"output": "x", "inputs": "y", "outputs": []}]
)
def test_a_callback_without_its_shape_is_refused(shared: tuple[Any, Path], body: Any):
    client = signed_in(shared[0], "viewer")
    assert client.post("/_dash-update-component", json=body).status_code == 400


def test_the_journal_cannot_be_written_for_a_viewer(home: Path):
    journal = Journal(home)
    token = REFUSED.set(access.NotPermittedError("no"))
    try:
        with pytest.raises(access.NotPermittedError), journal.writing():
            pass
        note(journal, NOW, "v", "page", "/")
    finally:
        REFUSED.reset(token)
    assert len(list_audit(journal)) == 1


def test_the_journal_is_hidden_from_somebody_with_a_scope(home: Path):
    journal = Journal(home)
    note(journal, NOW, "v", "page", "/")
    token = HIDDEN.set(True)
    try:
        with pytest.raises(OutOfScopeError), journal.reading():
            pass
        with unhidden(), journal.reading():
            pass
        with pytest.raises(OutOfScopeError), journal.reading():
            pass
    finally:
        HIDDEN.reset(token)


def test_only_our_own_browser_draws_without_signing_in(home: Path):
    new_user(home, "mei")
    server = server_of(home)
    client = Client(_known(server, "the right key"))
    assert client.get("/overview").status_code == 401
    assert client.get("/overview", headers={"X-Drawing-Key": "a wrong key"}).status_code == 401
    assert client.get("/overview", headers={"X-Drawing-Key": "the right key"}).status_code == 200
    assert server.test_client().get("/overview", headers={"X-Drawing-Key": "the right key"}).status_code == 401
