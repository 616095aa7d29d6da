"""Every theme can be read, sixteen colours stay sixteen, and without any colour nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.color import Color, ColorType
from rich.style import Style
from textual.app import App
from textual.widgets import Input

from ddbtop.config import THEMES as CONFIGURED
from ddbtop.streams.simulated.shapes import build_lineage
from ddbtop.tui.app import InspectorApp
from ddbtop.tui.look import Role
from ddbtop.tui.palette import entries
from ddbtop.tui.themes import ABOUT, ANSI, DARK, HIGH_CONTRAST, LIGHT, THEMES
from ddbtop.tui.widgets.listing import Listing
from tests.tui.worlds import NOW, Stage, inspector, screen_text, stage

TRUE_COLOUR = (DARK, LIGHT, HIGH_CONTRAST)
QUIET = (Role.DIM, Role.EXPIRY)

CYAN = 6
"""Of the sixteen colours."""

READABLE, SEEN, HIGH = 4.5, 3.0, 7.0
"""Ratios of WCAG 2: AA for text, AA for large text and marks, AAA for text."""


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr("time.time", lambda: NOW)
    with stage(tmp_path) as made:
        build_lineage(made.world, 6, records=2)
        made.tell()
        made.put("ORDER#1", status={"S": "PAID"}, note={"S": "ring"})
        made.put("ORDER#1", status={"S": "SHIPPED"}, tracking={"S": "DHL"})
        yield made


def luminance(colour: Color) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [part / 255 for part in colour.get_truecolor()]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def styles(app: App[Any]) -> set[Style]:
    """Of everything on the screen."""
    strips = app.screen._compositor.render_strips()
    return {segment.style for strip in strips for segment in strip if segment.style is not None}


@pytest.mark.parametrize("theme", TRUE_COLOUR, ids=lambda theme: theme.name)
async def test_every_role_can_be_read_on_the_ground_and_on_the_cursors_line(made: Stage, theme: Any) -> None:
    app = inspector(made, theme=theme.name)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        for role in Role:
            for lit in (False, True):
                style = app.role_style(role, lit, theme.name)
                ground = style.bgcolor if lit else Color.parse(theme.background)
                assert style.color is not None
                assert ground is not None
                least = HIGH if theme is HIGH_CONTRAST else SEEN if role in QUIET else READABLE
                assert contrast(style.color, ground) >= least, (role, lit)


@pytest.mark.parametrize("keys", [[], ["enter"], ["question_mark"], ["t"], ["e"], ["slash", "x"]], ids=str)
async def test_ansi_has_no_colours_but_the_terminals_own(made: Stage, keys: list[str]) -> None:
    app = inspector(made, theme=ANSI.name)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        app.main.tick(force=True)
        await pilot.press(*keys)
        await pilot.pause()
        used = {colour for style in styles(app) for colour in (style.color, style.bgcolor) if colour is not None}
        assert {colour.type for colour in used} <= {ColorType.DEFAULT, ColorType.STANDARD}
        assert any(colour.number == CYAN for colour in used)


async def test_cursor_of_sixteen_colours_is_reversed(made: Stage) -> None:
    app = inspector(made, theme=ANSI.name)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert app.role_style(Role.INSERT, True, ANSI.name).reverse
        assert not app.role_style(Role.INSERT, False, ANSI.name).reverse
        assert not app.role_style(Role.LOSS, True, ANSI.name).reverse


async def test_cursors_line_differs_where_keys_go_elsewhere(made: Stage) -> None:
    app = inspector(made, theme=ANSI.name)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        app.main.tick(force=True)
        for pane, focused, other in (("2", "#shard-list", "#record-list"), ("1", "#record-list", "#shard-list")):
            await pilot.press(pane)
            await pilot.pause()
            assert {style.reverse for style in cursor_styles(app, focused)} == {True}
            assert {(style.reverse or False, style.underline) for style in cursor_styles(app, other)} == {(False, True)}


def cursor_styles(app: App[Any], selector: str) -> list[Style]:
    """Of the cursor's line of a list, as it is on the screen."""
    listing = app.screen.query_one(selector, Listing)
    region = listing.region
    y = region.y + listing.cursor - listing.top
    strip = app.screen._compositor.render_strips()[y].crop(region.x, region.right)
    return [segment.style for segment in strip if segment.style is not None]


@pytest.mark.parametrize("key", ["t", "e", "r", "question_mark"])
async def test_sixteen_colours_leave_what_is_behind_a_layer(made: Stage, key: str) -> None:
    app = inspector(made, theme=ANSI.name)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        app.main.tick(force=True)
        await pilot.press(key)
        await pilot.pause()
        text = "\n".join(screen_text(app))
        assert "● ENABLED" in text
        assert " Records ─" in text


async def test_field_of_sixteen_colours_has_an_extent_and_what_is_proposed_a_slant(made: Stage) -> None:
    app = inspector(made, theme=ANSI.name)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        await pilot.press("e")
        await pilot.pause()
        field = app.screen.query_one(Input)
        region = field.region
        strip = app.screen._compositor.render_strips()[region.y].crop(region.x, region.right)
        assert {segment.style.underline for segment in strip if segment.style and segment.text.strip() == ""} == {True}
        await pilot.press("escape", "slash")
        await pilot.pause()
        style = app.screen.query_one(Input).get_component_rich_style("input--suggestion")
        assert style.italic
        assert style.dim


@pytest.mark.parametrize("no_colour", [False, True])
async def test_chosen_command_of_the_palette_differs_from_the_others(
    made: Stage, monkeypatch: pytest.MonkeyPatch, no_colour: bool
) -> None:
    if no_colour:
        monkeypatch.setenv("NO_COLOR", "1")
    app = inspector(made, theme=ANSI.name)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("ctrl+p")
        await pilot.pause(0.3)
        await pilot.press("down")
        await pilot.pause()
        shown = ("Show only the records", "Stay where you are", "Read from another")
        lines = [
            strip for strip in app.screen._compositor.render_strips() if any(words in strip.text for words in shown)
        ]
        lit = [any(segment.style.underline for segment in strip if segment.style) for strip in lines]
        assert lit == [False, True, False]


async def test_without_colours_none_is_sent_and_states_are_words(made: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = inspector(made, theme=DARK.name)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        app.main.tick(force=True)
        await pilot.pause()
        used = {colour.type for style in styles(app) for colour in (style.color, style.bgcolor) if colour is not None}
        assert used == {ColorType.DEFAULT}
        assert any(style.reverse for style in styles(app)), "the cursor's line"
        text = "\n".join(screen_text(app))
        for words in ("● ENABLED", "gaps 0", "drained", "tip", "INSERT", "MODIFY", "+ tracking", "− note", "following"):
            assert words in text
        await pilot.press("k")
        await pilot.pause()
        assert "paused" in "\n".join(screen_text(app))
        assert not [entry for entry in entries(app, app.screen) if entry.name.startswith("theme")]


async def test_only_our_themes_are_offered_and_each_can_be_chosen(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        assert set(app.available_themes) == set(THEMES)
        for name in ("light", "ansi", "high-contrast", "dark"):
            (choose,) = [entry.run for entry in entries(app, app.screen) if entry.name == f"theme {name}"]
            choose()
            await pilot.pause()
            assert app.theme == name
            accent = app.role_style(Role.ACCENT, False, name).color
            assert accent is not None
            assert accent.number == CYAN if name == "ansi" else accent == Color.parse(THEMES[name].primary)
            assert any(style.color == accent for style in styles(app))


def test_configured_themes_are_these_and_auto() -> None:
    assert ("auto", *THEMES) == CONFIGURED
    assert set(ABOUT) == set(THEMES)


def test_without_a_word_the_program_is_dark(made: Stage) -> None:
    app: InspectorApp = inspector(made)
    assert app.theme == DARK.name
