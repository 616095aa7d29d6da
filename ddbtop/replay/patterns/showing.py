"""Values inside a sentence."""

from __future__ import annotations

import json
from typing import Any

from ddbtop.text import visible

SHOWN_CHARACTERS = 60
"""Of a value: a reason is one line."""


def shown(value: Any) -> str:
    """JSON's spelling of a value, cut and safe to show."""
    if isinstance(value, str):
        return f'"{visible(value, SHOWN_CHARACTERS)}"'
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > _LONG_BITS:
        return "a very long number"
    return visible(json.dumps(value), SHOWN_CHARACTERS)


_LONG_BITS = 256
"""Python refuses to spell integers of some thousand digits."""
