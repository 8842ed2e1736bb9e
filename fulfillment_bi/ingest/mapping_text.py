"""A choice written as a mapping file, the same that a person would write; see docs/adapters.md."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

from fulfillment_bi.errors import UsageError
from fulfillment_bi.ingest.adapter import Adapter
from fulfillment_bi.ingest.carried import order_number
from fulfillment_bi.ingest.dateorder import COMMON_ORDERS
from fulfillment_bi.ingest.mapping import parse_mapping
from fulfillment_bi.ingest.profile import FileView
from fulfillment_bi.ingest.proposal import Choice, Filled, Part

_LEAST_REQUIRED = 3
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def mapping_text(choice: Choice, view: FileView) -> str:
    """The TOML of a choice for files like `view`.

    Raises UsageError for a name that cannot be one, a required column that nothing fills, or a header that the file
    does not have.
    """
    if not _NAME.fullmatch(choice.name):
        hint = "Use small Latin letters, digits and _, beginning with a letter."
        raise UsageError(f"'{choice.name}' cannot be the name of a mapping.", where="name", hint=hint)
    if not choice.parts:
        raise UsageError("Nothing is chosen to be loaded from the file.", where=view.name)
    for part in choice.parts:
        if part.missing:
            hint = f"Say which column holds it: --set {part.entity}.{part.missing[0]}=Header."
            raise UsageError(f"Nothing fills {', '.join(part.missing)} of {part.entity}.", where=view.name, hint=hint)
        for filled in part.columns:
            if filled.header:
                view.profile(filled.header)
    kind = choice.parts[0].entity
    label = _text(choice.name.replace("_", " "))
    lines = [
        f"# Made from {json.dumps(view.name, ensure_ascii=False)}; docs/adapters.md explains every entry.",
        f"platform = {_text(choice.name)}",
        f"source = {_text(choice.source)}",
        f"label = {{ en = {label}, zh = {label} }}",
        f"timezone = {_text(choice.timezone)}",
        "",
        "[[file]]",
        f"kind = {_text(kind)}",
        f"requires = {_list(_required(choice))}",
        *_dates(choice),
        *(["decimal_comma = true"] if choice.decimal_comma else []),
        *_block(choice),
    ]
    for part in choice.parts:
        lines += _target(part, choice)
    return "\n".join(lines) + "\n"


def adapter_of(choice: Choice, view: FileView) -> Adapter:
    """The adapter that the mapping file of a choice gives."""
    return parse_mapping(mapping_text(choice, view), view.name)[0]


def mapping_path(choice: Choice, folder: Path) -> Path:
    """Where the mapping file of a choice is kept."""
    return folder / f"{choice.name}_{choice.parts[0].entity}.toml"


def save_mapping(choice: Choice, view: FileView, folder: Path, *, replace: bool = False) -> Path:
    """Write the mapping file and return its path; one of that name is only replaced when told so (UsageError)."""
    text = mapping_text(choice, view)
    path = mapping_path(choice, folder)
    parse_mapping(text, str(path))
    if path.exists() and not replace:
        raise UsageError(
            "There is a mapping of that name.", where=str(path), hint="Choose another name, or replace it."
        )
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{path.name}.{os.getpid()}"
    try:
        with draft.open("w", encoding="utf-8") as handle:
            handle.write(text)
            handle.flush()
            os.fsync(handle.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path


def _required(choice: Choice) -> list[str]:
    """The headers by which such files are recognised: of required columns, and more where those are few."""
    must: dict[str, None] = {}
    others: dict[str, None] = {}
    for part in choice.parts:
        for filled in part.columns:
            if filled.header:
                (must if part.contract.column(filled.column).required else others)[filled.header] = None
    extra = [header for header in others if header not in must]
    return [*must, *extra[: max(_LEAST_REQUIRED - len(must), 0)]]


def _dates(choice: Choice) -> list[str]:
    if choice.order:
        return [f"formats = {_list([*COMMON_ORDERS[choice.order], *choice.formats])}"]
    lines = [f"formats = {_list(choice.formats)}"] if choice.formats else []
    if choice.undecided:
        orders = ", ".join(f"{name} = {_list(formats)}" for name, formats in COMMON_ORDERS.items())
        lines.append(f"date_orders = {{ {orders} }}")
    return lines


def _block(choice: Choice) -> list[str]:
    named = _line_names(choice)
    carried = choice.carried if choice.carry else ()
    if not named and not carried:
        return []
    entries = [f"by = {_text(named[0] if named else order_number(choice.parts))}"]
    entries += [f"carry = {_list(carried)}"] if carried else []
    entries += [f"line = {_list(named[1:])}"] if named else []
    return [f"block = {{ {', '.join(entries)} }}"]


def _line_names(choice: Choice) -> tuple[str, ...]:
    """(order number, SKU) headers when order lines have no number of their own: they are then named by their SKU."""
    for part in choice.parts:
        order, sku, line = (part.filled(name) for name in ("order_no", "sku", "line_no"))
        if part.entity == "order_lines" and line is None and order and sku and order.header and sku.header:
            return (order.header, sku.header)
    return ()


def _target(part: Part, choice: Choice) -> list[str]:
    lines = ["", "[[file.target]]", f"entity = {_text(part.entity)}", "[file.target.columns]"]
    lines += [f"{filled.column} = {_column(part, filled)}" for filled in part.columns]
    if part.entity == "order_lines" and _line_names(choice):
        lines.append('line_no = "@line"')
    return lines


def _column(part: Part, filled: Filled) -> str:
    if not filled.header:
        return f"{{ value = {_text(filled.value)} }}"
    personal = part.contract.column(filled.column).personal
    if personal == "hash":
        return f"{{ hash = {_text(filled.header)} }}"
    if personal == "presence":
        return f"{{ present = {_text(filled.header)} }}"
    if filled.words:
        return f"{{ from = {_text(filled.header)}, words = {_table(filled.words)} }}"
    return _text(filled.header)


def _table(words: Mapping[str, str]) -> str:
    return "{ " + ", ".join(f"{_text(said)} = {_text(meaning)}" for said, meaning in words.items()) + " }"


def _list(texts: object) -> str:
    return "[" + ", ".join(_text(text) for text in texts) + "]"  # type: ignore[attr-defined]


def _text(text: str) -> str:
    """A TOML string: JSON's escapes are TOML's, but for DEL, which JSON leaves as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
