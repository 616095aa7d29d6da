"""Whether what is printed may be coloured."""

from __future__ import annotations

import os
import sys


def takes_colour() -> bool:
    """Whether stdout is a terminal whose user did not ask for none, as https://no-color.org has it."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")
