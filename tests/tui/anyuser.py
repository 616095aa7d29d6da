"""A user who does anything at any moment, and a stream to which anything happens: one seed, one sequence of steps."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual import events
from textual.keys import _character_to_key, key_to_character
from textual.pilot import Pilot

from ddbtop.streams.simulated.world import World
from ddbtop.tui.app import InspectorApp
from ddbtop.tui.regions import SECTIONS
from ddbtop.tui.screens.main import MainScreen
from ddbtop.tui.screens.replay import ReplayScreen
from tests.tui.anystream import Account

QUITS = ("q", "ctrl+c", "ctrl+q")
"""What would end the play before its time."""

KEYS = sorted(
    {key for section in SECTIONS for _, keys in section.commands for key in keys}.difference(QUITS)
    | {"backspace", "delete", "ctrl+w", "ctrl+a", "ctrl+e", "f1", "alt+x"}
)

TEXTS = (
    "order#1", "event:MODIFY", "event:", "size>1000", "changed:n !ttl", "[/x]", "shard:", "-1", "0", "1", "100",
    "99999999999999999999", "off", "on", "15m", "09:00", "1624739500000000000000000001", "日本語", "@/no/such",
    '{"eventName": ["INSERT"]}', '{"a": ', "~nobody-here/x", "x" * 300, "exec:/bin/false", "exec:", "lambda:orders",
    "no_such.module:handler", "dev", "orders", "out.ndjson", "missing/folder/out.ndjson", "./failed", "a\tb\x1b[2J\n",
)  # fmt: skip

SIZES = ((160, 50), (80, 24), (60, 15), (100, 30), (250, 80), (139, 22), (40, 10), (20, 5), (10, 3))

HANDLERS = {
    "ok": "def handler(event, context):\n    return None\n",
    "fails": "def handler(event, context):\n    raise ValueError('\\x1b[31m[/x] price')\n",
    "partial": "def handler(event, context):\n"
    "    numbers = [record['dynamodb']['SequenceNumber'] for record in event['Records']]\n"
    "    return {'batchItemFailures': [{'itemIdentifier': each} for each in numbers if int(each) % 3 == 0]}\n",
    "hangs": "import time\n\ndef handler(event, context):\n    time.sleep(3600)\n",
    "prints": "def handler(event, context):\n    while True:\n        print('x' * 1000, '\\x1b[2J')\n",
    "crashes": "import os\n\ndef handler(event, context):\n    os._exit(3)\n",
    "strange": "def handler(event, context):\n    return {1, 2}\n",
    "ends": "import sys\nsys.exit(0)\n",
    "spawns": "import subprocess\n\ndef handler(event, context):\n    subprocess.Popen(['sleep', '60'])\n",
}

Step = Callable[[], object]


class AnyUser:
    """Each step is one method; what it does with what is on the screen is drawn from the seed as well."""

    def __init__(self, seed: int, app: InspectorApp, pilot: Pilot[Any], account: Account, folder: Path) -> None:
        self._random = random.Random(seed)
        self._app, self._pilot, self._account = app, pilot, account
        self._handlers = []
        for name, text in HANDLERS.items():
            (folder / f"{name}_handler.py").write_text(text)
            self._handlers.append(f"{folder / f'{name}_handler.py'}:handler")
        self._steps: dict[Step, int] = {
            self._key: 15,
            self._active_key: 25,
            self._twice: 6,
            self._burst: 4,
            self._text: 8,
            self._paste: 2,
            self._enter: 8,
            self._back: 10,
            self._click: 12,
            self._drag: 3,
            self._wheel: 6,
            self._resize: 6,
            self._theme: 1,
            self._suspend: 1,
            self._offer: 1,
            self._filter: 4,
            self._start: 4,
            self._export: 3,
            self._stream: 3,
            self._replay: 5,
            self._settings: 4,
            self._write: 14,
            self._turn_over: 8,
            self._trouble: 9,
            self._heal: 7,
        }

    async def step(self) -> str:
        """Do something; returns what."""
        (step,) = self._random.choices(list(self._steps), list(self._steps.values()))
        done = step()
        if isinstance(done, tuple):
            await self._pilot.resize_terminal(*done)
        return f"{step.__name__.removeprefix('_')} {'' if done is None else done}"

    @property
    def _world(self) -> World:
        session = self._app.main.session
        return self._account.world(session.status.stream.arn) if session else self._account.worlds[0]

    def _press(self, *keys: str) -> str:
        for key in keys:
            character = key_to_character(key)
            self._app.post_message(events.Key(key, character if character and len(character) == 1 else None))
        return " ".join(keys)

    def _type(self, text: str) -> str:
        for character in text.replace("q", ""):
            self._app.post_message(events.Key(_character_to_key(character), character))
        return text

    def _mouse(self, kind: type[events.MouseEvent], x: int, y: int, button: int = 0) -> None:
        self._app.post_message(kind(None, x, y, 0, 0, button, False, False, False, screen_x=x, screen_y=y))

    def _cell(self) -> tuple[int, int]:
        return self._random.randrange(self._app.size.width), self._random.randrange(self._app.size.height)

    def _key(self) -> str:
        return self._press(self._random.choice(KEYS))

    def _active(self) -> str:
        active = [key for key in self._app.screen.active_bindings if key not in QUITS]
        return self._random.choice([*active, "enter"])

    def _active_key(self) -> str:
        return self._press(self._active())

    def _twice(self) -> str:
        return self._press(*[self._active()] * 2)

    def _burst(self) -> str:
        return self._press(*self._random.choices(KEYS, k=8))

    def _text(self) -> str:
        return self._type(self._random.choice(TEXTS))

    def _paste(self) -> str:
        text = self._random.choice(TEXTS)
        self._app.post_message(events.Paste(text))
        return text

    def _enter(self) -> None:
        self._press("enter")

    def _back(self) -> None:
        self._press(*["escape"] * self._random.choice([1, 1, 6]))

    def _click(self) -> str:
        x, y = self._cell()
        for _ in range(self._random.choice([1, 1, 2])):
            self._mouse(events.MouseDown, x, y, 1)
            self._mouse(events.MouseUp, x, y, 1)
        return f"{x} {y}"

    def _drag(self) -> None:
        self._mouse(events.MouseDown, *self._cell(), 1)
        for _ in range(3):
            self._mouse(events.MouseMove, *self._cell(), 1)
        self._mouse(events.MouseUp, *self._cell(), 1)

    def _wheel(self) -> None:
        kind = self._random.choice([events.MouseScrollDown, events.MouseScrollUp, events.MouseScrollRight])
        for _ in range(3):
            self._mouse(kind, *self._cell())

    def _resize(self) -> tuple[int, int]:
        return self._random.choice([*SIZES, (self._random.randrange(10, 250), self._random.randrange(3, 80))])

    def _theme(self) -> None:
        self._app.theme = self._random.choice(sorted(self._app.available_themes))

    def _suspend(self) -> None:
        self._app.app_suspend_signal.publish(self._app)
        self._app.app_resume_signal.publish(self._app)

    def _offer(self) -> None:
        self._app.main.offer(self._random.choice(self._account.worlds).stream_arn)

    def _filter(self) -> str:
        text = self._random.choice(TEXTS)
        self._press("slash", "ctrl+a")
        self._type(text)
        self._press("enter", *self._random.choices(["n", "N", "o", "ampersand", "g", "G", "u"], k=4))
        return text

    def _start(self) -> None:
        self._press("t", *self._random.choices(["down", "up", "tab", "c"], k=3), "enter")

    def _export(self) -> None:
        self._press("e", *self._random.choices(["down", "up", "tab"], k=3), "enter")

    def _stream(self) -> None:
        self._press("ctrl+o", *self._random.choices(["down", "up", "pagedown"], k=3), "enter")

    def _replay(self) -> str:
        """A handler over what the main screen stands on, or a key of the replay's."""
        if isinstance(self._app.screen, ReplayScreen):
            return self._press(self._random.choice(["space", "n", "f", "R", "x", "P", "p", "y", "tab", "enter"]))
        handler = self._random.choice(self._handlers)
        if isinstance(self._app.screen, MainScreen):
            self._press("escape", "r", "ctrl+a")
            self._app.post_message(events.Paste(handler))
            self._press("enter", self._random.choice(["space", "n", "f"]))
        return handler.rpartition("/")[2]

    def _settings(self) -> None:
        if isinstance(self._app.screen, ReplayScreen):
            self._press("E", *["tab"] * self._random.randrange(12), "ctrl+a")
            self._type(self._random.choice(["1", "2", "-1", "on", "off", "60", "./failed", "x"]))
            self._press("enter", "R")

    def _write(self) -> None:
        if self._random.random() < 0.2:
            self._account.write_hostile(self._world)
        else:
            self._account.write(self._world, self._random.choice([1, 5, 20, 500]))

    def _turn_over(self) -> None:
        self._account.turn_over(self._world)

    def _trouble(self) -> None:
        self._account.trouble(self._world)

    def _heal(self) -> None:
        self._account.heal()
