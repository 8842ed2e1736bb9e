"""fbi run-schedule, fbi report schedule, runs and rerun: the whole way on the command line."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fulfillment_bi.journal.database import Journal
from fulfillment_bi.journal.runs import add_run
from tests.cli.conftest import Fbi

SCHEDULES = """
[[schedule]]
name = "daily"
report = "wall"
view = "preset=all"
cron = "30 8 * * *"
formats = ["csv"]
languages = ["en"]
keep = 3650

[[schedule]]
name = "wrong"
report = "wall"
view = "chanel=jd"
cron = "30 8 * * *"
formats = ["csv"]
"""


def test_from_the_file_to_the_archive_and_again(fbi: Fbi, home: Path, tmp_path: Path) -> None:
    own = Path(shutil.copytree(home, tmp_path / "warehouse"))
    (own / "schedules.toml").write_text(SCHEDULES)
    listed = fbi("report", "schedule", "--json", home=own).json
    assert [one["name"] for one in listed["schedules"]] == ["daily", "wrong"]
    assert all(one["next"].endswith("00:30:00Z") for one in listed["schedules"])
    assert "daily" in fbi("report", "schedule", home=own).out
    assert fbi("run-schedule", "--once", home=own).code == 0
    assert fbi("report", "runs", "--json", home=own).json == []
    now = datetime.now(UTC) - timedelta(minutes=1)
    add_run(Journal(own), "daily", now, now, "mei")
    add_run(Journal(own), "wrong", now, now, "mei")
    once = fbi("run-schedule", "--once", home=own)
    assert once.code == 1
    assert "report wrong, run 2: failed" in once.out
    runs = {one["schedule"]: one for one in fbi("report", "runs", "--json", home=own).json}
    assert (runs["daily"]["status"], runs["wrong"]["status"]) == ("done", "failed")
    assert "mean nothing" in fbi("report", "runs", home=own).out
    again = fbi("report", "rerun", "1", "--out", str(tmp_path / "again"), home=own)
    assert again.code == 0
    assert "the same as sent, byte for byte" in again.out
    assert fbi("report", "rerun", "2", home=own).code == 2
