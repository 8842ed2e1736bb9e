"""Where in a mapping file a complaint belongs: the line that a person has to look at."""

from __future__ import annotations

import re

_FILE = re.compile(r"^\s*\[\[\s*file\s*\]\]")
_KIND = re.compile(r"^\s*(kind|label)\s*=")
_QUOTED = re.compile(r"'([^']+)'")
_NAME = re.compile(r"[\w@]+(?:\.\w+)*")
_ENTITY = r"^\s*entity\s*=\s*[\"']{}[\"']"
_PATTERNS = (r"(?:^|[\s{{,])[\"']?{}[\"']?\s*=", r"[\"']{}[\"']", _ENTITY)


def line_of(text: str, place: int, complaint: str) -> int:
    """The line (from 1) in the `[[file]]` number `place` that names what `complaint` is about; else its first line."""
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines) if _FILE.match(line)]
    if place >= len(starts):
        return 1
    first = starts[place]
    last = starts[place + 1] if place + 1 < len(starts) else len(lines)
    names = dict.fromkeys([*_QUOTED.findall(complaint), *_NAME.findall(complaint)])
    for pattern in _PATTERNS:
        for name in names:
            matcher = re.compile(pattern.format(re.escape(name)))
            for number in range(first, last):
                # An entity is named in every complaint: it is what is meant only when nothing else is found.
                named_anyway = lines[number].lstrip().startswith("entity") and pattern is not _ENTITY
                if matcher.search(lines[number]) and not named_anyway and not _KIND.match(lines[number]):
                    return number + 1
    return first + 1
