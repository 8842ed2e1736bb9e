"""Written aside and renamed: a file under its final name is always whole."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from fulfillment_bi.errors import RenderError

Target = Path | str | BinaryIO


@contextmanager
def opened(target: Target) -> Iterator[BinaryIO]:
    """A binary file to fill: the buffer itself, or a hidden neighbour that takes the final name on success.

    Raises RenderError when the folder cannot be written; what the block raises leaves the old file as it was.
    """
    if not isinstance(target, (str, Path)):
        yield target
        return
    path = Path(target)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:60]}.", suffix=".part")
    except OSError as error:
        raise _refused(path, error) from error
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except OSError as error:
        _discard(name)
        raise _refused(path, error) from error
    except BaseException:
        _discard(name)
        raise


def _refused(path: Path, error: OSError) -> RenderError:
    return RenderError(
        f"The file cannot be written: {(error.strerror or str(error)).lower()}.",
        where=str(path),
        hint="Choose a folder you may write to, with room on the disk.",
    )


def _discard(name: str) -> None:
    with suppress(OSError):
        os.unlink(name)


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
