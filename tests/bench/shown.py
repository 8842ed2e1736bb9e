"""The measurements as text."""

from __future__ import annotations

from typing import Any

Results = dict[str, Any]


def show(lines: int, found: dict[str, Results]) -> None:
    """Print everything that was measured."""
    plain, full, update, whole = found["plain"], found["full"], found["update"], found["whole"]
    rows = found["files"]["rows"]
    print(f"{lines:,} order lines: {rows}; a night after: {found['files']['update_rows']}")
    print("\nLoading order lines, rows/s")
    ours = full["files"]["order_lines_20260701.csv"]
    _line("plain typed read_csv insert", rows["order_lines"] / plain["seconds"], "{:,.0f}", _memory(plain))
    share = f"{plain['seconds'] / ours:.2f} x"
    _line("with checks, quarantine, archive, merge", rows["order_lines"] / ours, "{:,.0f}", share)
    print("\nSeconds                                  year    night    ratio")
    for part in ("seconds", "ingest", "models", "rollups", "publish"):
        name = "all" if part == "seconds" else part
        print(f"  {name:<32}{full[part]:>10.1f}{update[part]:>9.1f}{update[part] / full[part]:>8.1%}")
    again = whole["models"] + whole["rollups"]
    night = update["models"] + update["rollups"]
    print(f"  {'building everything instead':<32}{again:>10.1f}{night:>9.1f}{night / again:>8.1%}")
    print(f"\nMemory: load {_memory(full)}, update {_memory(update)}, pages {_memory(found['pages'])}")
    sizes = sorted(whole["bytes"].items(), key=lambda pair: -pair[1])
    kinds = ", ".join(f"{kind} {size / 1e6:,.0f} MB" for kind, size in sizes)
    print(f"On disk: {full['bytes'] / 1e6:,.0f} MB, after the update {update['bytes'] / 1e6:,.0f} MB; {kinds}")
    before, after = (one.get("cubes", 0) / 1e6 for one in (full, update))
    print(f"Cubes beside it: {before:,.0f} MB, after the update {after:,.0f} MB")
    print(f"Exports: {found['files']['bytes'] / 1e6:,.0f} MB")
    print("\nPages, ms (nothing cached)     queries      cold      warm     facts    facts / warm")
    for name, page in found["pages"]["pages"].items():
        cold, warm, fact = (page[kind] * 1000 for kind in ("cold", "warm", "fact"))
        print(f"  {name:<28}{page['queries']:>8}{cold:>10.0f}{warm:>10.0f}{fact:>10.0f}{fact / warm:>12.1f}")
        for reason in page["to_fact"]:
            print(f"      from the fact: {reason}")
        for seconds, metrics, by in page["slowest"]:
            print(f"      {seconds * 1000:>7.1f} ms  {','.join(metrics)} by {','.join(by) or '-'}")
    print("\nQuestions, ms                      run     exact   SQL by hand    pandas")
    for name, taken in found["peers"].items():
        if isinstance(taken, dict):
            times = [taken[kind] * 1000 for kind in ("run", "exact", "sql", "pandas")]
            route = ", ".join(taken["route"].values())
            print(f"  {name:<30}" + "".join(f"{each:>10.1f}" for each in times) + f"  {route}")
    print(f"  loading into pandas{found['peers']['pandas loading'] * 1000:>21.0f}")


def _line(name: str, value: float, shape: str, beside: str) -> None:
    print(f"  {name:<42}{shape.format(value):>12}   {beside}")


def _memory(measured: Results) -> str:
    return f"{measured['peak'] / 1e9:.1f} GB at most"
