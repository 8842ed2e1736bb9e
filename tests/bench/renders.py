"""Does picturing leak? `python -m tests.bench.renders --count 500` pictures reports in a row and prints the memory.

One server process and one browser make all of them, as a scheduler would that never ends; every page in turn. The
slopes are those of a straight line through the second half, when caches are full, in KiB a picture.
"""

from __future__ import annotations

import argparse
import io
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from fulfillment_bi.reports.catalog import REPORTS
from fulfillment_bi.reports.render import Studio, View, studio
from fulfillment_bi.web.app import create_app
from fulfillment_bi.workspace import Workspace, open_workspace


@dataclass(frozen=True)
class Sample:
    """What stands after one picture: resident KiB of this process and of the browser's, open files, temporary files."""

    server: int
    browser: int
    processes: int
    files: int
    leftovers: int


def resident(process: int) -> int:
    """KiB of memory a process holds for itself: shared pages are divided among those that share them."""
    try:
        words = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in words.splitlines() if line.startswith("Pss:")), 0)


def below(process: int) -> Iterator[int]:
    """The processes that a process started, and theirs."""
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in children:
            yield int(child)
            yield from below(int(child))


def sample() -> Sample:
    """What stands now."""
    started = [*below(os.getpid())]
    left = sum(1 for name in os.listdir(tempfile.gettempdir()) if name.startswith(("fbi-", "playwright")))
    files = len(os.listdir("/proc/self/fd"))
    return Sample(resident(os.getpid()), sum(map(resident, started)), len(started), files, left)


def slope(values: Sequence[float]) -> float:
    """How much a number grows from one to the next, by the straight line through them."""
    middle, mean = (len(values) - 1) / 2, sum(values) / len(values)
    spread = sum((at - middle) ** 2 for at in range(len(values)))
    return sum((at - middle) * (value - mean) for at, value in enumerate(values)) / spread if spread else 0.0


@contextmanager
def opened(workspace: Workspace) -> Iterator[tuple[Studio, str]]:
    """A studio on the current version, and that version."""
    with ExitStack() as stack:
        pinned = stack.enter_context(workspace.pinned())
        assert pinned.info is not None
        yield stack.enter_context(studio(create_app(pinned).server, workspace.settings.browser)), pinned.info.id


def pictured(workspace: Workspace, count: int, names: Sequence[str]) -> Iterator[Sample]:
    """`count` pictures of these reports in turn; what stands after each."""
    with opened(workspace) as (own, version):
        for at in range(count):
            report = REPORTS[names[at % len(names)]]
            address = f"{report.path}?preset=30d&lang=en"
            view = View(address, report.width, report.height, whole_page=report.whole_page, language="en-GB")
            buffer = io.BytesIO()
            own.draw(view, {"png": buffer}, version=version)
            assert buffer.getvalue().startswith(b"\x89PNG")
            yield sample()


def show(found: Sequence[Sample]) -> None:
    """First, middle, last, and the slopes."""
    half = found[len(found) // 2 :]
    print(f"{len(found)} pictures")
    print(f"{'':22}{'first':>10}{'middle':>10}{'last':>10}{'slope a picture':>18}")
    for name in ("server", "browser", "processes", "files", "leftovers"):
        values = [getattr(one, name) for one in found]
        line = slope([getattr(one, name) for one in half])
        print(f"{name:22}{values[0]:>10,}{values[len(values) // 2]:>10,}{values[-1]:>10,}{line:>18.3f}", flush=True)


def main() -> None:
    """Picture and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--home", type=Path, default=None, help="a loaded home (default: the setting)")
    parser.add_argument("--reports", default=",".join(REPORTS), help="which, in turn")
    asked = parser.parse_args()
    found: list[Sample] = []
    with open_workspace(asked.home) as workspace:
        try:
            for one in pictured(workspace, asked.count, asked.reports.split(",")):
                found.append(one)
                if len(found) % 50 == 0:
                    show(found)
        finally:
            show(found)


if __name__ == "__main__":
    main()
