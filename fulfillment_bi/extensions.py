"""What others add without touching our code: metrics, pages, mapping files, alert rules, texts, a theme.

An extension is a folder with any of these parts:

    metrics.py      METRICS, a tuple of metrics           pages.py        PAGES, a tuple of pages
    mappings/       mapping files                         alerts.toml     alert rules
    zh.toml en.toml texts                                 theme.toml      colours

It is found as an installed package that declares the entry point `fulfillment_bi.extensions`, or as a folder in the
folder of the setting `extensions`. Its Python runs with our rights: who may write there may do all that we may.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from fulfillment_bi.errors import SettingsError

GROUP = "fulfillment_bi.extensions"
OWN = "fulfillment_bi_extension_"
"""Before the name of a folder of one's own: what its modules are called, so that they meet nobody else's."""


@dataclass(frozen=True, slots=True)
class Extension:
    """One extension: `package` is what its modules are imported from."""

    name: str
    folder: Path
    package: str
    is_installed: bool


@cache
def extensions() -> tuple[Extension, ...]:
    """Every extension, the installed ones first, each by name. Raises SettingsError for one that cannot be found."""
    installed = [_installed(point.name, point.value) for point in sorted(entry_points(group=GROUP))]
    return (*installed, *_own(_own_folder()))


def collect(part: str, attribute: str) -> tuple[Any, ...]:
    """What the modules called `part` declare as `attribute`, together. Raises SettingsError for one that fails."""
    found: list[Any] = []
    for one in extensions():
        if (path := one.folder / f"{part}.py").is_file():
            module = _module(one, part, path)
            declared = getattr(module, attribute, None)
            if not isinstance(declared, tuple):
                raise SettingsError(f"It declares no tuple {attribute}.", where=str(path))
            found += declared
    return tuple(found)


def parts(name: str) -> tuple[Path, ...]:
    """The files or folders called `name` that extensions have."""
    return tuple(path for one in extensions() if (path := one.folder / name).exists())


def _installed(name: str, package: str) -> Extension:
    try:
        found = importlib.util.find_spec(package)
    except ImportError:
        found = None
    if found is None or not found.submodule_search_locations:
        raise SettingsError(f"The extension '{name}' names a package that is not there: {package}.", where=GROUP)
    return Extension(name, Path(next(iter(found.submodule_search_locations))), package, True)


def _own_folder() -> Path | None:
    from fulfillment_bi.settings import load_settings

    try:
        return load_settings().extensions
    except SettingsError:
        return None  # whoever needs a setting says what is wrong with it


def _own(folder: Path | None) -> list[Extension]:
    if folder is None:
        return []
    if not folder.is_dir():
        raise SettingsError(
            "This folder of extensions does not exist.", where=str(folder), hint="Make it, or unset it."
        )
    names = sorted(path.name for path in folder.iterdir() if path.is_dir() and path.name.isidentifier())
    return [Extension(name, folder / name, OWN + name, False) for name in names]


def _module(one: Extension, part: str, path: Path) -> ModuleType:
    name = f"{one.package}.{part}"
    try:
        if one.is_installed:
            return importlib.import_module(name)
        if name not in sys.modules:
            sys.modules[name] = _loaded(name, path)
        return sys.modules[name]
    except SettingsError:
        raise
    except Exception as error:  # whatever somebody else's code does wrong
        raise SettingsError(
            f"The extension '{one.name}' fails: {type(error).__name__}: {error}.",
            where=str(path),
            hint="Mend it, or take it away.",
        ) from error


def _loaded(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
