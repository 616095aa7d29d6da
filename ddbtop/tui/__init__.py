"""How it looks: the only package that imports Textual."""

from __future__ import annotations

import os

FRAMES_A_SECOND = 240
"""At most. After a frame Textual lets one to two of these intervals pass before it paints the next, and what a key did
waits with it: at Textual's own 60 for up to 33 ms. It makes no more frames: records keep to a pace of their own."""

os.environ.setdefault("TEXTUAL_FPS", str(FRAMES_A_SECOND))  # Textual reads it once, when it is imported
