"""The bridge sums to the change exactly, whatever the segments do: 3,000 random cases for each identity."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from fractions import Fraction

import pytest

from fulfillment_bi.insight.bridge import (
    NOTHING,
    Bridge,
    Path,
    Segment,
    Tally,
    bridge_count,
    bridge_ratio,
    plain_number,
    sum_effects,
    total,
)

CASES = 3_000
Leaves = dict[Path, Tally]


def tally(n: Fraction | int, d: Fraction | int = 0) -> Tally:
    return Tally(Fraction(n), Fraction(d))


def rates(**segments: tuple[int, int]) -> Leaves:
    return {(name,): tally(*counted) for name, counted in segments.items()}


def random_tally(rng: random.Random) -> Tally:
    """Often empty, often a single row; sometimes money, a numerator without a denominator, or a refund."""
    kind = rng.random()
    if kind < 0.15:
        return NOTHING
    if kind < 0.3:
        return tally(rng.randint(0, 1), 1)
    if kind < 0.4:
        return tally(Fraction(rng.randint(-500, 99_999), 100), Fraction(rng.randint(1, 99_999), 100))
    if kind < 0.45:
        return tally(rng.randint(1, 5), 0)
    due = rng.randint(1, 2_000)
    return tally(rng.randint(0, due), due)


def random_leaves(rng: random.Random, depth: int) -> Leaves:
    """Segments named a to e on every level; which of them exist differs from side to side."""
    paths = [tuple(rng.choice("abcde") for _ in range(depth)) for _ in range(rng.randint(0, 2 + 2 * depth))]
    return {path: random_tally(rng) for path in paths}


def cases(depth: int = 1) -> Iterator[tuple[Leaves, Leaves]]:
    rng = random.Random(f"bridge {depth}")
    for _ in range(CASES):
        yield random_leaves(rng, depth), random_leaves(rng, depth)


def every_segment(segments: tuple[Segment, ...]) -> Iterator[Segment]:
    for segment in segments:
        yield segment
        yield from every_segment(segment.children)


def test_parts_of_a_ratio_sum_to_its_change() -> None:
    defined = 0
    for before, after in cases():
        bridge = bridge_ratio(before, after)
        whole = total(before.values()), total(after.values())
        if not whole[0].d or not whole[1].d:
            assert bridge.change is None
            assert sum_effects(bridge.segments) == (None, None, None)
            continue
        change = whole[1].n / whole[1].d - whole[0].n / whole[0].d
        assert bridge.change == change
        effect, rate, mix = sum_effects(bridge.segments)
        if bridge.segments:
            assert (effect, (rate or 0) + (mix or 0)) == (change, change)
            defined += 1
    assert defined > CASES / 2


def test_against_a_target_all_of_the_gap_is_the_rates() -> None:
    """No share differs from the target's own situation, so each segment's effect is its share of the missed rows."""
    rng, seen = random.Random("target"), 0
    for leaves, _ in cases(2):
        target = Fraction(rng.randint(0, 1_000), 1_000)
        bridge = bridge_ratio({path: Tally(target * one.d, one.d) for path, one in leaves.items()}, leaves)
        whole = total(leaves.values())
        if not whole.d:
            assert bridge.change is None
            continue
        assert bridge.change == whole.n / whole.d - target
        for segment in every_segment(bridge.segments):
            assert segment.mix_effect == 0
            assert segment.effect == (segment.after.n - target * segment.after.d) / whole.d
            seen += 1
        if bridge.segments:
            assert sum_effects(bridge.segments)[0] == bridge.change
    assert seen > CASES


def test_two_selections_bridge_back_and_forth() -> None:
    """Which of two selections is called the first changes every sign and nothing else."""
    for one, other in cases(2):
        there, back = bridge_ratio(one, other), bridge_ratio(other, one)
        effects = {segment.path: segment.effect for segment in every_segment(there.segments)}
        for segment in every_segment(back.segments):
            forward = effects[segment.path]
            assert segment.effect == (None if forward is None else -forward)


def test_each_effect_is_rate_plus_mix_in_midpoint_form() -> None:
    both, one_sided = 0, 0
    for before, after in cases():
        bridge = bridge_ratio(before, after)
        if bridge.change is None:
            continue
        mean = (bridge.before.n / bridge.before.d + bridge.after.n / bridge.after.d) / 2
        for segment in bridge.segments:
            w0, w1 = segment.before.d / bridge.before.d, segment.after.d / bridge.after.d
            r0, r1 = segment.before.rate, segment.after.rate
            assert segment.effect == segment.rate_effect + segment.mix_effect
            if r0 is not None and r1 is not None:
                assert segment.rate_effect == (w0 + w1) / 2 * (r1 - r0)
                assert segment.mix_effect == ((r0 + r1) / 2 - mean) * (w1 - w0)
                both += 1
            elif not (segment.before.n and r0 is None) and not (segment.after.n and r1 is None):
                assert segment.rate_effect == 0
                one_sided += 1
    assert both > 1_000
    assert one_sided > 1_000


@pytest.mark.parametrize(("make", "depth"), [(bridge_ratio, 2), (bridge_ratio, 3), (bridge_count, 2)])
def test_children_sum_to_their_segment(make: Callable[[Leaves, Leaves], Bridge], depth: int) -> None:
    divided = 0
    for before, after in cases(depth):
        bridge = make(before, after)
        if bridge.change is None:
            continue
        assert sum((one.effect for one in bridge.segments), Fraction(0)) == (bridge.change if bridge.segments else 0)
        for segment in every_segment(bridge.segments):
            assert len(segment.path) < depth or not segment.children
            if segment.children:
                assert sum_effects(segment.children)[0] == segment.effect
                assert total(child.before for child in segment.children) == segment.before
                assert total(child.after for child in segment.children) == segment.after
                divided += len(segment.children) > 1
    assert divided > 1_000


def test_a_leaf_has_the_same_effect_in_any_order_of_the_dimensions() -> None:
    for before, after in cases(2):
        straight, turned = (
            {
                frozenset(enumerate(leaf.path if not is_turned else leaf.path[::-1])): leaf.effect
                for segment in bridge_ratio(*sides).segments
                for leaf in segment.children
            }
            for is_turned, sides in (
                (False, (before, after)),
                (True, tuple({path[::-1]: one for path, one in side.items()} for side in (before, after))),
            )
        )
        assert straight == turned


def test_a_segment_may_be_divided_alone() -> None:
    before = {("x",): tally(8, 10), ("y", "p"): tally(5, 6), ("y", "q"): tally(3, 4)}
    after = {("x",): tally(8, 10), ("y", "p"): tally(2, 6), ("y", "q"): tally(4, 4)}
    bridge = bridge_ratio(before, after)
    y = next(segment for segment in bridge.segments if segment.name == "y")
    assert [child.path for child in y.children] == [("y", "p"), ("y", "q")]
    assert (sum_effects(bridge.segments)[0], sum_effects(y.children)[0]) == (bridge.change, y.effect)


def test_counts_are_plain_differences() -> None:
    for before, after in cases():
        bridge = bridge_count(before, after)
        assert bridge.change == bridge.after.n - bridge.before.n
        for segment in bridge.segments:
            assert segment.effect == segment.after.n - segment.before.n
            assert (segment.rate_effect, segment.mix_effect) == (None, None)
        if bridge.segments:
            assert sum_effects(bridge.segments)[0] == bridge.change


def base_weighted(before: Leaves, after: Leaves) -> Fraction:
    """The form that many tools use: weights, rates and the whole as they were before."""
    first, last = total(before.values()), total(after.values())
    parts = Fraction(0)
    for path, old in before.items():
        new = after[path]
        w0, w1 = old.d / first.d, new.d / last.d
        parts += w0 * (new.n / new.d - old.n / old.d) + (old.n / old.d - first.n / first.d) * (w1 - w0)
    return parts


def test_the_base_weighted_form_leaves_points_unexplained_and_ours_none() -> None:
    before, after = rates(a=(54, 60), b=(24, 30)), rates(a=(24, 30), b=(54, 60))
    bridge = bridge_ratio(before, after)
    unexplained = bridge.change - base_weighted(before, after)
    assert round(float(unexplained) * 100, 1) == 6.7
    assert bridge.change - sum_effects(bridge.segments)[0] == 0


def test_a_rate_that_fell_and_a_share_that_moved() -> None:
    fell = bridge_ratio(rates(a=(90, 100), b=(50, 100)), rates(a=(80, 100), b=(50, 100)))
    assert [(one.name, one.rate_effect, one.mix_effect) for one in fell.segments] == [
        ("a", Fraction(-1, 20), 0),
        ("b", 0, 0),
    ]
    moved = bridge_ratio(rates(a=(90, 100), b=(50, 100)), rates(a=(135, 150), b=(25, 50)))
    assert moved.change == Fraction(1, 10)
    assert [one.rate_effect for one in moved.segments] == [0, 0]
    assert sum_effects(moved.segments) == (moved.change, 0, moved.change)


def test_a_segment_that_appears_or_vanishes_is_all_mix() -> None:
    before, after = rates(old=(90, 100), gone=(0, 100)), rates(old=(90, 100), new=(100, 100))
    bridge = bridge_ratio(before, after)
    parts = {one.name: (one.rate_effect, one.mix_effect) for one in bridge.segments}
    mean = (Fraction(45, 100) + Fraction(95, 100)) / 2
    assert parts == {"old": (0, 0), "gone": (0, mean / 2), "new": (0, (1 - mean) / 2)}
    assert bridge.change == Fraction(1, 2)


def test_a_numerator_without_a_denominator_is_kept() -> None:
    bridge = bridge_ratio({("a",): tally(5, 10)}, {("a",): tally(5, 10), ("stray",): tally(2, 0)})
    stray = next(one for one in bridge.segments if one.name == "stray")
    assert (stray.effect, stray.rate_effect, stray.mix_effect) == (Fraction(1, 5), Fraction(1, 5), 0)
    assert stray.after.rate is None


@pytest.mark.parametrize(
    ("before", "after"), [({}, rates(a=(1, 2))), (rates(a=(1, 2)), {}), ({}, {}), (rates(a=(0, 0)), rates(a=(1, 1)))]
)
def test_nothing_to_divide_by_is_undefined(before: Leaves, after: Leaves) -> None:
    bridge = bridge_ratio(before, after)
    assert bridge.change is None
    assert all((one.effect, one.rate_effect, one.mix_effect) == (None, None, None) for one in bridge.segments)


def test_a_single_row_on_each_side() -> None:
    bridge = bridge_ratio(rates(a=(1, 1)), rates(a=(0, 1)))
    assert (bridge.value_before, bridge.value_after, bridge.change) == (1, 0, -1)
    assert sum_effects(bridge.segments) == (-1, -1, 0)


def test_the_largest_effect_comes_first() -> None:
    bridge = bridge_ratio(rates(a=(9, 10), b=(9, 10), c=(9, 10)), rates(a=(8, 10), b=(2, 10), c=(10, 10)))
    assert [one.name for one in bridge.segments] == ["b", "a", "c"]


def test_numbers_are_shown_whole_or_as_floats() -> None:
    assert [plain_number(one) for one in (Fraction(4, 2), Fraction(1, 4), None)] == [2, 0.25, None]
