"""How the documentation is built: python -m sphinx -W docs OUT (extra `docs`)."""

from __future__ import annotations

import re

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

from fulfillment_bi import __version__

project = "Fulfillment BI"
release = version = __version__
extensions = ["myst_parser"]
html_theme = "furo"
html_title = f"Fulfillment BI {__version__}"
html_show_copyright = False
exclude_patterns = ["_build"]
source_suffix = {".md": "markdown"}
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]


def join_lines(_app: Sphinx, _page: str, source: list[str]) -> None:
    """A line break between two Chinese characters is no blank."""
    source[0] = re.sub(r"(?<=[\u3000-\u9fff\uff00-\uffef”’）])\n *(?=[\u4e00-\u9fff“‘（])", "", source[0])


def setup(app: Sphinx) -> None:
    """Tables shown as CSV need no colours."""
    app.add_lexer("csv", TextLexer)
    app.connect("source-read", join_lines)
