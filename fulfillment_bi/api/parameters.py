"""What may be asked, parameter by parameter: declared once, checked and described (OpenAPI) from these models."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from fulfillment_bi.documents.selection import filters
from fulfillment_bi.errors import UnknownNameError, UsageError
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.dimensions import DIMENSIONS
from fulfillment_bi.metrics.query import Basis, Causes, Compare, Event, Level, Part, Promise, Query, Timestamps

MOST_ROWS = 100_000
LONGEST_TEXT = 200
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _divided(value: Any) -> Any:
    """Each text of a list divided at its commas: `by=channel,sku` is `by=channel&by=sku`."""
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list):
        return texts
    return [part.strip() for text in texts for part in str(text).split(",") if part.strip()]


def _known(kind: str, known: Iterable[str]) -> AfterValidator:
    def check(name: str) -> str:
        if name not in known:
            raise UnknownNameError(kind, name, known)
        return name

    return AfterValidator(check)


def _iso_day(value: Any) -> Any:
    if isinstance(value, str) and not ISO_DAY.fullmatch(value):  # a bare number would be read as seconds since 1970
        raise ValueError("a valid date is written 2026-01-31")
    return value


Day = Annotated[date, BeforeValidator(_iso_day)]
Left = SkipJsonSchema[None]
"""Left out: nobody can write null in an address."""

Short = Annotated[str, Field(max_length=LONGEST_TEXT, pattern=r"^[^\x00]*$")]
Count = Annotated[int, Field(ge=1, le=MOST_ROWS)]
MetricName = Annotated[str, _known("metric", METRICS), Field(json_schema_extra={"enum": sorted(METRICS)})]
DimensionName = Annotated[str, _known("dimension", DIMENSIONS), Field(json_schema_extra={"enum": sorted(DIMENSIONS)})]
MetricNames = Annotated[list[MetricName], BeforeValidator(_divided), Field(min_length=1, max_length=20)]
DimensionNames = Annotated[list[DimensionName], BeforeValidator(_divided), Field(max_length=4)]
Format = Annotated[
    Literal["json", "csv", "xlsx", "arrow"],
    Field(description="json; csv and xlsx as the pages save them; arrow, an Arrow IPC stream."),
]


class Parameters(BaseModel):
    """Base of all: a parameter that does not exist is an error, not ignored."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Selecting(Parameters):
    """Filters, period and the definition switch: as in `fbi query`."""

    where: list[Short] = Field(
        default=[],
        max_length=50,
        description="DIM=VALUE; repeat for more. Values of one dimension are alternatives, dimensions must all hold.",
    )
    start: Day | Left = Field(default=None, alias="from", description="First business day, inclusive.")
    end: Day | Left = Field(default=None, alias="to", description="Last business day, inclusive.")
    basis: Basis = Field(default="due", description="Promises that fall due in the period, or orders placed in it.")
    level: Level | Left = Field(default=None, description="What is counted; default: the metric's own level.")
    event: Event | Left = Field(default=None, description="What keeps the promise; default: the metric's own event.")
    promise: Promise = Field(default="original", description="The first promise, or the renegotiated one.")
    causes: Causes = Field(default="all", description="All failures, or only those the seller answers for.")
    timestamps: Timestamps = Field(default="possible", description="With or without impossible sequences of times.")

    def query(self, metrics: list[str], **more: Any) -> Query:
        """The query for `metrics`. Raises UsageError for a filter that is none, or a period turned round."""
        if self.start is not None and self.end is not None and self.start > self.end:
            what = f"The period ends ({self.end}) before it starts ({self.start})."
            raise UsageError(what, where="from", hint="Swap them.")
        return Query(
            metrics=tuple(dict.fromkeys(metrics)),
            where=filters(self.where, "where"),
            start=self.start,
            end=self.end,
            basis=self.basis,
            level=self.level,
            event=self.event,
            promise=self.promise,
            causes=self.causes,
            timestamps=self.timestamps,
            **more,
        )


class QueryParameters(Selecting):
    """A question about metrics."""

    metrics: MetricNames = Field(description="Metrics; repeat, or divide by commas.")
    by: DimensionNames = Field(default=[], description="Split by these dimensions.")
    compare: Compare = Field(default="none", description="Another number beside each: see `fbi query --help`.")
    order_by: Short | Left = Field(default=None, description="A column to sort by; -COLUMN sorts downwards.")
    limit: Count | Left = Field(default=None, description="At most so many rows.")
    exact: bool = Field(default=False, description="Quantiles from every row instead of buckets (within 1 %).")
    format: Format = "json"

    def asked(self) -> Query:
        """The query."""
        by = tuple(dict.fromkeys(self.by))
        more = {"compare": self.compare, "order_by": self.order_by, "limit": self.limit, "exact": self.exact}
        return self.query(self.metrics, by=by, **more)


class RowsParameters(Selecting):
    """The rows behind a number, a page at a time."""

    metric: MetricName = Field(description="One metric.")
    part: Part = Field(description="Rows counted above or below the line.")
    order_by: Short | Left = Field(default=None, description="A column to sort by; -COLUMN sorts downwards.")
    limit: int = Field(default=1000, ge=1, le=MOST_ROWS, description="Rows of a page; `next` leads to the one after.")
    offset: int = Field(default=0, ge=0, le=2**31, description="Leave out so many rows first.")
    format: Format = "json"


class WhyParameters(Selecting):
    """Why a metric moved."""

    metric: MetricName = Field(description="One metric.")
    by: DimensionNames = Field(default=[], description="Divide by these in turn; default: what explains most.")
    against: Short = Field(
        default="previous", description="previous, year, two days (C..D), target, target=0.95, or DIM=VALUE."
    )


class MembersParameters(Parameters):
    """Members of a dimension."""

    search: Short = Field(default="", description="Only members whose name contains this.")
    limit: int = Field(default=50, ge=1, le=1000, description="At most so many members.")


class DimensionPath(BaseModel):
    """The dimension of an address."""

    dimension: DimensionName


class OrderPath(BaseModel):
    """The order of an address."""

    channel: Short
    order_no: Short
