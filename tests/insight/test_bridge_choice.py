"""The choice of a dimension: it finds what was planted, and blames nobody when nothing was."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from fulfillment_bi.insight.bridge import Path, Tally
from fulfillment_bi.insight.bridge_choice import ALARM, Kind, Ranked, rank

Leaves = dict[Path, Tally]
Planted = tuple[str, int, float]
SIZES = {"channel": 4, "warehouse": 6, "region": 30, "sku": 400}


def leaves(kept: list[int], due: list[int]) -> Leaves:
    counted = enumerate(zip(kept, due, strict=True))
    return {(f"s{place}",): Tally(Fraction(int(n)), Fraction(int(d))) for place, (n, d) in counted}


def by_chance(rng: np.random.Generator, size: int, orders: int, rates: list[float]) -> Leaves:
    """Orders that fall into segments of unequal size, and are kept at each segment's rate."""
    shares = np.arange(1, size + 1) ** 0.7
    due = rng.multinomial(orders, shares / shares.sum())
    return leaves(list(rng.binomial(due, rates)), list(due))


def world(seed: int, planted: Planted | None = None, fall: float = 0.0) -> dict[str, tuple[Leaves, Leaves]]:
    """Before and after by each dimension; segments differ by nature, `planted` breaks one of them."""
    rng = np.random.default_rng(seed)
    pairs = {}
    for name, size in SIZES.items():
        rates = list(rng.uniform(0.85, 0.97, size))
        later = [rate - fall for rate in rates]
        if planted and planted[0] == name:
            later[planted[1]] -= planted[2]
        pairs[name] = by_chance(rng, size, 20_000, rates), by_chance(rng, size, 25_000, later)
    return pairs


def best(pairs: dict[str, tuple[Leaves, Leaves]], kind: Kind = "share", direction: float = 0.0) -> Ranked:
    return rank(pairs, kind, direction=direction)[0]


def test_by_chance_alone_something_stands_out_in_at_most_the_promised_share() -> None:
    alarms = sum(best(world(seed)).stands_out for seed in range(200))
    assert alarms <= ALARM * 200


def test_a_fall_everywhere_blames_nobody() -> None:
    alarms = sum(best(world(seed, fall=0.2)).stands_out for seed in range(100))
    assert alarms <= ALARM * 100


@pytest.mark.parametrize(
    "planted", [("channel", 1, 0.15), ("warehouse", 3, 0.2), ("region", 20, 0.4), ("sku", 390, 0.8)]
)
def test_what_was_planted_is_found(planted: Planted) -> None:
    found = [best(world(seed, planted)) for seed in range(20)]
    name, place, _ = planted
    right = [one for one in found if (one.dimension, one.segment, one.stands_out) == (name, f"s{place}", True)]
    assert len(right) >= 19
    assert all(one.effect < 0 for one in right)


def pair(before: list[tuple[int, int]], after: list[tuple[int, int]]) -> tuple[Leaves, Leaves]:
    return leaves(*map(list, zip(*before, strict=True))), leaves(*map(list, zip(*after, strict=True)))


def test_the_coarse_dimension_wins_over_its_own_division() -> None:
    """One of four channels falls; its twenty shops fall alike and explain nothing more."""
    channels = pair([(900, 1000)] * 4, [(700, 1000)] + [(900, 1000)] * 3)
    shops = pair([(45, 50)] * 80, [(35, 50)] * 20 + [(45, 50)] * 60)
    ranked = rank({"shop": shops, "channel": channels}, "share")
    assert [one.dimension for one in ranked] == ["channel", "shop"]
    assert (ranked[0].segment, ranked[0].segments, ranked[1].segments) == ("s0", 4, 80)


def test_of_two_broken_halves_one_that_broke_is_named() -> None:
    halves = pair([(900, 1000)] * 4, [(700, 1000), (720, 1000), (900, 1000), (900, 1000)])
    assert best({"channel": halves}).segment == "s0"


def test_a_rising_segment_is_named_when_the_whole_stood_still() -> None:
    found = best({"channel": pair([(900, 1000)] * 3, [(700, 1000), (990, 1000), (1000, 1000)])})
    assert (found.segment, found.stands_out) == ("s0", True)


def test_members_that_name_no_one_are_never_blamed() -> None:
    before, after = pair([(900, 1000)] * 3, [(500, 1000), (900, 1000), (900, 1000)])
    for side in (before, after):
        side["unknown",] = side.pop(("s0",))
    assert best({"warehouse": (before, after)}).segment != "unknown"


def test_within_what_fell_only_what_fell_is_to_blame() -> None:
    spared = {"carrier": pair([(900, 1000)] * 5, [(600, 1000)] * 4 + [(950, 1000)])}
    assert best(spared, direction=-1).segment == "s0"
    only = {"carrier": pair([(900, 1000)] * 2, [(600, 1000), (950, 1000)])}
    assert best(only, direction=1).segment == "s1"


def test_a_single_segment_explains_nothing_and_comes_last() -> None:
    one = pair([(90, 100)], [(10, 100)])
    ranked = rank({"shop": one, "channel": pair([(90, 100)] * 2, [(90, 100)] * 2)}, "share")
    assert [(each.dimension, each.stands_out) for each in ranked] == [("channel", False), ("shop", False)]


def test_an_empty_side_blames_nobody() -> None:
    before, after = pair([(90, 100)] * 2, [(10, 100)] * 2)
    assert not best({"channel": ({}, after)}).stands_out
    assert not best({"channel": (before, {})}).stands_out


def counts(before: list[int], after: list[int]) -> tuple[Leaves, Leaves]:
    return pair([(n, 0) for n in before], [(n, 0) for n in after])


def test_counts_that_grow_alike_blame_nobody_and_one_that_grows_alone_is_named() -> None:
    assert not best({"channel": counts([100, 200, 300], [200, 400, 600])}, "count").stands_out
    alone = best({"channel": counts([100, 200, 300], [400, 200, 300])}, "count")
    assert (alone.segment, alone.stands_out) == ("s0", True)


def test_money_is_judged_only_against_other_dimensions() -> None:
    broken = pair([(90_000, 100_000)] * 3, [(70_000, 100_000), (90_000, 100_000), (90_000, 100_000)])
    calm = pair([(90_000, 100_000)] * 3, [(90_100, 100_000), (89_950, 100_000), (90_000, 100_000)])
    assert not best({"channel": broken}, "amount").stands_out
    found = best({"channel": calm, "region": calm, "warehouse": broken}, "amount")
    assert (found.dimension, found.stands_out) == ("warehouse", True)
