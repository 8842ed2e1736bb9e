"""`fbi users`, `fbi tokens` and `fbi audit`."""

from __future__ import annotations

import io

import pytest

from fulfillment_bi.journal import accounts
from tests.cli.conftest import Fbi
from tests.web.signing import QUICK_HASHER


@pytest.fixture(autouse=True)
def _typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "PasswordHasher", QUICK_HASHER)
    monkeypatch.setattr("sys.stdin", io.StringIO("a sentence of its own\nanother of these\n"))


def test_users(fbi: Fbi):
    added = fbi("users", "add", "lin", "--role", "analyst", "--scope", "channel=jd, tmall", "--password-stdin")
    assert (added.code, added.out) == (0, "lin: analyst, channel=jd,tmall\n")
    assert fbi("users", "role", "lin", "editor").code == 0
    assert fbi("users", "scope", "lin", "--scope", "warehouse=GZ").out == "lin: warehouse=GZ\n"
    assert fbi("users", "password", "lin", "--password-stdin").code == 0
    assert fbi("users", "list", "--json").json == [
        {"name": "lin", "role": "editor", "scope": {"warehouse": ["GZ"]}, "has_password": True}
    ]
    assert "editor" in fbi("users", "list").out
    assert fbi("users", "remove", "lin").code == 0
    events = [entry["event"] for entry in fbi("audit", "--json").json]
    assert events == ["user removed", "password changed", "scope changed", "role changed", "user added"]


@pytest.mark.parametrize(
    "wrong",
    [
        ("users", "add", "lin", "--role", "king", "--no-password"),
        ("users", "add", "lin", "--scope", "region=x", "--no-password"),
        ("users", "add", "lin", "--scope", "channel=", "--no-password"),
        ("users", "remove", "nobody"),
        ("tokens", "add", "x", "--kind", "magic"),
        ("tokens", "add", "x", "--role", "admin"),
        ("tokens", "add", "x", "--expires", "2020-01-01"),
        ("tokens", "revoke", "7"),
    ],
)
def test_wrong_use(fbi: Fbi, wrong: tuple[str, ...]):
    assert fbi(*wrong).code == 2


def test_keys(fbi: Fbi):
    added = fbi("tokens", "add", "hall", "--scope", "channel=jd", "--expires", "2099-12-31")
    assert added.code == 0
    assert added.out.startswith("fbi_")
    (key,) = fbi("tokens", "list", "--json").json
    assert (key["name"], key["kind"], key["scope"], key["works"]) == ("hall", "kiosk", {"channel": ["jd"]}, True)
    assert added.out.strip() not in fbi("tokens", "list").out
    assert fbi("tokens", "revoke", str(key["number"])).code == 0
    assert fbi("tokens", "list", "--json").json[0]["works"] is False
    assert fbi("tokens", "rotate").code == 0
    assert fbi("audit", "--check").out == "every entry is as it was written\n"
    assert "key revoked" in fbi("audit", "--event", "key revoked").out
