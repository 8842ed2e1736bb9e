"""Imports point down, and each library stays where it belongs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = "fulfillment_bi"

# From the bottom up. A module may import its own group and every line below, never another group of its own line.
# The longest name that fits a module decides.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("__version__", "errors"),
    ("warehouse.engine", "permissions", "warehouse.scope"),
    ("settings", "cache"),
    ("extensions",),
    ("i18n",),
    ("warehouse",),
    ("ingest", "metrics", "sample"),
    ("insight", "filters", "charts", "forecast"),
    ("journal",),
    ("workspace",),
    ("operations",),
    ("documents",),
    ("reports.aside", "reports.table", "reports.browser", "reports.catalog"),
    ("reports.export", "operations.schedules"),
    ("api", "agents"),
    ("web",),
    ("reports",),
    ("operations.schedule_run",),
    ("operations.scheduler",),
    ("start", "watch"),
    ("cli", "app"),
)

# Library -> the places that may import it
LIBRARIES: dict[str, tuple[str, ...]] = {
    "duckdb": ("warehouse.engines.duckdb",),
    "plotly": ("charts",),
    "dash": ("web",),
    "dash_mantine_components": ("web",),
    "dash_ag_grid": ("web",),
    "flask": ("web", "api"),
    "flask_openapi3": ("api",),
    "pydantic": ("api", "agents"),
    "mcp": ("agents",),
    "typer": ("cli",),
    "rich": ("cli",),
    "playwright": ("reports.render",),
    "xlsxwriter": ("reports.export", "operations.schedules"),
    "waitress": ("web.serving",),
    "prometheus_client": ("web.traffic",),
    "sqlalchemy": ("ingest.database",),
    "apprise": ("operations.delivery",),
    "apscheduler": ("operations.schedules",),
    "sqlite3": ("journal",),
    "argon2": ("journal",),
    "authlib": ("web",),
    "joserfc": ("web",),
}


def modules() -> dict[str, Path]:
    """Module name below the package ("" for the package itself) -> file, with app.py as "app"."""
    found = {"app": ROOT / "app.py"}
    for path in sorted((ROOT / PACKAGE).rglob("*.py")):
        parts = path.relative_to(ROOT / PACKAGE).with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__")] = path
    found.pop("")
    return found


def place(module: str) -> tuple[int, str] | None:
    """(line of LAYERS, group) of a module; None when it has no place."""
    fitting = [
        (len(group), level, group)
        for level, groups in enumerate(LAYERS)
        for group in groups
        if module == group or module.startswith(f"{group}.")
    ]
    return max(fitting)[1:] if fitting else None


def imports(path: Path, module: str) -> Iterator[tuple[str, int]]:
    """Absolute names a file imports, anywhere in it, with their lines."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno
        elif isinstance(node, ast.ImportFrom):
            up = f"{PACKAGE}.{package}".split(".")
            base = ".".join(up[: len(up) - node.level + 1])
            yield f"{base}.{node.module}" if node.module else base, node.lineno


MODULES = modules()


@pytest.mark.parametrize("module", MODULES)
def test_every_module_has_a_place(module: str):
    assert place(module) is not None, (
        f"{module} has no layer: add it to LAYERS in tests/test_layers.py, one line above the highest thing it imports."
    )


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_down(module: str):
    level, group = place(module) or (0, "")
    wrong = []
    for name, line in imports(MODULES[module], module):
        if not name.startswith(f"{PACKAGE}."):
            continue
        target = place(name.removeprefix(f"{PACKAGE}."))
        if target is None or (target[1] != group and target[0] >= level):
            wrong.append(f"line {line}: {name}")
    assert not wrong, f"{module} (in {group}) may import only what lies below it: {wrong}"


@pytest.mark.parametrize("module", MODULES)
def test_libraries_stay_where_they_belong(module: str):
    wrong = []
    for name, line in imports(MODULES[module], module):
        library = name.partition(".")[0]
        allowed = LIBRARIES.get(library)
        if allowed is not None and not any(module == one or module.startswith(f"{one}.") for one in allowed):
            wrong.append(f"line {line}: {library}, which belongs in {', '.join(allowed)}")
    assert not wrong, f"{module} imports {wrong}"


def test_the_rule_sees_an_upward_import(tmp_path: Path):
    bad = tmp_path / "bad.py"
    bad.write_text("def f():\n    from fulfillment_bi.web.app import create_app\n    import duckdb.typing\n")
    assert list(imports(bad, "metrics.bad")) == [("fulfillment_bi.web.app.create_app", 2), ("duckdb.typing", 3)]
    assert place("metrics.bad") < place("web.app.create_app")
    assert place("nowhere") is None
    assert place("reports.export") < place("web.pages.wall") < place("reports.run")
