"""Values that strangers could put into an item to break or to take over whatever shows them."""

from __future__ import annotations

from typing import Any
from unicodedata import category

MARKUP = (
    "[/x]",
    "[@click=app.quit]x[/]",
    "[red]not red[/red]",
    '{"a": [/x]}',
    "[",
    "]",
    "[/",
    "\\[x]",
    "[link=file:///]",
)
"""Read as markup, these change colours, run actions or raise."""

TERMINAL = (
    "\x1b[31mred\x1b[0m",
    "\x1b[2J\x1b[H",
    "\x1b]0;title\x07",
    "\x1b]52;c;ZWNobyBoaQ==\x07",
    "\x1b]8;;http://example.invalid\x1b\\link\x1b]8;;\x1b\\",
    "\x1bP+q544e\x1b\\",
    "\x9b31m",
    "\x9d0;title\x9c",
    "a\x00b",
    "a\x7fb",
    "a\rb",
    "a\nb",
    "a\tb",
    "a\x08\x08b",
    "\x85next line",
)
"""Escape and control sequences: colours, a cleared screen, titles, the clipboard, links, C1 forms."""

ORDER = ("\u202egnp.exe\u202c", "\u2066a\u2069", "\u061cx", "\u200fx", "\u2028a\u2029")
"""Reverse what follows, or end a line."""

HIDDEN = (
    "ad\u200bmin",
    "a\u200db",
    "\ufeffa",
    "a\u00adb",
    "\u2800",
    "a\u3164b",
    "a\ufe0fb",
    "\U000e0041\U000e0042",
    "a\U000e0101",
    "a\u00a0b",
)
"""Look like something else, or like nothing."""

MARKS = ("Z" + "\u0301\u0489" * 200, "\u0301" * 50, "\u1160" * 50, "x" + "\u20dd" * 9)
"""Floods of combining marks, with and without something to stand on."""

BROKEN = ("\ud800", "a\udfffb", "\udc00\ud800", "\uffff", "\ue000", "\U0010ffff")
"""Lone surrogates, which DynamoDB does keep, noncharacters and private use."""

WIDE = ("日本語のテキスト", "👨\u200d👩\u200d👧", "👍🏽", "❤\ufe0f", "한국어", "각", "ｱｲｳ", "一" * 300)
"""More cells than characters, or fewer."""

LONG = ("x" * 400_000, "日" * 130_000, "\x1b" * 10_000)
"""As much as an item may hold, and what becomes longer when shown."""

LITERALS = (
    "",
    " ",
    "  a  ",
    "null",
    "true",
    "12",
    "-0",
    "1e5",
    '"',
    '\\"',
    "{}",
    "[]",
    "a, b",
    "a: b",
    "…",
    "→",
    "\\x1b",
)
"""Could be taken for something that they are not."""

STRINGS = (*MARKUP, *TERMINAL, *ORDER, *HIDDEN, *MARKS, *BROKEN, *WIDE, *LONG, *LITERALS)


def nested(levels: int) -> dict[str, Any]:
    """Maps and lists in turn, `levels` deep; DynamoDB allows 32."""
    value: dict[str, Any] = {"S": "bottom"}
    for level in range(levels):
        value = {"L": [value]} if level % 2 else {"M": {"a": value}}
    return value


ATTRIBUTES: tuple[Any, ...] = (
    *({"S": text} for text in STRINGS),
    {"N": "12,90"},
    {"N": ""},
    {"N": "NaN"},
    {"N": "Infinity"},
    {"N": 12},
    {"N": "1" * 500},
    {"N": "1e999999999999"},
    {"N": "99999999999999999999999999999999999999"},
    {"N": "-9.9999999999999999999999999999999999999E+125"},
    {"N": "\u0661\u0662"},
    {"N": "1_000"},
    {"N": " 1"},
    {"B": "not base64!"},
    {"B": "YQ"},
    {"B": ""},
    {"B": "A" * 400_000},
    {"B": 5},
    {"SS": []},
    {"SS": ["a", "a", "\x1b[0m"]},
    {"SS": "abc"},
    {"SS": [{"S": "a"}]},
    {"NS": ["1", "x", 2]},
    {"NS": [str(number) for number in range(5000)]},
    {"BS": ["AA==", "!"]},
    {"L": {}},
    {"L": [1, None, "x", {}]},
    {"L": [{"N": str(number)} for number in range(5000)]},
    {"M": []},
    {"M": {"": {"S": "empty name"}, "\x1b[31m": {"S": "x"}, "a.b": {"N": "1"}, "a[0]": {"NULL": True}}},
    {"M": {str(number): {"N": str(number)} for number in range(5000)}},
    {"BOOL": "true"},
    {"BOOL": 1},
    {"NULL": False},
    {"NULL": None},
    {"X": "unknown type"},
    {"S": "two", "N": "1"},
    {},
    None,
    True,
    5,
    1.5,
    float("inf"),
    "bare",
    [],
    [{"S": "x"}],
    nested(32),
    nested(80),
    nested(300),
)
"""Attribute values as a decoded answer could hold them, well formed and not."""


def obeyed(text: str) -> list[str]:
    """The characters of `text` that a terminal would obey, hide or reorder; empty for anything fit to be shown."""
    return [character for character in text if category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")]
