"""The keys of a replay, but for those of its panes and of the program."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from ddbtop.tui.widgets.keybar import Tight

KEYS: list[BindingType] = [
    Binding("space", "run", "run, pause", tooltip="Run, or pause after what is under way", id="replay.run"),
    Binding("n", "step", "step", tooltip="One invocation", id="replay.step"),
    Binding("f", "failure", "to next failure", tooltip="Run until an invocation fails", id="replay.failure"),
    Binding("R", "again", "run again", tooltip="From the first record, with the mapping set now", id="replay.again"),
    Binding("x", "stop", "stop", tooltip="End the run; what is under way is ended", id="replay.stop"),
    Binding(
        "P",
        "poison",
        "next poison",
        tooltip="To the next batch that was given up or stands still",
        id="replay.poison",
    ),
    Binding("p", "pytest", "write pytest", tooltip="A test that fails as this invocation did", id="replay.pytest"),
    Binding("E", "settings", "edit settings", tooltip="The mapping, for the next run", id="replay.settings"),
    Binding("y", "copy", "copy", tooltip="Copy what the view shows", id="replay.copy", show=False),
    Binding("enter", "open", "open", tooltip="The whole height for the details", id="replay.enlarge", show=False),
    Binding("1", "pane('run')", "run", tooltip="The run", id="replay.pane_run", show=False),
    Binding("2", "pane('mapping')", "mapping", tooltip="Mapping, access and counts", id="replay.pane", show=False),
    Binding("tab", "app.focus_next", "next pane", tooltip="To the next pane", id="replay.next", show=False),
    Binding(
        "shift+tab",
        "app.focus_previous",
        "previous pane",
        tooltip="To the pane before",
        id="replay.prev",
        show=False,
    ),
    Binding("escape", "back", "back", tooltip="One step back; leaving ends the run", id="replay.back"),
]

TIGHT = Tight(
    {
        "replay.run": "run",
        "replay.failure": "fail",
        "replay.again": "again",
        "replay.poison": "poison",
        "replay.pytest": "pytest",
        "replay.settings": "settings",
    },
    frozenset({"replay.back", "help.open"}),
)
"""After a run all that goes on from there is named at 80 columns."""
