"""Loading: what holds afterwards, what is reported, and what happens when something goes wrong."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fulfillment_bi.errors import ContractError, UnknownNameError, UsageError, WarehouseError
from fulfillment_bi.ingest import load as load_module
from fulfillment_bi.ingest import merge as merge_module
from fulfillment_bi.ingest.adapter import Adapter
from fulfillment_bi.ingest.rebuild import rebuild
from fulfillment_bi.ingest.report import Counts, LoadReport
from fulfillment_bi.warehouse.engine import QueryLimitError
from tests.ingest.conftest import Bench

CountsOf = Callable[[LoadReport], dict[str, Counts]]
HEADER = "channel,order_no,created_at,paid_at,status,city\n"
FIRST = HEADER + "jd,1,2025-01-01,,created,\njd,2,2025-01-02,2025-01-02 10:00:00,paid,Ulm\n"
SECOND = HEADER + "jd,1,2025-01-01,2025-01-01 09:00:00,paid,\njd,2,,,shipped,\njd,3,2025-01-03,,created,\n".replace(
    "jd,2,,", "jd,2,2025-01-02,"
)


def _orders(bench: Bench) -> list[tuple[object, ...]]:
    return bench.rows("SELECT order_no, status, city, paid_at IS NOT NULL FROM state_orders ORDER BY order_no")


def test_new_updated_unchanged_and_blanks(bench: Bench, counts: CountsOf) -> None:
    assert counts(bench.load_text("a.csv", FIRST)) == {"orders": Counts(read=2, new=2)}
    assert counts(bench.load_text("b.csv", SECOND, hours=1)) == {"orders": Counts(read=3, new=1, updated=2)}
    assert _orders(bench) == [("1", "paid", None, True), ("2", "shipped", "Ulm", True), ("3", "created", None, False)]
    again = SECOND + "jd,4,2025-01-04,,created,\n"
    assert counts(bench.load_text("c.csv", again, hours=2)) == {"orders": Counts(read=4, new=1, unchanged=3)}
    stale = HEADER + "jd,1,2025-01-01,,created,Bonn\njd,2,2025-01-02,,paid,\n"
    # An older export still fills a gap; where it contradicts newer values it has lost.
    assert counts(bench.load_text("d.csv", stale, hours=-1)) == {"orders": Counts(read=2, updated=1, superseded=1)}
    assert _orders(bench)[0] == ("1", "paid", "Bonn", True)


def test_several_records_of_a_key_in_one_file(bench: Bench, counts: CountsOf) -> None:
    content = HEADER + "jd,1,2025-01-01,,created,Ulm\njd,1,2025-01-01,,paid,\njd,1,2025-01-01,,shipped,\n"
    assert counts(bench.load_text("a.csv", content)) == {"orders": Counts(read=3, new=1, superseded=2)}
    assert _orders(bench) == [("1", "shipped", "Ulm", False)]
    assert bench.rows("SELECT _source_line FROM state_orders") == [(4,)]


def test_the_same_bytes_change_nothing(bench: Bench) -> None:
    path = bench.write("a.csv", FIRST + "jd,,2025-01-01,,paid,\n")
    first = bench.load(path)
    copy = bench.write("copy.csv", path.read_bytes(), hours=5)
    for repeated in (bench.load(path), bench.load(copy), bench.load(path, copy)):
        assert (repeated.version, repeated.published, repeated.exit_code) == (first.version, False, 3)
        assert {file.status for file in repeated.files} == {"unchanged"}
        assert all(f.entities == {"orders": Counts(read=3, unchanged=2, quarantined=1)} for f in repeated.files)
    both = bench.load(bench.write("new.csv", SECOND, hours=6), copy)
    assert [file.status for file in both.files] == ["loaded", "unchanged"]
    assert bench.rows("SELECT count(*) FROM loads") == [(2,)]


def test_refused_rows_keep_their_reasons_line_and_cells(bench: Bench) -> None:
    report = bench.load_text("a.csv", FIRST + '"jd",2,2025-02-30,,"on\nfire",Ulm\nshort\n')
    assert report.exit_code == 3
    assert bench.rows("SELECT entity, source_line, reasons, source ->> 'status' FROM quarantine ORDER BY 2") == [
        ("orders", 4, ["not_a_time:created_at", "unknown_word:status"], "on\nfire"),
        ("orders", 6, ["field_count"], None),
    ]


ORDER_ROWS = st.tuples(
    st.sampled_from("12"),
    st.sampled_from(["", "created", "paid", "shipped", "bad word"]),
    st.sampled_from(["", "Ulm", "Bonn"]),
    st.sampled_from(["", "2025-01-02 10:00:00", "2025-01-02 11:00:00", "x"]),
)
FILES = st.lists(st.tuples(st.lists(ORDER_ROWS, max_size=4), st.sampled_from([0, 1, 2])), min_size=2, max_size=4)


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(files=FILES, shuffle=st.randoms(use_true_random=False))
def test_the_order_of_files_and_repeats_never_matter(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    files: list[tuple[list[tuple[str, ...]], int]],
    shuffle: object,
) -> None:
    monkeypatch.setattr("fulfillment_bi.ingest.finish.build_models", lambda *_, **__: None)
    states = []
    for turn in range(3):
        bench = Bench(tmp_path_factory.mktemp("order"))
        paths = []
        for number, (rows, hours) in enumerate(files):
            body = "".join(f"jd,{no},2025-01-01,{paid},{status},{city}\n" for no, status, city, paid in rows)
            paths.append(bench.write(f"{number}.csv", HEADER + body, hours=hours))
        if turn:
            shuffle.shuffle(paths)  # type: ignore[attr-defined]
        reports = [bench.load(path) for path in (*paths, paths[0])] if turn < 2 else [bench.load(*paths, paths[0])]
        for report in reports:
            for file in report.files:
                assert all(counts.balanced for counts in file.entities.values())
        states.append(bench.state())
        bench.store.close()
    assert states[0] == states[1] == states[2]


def _reference(files: list[tuple[list[tuple[str, ...]], int]]) -> dict[str, dict[str, str]]:
    """Newest wins column by column, blank never erases: in plain Python, for files of different times."""
    held: dict[str, dict[str, str]] = {}
    for rows, _ in sorted(files, key=lambda file: file[1]):
        for number, status, city, paid in rows:
            if status == "bad word" or paid == "x":
                continue
            row = held.setdefault(number, {})
            row |= {name: text for name, text in (("status", status), ("city", city), ("paid", paid)) if text}
    return held


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(contents=st.lists(st.lists(ORDER_ROWS, max_size=5), min_size=1, max_size=3), data=st.data())
def test_newest_wins_column_by_column(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    contents: list[list[tuple[str, ...]]],
    data: st.DataObject,
) -> None:
    monkeypatch.setattr("fulfillment_bi.ingest.finish.build_models", lambda *_, **__: None)
    files = list(zip(contents, data.draw(st.permutations(range(len(contents)))), strict=True))
    bench = Bench(tmp_path_factory.mktemp("newest"))
    for number, (rows, hours) in enumerate(files):
        # A column nobody maps makes equal contents different files.
        lines = [f"jd,{no},2025-01-01,{paid},{status},{city},{number}" for no, status, city, paid in rows]
        header = HEADER.strip() + ",remark"
        report = bench.load_text(f"{number}.csv", "\n".join([header, *lines, ""]), hours=hours)
        (file,) = report.files
        assert file.entities["orders"].read == len(rows)
    local = "strftime(paid_at + INTERVAL 8 HOUR, '%Y-%m-%d %H:%M:%S')"
    found = bench.rows(f"SELECT order_no, status, city, {local} FROM state_orders")
    bench.store.close()
    expected = {(no, row.get("status"), row.get("city"), row.get("paid")) for no, row in _reference(files).items()}
    assert set(found) == expected


def test_the_date_in_a_files_name_is_its_export_time(bench: Bench) -> None:
    bench.load_text("orders_2025-05-02.csv", SECOND, hours=0)
    bench.load_text("orders_20250501.csv", FIRST, hours=9)
    assert _orders(bench)[0][1] == "paid"
    assert bench.rows("SELECT exported_at FROM loads ORDER BY load_id") == [
        (datetime(2025, 5, 1, 16),),
        (datetime(2025, 4, 30, 16),),
    ]


def test_the_carrier_knows_best_when_a_parcel_arrived(bench: Bench) -> None:
    header = "carrier,tracking_no,delivered_at,weight\n"
    bench.load_text("carrier.csv", header + "SF,1,2025-05-01 10:00:00,2\n", hours=0)
    order = (
        "order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at,order_delivered_carrier_date,"
        "order_delivered_customer_date,order_estimated_delivery_date\n"
    )
    bench.load_text("carrier2.csv", header + "unknown,1,2025-05-01 10:00:00,2\n", hours=0)
    row = "1,c,delivered,2025-04-01,2025-04-01,2025-04-02,2025-05-03 11:00:00,2025-05-09\n"
    bench.load_text("olist.csv", order + row, hours=3)
    assert bench.rows("SELECT delivered_at, order_no FROM state_parcels WHERE carrier = 'unknown'") == [
        (datetime(2025, 5, 1, 2), "1")
    ]


def test_a_folder_of_good_bad_and_other_files(bench: Bench) -> None:
    bench.write("orders.csv", FIRST)
    bench.write("unknown.csv", "alpha,beta\n1,2\n")
    bench.write("broken.csv", b"channel,order_no,created_at\njd,\xff\xff,2025-01-01\n")
    bench.write("readme.txt", "Dear all,\nthis is prose.\n")
    bench.write("notes.docx", "x")
    bench.write(".hidden.csv", FIRST)
    bench.write("payments.csv", "order_id,payment_sequential,payment_type,payment_value\n1,1,card,2\n")
    report = bench.load(bench.folder / "exports")
    assert {Path(file.file).name: file.status for file in report.files} == {
        "broken.csv": "failed", "notes.docx": "skipped", "orders.csv": "loaded", "payments.csv": "not_used",
        "readme.txt": "skipped", "unknown.csv": "failed",
    }  # fmt: skip
    assert report.exit_code == 1
    assert bench.rows("SELECT count(*) FROM state_orders") == [(2,)]
    assert bench.rows("SELECT file FROM loads") == [("orders.csv",)]
    document = report.document()
    assert document["version"] == report.version
    (loaded,) = [file for file in document["files"] if file["status"] == "loaded"]
    assert loaded["entities"]["orders"] == {
        "read": 2, "new": 2, "updated": 0, "unchanged": 0, "superseded": 0, "quarantined": 0,
    }  # fmt: skip


def test_failures_alone_publish_nothing(bench: Bench) -> None:
    missing = bench.folder / "missing.csv"
    report = bench.load(missing, bench.write("unknown.csv", "alpha,beta\n1,2\n"))
    assert (report.version, report.published, report.exit_code) == (None, False, 1)
    assert "no such file" in report.files[0].message
    assert not (bench.home / "versions").exists() or bench.store.current() is None


def test_a_folder_that_may_not_be_read(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.scandir", refuse)
    report = bench.load(bench.folder)
    assert report.exit_code == 1
    assert "no permission" in report.files[0].message


def test_an_unknown_adapter_is_wrong_use(bench: Bench) -> None:
    with pytest.raises(UnknownNameError):
        bench.load(bench.write("a.csv", FIRST), adapter="order")


def test_too_many_refused_rows_refuse_the_file(bench: Bench) -> None:
    bench.settings = replace(bench.settings, quarantine_limit_share=0.2)
    report = bench.load_text("a.csv", FIRST + "jd,,2025-01-01,,paid,\n")
    assert (report.files[0].status, report.version) == ("failed", None)
    assert "1 of 3 records" in report.files[0].message


def test_a_file_that_grows_while_it_is_read_is_refused(bench: Bench) -> None:
    path = bench.write("a.csv", FIRST)

    def grow(step: str) -> None:
        if step == "read":
            with path.open("a") as file:
                file.write("jd,9,2025-01-01,,paid,\n")

    report = bench.load(path, fault=grow)
    assert report.files[0].status == "failed"
    assert "changed while" in report.files[0].message


def test_the_law_of_records_stops_a_load_that_loses_one(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.load_text("a.csv", FIRST)
    lossy = merge_module.Merged(new=1, updated=0, unchanged=0, superseded=0)
    monkeypatch.setattr("fulfillment_bi.ingest.stage.merge", lambda *_: lossy)
    with pytest.raises(ContractError, match="not all are accounted for"):
        bench.load_text("b.csv", SECOND, hours=1)
    assert bench.rows("SELECT count(*) FROM state_orders") == [(2,)]


STEPS = ("draft", "read", "archive", "check", "stage", "staged", "models", "publish")


@pytest.mark.parametrize("step", STEPS)
def test_a_crash_at_any_step_leaves_the_last_version_and_a_clean_rerun(bench: Bench, step: str) -> None:
    bench.load_text("a.csv", FIRST)
    before = bench.state()
    path = bench.write("b.csv", SECOND, hours=1)

    def crash(at: str) -> None:
        if at == step:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bench.load(path, fault=crash)
    assert bench.state() == before
    bench.load(path)
    after = bench.state()
    other = Bench(bench.folder / "other")
    other.load_text("a.csv", FIRST)
    other.load_text("b.csv", SECOND, hours=1)
    assert after == other.state()
    assert not list((bench.home / "archive").glob(".draft*"))
    other.store.close()


def test_real_data_replace_the_sample_and_never_mix_with_it(bench: Bench) -> None:
    bench.load(bench.write("sample.csv", FIRST), sample=True)
    assert bench.rows("SELECT value FROM meta WHERE key = 'is_sample'") == [("true",)]
    real = HEADER + "tmall,77,2025-01-01,,paid,\n"
    assert bench.load_text("real.csv", real).files[0].entities == {"orders": Counts(read=1, new=1)}
    assert bench.rows("SELECT order_no FROM state_orders") == [("77",)]
    assert bench.rows("SELECT value FROM meta WHERE key = 'is_sample'") == [("false",)]
    with pytest.raises(UsageError, match="real data"):
        bench.load(bench.write("sample.csv", FIRST), sample=True)


def test_a_rebuild_from_the_archive_gives_the_same_state(bench: Bench) -> None:
    for number, (content, hours) in enumerate([(SECOND, 1), (FIRST, 0), (FIRST + "jd,,x,,y,\n", 2)]):
        bench.load_text(f"{number}.csv", content, hours=hours)
    before, quarantine = bench.state(), bench.rows("SELECT * FROM quarantine")
    ledger = bench.rows("SELECT load_id, file, exported_at FROM loads ORDER BY load_id")
    for path in (bench.folder / "exports").iterdir():
        path.unlink()
    version = rebuild(bench.store, bench.settings)
    current = bench.store.current()
    assert current is not None
    assert current.id == version
    assert bench.state() == before
    assert bench.rows("SELECT * FROM quarantine") == quarantine
    assert bench.rows("SELECT load_id, file, exported_at FROM loads ORDER BY load_id") == ledger


def test_a_damaged_archive_is_found_before_anything_is_published(bench: Bench) -> None:
    bench.load_text("a.csv", FIRST)
    before = bench.state()
    (part,) = (bench.home / "archive").rglob("*.parquet")
    data = bytearray(part.read_bytes())
    data[len(data) // 4] ^= 0xFF
    part.write_bytes(data)
    with pytest.raises(WarehouseError, match="damaged"):
        rebuild(bench.store, bench.settings)
    assert bench.state() == before


def test_another_business_time_zone_is_applied_to_what_was_loaded_before(bench: Bench) -> None:
    bench.load_text("a.csv", FIRST)
    bench.settings = replace(bench.settings, timezone="UTC")
    bench.load_text("b.csv", SECOND, hours=1)
    assert bench.rows("SELECT DISTINCT created_at FROM state_orders WHERE order_no = '1'") == [(datetime(2025, 1, 1),)]
    assert bench.rows("SELECT value FROM meta WHERE key = 'timezone'") == [("UTC",)]


def _with_german(adapter: Adapter) -> Adapter:
    """The adapter with one more word for a status."""
    (target,) = adapter.targets
    rules = tuple(
        replace(rule, words={"erledigt": "delivered"}) if rule.column == "status" else rule for rule in target.rules
    )
    return replace(adapter, targets=(replace(target, rules=rules),))


def test_a_changed_mapping_reads_the_file_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    from fulfillment_bi.ingest import detect as detect_module

    path = bench.write("a.csv", FIRST + "jd,3,2025-01-03,,erledigt,\n")
    assert bench.load(path).quarantined == 1
    generic = dict(detect_module.generic_adapters())
    generic["orders"] = _with_german(generic["orders"])
    monkeypatch.setattr(detect_module, "generic_adapters", lambda: generic)
    report = bench.load(path)
    assert report.files[0].entities["orders"].read == 3
    assert report.quarantined == 0
    assert [row[1] for row in _orders(bench)] == ["created", "paid", "delivered"]
    assert bench.rows("SELECT count(*) FROM quarantine") == [(0,)]


def test_a_replay_accepts_what_todays_mapping_explains(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    from fulfillment_bi.ingest import rebuild as rebuild_module

    bench.load_text("a.csv", FIRST + "jd,3,2025-01-03,,erledigt,\n")
    find = rebuild_module.find_adapter
    monkeypatch.setattr(rebuild_module, "find_adapter", lambda name, own: _with_german(find(name, own)))
    rebuild(bench.store, bench.settings, replay=True)
    assert [row[1] for row in _orders(bench)] == ["created", "paid", "delivered"]
    rebuild(bench.store, bench.settings)
    assert bench.rows("SELECT count(*) FROM quarantine") == [(1,)]


def test_progress_ends_at_the_total(bench: Bench) -> None:
    seen: list[tuple[int, int]] = []
    paths = [bench.write("a.csv", FIRST), bench.write("b.csv", SECOND)]
    bench.load(*paths, progress=lambda done, total, _: seen.append((done, total)))
    assert seen[-1][0] == seen[-1][1] > 0
    assert all(before[0] <= after[0] for before, after in itertools.pairwise(seen))


PEOPLE = ["Zebulon Quxfeld", "王小明不存在", "13800009999", "+49 170 5550199", "Elm Street 4711b", "幸福路八百零八号"]


def test_no_person_can_be_found_in_the_warehouse(bench: Bench) -> None:
    header = "渠道,订单编号,下单时间,收货人姓名,联系手机,收货地址,买家会员名,买家备注,城市\n"
    good = "".join(
        f"jd,{number},2025-01-01,{name},{phone},{street},{name},{street} {phone},Ulm\n"
        for number, (name, phone, street) in enumerate(itertools.product(PEOPLE[:2], PEOPLE[2:4], PEOPLE[4:]))
    )
    bad = "".join(f"jd,,2025-01-01,{name},{PEOPLE[2]},{PEOPLE[4]},{name},,Ulm\n" for name in PEOPLE[:2])
    short = f"jd,{PEOPLE[0]},{PEOPLE[2]}\n"
    tickets = f"来源,工单号,创建时间,客服\nx,1,2025-01-01,{PEOPLE[0]}\n"
    bench.load_text("orders.csv", (header + good + bad + short).encode("gb18030"))
    bench.load_text("tickets.csv", tickets)
    assert bench.rows("SELECT count(*), bool_and(name_ok AND phone_ok AND address_ok) FROM state_orders") == [(8, True)]
    assert bench.rows("SELECT count(DISTINCT customer_no), min(length(customer_no)) FROM state_orders") == [(2, 24)]
    canaries = [person.encode(encoding) for person in PEOPLE for encoding in ("utf-8", "gb18030", "utf-16-le")]
    stored = [(path, path.read_bytes()) for path in bench.home.rglob("*") if path.is_file()]
    assert len(stored) > 4
    for path, data in stored:
        assert not [canary for canary in canaries if canary in data], path
    values = str(bench.rows("SELECT * FROM staged_orders") + bench.rows("SELECT * FROM quarantine"))
    assert not [person for person in PEOPLE if person in values]


def test_the_same_person_is_the_same_customer_in_every_file_and_another_in_every_warehouse(bench: Bench) -> None:
    bench.load_text("orders.csv", "channel,order_no,created_at,customer_no\njd,1,2025-01-01,Ada\n")
    bench.load_text("customers.csv", 'channel,customer_no,province\njd,"=""Ada""",Bern\n')
    joined = "SELECT customer_no, c.province FROM state_orders JOIN state_customers AS c USING (channel, customer_no)"
    ((first, province),) = bench.rows(joined)
    assert province == "Bern"
    assert (bench.home / "hash.key").stat().st_mode & 0o777 == 0o600
    other = Bench(bench.folder / "other")
    other.load_text("customers.csv", "channel,customer_no,province\njd,Ada,Bern\n")
    assert other.rows("SELECT customer_no FROM state_customers") != [(first,)]
    other.store.close()


HOSTILE = st.text(st.sampled_from('jd1,"\n\r\t\0;= 订'), max_size=80)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=HOSTILE, encoding=st.sampled_from(["utf-8", "gb18030", "utf-16"]))
def test_every_record_of_a_hostile_file_is_accounted_for(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, body: str, encoding: str
) -> None:
    monkeypatch.setattr("fulfillment_bi.ingest.finish.build_models", lambda *_, **__: None)
    bench = Bench(tmp_path_factory.mktemp("hostile"))
    content = "channel,order_no,created_at\njd,0,2025-01-01\n" + body
    report = bench.load_text("a.csv", content.encode(encoding))
    (file,) = report.files
    if file.status == "loaded":
        counts = file.entities["orders"]
        assert counts.balanced
        assert counts.read >= 1
        kept = bench.rows("SELECT (SELECT count(*) FROM state_orders), (SELECT count(*) FROM quarantine)")
        assert kept == [(counts.new, counts.quarantined)]
    bench.store.close()


def test_a_load_that_needs_more_memory_than_is_usual_takes_it(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def stage(context: Any, *more: Any) -> Any:
        ((limit,),) = context.session.rows("SELECT current_setting('memory_limit')")
        tried.append(limit)
        if len(tried) <= 2:
            raise QueryLimitError("This needs more memory than allowed.")
        return staged(context, *more)

    staged = load_module.stage
    monkeypatch.setattr(load_module, "stage", stage)
    (file,) = bench.load_text("orders.csv", "channel,order_no,created_at\nx,1,2025-01-01\n").files
    assert file.status == "loaded"
    assert tried == ["333.7 MiB", "667.5 MiB", "1.3 GiB"]
    assert bench.rows("SELECT order_no FROM state_orders") == [("1",)]


def test_a_load_that_needs_still_more_is_refused_and_says_so(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def stage(*_: Any) -> Any:
        tried.append(1)
        raise QueryLimitError("This needs more memory than allowed.")

    monkeypatch.setattr(load_module, "stage", stage)
    with pytest.raises(QueryLimitError, match=r"more memory than 1\.5GB") as caught:
        bench.load_text("orders.csv", "channel,order_no,created_at\nx,1,2025-01-01\n")
    assert "orders.csv" in caught.value.where
    assert "memory_limit" in caught.value.hint
    assert len(tried) == 3
    bench.settings = replace(bench.settings, memory_limit="4GB")
    with pytest.raises(QueryLimitError, match="more memory than allowed"):
        bench.load_text("orders.csv", "channel,order_no,created_at\nx,2,2025-01-01\n")
    assert len(tried) == 4


def test_many_records_are_merged_in_parts_with_the_same_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fulfillment_bi.ingest.finish.build_models", lambda *_, **__: None)
    words = ("created", "paid", "shipped", "")
    found = []
    for at_once in (1_000_000, 2):
        monkeypatch.setattr(merge_module, "_MERGED_AT_ONCE", at_once)
        monkeypatch.setattr("fulfillment_bi.ingest.unique._KEYS_AT_ONCE", at_once)
        bench = Bench(tmp_path / str(at_once))
        reports = []
        for load in range(3):
            rows = [f"jd,{no % 7},2025-01-0{1 + load},,{words[(no + load) % 4]},t{no}\n" for no in range(9 - load)]
            reports.append(bench.load_text(f"{load}.csv", HEADER + "".join(rows), hours=load % 2))
        bench.settings = replace(bench.settings, timezone="UTC")  # all is staged once more
        reports.append(bench.load_text("last.csv", FIRST, hours=3))
        versions = bench.rows("SELECT * EXCLUDE (_coarse) FROM staged_orders ORDER BY ALL")
        found.append(([report.files[0].entities for report in reports], bench.state(), versions))
        bench.store.close()
    assert found[0] == found[1]
    assert len(found[0][1]["orders"]) == 7
