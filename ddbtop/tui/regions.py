"""Every place with keys of its own, and whether a user's keys can be in force there.

It imports every screen, so only who asks for keys in general does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.screen import Screen

from ddbtop.config import hints, nearest
from ddbtop.errors import WrongUsage
from ddbtop.tui.app import InspectorApp
from ddbtop.tui.keymap import Keymap, commands, inherited, key_name, key_of
from ddbtop.tui.look import Line
from ddbtop.tui.picker import PickerApp
from ddbtop.tui.screens.choose import Chooser
from ddbtop.tui.screens.export import ExportLayer
from ddbtop.tui.screens.help import HelpScreen, HelpText
from ddbtop.tui.screens.main import MainScreen
from ddbtop.tui.screens.pytestlayer import PytestLayer
from ddbtop.tui.screens.replay import ReplayScreen
from ddbtop.tui.screens.replayprompt import ReplayPrompt
from ddbtop.tui.screens.start import StartPicker
from ddbtop.tui.screens.streams import StreamsScreen
from ddbtop.tui.widgets.filterline import FilterLine
from ddbtop.tui.widgets.listing import Listing
from ddbtop.tui.widgets.record import RecordPane
from ddbtop.tui.widgets.records import RecordList
from ddbtop.tui.widgets.replaydetails import DetailsText
from ddbtop.tui.widgets.replaysettings import SettingsForm
from ddbtop.tui.widgets.replaytree import RunTree
from ddbtop.tui.widgets.shards import ShardList
from ddbtop.tui.widgets.trouble import TroubleLayer

Nodes = tuple[type[DOMNode], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Bindings that are listed together, and the screen on which they are in force."""

    name: str
    nodes: Nodes
    screen: type[Screen[Any]]

    @property
    def bindings(self) -> list[BindingType]:
        return [binding for node in self.nodes for binding in _declared(node)]

    @property
    def commands(self) -> list[tuple[Binding, list[str]]]:
        """Each with its usual keys."""
        return commands(self.bindings)


SECTIONS = (
    Section("Everywhere", (MainScreen, InspectorApp), MainScreen),
    Section("In every list", (Listing,), MainScreen),
    Section("Shards", (ShardList,), MainScreen),
    Section("Record", (RecordPane,), MainScreen),
    Section("Filter line", (FilterLine,), MainScreen),
    Section("While nothing can be read", (TroubleLayer,), MainScreen),
    Section("Choice of a profile or region", (Chooser,), Chooser),
    Section("Start picker", (StartPicker,), StartPicker),
    Section("Export", (ExportLayer,), ExportLayer),
    Section("Replay", (ReplayScreen,), ReplayScreen),
    Section("Run of a replay", (RunTree,), ReplayScreen),
    Section("Invocation of a replay", (DetailsText,), ReplayScreen),
    Section("Settings of a replay", (SettingsForm,), ReplayScreen),
    Section("Handler to replay", (ReplayPrompt,), ReplayPrompt),
    Section("Pytest of a replay", (PytestLayer,), PytestLayer),
    Section("Help", (HelpScreen,), HelpScreen),
    Section("List of streams", (StreamsScreen, PickerApp), StreamsScreen),
)

REGIONS: tuple[tuple[str, Nodes], ...] = (
    ("the records", (RecordList, MainScreen, InspectorApp)),
    ("the shards", (ShardList, MainScreen, InspectorApp)),
    ("the record", (RecordPane, MainScreen, InspectorApp)),
    ("the filter line", (FilterLine, MainScreen, InspectorApp)),
    ("the layer of trouble", (TroubleLayer, MainScreen, InspectorApp)),
    ("the choice of a profile or region", (Chooser,)),
    ("the start picker", (StartPicker,)),
    ("the export", (ExportLayer,)),
    ("the run of a replay", (RunTree, ReplayScreen, InspectorApp)),
    ("the invocation of a replay", (DetailsText, ReplayScreen, InspectorApp)),
    ("the settings of a replay", (SettingsForm,)),
    ("the handler to replay", (ReplayPrompt,)),
    ("the pytest of a replay", (PytestLayer,)),
    ("the help", (HelpText, HelpScreen)),
    ("the list of streams", (StreamsScreen, PickerApp)),
)
"""What is in force at once, the innermost first."""


class KeysRefused(WrongUsage):
    """One line of a user's keys cannot be."""

    def __init__(self, id: str, message: str, hint: str) -> None:
        super().__init__(message, hint)
        self.id = id


def checked(wanted: Mapping[str, tuple[str, ...]]) -> Keymap:
    """The keys that a user wants. Raises `KeysRefused` for a command or a key that is not there, or two on one key."""
    known = {binding.id or "": tuple(usual) for section in SECTIONS for binding, usual in section.commands}
    keys: dict[str, tuple[str, ...]] = {}
    for id, names in wanted.items():
        if id not in known:
            near = nearest(id, tuple(known))
            raise KeysRefused(id, f"there is no command {id!r}", hints(near, "`ddbtop --print-config` lists them"))
        try:
            keys[id] = tuple(key_of(name) for name in names)
        except WrongUsage as error:
            raise KeysRefused(id, error.message, error.hint) from None
    other = Keymap({id: names for id, names in keys.items() if names != known[id]})
    for name, nodes in REGIONS:
        _refuse_clashes(other, name, [binding for node in nodes for binding in inherited(node)])
    return other


def help_screen(screen: Screen[Any], keymap: Keymap, advice: Sequence[Line] = ()) -> HelpScreen:
    """The keys of a screen as they are in force: first those of what has the focus. `advice` stands above them."""
    above = [type(node) for node in screen.focused.ancestors_with_self] if screen.focused is not None else []
    shown = [section for section in SECTIONS if section.screen is type(screen)]
    shown.sort(
        key=lambda section: min((above.index(node) for node in section.nodes if node in above), default=len(above))
    )
    active = screen.active_bindings.values()
    idle = {entry.binding.id for entry in active if not entry.enabled}
    return HelpScreen([(section.name, keymap.apply(section.bindings)) for section in shown], advice, idle)


def _refuse_clashes(keymap: Keymap, region: str, bindings: list[BindingType]) -> None:
    """What we ship may stand behind another command on purpose; what a user wants never does by accident."""
    seen: dict[str, Binding] = {}
    for binding in keymap.apply(bindings):
        other = seen.setdefault(binding.key, binding)
        if other.id == binding.id or not {other.id, binding.id} & set(keymap.keys):
            continue
        wanted = binding.id if binding.id in keymap.keys else other.id
        words = f"{key_name(binding.key)} would be both {other.id} and {binding.id} in {region}"
        raise KeysRefused(str(wanted), words, "give one of them another key")


def _declared(node: type[DOMNode]) -> list[BindingType]:
    return list(node.__dict__.get("BINDINGS", ()))
