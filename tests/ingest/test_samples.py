"""What every sample must stand, of platforms and of enterprise systems: all of it arrives, mangled copies of it behave
as designed, and no person in it leaves the adapter."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from fulfillment_bi.errors import ContractError
from fulfillment_bi.ingest import finish as finish_module
from fulfillment_bi.ingest.contracts import load_contracts
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
    return [pytest.param(one, id=one.adapter, marks=[] if one.root == ERP else _PLATFORMS) for one in samples]


EVERY = [*SAMPLES, *ERP_SAMPLES]
ALL = pytest.mark.parametrize("sample", _each(EVERY))


def load(bench: Bench, sample: Sample, content: bytes | None = None) -> FileReport:
    """Load the sample, or other content under its name."""
    name = sample.file.name if content is None else sample.name
    report = bench.load_text(name, sample.file.read_bytes() if content is None else content, hours=HOURS)
    (file,) = report.files
    assert all(counts.balanced for counts in file.entities.values())
    return file


class Together:
    """Copies of all samples in one warehouse: what was said of each, and what each has brought.

    Each is an hour younger than the one before, so that it does not depend on their bytes which of two that tell of the
    same order is the newer one.
    """

    def __init__(self, folder: Path, contents: Mapping[str, bytes], key: bytes = b"") -> None:
        self.bench = Bench(folder)
        if key:
            self.bench.home.mkdir(parents=True)
            (self.bench.home / "hash.key").write_bytes(key)
        paths = [
            self.bench.write(f"{sample.adapter}/{sample.name}", contents[sample.adapter], hours=HOURS + place)
            for place, sample in enumerate(EVERY)
            if sample.adapter in contents
        ]
        report = self.bench.load(*paths)
        self.files = dict(zip([path.parent.name for path in paths], report.files, strict=True))
        names = dict(self.bench.rows("SELECT adapter, min(load_id) FROM loads GROUP BY adapter"))
        self.loads = {adapter: names.get(file.adapter) for adapter, file in self.files.items()}

    def file(self, sample: Sample) -> FileReport:
        """What was said of the sample, whose records are all accounted for."""
        file = self.files[sample.adapter]
        assert (file.status, file.adapter) == ("loaded", sample.adapter)
        assert all(counts.balanced for counts in file.entities.values())
        return file

    def refused(self, sample: Sample) -> list[tuple[Any, ...]]:
        """Entity, line and reasons of what was refused of the sample."""
        return self._of("SELECT entity, source_line, reasons FROM quarantine WHERE load_id = ? ORDER BY ALL", sample)

    def brought(self, sample: Sample) -> dict[str, list[tuple[Any, ...]]]:
        """Every accepted record of the sample, by entity."""
        found = {}
        for entity in self.file(sample).entities:
            names = ", ".join(f'"{name}"' for name in load_contracts()[entity].names)
            sql = f"SELECT {names}, _source_line FROM staged_{entity} WHERE _load_id = ? ORDER BY ALL"
            found[entity] = self._of(sql, sample)
        return found

    def _of(self, sql: str, sample: Sample) -> list[tuple[Any, ...]]:
        return list(self.bench.ask(lambda session: session.rows(sql, [self.loads[sample.adapter]])))


def _here() -> list[Sample]:
    return [sample for sample in EVERY if sample.root == ERP or FORMATS.is_dir()]


Gather = Callable[..., Together]


@pytest.fixture(scope="module")
def gather(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gather]:
    """Makes warehouses of copies without the star schema, and closes them."""
    made: list[Together] = []

    def together(contents: Mapping[str, bytes], key: bytes = b"") -> Together:
        made.append(Together(tmp_path_factory.mktemp("together"), contents, key))
        return made[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finish_module, "build_models", lambda *_, **__: None)
        yield together
    for one in made:
        one.bench.store.close()


@pytest.fixture(scope="module")
def plain(gather: Gather) -> Together:
    """The samples as they are, but workbooks, whose blank rows and lines are then those of the mangled copy."""
    return gather(
        {one.adapter: one.write(one.rows()) if _is_rewritten(one) else one.file.read_bytes() for one in _here()}
    )


@pytest.fixture(scope="module")
def strange(gather: Gather, plain: Together) -> Together:
    """The mangled copies, with the same key, so that hashes can be compared."""
    return gather({one.adapter: mangled(one) for one in _here()}, hash_key(plain.bench.home))


@pytest.fixture(scope="module")
def misspoken(gather: Gather) -> Together:
    """Copies whose first record has a status that nobody knows."""
    return gather(
        {
            one.adapter: changed(one, one.status, lambda number, cell: cell if number else "谜 Xyzzy")
            for one in _here()
            if one.status
        }
    )


def _is_rewritten(sample: Sample) -> bool:
    """Whether a copy has its records in other lines than the sample itself."""
    return sample.file.suffix == ".xlsx" or bool(sample.title) or sample.bars or b"\n\n" in sample.file.read_bytes()


@ALL
def test_a_sample_loads_without_unexplained_refusals(plain: Together, bench: Bench, sample: Sample) -> None:
    if _is_rewritten(sample):
        file = load(bench, sample)
        refused = bench.rows("SELECT entity, source_line, reasons FROM quarantine ORDER BY ALL")
    else:
        file, refused = plain.file(sample), plain.refused(sample)
    assert (file.status, file.adapter) == ("loaded", sample.adapter)
    assert {entity: counts.read for entity, counts in file.entities.items()} == sample.read
    reason, line = sample.refused
    assert {(line, tuple(reasons)) for _, line, reasons in refused} == ({(line, (reason,))} if line else set())


@ALL
def test_a_mangled_copy_loads_the_same(plain: Together, strange: Together, sample: Sample) -> None:
    assert "备 注 X" in strange.file(sample).unknown_columns
    assert strange.brought(sample) == plain.brought(sample)
    assert strange.refused(sample) == plain.refused(sample)
    first, second = (one.file(sample).entities for one in (strange, plain))
    assert {name: (counts.read, counts.quarantined) for name, counts in first.items()} == {
        name: (counts.read, counts.quarantined) for name, counts in second.items()
    }


def test_all_mangled_copies_together_are_the_same_state(plain: Together, strange: Together) -> None:
    assert strange.bench.state() == plain.bench.state()


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
def test_an_unknown_status_is_refused_and_nothing_else(misspoken: Together, sample: Sample) -> None:
    file = misspoken.file(sample)
    refused = [row for row in misspoken.refused(sample) if row[2] != [sample.refused[0]]]
    assert [row[2] for row in refused] == [[sample.reason]]
    assert [row[1] for row in refused] == [2]
    entity = refused[0][0]
    assert file.entities[entity].read == sample.read[entity]


def test_no_person_of_any_sample_can_be_found_afterwards(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    name, phone = "Quxfeld隐私", "1391234"
    paths = []
    for sample in _here():
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
