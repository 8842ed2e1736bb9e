"""The rows behind a number: exactly those its numerator or denominator counted, with readable names.

At order and line level the count of rows is the printed n or d. Where a part sums something (units, value, scores), the
column `amount` holds what each row adds, and its total is the printed n or d. Where it counts members, each is shown by
one of its rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from fulfillment_bi.errors import UnknownNameError
from fulfillment_bi.metrics import expressions, snapshots
from fulfillment_bi.metrics.dimensions import DIMENSIONS
from fulfillment_bi.metrics.fragment import Sql, all_of, join
from fulfillment_bi.metrics.query import Part as PartName
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.metrics.reach import check_limit, check_offset, check_text
from fulfillment_bi.metrics.resolve import Period, Resolved, check_query, get_metric, resolve
from fulfillment_bi.metrics.run import Stamp, Version, plain, read_stamp
from fulfillment_bi.metrics.types import Dimension, Part, Text

if TYPE_CHECKING:
    from fulfillment_bi.warehouse.engine import Session

PARTS: tuple[PartName, ...] = ("numerator", "denominator")
NOTHING = Text("", "")
NO_WORDS: Mapping[str, str] = MappingProxyType({})

PRODUCT_NAME = Dimension("product_name", NOTHING, NOTHING, (), column="sku_id", table="dim_sku", member="product_name")


@dataclass(frozen=True, slots=True)
class RowsResult:
    """A page of the rows behind a number. `count` is of all rows, `total` the sum of `amount` (None without one).

    Times are shown in `timezone`, the business time zone; `as_of` is UTC ISO text.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    count: int
    as_of: str
    timezone: str
    version: str
    total: Any = None

    def records(self) -> list[dict[str, Any]]:
        """Rows as dictionaries."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def run_rows(
    session: Session,
    info: Version,
    query: Query,
    metric: str,
    part: PartName,
    *,
    limit: int | None = None,
    offset: int = 0,
    order_by: str | None = None,
    text: str = "",
    containing: Mapping[str, str] = NO_WORDS,
) -> RowsResult:
    """The rows that `part` ("numerator" or "denominator") of `metric` counts under the query's period and filters.

    `order_by` is one of the columns, "-" in front for descending; `text` keeps rows with it anywhere in their order
    number, SKU or product name, and `containing` those with its words in each of its columns. The query's splits,
    comparison, order and limit play no part, and its other metrics only this one: a switch that suits one of them
    leaves `metric` as it was printed beside it. Raises UsageError and its kinds.
    """
    check_query(query)
    if part not in PARTS:
        raise UnknownNameError("part", part, PARTS)
    check_limit(limit)
    check_offset(offset)
    check_text(text, "text")
    for words in containing.values():
        check_text(words, "containing")
    stamp = read_stamp(session, info)
    resolved = resolve(get_metric(metric), query)
    chosen = resolved.numerator if part == "numerator" else resolved.denominator or resolved.numerator
    columns = (*resolved.drill, "amount") if chosen.is_sum else resolved.drill
    listing = _narrowed(_listing(query, resolved, chosen, stamp, text), columns, containing)
    totals = "count(*), sum(amount)" if chosen.is_sum else "count(*), NULL"
    counting = f"SELECT {totals} FROM ({listing.text}) AS listing"  # noqa: S608 - declared names
    count, total = session.rows(counting, listing.parameters)[0]
    page = _page(listing, columns, order_by, resolved, limit, offset)
    rows = tuple(tuple(plain(value) for value in row) for row in session.rows(page.text, page.parameters))
    shown = plain(total) if total is not None else (0 if chosen.is_sum else None)
    return RowsResult(columns, rows, int(count), stamp.as_of, stamp.timezone, stamp.version, shown)


def _listing(query: Query, resolved: Resolved, part: Part, stamp: Stamp, text: str) -> Sql:
    """Every row of the part, unsorted. Rows that add nothing to a sum are not rows behind it."""
    columns = [_column(name, stamp.timezone) for name in resolved.drill]
    columns += [Sql(f"{expressions.part_value(part)} AS amount")] if part.is_sum else []
    hidden = [Sql(f"f.{key} AS sort_{place}") for place, key in enumerate(resolved.fact.key)]
    lookups = [found for found in map(_lookup, resolved.drill) if found]
    joins = "".join(expressions.look_up(dimension) for dimension in lookups)
    day, hour = (f"f.{resolved.day}", f"f.{resolved.hour}") if resolved.day else ("", "")
    period = Period(query.start, query.end)
    conditions = [Sql(condition)] if (condition := expressions.part_condition(part)) else []
    conditions += [Sql(f"{expressions.part_value(part)} <> 0")] if part.is_sum else []
    conditions += expressions.within(day, period)
    conditions += expressions.filters(query.where, resolved, day, hour, period)
    conditions += [snapshots.is_newest(day, resolved, period, query.where)] if resolved.over == "last" else []
    conditions += [_containing(text, resolved, lookups)] if text else []
    selected = Sql("SELECT\n    ") + join(",\n    ", [*columns, *hidden])
    listing = selected + f"\n  FROM {resolved.fact.name} AS f{joins}" + all_of(conditions)
    return listing + _first_of_each(part, resolved) if part.distinct else listing


def _narrowed(listing: Sql, columns: tuple[str, ...], containing: Mapping[str, str]) -> Sql:
    """The rows of a listing with words in its columns, whatever their case."""
    wanted = {name: words for name, words in containing.items() if words}
    for name in wanted:
        if name not in columns:
            raise UnknownNameError("column", name, columns, where="containing")
    if not wanted:
        return listing
    found = [Sql(f"contains(lower(CAST({name} AS VARCHAR)), lower(?))", (words,)) for name, words in wanted.items()]
    return Sql("SELECT * FROM (\n  ") + listing + Sql("\n) AS whole") + all_of(found)


def _first_of_each(part: Part, resolved: Resolved) -> str:
    """One row for every member that is counted."""
    keys = ", ".join(f"f.{key}" for key in resolved.fact.key)
    return f"\n  QUALIFY row_number() OVER (PARTITION BY {expressions.part_value(part)} ORDER BY {keys}) = 1"


def _page(
    listing: Sql, columns: tuple[str, ...], order_by: str | None, resolved: Resolved, limit: int | None, offset: int
) -> Sql:
    keys = [f"sort_{place}" for place in range(len(resolved.fact.key))]
    if order_by:
        name = order_by.removeprefix("-")
        if name not in columns:
            raise UnknownNameError("column", name, columns, where="order_by")
        keys.insert(0, f"{name} {'DESC' if order_by.startswith('-') else 'ASC'} NULLS LAST")
    page = Sql(f"SELECT {', '.join(columns)}\nFROM (\n  ") + listing + f"\n) AS listing\nORDER BY {', '.join(keys)}"
    if limit is not None:
        page = page + Sql("\nLIMIT ?", (limit,))
    return page + Sql("\nOFFSET ?", (offset,)) if offset else page


def _lookup(name: str) -> Dimension | None:
    if name == PRODUCT_NAME.name:
        return PRODUCT_NAME
    dimension = DIMENSIONS.get(name)
    return dimension if dimension is not None and dimension.table else None


def _column(name: str, timezone: str) -> Sql:
    """One column as shown: names for keys, business time for UTC."""
    dimension = _lookup(name)
    if dimension is PRODUCT_NAME:
        return Sql(f"product_name_.product_name AS {name}")
    if dimension is not None:
        return Sql(f"{expressions.member(dimension, '', '')} AS {name}")
    if name.endswith(("_at", "_at_original", "_at_current")):
        return Sql(f"f.{name} AT TIME ZONE 'UTC' AT TIME ZONE ? AS {name}", (timezone,))
    return Sql(f"f.{name} AS {name}")


def _containing(text: str, resolved: Resolved, lookups: list[Dimension]) -> Sql:
    names = [f"f.{column}" for column in resolved.fact.texts]
    names += [f"{found.name}_.{found.member}" for found in lookups if found.column == "sku_id"]
    return Sql("(") + join(" OR ", [Sql(f"contains(lower({name}), lower(?))", (text,)) for name in names]) + ")"
