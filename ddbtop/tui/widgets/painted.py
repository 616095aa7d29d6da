"""Widgets that paint lines of pieces: the one place where text from outside reaches the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.app import App
from textual.dom import DOMNode
from textual.filter import NoColor
from textual.geometry import Region
from textual.strip import Strip
from textual.theme import BUILTIN_THEMES, Theme
from textual.widget import Widget

from ddbtop.text import cell_width, visible
from ddbtop.tui.continued import come_back_whole
from ddbtop.tui.keymap import USUAL, Keymap, KeyNames
from ddbtop.tui.look import Line, Role, clip, width_of
from ddbtop.tui.themes import ANSI, THEMES

if TYPE_CHECKING:
    from textual.timer import Timer

    from ddbtop.tui.lateanswer import LateAnswer

_CURSOR = "role--cursor"

Result = TypeVar("Result")


class RunsKeys:
    """A widget that has the program run each key when its turn comes, so that none overtakes what was typed before."""


class RoleApp(App[Result]):
    """Knows the style of every role.

    The stylesheet styles the roles once, at the program, and not at each widget: matching them for every widget was
    most of the time before the first frame.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"role--{role}" for role in Role} | {_CURSOR}

    ALLOW_SELECT = False
    """Text is selected by the terminal, with the mouse left to it; a drag here would mark what nothing then copies."""

    _role_styles: dict[tuple[str, Role, bool, bool], Style] | None = None

    keymap: Keymap = USUAL
    """The keys that the user wants."""

    def begin_with(self, theme: str, keymap: Keymap) -> None:
        """Offer our themes and no others, and set the first one without what a change of theme costs.

        That is, without parsing and matching all styles a second time. Where colours are not wanted at all, the only
        theme is the one that works without any: Textual would turn the others into greys.
        """
        theme = ANSI.name if self.no_color else theme
        for known in THEMES.values():
            self.register_theme(known)
        self.set_reactive(App.theme, theme)
        for others in BUILTIN_THEMES:
            self.unregister_theme(others)
        dark = self.current_theme.dark
        self.set_class(dark, "-dark-mode").set_class(not dark, "-light-mode").set_class(True, f"-theme-{theme}")
        self._refresh_truecolor_filter(self.ansi_theme)
        if self.no_color:
            self._filters[1:] = [NoColor()]
        self.stylesheet.set_variables(self.get_css_variables())
        self.keymap = keymap
        self.set_keymap(keymap.textual())

    typed_ahead: str = ""
    """Keys, as a terminal sends them, that were typed before the program listened."""

    awaits_answer: bool = False
    """The terminal was asked about its ground and has not said what it was asked."""

    _late: LateAnswer | None = None
    _held: Timer | None = None

    def on_mount(self) -> None:
        if self.awaits_answer:
            from ddbtop.tui.lateanswer import LateAnswer  # only who has a slow terminal pays for it

            self._late = LateAnswer()
            self.set_timer(LateAnswer.EXPECTED_S, self._expect_no_answer)
        self.theme_changed_signal.subscribe(self, self._forget_styles)
        self.app_resume_signal.subscribe(self, self._paint_anew)
        come_back_whole(self._driver)
        if self.typed_ahead:
            self.call_after_refresh(self._take_typed_ahead)

    async def on_event(self, event: events.Event) -> None:
        """Keys that are a late answer of the terminal's are none. What is pasted is shown in its field, not obeyed.

        What comes once the program is to end is for nobody: there may be no screen any more.
        """
        if self.return_code is not None and isinstance(event, events.InputEvent | events.Paste):
            return
        if isinstance(event, events.Paste):
            lines = [visible(line.expandtabs(1)) for line in event.text.splitlines()]
            event = events.Paste("\n".join(lines))
        late = self._late
        if late is None or not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
            return
        for key in late.sift(event):
            await super().on_event(key)
        if self._held is not None:
            self._held.stop()
        self._held = self.set_timer(late.HELD_S, self._release_keys)
        if late.ended:
            self._late = None

    async def _release_keys(self) -> None:
        for key in self._late.release() if self._late is not None else ():
            await super().on_event(key)

    async def _expect_no_answer(self) -> None:
        await self._release_keys()
        self._late = None

    def _take_typed_ahead(self) -> None:
        """Once there is a screen to type into."""
        from textual._xterm_parser import XTermParser  # what the driver reads keys with; there is no other

        for event in XTermParser().feed(self.typed_ahead):
            self.post_message(event)

    async def run_key(self, key: str) -> bool:
        """Do what a key does where the focus is, first as one that has priority. Says whether it does anything."""
        run = super()._check_bindings  # private: what the program does with a key, and with one that came up to it
        return await run(key, priority=True) or await run(key)

    async def _check_bindings(self, key: str, priority: bool = False) -> bool:
        return not (priority and isinstance(self.focused, RunsKeys)) and await super()._check_bindings(key, priority)

    def _paint_anew(self, _: App[object]) -> None:
        """After a suspension the terminal shows nothing of what was painted before."""
        self.refresh(layout=True)

    def _forget_styles(self, _: Theme) -> None:
        """What was painted between a change of theme and that of the styles has the old colours."""
        self._role_styles = None
        self.screen.refresh(layout=True)

    def role_style(self, role: Role, lit: bool, theme: str, *, focused: bool = True) -> Style:
        """The style of a role under the theme in use; `lit` is on the cursor's line, of a list that is `focused`."""
        if self._role_styles is None:
            self._role_styles = {}
        key = (theme, role, lit, focused)
        style = self._role_styles.get(key)
        if style is None:
            style = self.get_component_styles(f"role--{role}").rich_style
            if lit:
                style = self._lit(style, focused=focused)
            self._role_styles[key] = style
        return style

    def _lit(self, style: Style, *, focused: bool) -> Style:
        """On the cursor's line. Sixteen colours have none that all of the others can be read on: it is reversed, or
        underlined where keys go elsewhere."""
        cursor = self.get_component_styles(_CURSOR).rich_style
        if self.native_ansi_color and not focused:
            return style + Style(underline=True)
        if self.native_ansi_color:
            return cursor + Style(bold=style.bold, italic=style.italic, reverse=not style.reverse)
        return style + Style(bgcolor=cursor.bgcolor)


def names_at(node: DOMNode, *besides: type[DOMNode]) -> KeyNames:
    """What a text at a node calls the keys of that node, of what it is in, and of the program.

    `besides`: what has commands that the text names and is not around it.
    """
    app = node.app
    assert isinstance(app, RoleApp)
    return KeyNames(app.keymap, (*map(type, node.ancestors_with_self), *besides))


def shown_pieces(line: Line, width: int) -> Line:
    """The line as it goes to the terminal: nothing in it can be obeyed, and it fits."""
    return clip([(visible(text), role) for text, role in line], width)


class Painted(Widget):
    """Paints pieces by their role. Whatever the text is, it is shown and never obeyed."""

    def strip(self, line: Line, width: int, *, lit: bool = False) -> Strip:
        """The line in exactly `width` cells; `lit` paints the cursor's background."""
        app = self.app
        assert isinstance(app, RoleApp)
        theme, focused = app.theme, not (lit and self.can_focus) or self.has_focus
        pieces = shown_pieces(line, width)
        segments = [Segment(text, app.role_style(role, lit, theme, focused=focused)) for text, role in pieces]
        used = width_of(pieces)
        if used < width:
            segments.append(Segment(" " * (width - used), app.role_style(Role.TEXT, lit, theme, focused=focused)))
        return Strip(segments, width)


class Lines(Painted):
    """A few lines, painted again only where they changed."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._lines: Sequence[Line] = ()
        self._made_for = -1

    def made(self, width: int) -> Sequence[Line] | None:
        """The lines of a widget that makes its own whenever its width changes; None if it is told them."""
        return None

    def piece_at(self, x: int, y: int) -> str:
        """The piece of text under a cell, without blanks around it; empty where there is none."""
        for text, _ in shown_pieces(self._lines[y], self.size.width) if y < len(self._lines) else []:
            x -= cell_width(text)
            if x < 0:
                return text.strip()
        return ""

    def again(self) -> None:
        """Make the lines anew: what they say changed."""
        lines = self.made(self.size.width)
        if lines is not None:
            self._made_for = self.size.width
            self.show(lines)

    def show(self, lines: Sequence[Line]) -> None:
        """Replace what is shown."""
        before, self._lines = self._lines, lines
        for y in range(max(len(before), len(lines))):
            if (before[y] if y < len(before) else None) != (lines[y] if y < len(lines) else None):
                self.refresh(Region(0, y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        if self._made_for != self.size.width:
            self._made_for = self.size.width
            self._lines = self.made(self.size.width) or self._lines
        return self.strip(self._lines[y] if y < len(self._lines) else [], self.size.width)
