"""Make the pictures: `python -m screenshots.make` those of the README, which needs `rsvg-convert`.

`python -m screenshots.make FOLDER` draws every scene as SVG, and as PNG where `rsvg-convert` is installed.
"""

from __future__ import annotations

import asyncio
import html
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.cells import cell_len

from ddbtop.tui.themes import ANSI, DARK, HIGH_CONTRAST, LIGHT
from screenshots.replayscene import replay
from screenshots.scene import still

SIZES = ((160, 50), (80, 24))
THEMES = {"dark": DARK.name, "light": LIGHT.name, "high-contrast": HIGH_CONTRAST.name, "ansi": ANSI.name}
FILTER = ("slash", *("space" if letter == " " else "colon" if letter == ":" else letter for letter in "changed:status"))
"""A filter as it is typed; what matches is looked for in the background."""

SEARCHED_S = 1.0
"""So long the few records of the scene are looked through at most, after typing has paused."""

KEYS: dict[str, tuple[str, ...]] = {
    "main": (),
    "changes": ("up", "up", "enter"),
    "start": ("up", "t"),
    "filter": FILTER,
    "keys": ("question_mark",),
    "tree": ("2",),
}

REPLAY = ("g", "P")
"""After a replay: to its poison record."""
KEYS["replay"] = REPLAY

PUBLISHED = {
    "main-dark": ("main", (160, 50), DARK.name),
    "main-light": ("main", (160, 50), LIGHT.name),
    "small-dark": ("main", (80, 24), DARK.name),
    "small-light": ("main", (80, 24), LIGHT.name),
    "start-dark": ("start", (80, 24), DARK.name),
    "filter-dark": ("filter", (80, 24), DARK.name),
    "keys-light": ("keys", (80, 24), LIGHT.name),
    "replay-dark": ("replay", (160, 50), DARK.name),
}
"""What the README may show: name, scene, size and theme."""

COLOURS = 96
"""Of a PNG: the themes have a dozen, also of what is rare, and the rest are the edges of letters."""

FONT = "DejaVu Sans Mono"
"""Has every glyph that the inspector uses, and is installed nearly everywhere."""

PIXELS_A_COLUMN = 10
"""Width of a PNG: wide enough for text to be read."""


BLANK = "&#160;"
_TEXT = re.compile(
    r'(?P<head><text [^>]*?)x="(?P<x>[^"]*)" (?P<y>y="[^"]*") textLength="(?P<length>[^"]*)"(?P<tail>[^>]*)>'
    r"(?P<text>[^<]*)</text>"
)


async def picture(keys: tuple[str, ...], size: tuple[int, int], theme: str, folder: Path) -> str:
    """One screen as SVG, after some keys."""
    with still(folder, theme=theme) as scene:
        app = scene.app
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            scene.settle()
            if keys == REPLAY:
                await replay(scene, pilot, *keys)
            else:
                await pilot.press(*keys)
            await pilot.pause(SEARCHED_S if keys == FILTER else None)
            return readable(app.export_screenshot(title="ddbtop"))


def readable(svg: str) -> str:
    """The same with a font of this machine, and without the blanks around a text, which some converters drop."""
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL).replace("Fira Code", FONT)
    return _TEXT.sub(_without_blanks, svg)


def _without_blanks(match: re.Match[str]) -> str:
    """The text begins where its first character stands."""
    trailing = _stripped(match["text"], left=True)
    text = _stripped(trailing, left=False)
    if not text.strip():
        return ""
    start, length = float(match["x"]), float(match["length"])
    cell = length / cell_len(html.unescape(match["text"]))
    leading = (len(match["text"]) - len(trailing)) // len(BLANK)
    width = cell * cell_len(html.unescape(text))
    place = f'x="{start + leading * cell:g}" {match["y"]} textLength="{width:g}"'
    return f"{match['head']}{place}{match['tail']}>{text}</text>"


def _stripped(text: str, *, left: bool) -> str:
    while text.startswith(BLANK) if left else text.endswith(BLANK):
        text = text.removeprefix(BLANK) if left else text.removesuffix(BLANK)
    return text


def draw(name: str, keys: tuple[str, ...], size: tuple[int, int], theme: str, folder: Path) -> Path:
    """Write one picture as SVG."""
    with tempfile.TemporaryDirectory() as cache:
        svg = asyncio.run(picture(keys, size, theme, Path(cache)))
    file = folder / f"{name}.svg"
    file.write_text(svg)
    return file


def convert(svg: Path, columns: int, png: Path) -> None:
    """As PNG, with few colours where `pngquant` is installed: text needs no more."""
    subprocess.run(["rsvg-convert", "-w", str(columns * PIXELS_A_COLUMN), str(svg), "-o", str(png)], check=True)
    if shutil.which("pngquant"):
        subprocess.run(["pngquant", "--force", "--strip", "--ext", ".png", str(COLOURS), str(png)], check=True)


def publish(folder: Path) -> None:
    """The pictures that the README shows."""
    for name, (scene, size, theme) in PUBLISHED.items():
        with tempfile.TemporaryDirectory() as drawn:
            convert(draw(name, KEYS[scene], size, theme, Path(drawn)), size[0], folder / f"{name}.png")


def draw_all(folder: Path) -> None:
    """Every scene in every size and theme, to be looked at."""
    folder.mkdir(parents=True, exist_ok=True)
    for size in SIZES:
        for theme, name in THEMES.items():
            for scene, keys in KEYS.items():
                file = draw(f"{scene}-{size[0]}x{size[1]}-{theme}", keys, size, name, folder)
                if shutil.which("rsvg-convert"):
                    convert(file, size[0], file.with_suffix(".png"))


def main(arguments: list[str]) -> None:
    os.environ["TZ"] = "UTC"
    time.tzset()
    if arguments:
        draw_all(Path(arguments[0]))
    else:
        publish(Path(__file__).parent)


if __name__ == "__main__":
    main(sys.argv[1:])
