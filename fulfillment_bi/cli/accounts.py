"""Commands about who may see what: users, keys for programs and screens, the audit log."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from fulfillment_bi.cli import options
from fulfillment_bi.cli.output import print_json, print_table
from fulfillment_bi.documents.plain import plain
from fulfillment_bi.documents.selection import business_day
from fulfillment_bi.errors import UsageError
from fulfillment_bi.permissions import ROLES

if TYPE_CHECKING:
    from fulfillment_bi.journal.database import Journal
    from fulfillment_bi.warehouse.scope import Scope

Name = Annotated[str, typer.Argument(metavar="NAME", help="See `fbi users list`.")]
Role = Annotated[str, typer.Option("--role", metavar="|".join(ROLES), help="What the account may do.")]
Limits = Annotated[
    list[str] | None,
    typer.Option("--scope", metavar="DIM=MEMBER[,MEMBER]", help="See only these: channel, shop, warehouse."),
]
FromStandardInput = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input instead of asking.")
]
DAYS = 365


def register(app: typer.Typer) -> None:
    """Add the groups of commands."""
    users = typer.Typer(help="Users: once there is one, everybody signs in.", no_args_is_help=True)
    users.command("add")(add)
    users.command("list")(list_all)
    users.command("remove")(remove)
    users.command("role")(change_role)
    users.command("scope")(change_scope)
    users.command("password")(change_password)
    app.add_typer(users, name="users")
    tokens = typer.Typer(help="Keys for programs (api) and screens (kiosk).", no_args_is_help=True)
    tokens.command("add")(add_key)
    tokens.command("list")(list_keys)
    tokens.command("revoke")(revoke_key)
    tokens.command("rotate")(rotate)
    app.add_typer(tokens, name="tokens")
    app.command("audit")(audit)


def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What to sign in as.")],
    role: Role = "viewer",
    scope: Limits = None,
    password_stdin: FromStandardInput = False,
    no_password: Annotated[bool, typer.Option("--no-password", help="Signs in through another system only.")] = False,
) -> None:
    """Add a user. Without --scope they see everything.

    \b
    Examples:
      fbi users add mei --role admin
      fbi users add lin --role analyst --scope channel=jd,tmall --scope warehouse=GZ
    """
    from fulfillment_bi.journal.accounts import add_user, check_role

    check_role(role)
    limits = _scope(scope)
    password = None if no_password else _password(password_stdin)
    add_user(_journal(), name, role, datetime.now(UTC), scope=limits, password=password)
    _note("user added", f"{name} {role} {limits}")
    typer.echo(f"{name}: {role}, {limits or 'all rows'}")


def list_all(as_json: options.AsJson = False) -> None:
    """List the users.

    \b
    Examples:
      fbi users list
    """
    from fulfillment_bi.journal.accounts import list_users

    found = list_users(_journal())
    if as_json:
        print_json(
            [
                {"name": one.name, "role": one.role, "scope": one.scope.as_lists(), "has_password": one.has_password}
                for one in found
            ]
        )
        return
    rows = [(one.name, one.role, str(one.scope), "yes" if one.has_password else "no") for one in found]
    print_table(("name", "role", "scope", "password"), rows)


def remove(name: Name) -> None:
    """Remove a user and end their sessions.

    \b
    Examples:
      fbi users remove lin
    """
    from fulfillment_bi.journal.accounts import remove_user

    remove_user(_journal(), name)
    _note("user removed", name)


def change_role(name: Name, role: Annotated[str, typer.Argument(metavar="|".join(ROLES))]) -> None:
    """Give a user another role; they sign in anew.

    \b
    Examples:
      fbi users role lin editor
    """
    from fulfillment_bi.journal.accounts import change_user

    change_user(_journal(), name, datetime.now(UTC), role=role)
    _note("role changed", f"{name} {role}")


def change_scope(name: Name, scope: Limits = None) -> None:
    """Set what a user sees; without --scope everything. They sign in anew.

    \b
    Examples:
      fbi users scope lin --scope channel=jd
    """
    from fulfillment_bi.journal.accounts import change_user

    limits = _scope(scope)
    change_user(_journal(), name, datetime.now(UTC), scope=limits)
    _note("scope changed", f"{name} {limits}")
    typer.echo(f"{name}: {limits or 'all rows'}")


def change_password(name: Name, password_stdin: FromStandardInput = False) -> None:
    """Set a user's password; they sign in anew.

    \b
    Examples:
      fbi users password lin
    """
    from fulfillment_bi.journal.accounts import change_user, get_user

    get_user(_journal(), name)
    change_user(_journal(), name, datetime.now(UTC), password=_password(password_stdin))
    _note("password changed", name)


def add_key(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is for.")],
    kind: Annotated[str, typer.Option("--kind", metavar="api|kiosk", help="For a program, or for a screen.")] = "kiosk",
    role: Role = "viewer",
    scope: Limits = None,
    expires: Annotated[str | None, typer.Option("--expires", metavar="DATE", help="Last day; default: a year.")] = None,
) -> None:
    """Make a key and print it, once. A kiosk key opens the wall: /wall?token=KEY. An api key goes into a header.

    \b
    Examples:
      fbi tokens add 'hall A' --scope warehouse=GZ
      fbi tokens add erp --kind api --role analyst --expires 2027-06-30
    """
    from fulfillment_bi.journal.sessions import add_token

    if kind not in ("api", "kiosk"):
        raise UsageError(f"There is no kind of key '{kind}'.", where="--kind", hint="Use api or kiosk.")
    now = datetime.now(UTC).replace(tzinfo=None)
    day = business_day(expires, "--expires")
    ends = datetime.combine(day, time()) + timedelta(days=1) if day else now + timedelta(days=DAYS)
    limits = _scope(scope)
    number, secret = add_token(
        _journal(), name, "api" if kind == "api" else "kiosk", now, ends, role=role, scope=limits, by="command line"
    )
    _note("key added", f"{number} {kind} {name} {role} {limits}")
    typer.echo(f"key {number}, until {ends:%Y-%m-%d %H:%M} UTC; it is shown only now:", err=True)
    typer.echo(secret)


def list_keys(as_json: options.AsJson = False) -> None:
    """List the keys, newest first; the keys themselves are not known any more.

    \b
    Examples:
      fbi tokens list
    """
    from fulfillment_bi.journal.sessions import list_tokens

    found = list_tokens(_journal())
    now = datetime.now(UTC).replace(tzinfo=None)
    if as_json:
        print_json(
            [
                {
                    "number": one.id,
                    "name": one.name,
                    "kind": one.kind,
                    "role": one.role,
                    "scope": one.scope.as_lists(),
                    "expires_at": plain(one.expires_at, "Z"),
                    "revoked_at": plain(one.revoked_at, "Z"),
                    "used_at": plain(one.used_at, "Z"),
                    "works": one.works(now),
                }
                for one in found
            ]
        )
        return
    rows = [
        (one.id, one.name, one.kind, one.role, str(one.scope), one.expires_at or "", "yes" if one.works(now) else "no")
        for one in found
    ]
    print_table(("number", "name", "kind", "role", "scope", "expires_utc", "works"), rows)


def revoke_key(number: Annotated[int, typer.Argument(metavar="NUMBER", help="See `fbi tokens list`.")]) -> None:
    """End a key, and what it opened, at once.

    \b
    Examples:
      fbi tokens revoke 3
    """
    from fulfillment_bi.journal.sessions import revoke_token

    revoke_token(_journal(), number, datetime.now(UTC).replace(tzinfo=None))
    _note("key revoked", str(number))


def rotate() -> None:
    """Put a new secret key in force for what browsers bring back while they sign in; the one before still counts.

    \b
    Examples:
      fbi tokens rotate
    """
    from fulfillment_bi.journal.secret_key import rotate_key
    from fulfillment_bi.settings import load_settings

    rotate_key(load_settings().home)
    _note("secret key rotated", "")


def audit(
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many, newest first.")] = 100,
    account: Annotated[str, typer.Option("--account", help="Only of this account.")] = "",
    event: Annotated[str, typer.Option("--event", help="Only these: sign-in, export, page, rows ...")] = "",
    check: Annotated[bool, typer.Option("--check", help="Only check that no entry was changed or removed.")] = False,
    as_json: options.AsJson = False,
) -> None:
    """Who saw, exported or changed what. Exit 1 where --check finds a broken chain.

    \b
    Examples:
      fbi audit --event export
      fbi audit --check
    """
    from fulfillment_bi.journal.audit import find_break, list_audit

    if check:
        broken = find_break(_journal())
        if broken is not None:
            typer.echo(f"entry {broken} was changed, or what was before it is gone")
            raise typer.Exit(1)
        typer.echo("every entry is as it was written")
        return
    found = list_audit(_journal(), limit, account, event)
    if as_json:
        print_json([plain(one, "Z") for one in found])
        return
    rows = [(one.at, one.account, one.event, one.what, one.address, one.outcome) for one in found]
    print_table(("at_utc", "account", "event", "what", "address", "outcome"), rows)


def _journal() -> Journal:
    from fulfillment_bi.journal.database import Journal
    from fulfillment_bi.settings import load_settings

    return Journal(load_settings().home)


def _note(event: str, what: str) -> None:
    from fulfillment_bi.journal.audit import note

    note(_journal(), datetime.now(UTC), "command line", event, what)


def _scope(limits: list[str] | None) -> Scope:
    """channel=a,b and the like. Raises UsageError for one without members."""
    from fulfillment_bi.warehouse.scope import make_scope

    found: dict[str, set[str]] = {}
    for limit in limits or []:
        name, _, members = limit.partition("=")
        listed = {member.strip() for member in members.split(",") if member.strip()}
        if not listed:
            raise UsageError(f"'{limit}' names no members.", where="--scope", hint="Write --scope channel=jd,tmall.")
        found.setdefault(name.strip(), set()).update(listed)
    return make_scope(found)


def _password(from_standard_input: bool) -> str:
    if from_standard_input:
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
