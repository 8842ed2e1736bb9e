"""What every sample must stand, of platforms and of enterprise systems: all of it arrives, mangled copies of it behave
as designed, and no person in it leaves the adapter."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fulfillment_bi.errors import ContractError
from fulfillment_bi.ingest.detect import detect
from fulfillment_bi.ingest.mapping import built_in_adapters
from fulfillment_bi.ingest.project import hash_key
from fulfillment_bi.ingest.readers.source import PreviewRow
from fulfillment_bi.ingest.report import FileReport
from fulfillment_bi.warehouse.build import build_models
from tests.ingest.conftest import Bench
from tests.ingest.erp_samples import ERP, ERP_SAMPLES
from tests.ingest.samples import FORMATS, HOURS, SAMPLES, Sample, changed, mangled

_PLATFORMS = [
    pytest.mark.real_data,
    pytest.mark.skipif(not FORMATS.is_dir(), reason="the samples of export formats are not here (FBI_FORMATS)"),
]


def _each(samples: list[Sample]) -> list[Any]:
    return [
        pytest.param(one, id=one.adapter, marks=[] if one.root == ERP else _PLATFORMS) for one in samples
    ]


EVERY = [*SAMPLES, *ERP_SAMPLES]
ALL = pytest.mark.parametrize("sample", _each(EVERY))


def load(bench: Bench, sample: Sample, content: bytes | None = None) -> FileReport:
    """Load the sample, or other content under its name."""
    name = sample.file.name if content is None else sample.name
    report = bench.load_text(name, sample.file.read_bytes() if content is None else content, hours=HOURS)
    (file,) = report.files
    assert all(counts.balanced for counts in file.entities.values())
    return file


def _quarantine(bench: Bench) -> list[tuple[Any, ...]]:
    return bench.rows("SELECT entity, source_line, reasons FROM quarantine ORDER BY ALL")


@ALL
def test_a_sample_loads_without_unexplained_refusals(bench: Bench, sample: Sample) -> None:
    file = load(bench, sample)
    assert (file.status, file.adapter) == ("loaded", sample.adapter)
    assert {entity: counts.read for entity, counts in file.entities.items()} == sample.read
    reason, line = sample.refused
    assert {(line, tuple(reasons)) for _, line, reasons in _quarantine(bench)} == (
        {(line, (reason,))} if line else set()
    )


@pytest.fixture
def twin(bench: Bench, tmp_path: Path) -> Iterator[Bench]:
    """A second warehouse with the same key, so that hashes can be compared."""
    made = Bench(tmp_path / "twin")
    made.home.mkdir(parents=True)
    (made.home / "hash.key").write_bytes(hash_key(bench.home))
    yield made
    made.store.close()


@ALL
def test_a_mangled_copy_loads_the_same(bench: Bench, twin: Bench, sample: Sample) -> None:
    # Written in the sample's own manner first: of a workbook, blank rows and lines are those of the copy.
    load(bench, sample, sample.write(sample.rows()))
    file = load(twin, sample, mangled(sample))
    assert (file.status, file.adapter) == ("loaded", sample.adapter)
    assert "备 注 X" in file.unknown_columns
    assert twin.state() == bench.state()
    assert _quarantine(twin) == _quarantine(bench)


@ALL
def test_each_required_column_is_named_when_it_is_missing(sample: Sample) -> None:
    header = sample.rows()[0]
    adapter = built_in_adapters()[sample.adapter]
    for missing in adapter.requires:
        cells = tuple(name for name in header if name.strip() != missing)
        assert len(cells) == len(header) - 1
        with pytest.raises(ContractError) as caught:
            detect((PreviewRow(1, 1, cells),), sample.name)
        assert f"'{missing}' is missing for adapter '{sample.adapter}'" in str(caught.value)


@pytest.mark.parametrize("sample", _each([one for one in EVERY if one.status]))
def test_an_unknown_status_is_refused_and_nothing_else(bench: Bench, sample: Sample) -> None:
    content = changed(sample, sample.status, lambda number, cell: cell if number else "谜 Xyzzy")
    file = load(bench, sample, content)
    refused = [row for row in _quarantine(bench) if row[2] != [sample.refused[0]]]
    assert [row[2] for row in refused] == [[sample.reason]]
    assert [row[1] for row in refused] == [2]
    entity = refused[0][0]
    assert file.entities[entity].read == sample.read[entity]


@pytest.mark.parametrize(
    "samples", [pytest.param(SAMPLES, id="platforms", marks=_PLATFORMS), pytest.param(ERP_SAMPLES, id="erp")]
)
def test_no_person_of_any_sample_can_be_found_afterwards(
    bench: Bench, samples: list[Sample], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    name, phone = "Quxfeld隐私", "1391234"
    paths = []
    for sample in samples:
        header, *body = sample.rows()
        places = [place for place, cell in enumerate(header) if cell.strip() in sample.personal]
        assert len(places) == len(sample.personal), sample.adapter
        for row in body:
            if len(row) == len(header):
                for place in places:
                    row[place] = f"{name} 幸福路{place}号 {phone}{place:04}"
        paths.append(bench.write(sample.name, sample.write([header, *body]), hours=HOURS))
        if sample.status:  # the same person once more, in records that are refused
            place = [cell.strip() for cell in header].index(sample.status)
            worse = [[*row[:place], "谜 Xyzzy", *row[place + 1 :]] for row in body if len(row) == len(header)]
            paths.append(bench.write(f"worse/{sample.name}", sample.write([header, *worse]), hours=HOURS))
    report = bench.load(*paths)
    assert {file.status for file in report.files} == {"loaded"}
    said = [str(report)]
    assert bench.rows("SELECT count(*) > 0 FROM quarantine") == [(True,)]
    words = [word.encode(encoding) for word in (name, phone) for encoding in ("utf-8", "gb18030", "utf-16-le")]
    for path in bench.home.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert not [word for word in words if word in data], path
    said += [caplog.text, *_everything(bench)]
    assert not [text for text in said if name in text or phone in text]


def _everything(bench: Bench) -> Iterator[str]:
    """Every table as text, the star schema too: whatever an export could show."""
    with bench.store.draft() as draft:
        session = draft.session
        build_models(session, timezone="Asia/Shanghai")
        for (table,) in session.rows("SELECT table_name FROM information_schema.tables"):
            yield f"{table}: {session.rows(f'SELECT * FROM {table}')}"
