"""Whether a version is what was published, and whether its ledger accounts for every record."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fulfillment_bi.errors import WarehouseError
from fulfillment_bi.warehouse.engine import Engine, Limits, Session
from fulfillment_bi.warehouse.pointer import OLDEST_SCHEMA, SCHEMA, VersionInfo
from fulfillment_bi.warehouse.tables import has_table

Check = Callable[[Session], list[str]]
"""Looks at a version and returns a sentence for everything wrong with it."""

OTHER_RELEASE = "Use the release that wrote it; docs/how-to/run-for-a-team.md says how to go from one to the other."
_LAW = """
    SELECT load_id, entity, "read", "new" + updated + unchanged + superseded + quarantined
    FROM load_entities
    WHERE ("read" = "new" + updated + unchanged + superseded + quarantined) IS NOT TRUE
    ORDER BY load_id, entity
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about `subject` (a version id or "CURRENT"); `hint` says what to do when it is not `ok`."""

    subject: str
    ok: bool
    what: str
    hint: str = ""


def law_of_records(session: Session) -> list[str]:
    """Loads whose records read are not all accounted for (none when the version has no ledger)."""
    if not has_table(session, "load_entities"):
        return []
    return [
        f"load {load}: {entity}: {read} records read, {accounted} accounted for"
        for load, entity, read, accounted in session.rows(_LAW)
    ]


def failed_checks(session: Session, checks: Sequence[Check]) -> list[str]:
    """Everything that `law_of_records` and `checks` find wrong."""
    return [problem for check in (law_of_records, *checks) for problem in check(session)]


def file_digest(path: Path) -> str:
    """The SHA-256 of a file, as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def file_problem(info: VersionInfo) -> str:
    """Why the file cannot be the one that was published, without reading all of it; "" when nothing speaks against."""
    try:
        size = info.path.stat().st_size
    except OSError as error:
        return f"the file cannot be read ({error.strerror})"
    if size != info.size:
        return f"the file has {size} bytes, {info.size} were published"
    return format_problem(info)


def format_problem(info: VersionInfo) -> str:
    """Why this release does not read the file's format; "" when it does."""
    if info.schema > SCHEMA:
        return "the file was written by a newer release of this program"
    if info.schema < OLDEST_SCHEMA:
        return "the file was written by a release of this program whose format is no longer read"
    return ""


def version_problems(info: VersionInfo, engine: Engine, limits: Limits, scratch: Path) -> list[str]:
    """Everything wrong with a version: its bytes, whether it opens, and its ledger."""
    if problem := file_problem(info):
        return [problem]
    try:
        if info.sha256 and file_digest(info.path) != info.sha256:
            return ["the file was altered: its SHA-256 differs from the published one"]
        if info.cubes and (not info.cubes.exists() or file_digest(info.cubes) != info.cubes_sha256):
            return ["the cubes beside the file are missing or were altered"]
        session = engine.open_reader(info.path, limits, scratch)
    except (OSError, WarehouseError) as error:
        return [f"the file cannot be opened: {error}"]
    try:
        return law_of_records(session)
    except WarehouseError as error:
        return [f"the file cannot be read: {error}"]
    finally:
        session.close()
