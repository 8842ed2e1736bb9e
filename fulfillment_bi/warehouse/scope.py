"""Which rows somebody may see: members of channel, shop and warehouse. `warehouse.narrow` holds sessions to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fulfillment_bi.errors import FulfillmentError, UnknownNameError

DIMENSIONS = ("channel", "shop", "warehouse")
"""The dimensions a scope can name, each the column `<name>_id` of facts and the table `dim_<name>`."""


class OutOfScopeError(FulfillmentError):
    """Something that no scope can narrow was asked for by somebody with one."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Allowed members by dimension; a dimension without members is not limited, a scope without any allows everything.

    Members are names as shown. "unknown" and "several" are members like others: who is to see orders without a known
    warehouse, or with several, is given them by name.
    """

    channel: frozenset[str] = frozenset()
    shop: frozenset[str] = frozenset()
    warehouse: frozenset[str] = frozenset()

    @property
    def is_everything(self) -> bool:
        """Whether nothing is limited."""
        return not any(members for _, members in self.items())

    @property
    def limited(self) -> tuple[str, ...]:
        """The dimensions it limits."""
        return tuple(name for name, members in self.items() if members)

    def items(self) -> tuple[tuple[str, frozenset[str]], ...]:
        """(dimension, members) of every dimension."""
        return tuple((name, getattr(self, name)) for name in DIMENSIONS)

    def allows(self, dimension: str, member: str) -> bool:
        """Whether what is only known to belong to this one member may be seen.

        With a scope on several dimensions it may not: the others' members are not known.
        """
        return self.is_everything or (self.limited == (dimension,) and member in getattr(self, dimension))

    def within(self, other: Scope) -> bool:
        """Whether it allows nothing that `other` does not."""
        mine = dict(self.items())
        return all(not theirs or (mine[name] and mine[name] <= theirs) for name, theirs in other.items())

    def as_lists(self) -> dict[str, list[str]]:
        """The limited dimensions with their members, sorted."""
        return {name: sorted(members) for name, members in self.items() if members}

    def __str__(self) -> str:
        """As the command line writes it: channel=jd,tmall warehouse=North; empty for everything."""
        return " ".join(f"{name}={','.join(members)}" for name, members in self.as_lists().items())


EVERYTHING = Scope()


def make_scope(limits: Mapping[str, Iterable[str]]) -> Scope:
    """The scope of dimension -> members. Raises UnknownNameError for a dimension that no scope can name."""
    for name in limits:
        if name not in DIMENSIONS:
            raise UnknownNameError("dimension of a scope", name, DIMENSIONS)
    return Scope(**{name: frozenset(members) for name, members in limits.items()})
