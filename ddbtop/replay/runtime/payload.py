"""What a function returned, before anyone reads it."""

from __future__ import annotations

import json


def why_not_json(payload: bytes) -> str:
    """Why bytes are no JSON; empty if they are. `NaN` passes, since Lambda's Python runtime writes it."""
    try:
        json.loads(payload)
    except RecursionError:
        return "it is nested too deeply"
    except ValueError as error:
        return str(error)
    return ""
