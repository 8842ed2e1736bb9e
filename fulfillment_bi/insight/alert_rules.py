"""Alert rules: data, ours (`alerts.toml` beside this file) and the user's own, in one form.

    [[rule]]
    name = "order_delay"            unique; an own rule of the same name takes the place of a ready one
    zh = "..."  en = "..."          what it is called
    metric = "ship_delay_rate"      with level, event, promise, causes, basis and where as in a query
    per = "channel"                 one alert per member; without it one for everything
    days = 1                        the newest so many days, ending with the day the data end
    kind = "absolute"               absolute, change, seasonal, forecast_breach, breach_within, stale or quality
    line = "critical"               a number in the metric's unit, or warning, critical, target

    absolute   worse than `line`; recovered behind `recover` (default: the line)
    change     worse by `line` than the same number of days before; recovered when worse by less than `recover`
    seasonal   worse than usual for its weekday by `line` standard deviations, and by at least `least` in the unit
    forecast_breach  worse than the days before let expect (trend and weekday), by `line` deviations and by `least`
    breach_within    expected to be worse than `line` within `within` hours, if it goes on as in the last seven days
    stale      the newest data of a source are older than `line` hours
    quality    of the rows of a source's newest load, a larger share than `line` was refused

`minimum` cases are needed for a verdict (default: the metric's own). `duration`, `recovery`, `reminder` are hours.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, get_args

from fulfillment_bi.errors import FulfillmentError, SettingsError, UnknownNameError
from fulfillment_bi.extensions import parts
from fulfillment_bi.insight.alert_state import NEVER, Patience
from fulfillment_bi.metrics.query import Filter, Query
from fulfillment_bi.metrics.resolve import check_query, check_split, get_dimension, get_metric, resolve
from fulfillment_bi.metrics.types import Metric, Text

Kind = Literal["absolute", "change", "seasonal", "forecast_breach", "breach_within", "stale", "quality"]
DAILY = ("seasonal", "forecast_breach", "breach_within")
"""Kinds that look at a number day by day."""
Severity = Literal["warning", "critical"]
Line = float | Literal["target", "warning", "critical"]

READY = "alerts.toml"
DEFINITION = ("basis", "level", "event", "promise", "causes", "timestamps")
FIELDS = {
    *("name", "zh", "en", "metric", "per", "days", "kind", "line", "recover", "least", "minimum", "worse", "owner"),
    *("duration", "recovery", "reminder", "severity", "where", "weeks", "within", "off", *DEFINITION),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `query` has no period yet; it is None for `stale` and `quality`.

    `sign` is 1 where higher is worse, else -1.
    """

    name: str
    label: Text
    kind: Kind
    line: Line
    query: Query | None = None
    days: int = 1
    recover: float | None = None
    least: float = 0.0
    weeks: int = 8
    within: float = 72.0
    minimum: int = 0
    sign: int = 1
    severity: Severity = "warning"
    owner: str = ""
    patience: Patience = field(default_factory=Patience)
    is_off: bool = False

    @property
    def metric(self) -> Metric | None:
        """What it watches; None for the data themselves."""
        return get_metric(self.query.metrics[0]) if self.query else None

    @property
    def per(self) -> str:
        """The dimension of its alerts, empty when there is one for everything."""
        return self.query.by[0] if self.query and self.query.by else "source" if self.query is None else ""


@cache
def ready_rules() -> tuple[Rule, ...]:
    """The rules that come with the product."""
    return read_rules((files("fulfillment_bi.insight") / READY).read_text("utf-8"), READY)


def load_rules(own: Path | None = None) -> tuple[Rule, ...]:
    """The ready rules, those of extensions, and those of the file `own`, where it exists.

    Own rules replace others of their name, those of extensions replace ready ones.

    Raises SettingsError for a file or rule that cannot be used.
    """
    mine = [own] if own is not None and own.exists() else []
    rules: dict[str, Rule] = {}
    for path in (*mine, *parts("alerts.toml")):
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"The alert rules cannot be read: {error}.", where=str(path)) from error
        rules |= {rule.name: rule for rule in read_rules(text, str(path)) if rule.name not in rules}
    # One's own come first: a message shows only so many.
    rules |= {rule.name: rule for rule in ready_rules() if rule.name not in rules}
    return tuple(rule for rule in rules.values() if not rule.is_off)


def read_rules(text: str, where: str) -> tuple[Rule, ...]:
    """The rules of a file's text. Raises SettingsError, naming the file and the rule."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"This is not TOML: {error}.", where=where) from error
    listed = document.get("rule", [])
    if set(document) - {"rule"} or not isinstance(listed, list):
        raise SettingsError("Alert rules are a list of [[rule]].", where=where)
    rules: dict[str, Rule] = {}
    for place, item in enumerate(listed, start=1):
        spot = f"{where}, rule {item.get('name') or place}"
        try:
            rule = _read(item)
        except FulfillmentError as error:
            raise SettingsError(error.what, where=spot, hint=error.hint) from error
        if rule.name in rules:
            raise SettingsError("The name is used twice.", where=spot, hint="Give each rule a name of its own.")
        rules[rule.name] = rule
    return tuple(rules.values())


def _read(item: Mapping[str, Any]) -> Rule:
    for given in item:
        if given not in FIELDS:
            raise UnknownNameError("field of a rule", given, FIELDS)
    name = _text(item, "name")
    kind = _one_of(item, "kind", get_args(Kind))
    label = Text(str(item.get("zh") or name), str(item.get("en") or name))
    severity = _one_of(item, "severity", get_args(Severity), "warning")
    common: dict[str, Any] = {
        "name": name,
        "label": label,
        "kind": kind,
        "severity": severity,
        "owner": str(item.get("owner", "")),
        "patience": _patience(item),
        "is_off": bool(item.get("off", False)),
    }
    if kind in ("stale", "quality"):
        return Rule(line=_number(item, "line"), minimum=int(_number(item, "minimum", 1)), **common)
    query = _query(item)
    metric = get_metric(query.metrics[0])
    if kind in DAILY and not resolve(metric, query).day:
        raise SettingsError(f"'{metric.name}' is as of now: it has no days.", hint='Use kind = "absolute".')
    return Rule(
        query=query,
        line=_line(item, metric, kind),
        days=int(_number(item, "days", 1)),
        recover=_number(item, "recover") if "recover" in item else None,
        least=_number(item, "least", 0),
        weeks=int(_number(item, "weeks", 8)),
        within=float(_number(item, "within", 72)),
        minimum=int(_number(item, "minimum", metric.minimum_sample)),
        sign=_sign(item, metric),
        **common,
    )


def _query(item: Mapping[str, Any]) -> Query:
    where = tuple(
        Filter(dimension, tuple(values if isinstance(values, list) else [str(values)]))
        for dimension, values in item.get("where", {}).items()
    )
    per = str(item.get("per", ""))
    chosen = {name: item[name] for name in DEFINITION if name in item}
    query = Query((_text(item, "metric"),), by=(per,) if per else (), where=where, **chosen)
    check_query(query)
    if per:
        check_split(get_dimension(per), resolve(get_metric(query.metrics[0]), query))
    return query


def _sign(item: Mapping[str, Any], metric: Metric) -> int:
    if "worse" in item:
        return {"above": 1, "below": -1}[_one_of(item, "worse", ("above", "below"))]
    if metric.direction == "none":
        what = f"'{metric.name}' is neither better high nor low."
        raise SettingsError(what, hint='Say worse = "above" or worse = "below".')
    return -1 if metric.direction == "up" else 1


def _line(item: Mapping[str, Any], metric: Metric, kind: str) -> Line:
    line = item.get("line")
    if kind in ("absolute", "breach_within") and line in ("target", "warning", "critical"):
        if getattr(metric, line) is None:
            raise SettingsError(f"'{metric.name}' has no {line} level.", hint="Give the line as a number.")
        return line  # type: ignore[no-any-return]
    return _number(item, "line")


def _patience(item: Mapping[str, Any]) -> Patience:
    hours = {name: timedelta(hours=_number(item, name, 0)) for name in ("duration", "recovery")}
    reminder = timedelta(hours=_number(item, "reminder")) if "reminder" in item else NEVER
    return Patience(**hours, reminder=reminder)


def _text(item: Mapping[str, Any], name: str) -> str:
    value = item.get(name)
    if not isinstance(value, str) or not value:
        raise SettingsError(f"It has no {name}.")
    return value


def _number(item: Mapping[str, Any], name: str, default: float | None = None) -> float:
    value = item.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise SettingsError(f"{name} is {value!r}, not a number of 0 or more.")
    return value


def _one_of(item: Mapping[str, Any], name: str, allowed: Sequence[str], default: str | None = None) -> Any:
    value = item.get(name, default)
    if value not in allowed:
        raise SettingsError(f"{name} is {value!r}.", hint=f"It can be {', '.join(allowed)}.")
    return value
