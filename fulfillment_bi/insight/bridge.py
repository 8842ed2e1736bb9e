"""Why a number moved, in parts that sum to the change exactly. Pure functions over fractions; nothing is rounded.

A ratio R = N / D over segments i with n_i, d_i (weights w_i = d_i / D, rates r_i = n_i / d_i) moves by

    rate effect  mean(w_i) * delta(r_i)                    the segment itself got better or worse
    mix effect   (mean(r_i) - mean(R)) * delta(w_i)        a segment better or worse than the whole gained or lost share

where mean() is the midpoint of the two situations. Both sum to delta(R) because the weights sum to 1 on both sides.
A mean is a ratio too: sum / count.

Three rules make this exact everywhere:

1. The effect of a segment is delta(n_i / D) - mean(R) * delta(w_i), which is rate + mix and needs no rate at all. It is
   additive: however a segment is divided further, the parts sum to its effect. So a tree of segments is exact on every
   level, and the same leaf has the same effect whatever the order of the dimensions above it.
2. A segment that appears or vanishes (d_i = 0 on one side) has no rate there; it takes the rate of its other side, so
   all of its effect is mix. Without a rate on either side its mean rate is mean(R): its mix effect is 0.
3. A numerator without a denominator (n_i <> 0 while d_i = 0) belongs to no rate: rate effect = effect - mix effect
   holds it, as it holds mean(w) * delta(r) everywhere else.

Where the whole has no denominator on one side, R is undefined there, and so are the change and every effect: None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

Path = tuple[str, ...]
"""A segment's members, outermost dimension first: ("tmall", "GZ2")."""

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Tally:
    """What a segment adds up to: numerator `n` and denominator `d` (0 for a plain count)."""

    n: Fraction = ZERO
    d: Fraction = ZERO

    @property
    def rate(self) -> Fraction | None:
        """n / d, None where there is nothing to divide by."""
        return self.n / self.d if self.d else None


NOTHING = Tally()
Situation = Mapping[Path, Tally]
"""The leaves of one period. A segment that is not divided further has a shorter path."""
Effects = tuple[Fraction | None, Fraction | None, Fraction | None]
"""Effect, rate effect, mix effect."""
EffectsOf = Callable[[Tally, Tally], Effects]


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of the change, in the unit of the ratio (or count) it explains.

    `effect` = `rate_effect` + `mix_effect`, and = the sum of its `children`'s effects. A count has no rate and mix.
    """

    path: Path
    before: Tally
    after: Tally
    effect: Fraction | None
    rate_effect: Fraction | None
    mix_effect: Fraction | None
    children: tuple[Segment, ...] = ()

    @property
    def name(self) -> str:
        """Its own member, without those above it."""
        return self.path[-1]


@dataclass(frozen=True, slots=True)
class Bridge:
    """The change from `before` to `after`, and the segments, largest effect first, whose effects sum to it."""

    before: Tally
    after: Tally
    segments: tuple[Segment, ...]
    is_ratio: bool = True

    def value(self, tally: Tally) -> Fraction | None:
        """What the tally of the whole or of a segment amounts to: its rate, or its count."""
        return tally.rate if self.is_ratio else tally.n

    @property
    def value_before(self) -> Fraction | None:
        """The number that moved, as it was."""
        return self.value(self.before)

    @property
    def value_after(self) -> Fraction | None:
        """The number that moved, as it is."""
        return self.value(self.after)

    @property
    def change(self) -> Fraction | None:
        """After less before; None where either is undefined."""
        before, after = self.value_before, self.value_after
        return None if before is None or after is None else after - before


def bridge_ratio(before: Situation, after: Situation) -> Bridge:
    """The change of sum(n) / sum(d) from one situation to the other, by segment and recursively within it."""
    whole_before, whole_after = total(before.values()), total(after.values())
    return Bridge(whole_before, whole_after, _tree(before, after, _ratio_effects(whole_before, whole_after)))


def bridge_count(before: Situation, after: Situation) -> Bridge:
    """The change of sum(n): each segment's effect is its own difference."""
    whole_before, whole_after = total(before.values()), total(after.values())
    return Bridge(whole_before, whole_after, _tree(before, after, _count_effects), is_ratio=False)


def total(tallies: Iterable[Tally]) -> Tally:
    """Their sum."""
    listed = list(tallies)
    if len(listed) == 1:
        return listed[0]
    return Tally(sum((one.n for one in listed), ZERO), sum((one.d for one in listed), ZERO))


def plain_number(value: Fraction | None) -> int | float | None:
    """An exact number as it is shown; None stays None."""
    if value is None:
        return None
    return int(value) if value.denominator == 1 else float(value)


def sum_effects(segments: Sequence[Segment]) -> Effects:
    """Effect, rate effect and mix effect of several segments together; None where they have none."""
    return (
        _sum(one.effect for one in segments),
        _sum(one.rate_effect for one in segments),
        _sum(one.mix_effect for one in segments),
    )


def _sum(values: Iterable[Fraction | None]) -> Fraction | None:
    known = [value for value in values if value is not None]
    return sum(known, ZERO) if known else None


def _count_effects(before: Tally, after: Tally) -> Effects:
    return after.n - before.n, None, None


def _no_effects(_before: Tally, _after: Tally) -> Effects:
    return None, None, None


def _ratio_effects(whole_before: Tally, whole_after: Tally) -> Callable[[Tally, Tally], Effects]:
    """The function from a segment of this whole to its effects."""
    if not whole_before.d or not whole_after.d:
        return _no_effects
    per_before, per_after = 1 / whole_before.d, 1 / whole_after.d
    whole_rate = (whole_before.n * per_before + whole_after.n * per_after) / 2

    def effects(before: Tally, after: Tally) -> Effects:
        weight_change = after.d * per_after - before.d * per_before
        effect = after.n * per_after - before.n * per_before - whole_rate * weight_change
        mix = (_mean_rate(before, after, whole_rate) - whole_rate) * weight_change
        return effect, effect - mix, mix

    return effects


def _mean_rate(before: Tally, after: Tally, otherwise: Fraction) -> Fraction:
    if before.d and after.d:
        return (before.n / before.d + after.n / after.d) / 2
    known = before if before.d else after
    return known.n / known.d if known.d else otherwise


def _tree(before: Situation, after: Situation, effects: EffectsOf, depth: int = 0) -> tuple[Segment, ...]:
    """The segments at `depth` of the given leaves, each with its own below it."""
    groups: dict[str, tuple[dict[Path, Tally], dict[Path, Tally]]] = {}
    for side, situation in enumerate((before, after)):
        for path, tally in situation.items():
            if len(path) > depth:
                groups.setdefault(path[depth], ({}, {}))[side][path] = tally
    segments = [_segment(leaves, effects, depth) for leaves in groups.values()]
    return tuple(sorted(segments, key=lambda segment: (-abs(segment.effect or 0), segment.path)))


def _segment(leaves: tuple[Situation, Situation], effects: EffectsOf, depth: int) -> Segment:
    before, after = total(leaves[0].values()), total(leaves[1].values())
    path = next(iter(leaves[0] or leaves[1]))[: depth + 1]
    return Segment(path, before, after, *effects(before, after), _tree(*leaves, effects, depth + 1))
