"""Uploaded files and what becomes of them: a folder each, with the file and a note that any process can read.

    HOME/uploads/<id>/file/<name>     the bytes, gone once they are loaded or thrown away
    HOME/uploads/<id>/job.json        the note: name, state, progress, the report of the load

Loads run one after the other in a thread of their own, so that pages go on answering meanwhile.
"""

from __future__ import annotations

import json
import logging
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Protocol

from fulfillment_bi.errors import ContractError, FileUnknownError, FulfillmentError
from fulfillment_bi.ingest.detect import detect
from fulfillment_bi.ingest.load import Progress
from fulfillment_bi.ingest.readers.opening import open_source
from fulfillment_bi.ingest.report import LoadReport
from fulfillment_bi.web.access import current_account, require

State = Literal["waiting", "loading", "done", "unknown", "failed"]
KEPT_SECONDS, MOST_SHOWN = 24 * 3600, 8
LOCK_SECONDS = 900.0
_ID = re.compile(r"[0-9a-f]{32}")
_WRITE_SECONDS = 0.3
LOG = logging.getLogger(__name__)


class Loader(Protocol):
    """What loads files: `start.load_files`."""

    def __call__(
        self, workspace: Any, paths: Sequence[Path], *, progress: Progress | None, wait_seconds: float
    ) -> LoadReport:
        """Load and publish."""


@dataclass(frozen=True, slots=True)
class Job:
    """One uploaded file. `report` is what `LoadReport.document` says, `message` why it is unknown or has failed."""

    id: str
    name: str
    size: int
    at: float
    state: State = "waiting"
    done: int = 0
    total: int = 0
    message: str = ""
    report: dict[str, Any] = field(default_factory=dict)

    @property
    def running(self) -> bool:
        """Whether something is still to come without anybody's doing."""
        return self.state in ("waiting", "loading")

    @property
    def refused(self) -> int:
        """Records in quarantine."""
        files = self.report.get("files", ())
        return sum(counts["quarantined"] for file in files for counts in file["entities"].values())


class Jobs:
    """The uploads of one home directory. Without a `load` nothing can be uploaded."""

    def __init__(self, workspace: Any, load: Loader | None) -> None:
        self._workspace = workspace
        self._load = load
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="load")

    @property
    def ready(self) -> bool:
        """Whether files can be taken in."""
        return self._load is not None

    @property
    def folder(self) -> Path:
        """Where the uploads are."""
        return Path(self._workspace.settings.home) / "uploads"

    def receive(self, name: str) -> tuple[str, Path]:
        """A new id, and the path to write the file to; its folder has the mode of private things."""
        require("load")
        self._clean()
        identity = secrets.token_hex(16)
        folder = self.folder / identity / "file"
        folder.mkdir(parents=True, mode=0o700)
        return identity, folder / file_name(name)

    def start(self, identity: str) -> Job:
        """Load an upload in the background; its note."""
        path = self.path(identity)
        if path is None:
            raise KeyError(identity)
        job = Job(identity, path.name, path.stat().st_size, time.time())
        self._write(job)
        self._worker.submit(self._run, job, path)
        return job

    def path(self, identity: str) -> Path | None:
        """The uploaded file; None when there is none (any more), or for somebody who may not load."""
        if not _ID.fullmatch(identity) or not current_account().may("load"):
            return None
        folder = self.folder / identity / "file"
        return next((path for path in folder.iterdir() if path.is_file()), None) if folder.is_dir() else None

    def get(self, identity: str) -> Job | None:
        """The note of an upload."""
        return self._read(identity) if _ID.fullmatch(identity) else None

    def list(self) -> list[Job]:
        """The latest uploads, newest first; none for somebody who may not load."""
        if not current_account().may("load"):
            return []
        found = sorted(self._all(), key=lambda job: -job.at)
        return found[:MOST_SHOWN]

    def drop(self, identity: str) -> None:
        """Forget an upload and its file, unless it is being loaded."""
        require("load")
        job = self.get(identity)
        if job is not None and not job.running:
            shutil.rmtree(self.folder / identity, ignore_errors=True)

    def discard(self, identity: str) -> None:
        """Take away what was received of an upload that was broken off."""
        if _ID.fullmatch(identity):
            shutil.rmtree(self.folder / identity, ignore_errors=True)

    def _run(self, job: Job, path: Path) -> None:
        try:
            job = self._loaded(job, path)
        except FulfillmentError as error:
            job = replace(job, state="failed", message=_sentence(error, path))
        except Exception:
            LOG.exception("loading an upload")
            job = replace(job, state="failed", message="Something went wrong; see the server log.")
        self._write(job)
        if job.state != "unknown":
            # Raw files hold personal data: they are kept only while somebody has to map them.
            shutil.rmtree(path.parent, ignore_errors=True)

    def _loaded(self, job: Job, path: Path) -> Job:
        try:
            detect(open_source(path).preview, path.name, own=self._workspace.settings.mappings_folder)
        except (FileUnknownError, ContractError) as error:
            return replace(job, state="unknown", message=_sentence(error, path))
        assert self._load is not None
        last = 0.0

        def progress(done: int, total: int, file: str) -> None:  # noqa: ARG001 - always the one file
            nonlocal last
            now = time.monotonic()
            if now - last >= _WRITE_SECONDS:
                last = now
                self._write(replace(job, state="loading", done=done, total=total))

        self._write(replace(job, state="loading", total=job.size))
        report = self._load(self._workspace, [path], progress=progress, wait_seconds=LOCK_SECONDS)
        file = report.files[0]
        state: State = "failed" if file.status in ("failed", "skipped") else "done"
        said = file.message.replace(str(path), path.name)
        return replace(job, state=state, done=job.size, total=job.size, message=said, report=report.document())

    def _write(self, job: Job) -> None:
        folder = self.folder / job.id
        draft = folder / f"job.{secrets.token_hex(4)}"
        with suppress(FileNotFoundError):  # dropped meanwhile
            draft.write_text(json.dumps(asdict(job), ensure_ascii=False), "utf-8")
            os.replace(draft, folder / "job.json")

    def _read(self, identity: str) -> Job | None:
        try:
            return Job(**json.loads((self.folder / identity / "job.json").read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def _all(self) -> Iterator[Job]:
        names = os.listdir(self.folder) if self.folder.is_dir() else []
        yield from (job for name in names if _ID.fullmatch(name) and (job := self._read(name)) is not None)

    def _clean(self) -> None:
        """Remove what is older than a day: also what a crash left."""
        oldest = time.time() - KEPT_SECONDS
        for folder in self.folder.iterdir() if self.folder.is_dir() else ():
            with suppress(OSError):
                if folder.stat().st_mtime < oldest:
                    shutil.rmtree(folder, ignore_errors=True)


def file_name(text: str) -> str:
    """The name of an upload as a name on disk: no folders, no control characters, not hidden, not too long."""
    bare = re.split(r"[/\\]", text)[-1]
    bare = "".join(sign for sign in bare if sign.isprintable()).strip().lstrip(".")
    stem, dot, ending = bare.rpartition(".")
    short = stem.encode()[:180].decode("utf-8", "ignore") + dot + ending[:16] if dot else bare[:60]
    return short or "upload"


def _sentence(error: FulfillmentError, path: Path) -> str:
    """The error without where the file lies on the server."""
    where = "" if error.where in (str(path), path.name) else f"{error.where}: " if error.where else ""
    return f"{where}{error.what}".replace(str(path), path.name)
