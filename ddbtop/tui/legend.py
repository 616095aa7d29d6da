"""What the signs on the screens mean."""

from __future__ import annotations

from ddbtop.tui.look import Role

LEGEND: tuple[tuple[str, Role, str], ...] = (
    ("●", Role.INSERT, "an open shard: it still takes records"),
    ("○", Role.DIM, "a closed shard: it was split or rolled over"),
    ("+n above", Role.INSERT, "so many ancestors are folded into the line"),
    ("▌", Role.ACCENT, "the cursor"),
    ("↥", Role.ATTENTION, "older by more than a second than the record above it"),
    ("+ − →", Role.MODIFY, "added, removed, changed from and to"),
    ("~", Role.MODIFY, "a changed item, where there is no room for the word"),
    ("…", Role.TEXT, "cut; the record's pane has all of it"),
    ("≈", Role.TEXT, "estimated"),
    ("?", Role.TEXT, "unknown, and not guessed"),
    ("╳", Role.LOSS, "a gap: records that were lost"),
)
"""The sign, the role that it is painted in, and its meaning."""
