"""Commands that judge numbers: the targets in force, the spread of definitions, where young cohorts will land."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from fulfillment_bi.cli import options
from fulfillment_bi.cli.output import print_json, print_stamp, print_table
from fulfillment_bi.documents.plain import plain
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.reports.table import Stamp

if TYPE_CHECKING:
    from fulfillment_bi.insight.maturity import Landing, Maturity
    from fulfillment_bi.insight.spread import Spread, SpreadRow
    from fulfillment_bi.metrics.targets import Rule

Grain = Literal["day", "week", "month"]
Metric = Annotated[str, typer.Argument(metavar="METRIC", help="See `fbi metrics`.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("targets")(targets)
    app.command("spread")(spread)
    app.command("maturity")(maturity)


def targets(as_json: options.AsJson = False) -> None:
    """List your own targets, as targets.toml in the home (or the file of the setting `targets`) has them.

    Of the entries that hold for a row the one with the most dimensions counts, then the one that came into force last;
    without any, the target that `fbi metrics --json` shows.

    \b
    Examples:
      fbi targets
      fbi targets --json
    """
    from fulfillment_bi.workspace import open_workspace

    with open_workspace() as workspace:
        rules, path = workspace.targets.rules, workspace.targets_path
    if as_json:
        print_json({"file": str(path), "targets": [_rule_document(rule) for rule in rules]})
        return
    if not rules:
        typer.echo(f"{path} has no targets; those of the catalogue hold.")
        return
    columns = ("metric", "for", "from", "to", "target", "warning", "critical", "line", "note")
    print_table(columns, [_rule_row(rule) for rule in rules])
    typer.echo(str(path))


def _rule_document(rule: Rule) -> dict[str, Any]:
    return {
        "metric": rule.metric,
        "where": {name: sorted(members) for name, members in rule.where.items()},
        "from": plain(rule.start),
        "to": plain(rule.end),
        "target": rule.levels.target,
        "warning": rule.levels.warning,
        "critical": rule.levels.critical,
        "note": rule.note,
        "line": rule.line,
    }


def _rule_row(rule: Rule) -> list[object]:
    found = _rule_document(rule)
    where = "; ".join(f"{name}={','.join(members)}" for name, members in found["where"].items())
    levels = [found[name] for name in ("from", "to", "target", "warning", "critical")]
    return [rule.metric, where or "all", *levels, rule.line, rule.note]


@options.selecting
def spread(
    metric: Metric,
    *,
    by: Annotated[str, typer.Option("--by", metavar="DIM", help="Show who gains from which definition.")] = "",
    selected: options.Selected,
    as_json: options.AsJson = False,
) -> None:
    """Show a metric under every definition: level x event x promise x causes, and how far they lie apart.

    Differences are to the metric's usual definition. With --by: who gains most, and how many members change places.
    --level, --event, --promise and --causes play no part.

    \b
    Examples:
      fbi spread otif --from 2026-10-01 --to 2026-10-31
      fbi spread otif --by channel
      fbi spread ship_delay_rate --by warehouse --json
    """
    from fulfillment_bi.workspace import open_workspace

    asked = selected.query(metric)
    with open_workspace() as workspace, workspace.pinned() as pinned:
        found = pinned.spread(asked, by)
        stamp = _stamp(pinned.run(Query(("orders",))), asked)
    if as_json:
        print_json(_stamped(stamp, spread_document(found)))
        return
    print_spread(found)
    print_stamp(stamp)


def spread_document(found: Spread) -> dict[str, Any]:
    """The JSON shape of `fbi spread`: the usual definition first, values and differences as fractions."""
    return {
        "metric": found.query.metrics[0],
        "by": found.by or None,
        "low": found.low,
        "high": found.high,
        "rows": [plain(row) for row in found.rows],
    }


def print_spread(found: Spread) -> None:
    """The table of `fbi spread`."""
    columns = ["level", "event", "promise", "causes", "value", "n", "d", "difference"]
    columns += ["gains most", "by so much", "changed places"] if found.by else []
    print_table(columns, [_spread_row(row, bool(found.by)) for row in found.rows], percent=("value",))
    if found.low is not None and found.high is not None:
        typer.echo(f"from {found.low:.2%} to {found.high:.2%}, {(found.high - found.low) * 100:.2f} points apart")


def _spread_row(row: SpreadRow, with_members: bool) -> list[object]:
    one = row.definition
    cells: list[object] = [one.level, one.event or "–", one.promise, one.causes, row.value, row.n, row.d]
    cells.append(_points(row.difference))
    if with_members:
        cells += [row.winner.member, _points(row.winner.gain)] if row.winner else [None, None]
        cells.append(row.moved)
    return cells


def _points(difference: float | None) -> str | None:
    return None if difference is None else f"{difference * 100:+.2f} pp"


@options.selecting
def maturity(
    metric: Metric,
    *,
    grain: Annotated[Grain, typer.Option("--grain", help="Cohorts by day, week or month of the order.")] = "day",
    selected: options.Selected,
    as_json: options.AsJson = False,
) -> None:
    """Show young cohorts by order date: judged so far, pending, and where they will land, with an interval.

    The interval is tried on history; the last line says how often it held. Only promise metrics have pending cases.

    \b
    Examples:
      fbi maturity otif --from 2026-10-20
      fbi maturity ship_delay_rate --where channel=jd --grain week --json
    """
    from fulfillment_bi.workspace import open_workspace

    asked = selected.query(metric)
    with open_workspace() as workspace:
        found = workspace.maturity(asked, grain)
    stamp = _stamp(found, asked)
    if as_json:
        print_json(_stamped(stamp, maturity_document(found)))
        return
    columns = (grain, "value", "n", "d", "pending", "projected", "low", "high")
    rows = [_landing_row(one, str(one.day)) for one in found.landings]
    print_table(columns, [*rows, _landing_row(found.whole, "all")], percent=("value", "projected", "low", "high"))
    tried = found.coverage
    if tried.share is None:
        typer.echo("No cohort has landed yet: the intervals could not be tried.")
    else:
        typer.echo(
            f"tried on {tried.cases:,} past projections: the {tried.level:.0%} interval held {tried.share:.1%} "
            f"of them, {tried.width * 100:.1f} points wide on average"
        )
    print_stamp(stamp)


def maturity_document(found: Maturity) -> dict[str, Any]:
    """The JSON shape of `fbi maturity`; `backtest` is how the interval did on history."""
    tried = found.coverage
    return {
        "metric": found.query.metrics[0],
        "rows": [_landing_document(one) | {"day": plain(one.day)} for one in found.landings],
        "whole": _landing_document(found.whole),
        "backtest": {
            "level": tried.level,
            "cases": tried.cases,
            "inside": tried.inside,
            "coverage": tried.share,
            "mean_width": tried.width,
        },
    }


def _landing_document(one: Landing) -> dict[str, Any]:
    return {
        "value": one.value,
        "n": one.n,
        "d": one.d,
        "pending": one.pending,
        "projected": one.projected,
        "low": one.low,
        "high": one.high,
        "history": one.history,
    }


def _landing_row(one: Landing, name: str) -> list[object]:
    return [name, one.value, one.n, one.d, one.pending, one.projected, one.low, one.high]


def _stamp(answer: Any, asked: Query) -> Stamp:
    from fulfillment_bi.filters import sentence

    return Stamp(answer.as_of, answer.timezone, sentence(asked), answer.version)


def _stamped(stamp: Stamp, document: dict[str, Any]) -> dict[str, Any]:
    return {"as_of": stamp.as_of, "timezone": stamp.timezone, "version": stamp.version, **document}
