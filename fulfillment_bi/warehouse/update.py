"""The star schema brought up to date after a load: only what the load touched is made anew (see `refresh`).

1. What is made whole from `state_*` alone comes first; rows of kept models that differ touch orders (see `touched`).
2. `state_*` is cut down to the orders nearby, and the models of orders run on that, into temporary tables.
3. In each fact the rows of touched orders are replaced. `removed_<fact>` and `added_<fact>` stay for the session: their
   difference is what the rollups must follow.
4. What is not declared, and reads facts, is made whole at the end; of facts only the rows that differ are written.

An update gives up (`WholeBuildNeededError`) where a part of the past must be judged anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from fulfillment_bi.warehouse.apply import (
    WholeBuildNeededError,
    add_evidence,
    add_members,
    columns_of,
    note_differing,
    replace_differing,
    replace_part,
    replace_rows,
    replace_table,
)
from fulfillment_bi.warehouse.engine import Session
from fulfillment_bi.warehouse.late import all_levels, is_past_the_same, part_of, stock_days
from fulfillment_bi.warehouse.refresh import LATE, STOCK, entities, is_temporary, place, rule_of
from fulfillment_bi.warehouse.tables import has_table
from fulfillment_bi.warehouse.touched import (
    LARGEST_SHARE,
    SEEDED,
    Changed,
    changed_records,
    find_touched,
    touch_by_kept,
)

_PARTED = ("order", "member", "evidence", "counted", "settled", "number")
_STOCK_DAYS = """
    SELECT DISTINCT CAST(business_day(created_at) - CAST(back AS INTEGER) AS DATE) AS day
    FROM temp.state_orders, (SELECT unnest(range(0, 9)) AS back) WHERE created_at IS NOT NULL"""
_KNOWN_KEYS = """
    SELECT c.channel, o.order_no, o.order_key
    FROM {main}.fct_order AS o INNER JOIN {main}.dim_channel AS c ON c.channel_id = o.channel_id"""
_NEARBY_KEYS = _KNOWN_KEYS + " WHERE o.order_no IN (SELECT order_no FROM temp.nearby_no)"  # noqa: S608
_NUMBERS = """
    SELECT
        s.channel, s.order_no,
        coalesce(known.order_key, (SELECT coalesce(max(order_key), 0) FROM {main}.fct_order) + row_number() OVER (
            PARTITION BY known.order_key IS NULL ORDER BY s.created_at NULLS FIRST, s.channel, s.order_no)) AS order_key
    FROM {orders} AS s
    LEFT JOIN ({known}) AS known ON known.channel = s.channel AND known.order_no = s.order_no"""


class Update:
    """One run over the models `texts` in `order`; `reads` are the models each reads."""

    def __init__(
        self,
        session: Session,
        texts: Mapping[str, str],
        order: list[str],
        reads: Mapping[str, set[str]],
        progress: Callable[[str], None],
    ) -> None:
        self.session = session
        self.texts = texts
        self.order = order
        self.reads = reads
        self.progress = progress
        database = session.rows("SELECT current_database()")[0][0].replace('"', '""')
        self.main = f'"{database}".main'
        self.states = [
            row[0]
            for row in session.rows(
                "SELECT table_name FROM duckdb_tables() WHERE NOT temporary AND starts_with(table_name, 'state_')"
            )
        ]
        self.cut: list[str] = []
        self.late = self._late()

    def run(self, before: datetime) -> list[str]:
        """Bring everything up to date and return the facts of which `removed_*` and `added_*` tell the difference.

        `before` is the as-of of the last version.
        """
        self._check_entities(changed_records(self.session, self.main))
        early = [name for name in self.order if name not in self.late and rule_of(name) not in _PARTED]
        for name in early:
            self._make_early(name)
        changed = changed_records(self.session, self.main)
        if self._as_of() < before:
            raise WholeBuildNeededError("the newest event is earlier than before")
        facts = [name for name in self.order if not is_temporary(name) and rule_of(name) == "order"]
        share = find_touched(self.session, changed, facts, before)
        if share > LARGEST_SHARE:
            raise WholeBuildNeededError(f"{share:.0%} of all orders are touched")
        self._cut_down(changed)
        for name in self.order:
            if name not in early and name not in self.late:
                self.progress(name)
                self._make(name)
        for name in facts:
            replace_rows(self.session, self.main, name)
        return facts + self._make_late(changed)

    def _late(self) -> list[str]:
        """Models made whole that read, directly or not, what is made in parts."""
        parted = {name for name in self.order if rule_of(name) in _PARTED}
        late: list[str] = []
        for name in self.order:
            is_whole = rule_of(name) == "whole" and self.reads[name] & (parted | set(late))
            if is_whole or rule_of(name) in LATE[1:]:
                late.append(name)
        undeclared = {name for name in self.order if rule_of(name) in LATE}
        blocked = sorted(name for name in parted if self.reads[name] & undeclared and rule_of(name) != "member")
        if blocked:
            raise WholeBuildNeededError(f"{', '.join(blocked)} read models of which nothing is declared")
        return late

    def _check_entities(self, changed: Changed) -> None:
        """Entities that models of orders read must say which orders they touch."""
        judged = [name for name in self.order if rule_of(name) in ("order", "evidence", "counted")]
        # A shop's name belongs to shops whose orders nobody touches.
        read = {entity for name in (*judged, "dim_shop") for entity in entities(self.texts[name])}
        unknown = [
            entity
            for entity, columns in changed.columns.items()
            if entity in read and "order_no" not in columns and entity not in SEEDED
        ]
        if unknown:
            raise WholeBuildNeededError(f"{', '.join(unknown)} changed")

    def _as_of(self) -> datetime:
        as_of: datetime = self.session.rows(f"SELECT as_of FROM {self.main}.build_info")[0][0]  # noqa: S608
        return as_of

    def _places(self, *, cut: bool) -> dict[str, str]:
        """Table name -> where it stands. `cut`: for models of orders, which see only the orders nearby."""
        places = {table: f"{self.main}.{table}" for table in self.states}
        if cut:
            places |= {table: f"temp.{table}" for table in self.cut}
        for name in self.order:
            parted = cut and rule_of(name) in ("order", "number")
            places[name] = f"temp.{name}" if parted or is_temporary(name) else f"{self.main}.{name}"
        return places

    def _create(self, target: str, text: str, places: Mapping[str, str]) -> None:
        temporary = "TEMP " if target.startswith("temp.") else ""
        name = target.removeprefix("temp.")
        self.session.execute(f"CREATE OR REPLACE {temporary}TABLE {name} AS\n{place(text, places)}")

    def _make_early(self, name: str) -> None:
        """What reads `state_*` alone, in full."""
        self.progress(name)
        places = self._places(cut=False)
        if rule_of(name) != "kept":
            self._create(places[name], self.texts[name], places)
            return
        self._create("temp.fresh", self.texts[name], places)
        if note_differing(self.session, self.main, name):
            touch_by_kept(self.session, self.main, name)
            replace_table(self.session, self.main, name)

    def _cut_down(self, changed: Changed) -> None:
        """Make temporary `state_*` that hold only what belongs to the orders nearby."""
        near = "order_no IN (SELECT order_no FROM temp.nearby_no)"
        tracked = "tracking_no IN (SELECT tracking_no FROM temp.touched_tracking)"
        read = {entity for name in self.order if name not in self.late for entity in entities(self.texts[name])}
        self._cut("orders", near)
        days = f'{_STOCK_DAYS} UNION SELECT "date" FROM temp.changed_stock_levels'  # noqa: S608
        noted = "stock_levels" in changed.columns
        self.session.execute(f"CREATE OR REPLACE TEMP TABLE stock_day AS {days if noted else _STOCK_DAYS}")
        for entity in sorted(read & {table.removeprefix("state_") for table in self.states} - {"orders"}):
            columns = columns_of(self.session, f"state_{entity}")
            if entity == "stock_levels":
                self._cut(entity, '"date" IN (SELECT day FROM temp.stock_day)')
            elif "tracking_no" in columns:
                self._cut(entity, f"{tracked} OR {near}" if "order_no" in columns else tracked)
            elif "order_no" in columns:
                self._cut(entity, f"order_no IS NULL OR {near}")
            elif entity == "customers":
                self._cut(entity, "customer_no IN (SELECT customer_no FROM temp.state_orders)")

    def _cut(self, entity: str, condition: str) -> None:
        table = f"state_{entity}"
        self._create(f"temp.{table}", f"SELECT * FROM {self.main}.{table} WHERE {condition}", {})  # noqa: S608
        self.cut.append(table)

    def _make(self, name: str) -> None:
        """One model of those made in parts."""
        rule, places = rule_of(name), self._places(cut=True)
        if rule == "number":
            self._number("temp.state_orders", _NEARBY_KEYS)
            self._touch_keys()
        elif rule == "order":
            self._create(f"temp.{name}", self.texts[name], places)
        elif rule == "counted":
            self._count_again(name)
        elif rule == "member":
            # What a SKU is called by its lines depends on all of them.
            places["state_order_lines"] = f"{self.main}.state_order_lines"
            self._create("temp.fresh", self.texts[name], places)
            add_members(self.session, self.main, name)
        elif rule == "evidence":
            self._create("temp.fresh", self.texts[name], places)
            add_evidence(self.session, self.main, name)
        else:
            self._create("temp.fresh", self.texts[name], places)
            if note_differing(self.session, self.main, name):
                raise WholeBuildNeededError("the budget of a stage has changed")

    def _number(self, orders: str, known: str) -> None:
        text = _NUMBERS.format(main=self.main, orders=orders, known=known.format(main=self.main))
        self._create("temp.int_order_key", text, {})

    def _touch_keys(self) -> None:
        """The keys of touched orders: those they had, and those they get."""
        touched = "WHERE order_no IN (SELECT order_no FROM temp.touched_no)"
        sources = (f"{self.main}.fct_order", "temp.int_order_key")
        keys = (f"SELECT order_key FROM {source} {touched}" for source in sources)  # noqa: S608
        self._create("temp.touched_key", " UNION ".join(keys), {})

    def _count_again(self, name: str) -> None:
        """Take off what touched orders counted by the old facts, add what they count by the new models."""
        touched = "WHERE order_key IN (SELECT order_key FROM temp.touched_key)"
        flags = ("due_sign_original", "on_time_sign_original", "in_full_sign_original")
        kept = ", ".join(f"otif_sign_original = 1 AS {flag}" for flag in flags)
        olds = {
            "int_stage": f"(SELECT * FROM {self.main}.fct_order_stage {touched})",  # noqa: S608
            "int_order_flag": f"(SELECT order_key, {kept} FROM {self.main}.fct_order {touched})",  # noqa: S608
        }
        news = {model: f"(SELECT * FROM temp.{model} {touched})" for model in olds}  # noqa: S608
        off, on = (place(self.texts[name], tables) for tables in (olds, news))
        less = f"SELECT * REPLACE (-orders AS orders) FROM ({off})"  # noqa: S608
        every = f"SELECT * FROM {self.main}.{name} UNION ALL ({less}) UNION ALL ({on})"  # noqa: S608
        summed = "stage, seconds, CAST(sum(orders) AS BIGINT) AS orders"
        text = f"SELECT {summed} FROM ({every}) GROUP BY ALL HAVING sum(orders) > 0"  # noqa: S608
        self._create("temp.fresh", text, {})
        replace_table(self.session, self.main, name)

    def _make_stock(self, changed: Changed, places: Mapping[str, str]) -> bool:
        """Stock from the first month in which anything differs; False where it has to be made whole."""
        session, main = self.session, self.main
        if "products" in changed.columns:
            return False
        has_levels = "stock_levels" in changed.columns
        part = stock_days(session, main, places["int_stock_threshold"], has_levels=has_levels)
        if part is None:
            return False
        everywhere = {"int_stock_level": all_levels(main)}
        cut = {"int_stock_move": {**part.places, **everywhere}, "int_stock_cost": everywhere}
        for name in filter(is_temporary, STOCK):
            self.progress(name)
            self._create(places[name], self.texts[name], {**places, **cut.get(name, part.places)})
        if not is_past_the_same(session, main):
            return False
        self.progress("fct_stock_day")
        self._create("temp.fresh", self.texts["fct_stock_day"], places)
        replace_part(session, main, "fct_stock_day", part.condition)
        return True

    def _make_late(self, changed: Changed) -> list[str]:
        """What is made at the end, and in full what that reads of single orders; the facts that were followed."""
        places = self._places(cut=False)
        done = STOCK if self._make_stock(changed, places) else ()
        followed = ["fct_stock_day"] if done else []
        for name in self._needed_in_full():
            if name in done:
                continue
            self.progress(name)
            part = part_of(self.session, self.main, rule_of(name), places)
            if part is not None:
                self._create("temp.fresh", self.texts[name], {**places, **part.places})
                replace_part(self.session, self.main, name, part.condition)
                followed.append(name)
            elif rule_of(name) == "number":
                self._number(f"{self.main}.state_orders", _KNOWN_KEYS)
            elif name.startswith("fct_"):
                self._create("temp.fresh", self.texts[name], places)
                followed += [name] if replace_differing(self.session, self.main, name) else []
            else:
                self._create(places[name], self.texts[name], places)
        return followed

    def _needed_in_full(self) -> list[str]:
        needed: set[str] = set()
        for name in reversed(self.order):
            is_read = any(name in self.reads[other] for other in needed)
            if name in self.late or (is_read and is_temporary(name) and rule_of(name) in _PARTED):
                needed.add(name)
        return [name for name in self.order if name in needed]


def drop_temporary(session: Session, keep: Iterable[str] = ()) -> None:
    """Drop every temporary table of a build but those whose names start with one of `keep`."""
    for (name,) in session.rows("SELECT table_name FROM duckdb_tables() WHERE temporary ORDER BY table_name"):
        if not name.startswith(tuple(keep)):
            session.execute(f"DROP TABLE temp.{name}")


def can_update(session: Session, settings: Mapping[str, str], least: int) -> bool:
    """Whether the version was built with the same `settings` (columns of `build_info`) and has over `least` orders."""
    if not has_table(session, "build_info"):
        return False
    names, rows = session.columns("SELECT * FROM build_info")
    info = dict(zip(names, rows[0], strict=True)) if rows else {}
    if info.get("as_of") is None or any(info.get(name) != value for name, value in settings.items()):
        return False
    return bool(session.rows("SELECT count(*) > ? FROM fct_order", (least,))[0][0])
