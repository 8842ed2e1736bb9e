"""Who may do what: the roles, and what each permits. Which rows is the scope's matter (`warehouse.scope`)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fulfillment_bi.errors import FulfillmentError

ROLES = ("viewer", "analyst", "editor", "admin")

PERMISSIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "view": ("viewer", "analyst", "editor", "admin"),  # pages, and the rows behind a number on them
        "export": ("analyst", "editor", "admin"),  # files, and reports that were made
        "save": ("analyst", "editor", "admin"),  # whatever is written down beside the data: views, notes
        "act": ("editor", "admin"),  # alerts, actions, remedies, asking for a report
        "load": ("editor", "admin"),  # files and mappings; only without a scope
        "manage": ("admin",),  # everything without a permission of its own; only without a scope
    }
)
DRAWING = "fbi.drawing"
"""In a request's WSGI environment, where no client can write: our own browser asks, which pictures a report."""

WHOLE = frozenset({"load", "manage"})
"""What cannot be narrowed to a scope, and so is nobody's who has one."""


class NotPermittedError(FulfillmentError):
    """The account's role does not permit it."""


def permits(role: str, permission: str, *, is_scoped: bool = False) -> bool:
    """Whether `role` has `permission`. Raises KeyError for a permission that does not exist."""
    return role in PERMISSIONS[permission] and not (is_scoped and permission in WHOLE)
