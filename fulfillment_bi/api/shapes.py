"""The shapes of answers, for the description of the API (OpenAPI): what programs may rely on."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

Row = dict[str, Any]


class Words(BaseModel):
    """A text in both languages."""

    zh: str
    en: str


class Stamped(BaseModel):
    """Where numbers come from."""

    as_of: str = Field(description="UTC, ISO 8601.")
    timezone: str = Field(description="The business time zone, an IANA name.")
    version: str = Field(description="The published version that answered.")


class QueryAnswer(Stamped):
    """Metrics by dimensions. A rate is a fraction, null where undefined, with its numerator _n and denominator _d."""

    columns: list[str]
    rows: list[Row]


class RowsAnswer(QueryAnswer):
    """A page of rows. `count` is of all rows; `next` leads to the next page, null on the last."""

    count: int
    next: str | None


class WhyAnswer(Stamped):
    """Why a metric moved: parts whose effects sum to the change exactly, causes, stages, and a sentence."""

    metric: str
    unit: str
    before: float | None
    after: float | None
    change: float | None
    sentence: Words
    by: list[str]
    parts: list[Row]
    causes: list[Row]
    stages: list[Row]


class OrderAnswer(Stamped):
    """One order's story: events, promise, stages."""

    channel: str
    order_no: str
    promise: Row
    events: list[Row]
    stages: list[Row]


class Described(BaseModel):
    """A metric or a dimension."""

    name: str
    labels: Words
    definition: Words


class Catalogue(BaseModel):
    """All metrics, or all dimensions."""

    items: list[Described]


class Member(BaseModel):
    """A member of a dimension, as it is written in a filter."""

    value: str
    label: str


class Members(BaseModel):
    """Members of a dimension."""

    items: list[Member]


class Rows(BaseModel):
    """A list of things."""

    items: list[Row]


class Failure(BaseModel):
    """What went wrong, where, and what to do next."""

    what: str
    where: str
    hint: str


class ErrorAnswer(BaseModel):
    """The answer to a request that was refused."""

    error: Failure
