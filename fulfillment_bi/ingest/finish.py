"""What follows the staging of a load, in bounded memory: the models, and whatever is made from them.

They join tables that grow with everything ever loaded. What the bound leaves no room for goes to temporary files in the
home; should that not do, everything is built once more with what the machine has, unless the bound was set.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from fulfillment_bi.settings import Settings
from fulfillment_bi.warehouse.build import build_models
from fulfillment_bi.warehouse.engine import QueryLimitError, Session

USUAL_MEMORY = "2GB"
"""More has not made building faster, up to some millions of lines."""
_SINGLE_BELOW = 1_500_000_000
"""With fewer bytes one thread builds: each needs memory of its own that cannot go to a file."""
_SIZE = re.compile(r"([\d.]+)\s*([KMGT])", re.IGNORECASE)
_POWERS = {"K": 3, "M": 6, "G": 9, "T": 12}
Step = Callable[[Session], None]


def finish_load(session: Session, settings: Settings, steps: Sequence[Step], *, update: bool = True) -> None:
    """Build the models and run `steps` on them, within the settings `load_memory` or `memory_limit`.

    With `update`, only what the load touched is built anew, where that is possible (see `build_models`). Raises
    QueryLimitError where the bound was set and is too small.
    """
    if settings.memory_limit and not settings.load_memory:
        _run(session, settings, steps, update=update)
        return
    memory = settings.load_memory or USUAL_MEMORY
    threads = 1 if _size(memory) < _SINGLE_BELOW else settings.threads
    try:
        with session.within(memory, threads):
            _run_or_undo(session, settings, steps, update=update)
    except QueryLimitError as error:
        if settings.load_memory:
            hint = "Raise the setting load_memory, or unset it."
            raise QueryLimitError("Building the tables needs more memory than allowed.", hint=hint) from error
        _run(session, settings, steps, update=False)


def _run_or_undo(session: Session, settings: Settings, steps: Sequence[Step], *, update: bool) -> None:
    """Leave nothing by which the next attempt could take what stopped half-way for finished."""
    try:
        _run(session, settings, steps, update=update)
    except QueryLimitError:
        session.execute("DROP TABLE IF EXISTS temp.refreshed")
        raise


def _run(session: Session, settings: Settings, steps: Sequence[Step], *, update: bool) -> None:
    build_models(
        session,
        timezone=settings.timezone,
        unknown_cancellations=settings.unknown_cancellations,
        pickup_clock=settings.pickup_clock,
        update=update,
    )
    for step in steps:
        step(session)


def _size(text: str) -> float:
    """Bytes of a size with a unit, near enough to choose by."""
    found = _SIZE.match(text)
    return float(found[1]) * 10.0 ** _POWERS[found[2].upper()] if found else 0.0
