"""Where two systems contradict each other: the same column of the same record, and another value.

`conflicts` has a row for every system whose value lost against another system's. It is kept key by key with the state,
so it depends on what was loaded and not on the order in which it came. Columns about persons are never compared.
"""

from __future__ import annotations

from fulfillment_bi.ingest.contracts import Column, Contract
from fulfillment_bi.ingest.ranking import COARSE_TYPES, LINE_BITS, is_coarse, names_of, rank_of, same_key
from fulfillment_bi.ingest.tables import staged
from fulfillment_bi.warehouse.engine import Session


def replace_conflicts(session: Session, contract: Contract) -> None:
    """Find the conflicts of every key in the temporary table `winners` anew; `merged` holds what is true of it now."""
    if not contract.compared or session.rows("SELECT count(DISTINCT source) < 2 FROM loads")[0][0]:
        return
    session.execute(
        f"DELETE FROM conflicts WHERE entity = ? AND record_hash IN (SELECT {_hash(contract)} FROM winners AS m)",  # noqa: S608
        (contract.entity,),
    )
    if not session.rows("SELECT 1 FROM merged WHERE _is_shared LIMIT 1"):
        return
    _make_told(session, contract)
    session.execute(
        "INSERT INTO conflicts BY NAME SELECT entity, record_hash, record_key, channel, order_no, "  # noqa: S608
        "unnest(list_filter(differences, lambda one: one IS NOT NULL), recursive := true), seen_at "
        f"FROM ({_compared(contract)}) AS compared",
        (contract.entity,),
    )
    session.execute("DROP TABLE temp.told")


def _make_told(session: Session, contract: Contract) -> None:
    """All row versions of the keys that more than one system has told of, ranked."""
    session.execute(
        f"CREATE OR REPLACE TEMP TABLE told AS SELECT s.*, r.exported_at AS _exported_at, "  # noqa: S608
        f"(r.rank << {LINE_BITS}) + s._source_line AS _rank FROM {staged(contract)} AS s "
        f"INNER JOIN load_rank AS r ON r.load_id = s._load_id "
        f"WHERE EXISTS (SELECT 1 FROM merged AS m WHERE m._is_shared AND {same_key('m', 's', contract.key)})"
    )


def _compared(contract: Contract) -> str:
    """What each system said of a key beside what won, with a list of differences: NULL where there is none."""
    key = names_of(contract.key)
    said = ", ".join(_newest(f'"{column.name}"', "_rank", column) for column in contract.compared)
    told_by = ", ".join(_newest("_origin", rank_of(column), column) for column in contract.compared)
    differences = ", ".join(_difference(column) for column in contract.compared)
    order = [f'm."{name}"' if name in contract.names else "NULL" for name in ("channel", "order_no")]
    shown = ", ".join(f"""coalesce(CAST(m."{name}" AS VARCHAR), '')""" for name in contract.key)
    return (
        f"SELECT CAST(? AS VARCHAR) AS entity, {_hash(contract)} AS record_hash, "  # noqa: S608
        f"concat_ws(' / ', {shown}) AS record_key, {order[0]} AS channel, {order[1]} AS order_no, "
        f"[{differences}] AS differences, best._seen_at AS seen_at "
        f"FROM (SELECT {key}, _origin, {said} FROM told GROUP BY {key}, _origin) AS said "
        f"INNER JOIN (SELECT {key}, max(_exported_at) AS _seen_at, {told_by} FROM told GROUP BY {key}) AS best "
        f"ON {same_key('best', 'said', contract.key)} "
        f"INNER JOIN merged AS m ON {same_key('m', 'said', contract.key)}"
    )


def _newest(value: str, rank: str, column: Column) -> str:
    """What was told last or believed most of a column, and whether that tells less than others may."""
    name = column.name
    told = f'arg_max({value}, {rank}) FILTER ("{name}" IS NOT NULL) AS "{name}"'
    if column.type not in COARSE_TYPES:
        return told
    return f'{told}, arg_max({is_coarse(column)}, {rank}) FILTER ("{name}" IS NOT NULL) AS "{name}__coarse"'


def _difference(column: Column) -> str:
    """A structure where the system contradicts the winner in this column."""
    name = f'"{column.name}"'
    differs = f"said.{name} <> m.{name}"
    if column.tolerance and column.type in ("time", "promise"):
        differs = f"abs(date_diff('second', said.{name}, m.{name})) > {column.tolerance:d}"
    if column.alike:
        differs += f" AND NOT starts_with(said.{name}, m.{name}) AND NOT starts_with(m.{name}, said.{name})"
    if column.type in COARSE_TYPES:
        differs += f" AND NOT ({_is_within(column)})"
    return (
        f"CASE WHEN said._origin <> best.{name} AND {differs} THEN {{'column_name': '{column.name}', "
        f"'winning_system': best.{name}, 'winning_value': CAST(m.{name} AS VARCHAR), "
        f"'other_system': said._origin, 'other_value': CAST(said.{name} AS VARCHAR)}} END"
    )


def _is_within(column: Column) -> str:
    """Whether one of the two tells less and the other fits in it: a time in the day, a status beyond the one reached.

    A day begins where the zone of its file says, and so needs no zone here.
    """
    name, less = f'"{column.name}"', f'"{column.name}__coarse"'
    both = ((f"said.{name}", f"m.{name}", f"said.{less}"), (f"m.{name}", f"said.{name}", f"best.{less}"))
    if column.type == "time":
        fits = [f"({flag} AND {fine} >= {day} AND {fine} < {day} + INTERVAL 1 DAY)" for day, fine, flag in both]
    else:
        order = "[" + ", ".join(f"'{word}'" for word in dict.fromkeys(column.words.values())) + "]"
        fits = [
            f"({flag} AND list_position({order}, {fine}) >= list_position({order}, {least}))"
            for least, fine, flag in both
        ]
    return " OR ".join(fits)


def _hash(contract: Contract) -> str:
    return f"hash({names_of(contract.key, 'm')})"
