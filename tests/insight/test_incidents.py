"""Planted incidents are found: what broke, where, and how many orders, in a made-up world of modest size."""

from __future__ import annotations

from tests.bench.incidents import EXPECTED, failures, judge, planted

ORDERS, DAYS, SEED = 8_000, 60, 7


def test_a_spoilt_batch_is_named_and_its_effect_estimated() -> None:
    name = "wrong_address_batch"
    with planted((), ORDERS, DAYS, SEED) as (quiet, _), planted((name,), ORDERS, DAYS, SEED) as (spoilt, truth):
        incident = truth["incidents"][0]
        found = judge(spoilt, incident, failures(quiet, incident))
        assert found.cause_first, found.cause
        assert found.named, found.segment
        assert found.truth > 10
        assert found.error <= 0.10
        # Nothing of it in the world without.
        calm = judge(quiet, incident, failures(quiet, incident))
        assert not calm.named
        assert calm.estimate < 0.15 * found.truth


def test_every_incident_has_an_expectation() -> None:
    from fulfillment_bi.sample.incidents import NAMES

    assert set(EXPECTED) == set(NAMES)
