"""A word-sized line: the course of a number, as a small SVG picture (no script, no library, one URI)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import quote

from fulfillment_bi.charts.theme import Theme

WIDTH, HEIGHT, EDGE = 120, 32, 3


def sparkline(values: Sequence[float | None], theme: Theme, *, target: float | None = None) -> str:
    """A data URI of the line through `values` (gaps stay gaps), its last point marked; "" with fewer than two."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ""
    low, high = min(known), max(known)
    if target is not None and low - (high - low) <= target <= high + (high - low):
        low, high = min(low, target), max(high, target)
    height = (high - low) or 1.0

    def across(at: int) -> float:
        return round(EDGE + at * (WIDTH - 2 * EDGE) / (len(values) - 1), 1)

    def down(value: float) -> float:
        return round(HEIGHT - EDGE - (value - low) / height * (HEIGHT - 2 * EDGE), 1)

    last = max(at for at, value in enumerate(values) if value is not None)
    parts = [
        f"<path d='{_path(values, across, down)}' fill='none' stroke='{theme.accent}' stroke-width='{theme.px(1.8)}' "
        "stroke-linejoin='round' stroke-linecap='round' vector-effect='non-scaling-stroke'/>",
        f"<circle cx='{across(last)}' cy='{down(values[last] or 0.0)}' r='2.4' fill='{theme.accent}'/>",
    ]
    if target is not None and low <= target <= high:
        parts.insert(
            0,
            f"<line x1='0' x2='{WIDTH}' y1='{down(target)}' y2='{down(target)}' stroke='{theme.muted}' "
            "stroke-width='1' stroke-dasharray='3 3' opacity='.7'/>",
        )
    picture = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {HEIGHT}'>{''.join(parts)}</svg>"
    return "data:image/svg+xml," + quote(picture, safe=" =:/'<>,.-")


def _path(values: Sequence[float | None], across: Callable[[int], float], down: Callable[[float], float]) -> str:
    steps, pen = [], "M"
    for at, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        steps.append(f"{pen}{across(at)} {down(value)}")
        pen = "L"
    return " ".join(steps)
