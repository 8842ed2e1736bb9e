"""Running it for real: a backup made as documented gives the same numbers, and so does a home of an earlier release."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fulfillment_bi.cli.application import build
from fulfillment_bi.errors import FulfillmentError, WarehouseError
from fulfillment_bi.journal.accounts import add_user, list_users
from fulfillment_bi.journal.database import Journal
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.start import load_files, rebuild_versions
from fulfillment_bi.warehouse.pointer import OLDEST_SCHEMA, SCHEMA
from fulfillment_bi.workspace import Workspace, open_workspace

ROOT = Path(__file__).parents[1]
GUIDE = ROOT / "docs" / "how-to" / "run-for-a-team.md"
RELEASED = {"0.1.0": ROOT / "tests" / "data" / "home-0.1.0.tar.gz"}
"""Homes as releases wrote them: three orders and a refused row, their lines. Never make one anew: add the next."""
ASKED = Query(("orders", "otif", "ship_delay_rate"), by=("channel",))


@pytest.fixture(params=sorted(RELEASED))
def released(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    with tarfile.open(RELEASED[request.param]) as packed:
        packed.extractall(tmp_path, filter="data")
    return tmp_path / "home"


def numbers(workspace: Workspace) -> list[tuple[object, ...]]:
    return list(workspace.run(ASKED).rows)


def documented(start: str) -> list[str]:
    """The commands of the block of the guide that begins so."""
    blocks = re.findall(r"^```bash\n(.*?)^```", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    (block,) = [one for one in blocks if one.startswith(start)]
    return str(block).splitlines()


def in_shell(lines: list[str], folder: Path, **variables: Path) -> str:
    """Run the commands with this very installation's `fbi`; what they print."""
    own = folder / "bin"
    own.mkdir(exist_ok=True)
    code = "from fulfillment_bi.cli import main; main()"
    (own / "fbi").write_text(f"#!/bin/sh\nexec {sys.executable} -c '{code}' \"$@\"\n")
    (own / "fbi").chmod(0o755)
    env = {**os.environ, "PATH": f"{own}:{os.environ['PATH']}", **{name: str(path) for name, path in variables.items()}}
    done = subprocess.run(["sh", "-e"], input="\n".join(lines), env=env, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_backup_made_as_documented_gives_the_same_numbers(released: Path, tmp_path: Path) -> None:
    add_user(Journal(released), "ann", "analyst", datetime(2026, 11, 1, tzinfo=UTC))
    (released / "versions" / "build-1.duckdb").write_text("half")
    backup, restored = tmp_path / "backup", tmp_path / "restored"
    restored.mkdir()
    in_shell(documented("fbi versions verify\nmkdir"), tmp_path, FBI_HOME=released, BACKUP=backup)
    with open_workspace(released) as workspace:
        before = numbers(workspace)
    said = in_shell(documented("cp -a"), tmp_path, BACKUP=backup, RESTORED=restored)
    assert "DAMAGED" not in said
    assert said.count("ok") >= 2
    with open_workspace(restored) as workspace:
        assert numbers(workspace) == before
    files = [sorted(path.relative_to(home) for path in home.glob("archive/*/*/*")) for home in (released, restored)]
    assert files[0] == files[1] != []
    assert (restored / "hash.key").read_bytes() == (released / "hash.key").read_bytes()
    assert [user.name for user in list_users(Journal(restored))] == ["ann"]
    assert not list(restored.glob("versions/build-*"))


def test_a_home_of_a_released_format_is_read_built_on_and_rebuilt(released: Path, tmp_path: Path) -> None:
    export = tmp_path / "orders.csv"
    export.write_text("channel,order_no,created_at,status\nweb,A4,2026-10-02 10:00:00,paid\n")
    with open_workspace(released) as workspace:
        before = numbers(workspace)
        assert [(row[0], row[1]) for row in before] == [("web", 3)]
        rebuild_versions(workspace)
        workspace.refresh()
        assert numbers(workspace) == before
        assert load_files(workspace, [export]).published
        workspace.refresh()
        assert [(row[0], row[1]) for row in numbers(workspace)] == [("web", 4)]
        assert all(finding.ok for finding in workspace.store.verify())


def test_every_released_format_that_is_read_has_its_home() -> None:
    formats = set()
    for path in RELEASED.values():
        with tarfile.open(path) as packed:
            current = packed.extractfile("home/CURRENT")
            assert current is not None
            formats.add(json.load(current)["schema"])
    assert formats == set(range(OLDEST_SCHEMA, SCHEMA + 1))


def of_format(number: int) -> Callable[[Path], None]:
    def change(home: Path) -> None:
        for path in (home / "CURRENT", *home.glob("versions/v*.json")):
            path.write_text(json.dumps(json.loads(path.read_text()) | {"schema": number}))

    return change


@pytest.mark.parametrize(
    ("change", "says"), [(of_format(SCHEMA + 1), "newer release"), (of_format(OLDEST_SCHEMA - 1), "no longer read")]
)
def test_another_format_is_refused_in_words(
    released: Path, change: Callable[[Path], None], says: str, tmp_path: Path
) -> None:
    change(released)
    export = tmp_path / "orders.csv"
    export.write_text("channel,order_no,created_at,status\nweb,A4,2026-10-02 10:00:00,paid\n")
    with open_workspace(released) as workspace:
        with pytest.raises(FulfillmentError, match=f"{says}.*run-for-a-team"):
            numbers(workspace)
        with pytest.raises(WarehouseError, match=says), workspace.store.draft():
            pass
    done = CliRunner().invoke(build(), ["versions", "verify"], env={"FBI_HOME": str(released)})
    assert done.exit_code == 1
    assert says in done.stdout
