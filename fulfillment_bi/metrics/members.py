"""The members of a dimension: what a filter may be set to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fulfillment_bi.errors import NotApplicableError
from fulfillment_bi.metrics.calendar import read_member
from fulfillment_bi.metrics.catalog.facts import FACTS
from fulfillment_bi.metrics.dimensions import DIMENSIONS
from fulfillment_bi.metrics.expressions import is_member
from fulfillment_bi.metrics.fragment import Sql, all_of, join
from fulfillment_bi.metrics.query import Filter
from fulfillment_bi.metrics.reach import check_filters, check_limit, check_text
from fulfillment_bi.metrics.resolve import get_dimension
from fulfillment_bi.metrics.types import Dimension

if TYPE_CHECKING:
    from fulfillment_bi.warehouse.engine import Session


@dataclass(frozen=True, slots=True)
class Member:
    """`value` is what a filter takes; `label` what a person recognises (a product's name beside its code)."""

    value: str
    label: str


def find_members(
    session: Session, dimension: str, search: str = "", limit: int = 50, where: Sequence[Filter] = ()
) -> list[Member]:
    """Members whose code or name contains `search`, those that start with it first, then by code.

    `where` keeps the members that occur together with other filters (SKUs of a category, shops of a channel).
    Raises UnknownNameError, NotApplicableError for days, weeks, months and quarters (any of them is a member), and
    UsageError for a limit, a text or a filter that cannot be.
    """
    check_limit(limit)
    check_text(search, dimension)
    check_filters(where)
    found = get_dimension(dimension)
    if found.is_calendar and not found.members:
        raise NotApplicableError(f"'{dimension}' has no list.", where=dimension, hint="Any such date is a member.")
    if found.is_calendar or (found.members and not where):
        listed = [Member(name, name) for name in found.members if search.lower() in name.lower()]
        return listed[:limit]
    listing = _listed(found, where) if found.table else _occurring(found, where)
    matching = join(" OR ", [Sql(f"contains(lower({column}), lower(?))", (search,)) for column in ("value", "label")])
    starting = Sql("starts_with(lower(value), lower(?)) DESC", (search,))
    sql = Sql("WITH member AS (") + listing + ")\nSELECT value, label FROM member WHERE " + matching
    sql = sql + " ORDER BY " + starting + Sql(", value LIMIT ?", (limit,))
    return [Member(str(value), str(label)) for value, label in session.rows(sql.text, sql.parameters)]


def find_missing(session: Session, where: Sequence[Filter]) -> list[tuple[str, str]]:
    """(dimension, value) of every filter value that names no member, so that a page can say what it ignored.

    Any day, week, month or quarter is a member, with data or without. Raises UsageError as `find_members` does.
    """
    check_filters(where)
    missing: list[tuple[str, str]] = []
    for item in where:
        dimension = get_dimension(item.dimension)
        if dimension.is_calendar:
            missing += [(item.dimension, value) for value in item.values if read_member(dimension.name, value) is None]
            continue
        if dimension.table:
            sql = f"SELECT DISTINCT coalesce({dimension.member}, '{dimension.missing}') FROM {dimension.table}"  # noqa: S608 - declared names
            known = {str(row[0]) for row in session.rows(sql)}
        else:
            known = {member.value for member in find_members(session, dimension.name, limit=10_000)}
        missing += [(item.dimension, value) for value in item.values if value not in known]
    return missing


def _listed(dimension: Dimension, where: Sequence[Filter]) -> Sql:
    """Members with a table of their own. Filters on columns of that table are read there, others in a fact."""
    value = f"coalesce(m.{dimension.member}, '{dimension.missing}')"
    label = f"coalesce(any_value(m.{dimension.search[0]}), {value})" if dimension.search else value
    siblings = [item for item in where if _is_sibling(dimension, get_dimension(item.dimension))]
    conditions = [is_member(get_dimension(item.dimension), "m", item.values) for item in siblings]
    others = [item for item in where if item not in siblings]
    if others:
        facts = _meet(dimension, others)
        met = f"m.{dimension.column} IN (SELECT f.{dimension.column} FROM "  # noqa: S608 - declared names
        conditions.append(Sql(met) + facts + ")")
    head = Sql(f"SELECT {value} AS value, {label} AS label FROM {dimension.table} AS m")  # noqa: S608 - declared names
    return head + all_of(conditions) + f" GROUP BY {value}"


def _occurring(dimension: Dimension, where: Sequence[Filter]) -> Sql:
    """Members that exist only as values in a fact."""
    value = f"coalesce(f.{dimension.column}, '{dimension.missing}')"
    source = _meet(dimension, where) if where else Sql(f"{dimension.facts[0]} AS f")
    head = f"SELECT DISTINCT {value} AS value, {value} AS label FROM "  # noqa: S608 - declared names
    return Sql(head) + source


def _is_sibling(dimension: Dimension, other: Dimension) -> bool:
    return bool(other.table) and dimension.table == "dim_sku" and other.column in ("sku_id", "category_id")


def _meet(dimension: Dimension, where: Sequence[Filter]) -> Sql:
    """The first fact that carries the dimension and every filter, filtered."""
    named = [get_dimension(item.dimension) for item in where]
    for fact in FACTS:
        if all(fact in each.facts and not each.is_calendar for each in (dimension, *named)):
            conditions = [is_member(each, "f", item.values) for each, item in zip(named, where, strict=True)]
            return Sql(f"{fact} AS f") + all_of(conditions)
    names = ", ".join(item.dimension for item in where)
    raise NotApplicableError(
        f"'{dimension.name}' has no members together with {names}.",
        where=dimension.name,
        hint=f"Dimensions: {', '.join(DIMENSIONS)}.",
    )
