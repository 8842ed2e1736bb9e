"""Commands over published versions."""

from __future__ import annotations

from typing import Annotated

import typer

from fulfillment_bi.cli import options
from fulfillment_bi.cli.exits import FAILED
from fulfillment_bi.cli.output import print_json, print_table
from fulfillment_bi.documents.plain import plain

VersionName = Annotated[str, typer.Argument(metavar="ID", help="As in `fbi versions list`, v00000007.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="List, verify, roll back and rebuild published versions.", no_args_is_help=True)
    group.command("list")(list_versions)
    group.command("rollback")(rollback)
    group.command("verify")(verify)
    group.command("rebuild")(rebuild)
    app.add_typer(group, name="versions")


def list_versions(as_json: options.AsJson = False) -> None:
    """List the published versions; the current one is marked.

    \b
    Examples:
      fbi versions list
      fbi versions list --json
    """
    from fulfillment_bi.workspace import open_workspace

    with open_workspace() as workspace:
        current = workspace.info
        found = workspace.store.list()
    name = current.id if current else None
    if as_json:
        print_json({"current": name, "versions": plain(found)})
        return
    print_table(
        ("", "version", "published at", "bytes"),
        [("*" if one.id == name else "", one.id, one.published_at, one.size) for one in found],
    )


def rollback(name: VersionName, as_json: options.AsJson = False) -> None:
    """Make another version the current one; it is verified first, and nothing is deleted.

    \b
    Examples:
      fbi versions rollback v00000006
    """
    from fulfillment_bi.workspace import open_workspace

    with open_workspace() as workspace:
        info = workspace.store.rollback(name)
    if as_json:
        print_json({"current": info.id})
    else:
        typer.echo(f"{info.id} is the current version now.")


def rebuild(as_json: options.AsJson = False) -> None:
    """Make a version from the archive alone: every loaded file is checked and staged again, the numbers are the same.

    \b
    Examples:
      fbi versions rebuild
    """
    from fulfillment_bi.start import rebuild_versions
    from fulfillment_bi.workspace import open_workspace

    with open_workspace() as workspace:
        name = rebuild_versions(workspace)
    if as_json:
        print_json({"current": name})
    else:
        typer.echo(f"{name} was made from the archive and is the current version now.")


def verify(
    name: Annotated[str | None, typer.Argument(metavar="[ID]", help="One version; default all.")] = None,
    as_json: options.AsJson = False,
) -> None:
    """Read every byte of the versions and check them; exits 1 when one is damaged.

    \b
    Examples:
      fbi versions verify
      fbi versions verify v00000007 --json
    """
    from fulfillment_bi.workspace import open_workspace

    with open_workspace() as workspace:
        findings = workspace.store.verify(name)
    bad = [finding for finding in findings if not finding.ok]
    if as_json:
        print_json({"ok": not bad, "findings": plain(findings)})
    else:
        for finding in findings:
            mark = "ok     " if finding.ok else "DAMAGED"
            hint = f"  -> {finding.hint}" if finding.hint else ""
            typer.echo(f"{mark}  {finding.subject:<10} {finding.what}{hint}")
    if bad:
        raise typer.Exit(FAILED)
