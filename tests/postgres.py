"""A PostgreSQL server of our own on a Unix socket, for as long as a test session; installed where there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fulfillment_bi.cli.machine import package_manager, root_prefix, run_install

USER = "postgres"
SETTINGS = ("listen_addresses=''", "fsync=off", "max_connections=8", "shared_buffers=16MB")


def programs() -> Path | None:
    """The folder with initdb and pg_ctl: in the PATH, else of the newest version installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    return folders[-1] if folders else None


def install() -> Path:
    """The programs, installed by the system's package manager if need be; RuntimeError when that cannot be done."""
    if programs() is None:
        manager, prefix = package_manager(), root_prefix()
        if manager is None or prefix is None:
            raise RuntimeError("PostgreSQL is not installed, and this account may not install it (package postgresql).")
        for command in filter(None, (manager.refresh, (*manager.install, "postgresql"))):
            run_install((*prefix, *command))
    found = programs()
    if found is None:
        raise RuntimeError("PostgreSQL could not be installed; install the system package postgresql.")
    return found


@contextmanager
def server() -> Iterator[str]:
    """The SQLAlchemy address of a fresh server, whose user has a password."""
    bin_folder = install()
    folder = Path(tempfile.mkdtemp(prefix="fbi-pg-"))
    user = USER if os.geteuid() == 0 else None  # the server refuses to run as root
    try:
        if user:
            shutil.chown(folder, user)

        def run(program: str, *arguments: str) -> None:
            command = [str(bin_folder / program), *arguments]
            subprocess.run(command, user=user, cwd=folder, check=True, capture_output=True, timeout=120)

        run("initdb", "-D", str(folder / "data"), "-U", "fbi", "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync")
        options = " ".join([f"-c {setting}" for setting in SETTINGS] + [f"-k {folder}"])
        run("pg_ctl", "-D", str(folder / "data"), "-l", str(folder / "log"), "-o", options, "-w", "start")
        try:
            yield f"postgresql+psycopg://fbi:S3cret-word@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-D", str(folder / "data"), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
