"""A hold on one version, so that everything asked meanwhile is answered from it."""

from __future__ import annotations

from pathlib import Path

from fulfillment_bi.errors import NoVersionError
from fulfillment_bi.warehouse.pointer import VersionInfo
from fulfillment_bi.warehouse.reader import Reader
from fulfillment_bi.warehouse.scope import EVERYTHING, Scope
from fulfillment_bi.warehouse.versions import Store, nothing_loaded


class Pin:
    """A hold on one version, or on "nothing loaded yet"."""

    def __init__(self, home: Path, reader: Reader | None) -> None:
        self._home = home
        self._reader = reader

    @classmethod
    def on_current(cls, store: Store, scope: Scope = EVERYTHING) -> Pin:
        """A hold on the version current now."""
        try:
            return cls(store.home, store.reader(scope))
        except NoVersionError:
            return cls(store.home, None)

    def again(self, scope: Scope | None = None) -> Pin:
        """A second hold on the same version, with the same scope or another."""
        return Pin(self._home, self._reader.lease(scope) if self._reader is not None else None)

    @property
    def info(self) -> VersionInfo | None:
        """The version held."""
        return self._reader.info if self._reader is not None else None

    def lease(self) -> Reader:
        """Another reader of the same version. Raises NoVersionError when there was none."""
        if self._reader is None:
            raise nothing_loaded(self._home)
        return self._reader.lease()

    def close(self) -> None:
        """Let the version go."""
        if self._reader is not None:
            self._reader.close()
