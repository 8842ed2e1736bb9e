"""How everything looks: two palettes of the same names, and the figure template made from one.

Blue carries good and orange bad (told apart with every common colour blindness, and always beside a sign or a word);
red is kept for "act now". A thing keeps its colour on every page: see `member_colour`.
"""

from __future__ import annotations

import re
import tomllib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from fulfillment_bi.errors import SettingsError
from fulfillment_bi.extensions import parts

FONT = (
    '-apple-system, "Segoe UI", "Helvetica Neue", "PingFang SC", "Microsoft YaHei", '
    '"Noto Sans CJK SC", "Noto Sans SC", "Noto Sans", sans-serif'
)


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of one mode; `scale` enlarges text and strokes for a wall seen from afar (1.0 = desk)."""

    name: str
    page: str
    card: str
    border: str
    grid: str
    text: str
    muted: str
    accent: str
    soft: str
    good: str
    bad: str
    alarm: str
    previous: str
    low: str
    middle: str
    high: str
    series: tuple[str, ...]
    scale: float = 1.0

    def px(self, size: float) -> float:
        """A size in pixels at this theme's scale."""
        return round(size * self.scale, 2)


COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
OWN_COLOURS = ("page", "card", "border", "text", "muted", "accent", "good", "bad", "alarm")
"""What an extension's theme.toml may set, for [light] and for [dark]."""


@cache
def own_colours(name: str) -> Mapping[str, str]:
    """The colours that extensions give the theme `name`, the first of each; SettingsError for what is no colour."""
    found: dict[str, str] = {}
    for path in parts("theme.toml"):
        try:
            colours = tomllib.loads(path.read_text("utf-8")).get(name, {})
        except (OSError, ValueError) as error:
            raise SettingsError(f"This theme cannot be read: {error}.", where=str(path)) from error
        for colour, value in colours.items():
            if colour not in OWN_COLOURS or not COLOUR.fullmatch(str(value)):
                hint = f"Write {', '.join(OWN_COLOURS)} as #rrggbb."
                raise SettingsError(f"'{colour} = {value}' is no colour of a theme.", where=str(path), hint=hint)
            found.setdefault(colour, value)
    return found


def _with_own(base: Theme) -> Theme:
    return replace(base, **own_colours(base.name))  # type: ignore[arg-type]


LIGHT = _with_own(
    Theme(
        name="light",
        page="#f4f6f9",
        card="#ffffff",
        border="#e3e8ef",
        grid="rgba(20,32,51,0.08)",
        text="#152033",
        muted="#5b6b82",
        accent="#1f6feb",
        soft="#c9d5e6",
        good="#1f6feb",
        bad="#d9730d",
        alarm="#cf222e",
        previous="#9aa8bb",
        low="#f0a455",
        middle="#f3f5f8",
        high="#82b4f8",
        series=("#1f6feb", "#d9730d", "#0f9b8e", "#8250df", "#b58a00", "#c2447e", "#57606a"),
    )
)

DARK = _with_own(
    Theme(
        name="dark",
        page="#0a1120",
        card="#111b2e",
        border="#1f2c44",
        grid="rgba(160,180,210,0.12)",
        text="#e8eef8",
        muted="#93a4bf",
        accent="#58a6ff",
        soft="#33476a",
        good="#58a6ff",
        bad="#ff9f43",
        alarm="#ff5d5d",
        previous="#6d7f9c",
        low="#b8650f",
        middle="#1b2942",
        high="#2a6fd0",
        series=("#58a6ff", "#ff9f43", "#3fc8b4", "#b692ff", "#e8c547", "#ff8fb8", "#93a4bf"),
    )
)


def theme(name: str, scale: float = 1.0) -> Theme:
    """The theme called "dark" or "light" (anything else is light), enlarged by `scale`."""
    return replace(DARK if name == "dark" else LIGHT, scale=scale)


def member_colour(theme: Theme, member: str) -> str:
    """A colour that a member (a channel, a carrier) keeps on every page and in both modes' order."""
    return theme.series[zlib.crc32(member.encode()) % (len(theme.series) - 1)]


def faded(colour: str, opacity: float) -> str:
    """A '#rrggbb' colour as rgba with the given opacity."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def layout(theme: Theme, language: str, **changes: Any) -> dict[str, Any]:
    """The layout every figure starts from: our fonts, faint grid, no chrome; `changes` go on top."""
    axis = {
        "gridcolor": theme.grid,
        "zeroline": False,
        "linecolor": theme.grid,
        "tickfont": {"size": theme.px(12), "color": theme.muted},
        "automargin": True,
        "ticklabeloverflow": "allow",  # the margins make room: else every label is measured once more
        "fixedrange": True,
        "ticks": "",
    }
    base: dict[str, Any] = {
        "font": {"family": FONT, "size": theme.px(12), "color": theme.text},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": theme.px(8), "r": theme.px(12), "t": theme.px(10), "b": theme.px(8), "pad": theme.px(4)},
        "showlegend": False,
        "hovermode": "closest",
        "hoverlabel": {
            "bgcolor": theme.card,
            "bordercolor": theme.border,
            "font": {"family": FONT, "size": theme.px(13), "color": theme.text},
            "align": "left",
        },
        "separators": ".,",
        "uirevision": "keep",
        "autosize": True,
        "dragmode": False,
        "xaxis": dict(axis),
        "yaxis": dict(axis),
        "meta": {"language": language, "theme": theme.name},
    }
    for key, value in changes.items():
        base[key] = {**base[key], **value} if isinstance(base.get(key), dict) and isinstance(value, dict) else value
    return base


def nothing(theme: Theme, language: str, message: str) -> dict[str, Any]:
    """A figure that says why it is empty."""
    hidden = {"visible": False, "range": [0, 1]}
    note = {
        "text": message,
        "x": 0.5,
        "y": 0.5,
        "xref": "paper",
        "yref": "paper",
        "showarrow": False,
        "font": {"size": theme.px(13), "color": theme.muted},
    }
    return {"data": [], "layout": layout(theme, language, xaxis=hidden, yaxis=hidden, annotations=[note])}
