"""Which keys are in force: those of the bindings, with what a user put in their place."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.keys import KEY_NAME_REPLACEMENTS, Keys, key_to_character

from ddbtop.config import hints, nearest
from ddbtop.errors import WrongUsage

_MODIFIERS = ("ctrl", "alt", "shift")

_ARROWS = {"up": "↑", "down": "↓", "left": "←", "right": "→"}


def key_name(key: str) -> str:
    """A key as people write it: `^p`, `/`, `g`."""
    return "^" + key.removeprefix("ctrl+") if key.startswith("ctrl+") else typed_name(key)


def typed_name(key: str) -> str:
    """A key as a configuration file has it: what `key_of` understands, and people as well."""
    character = "/" if key == "slash" else key_to_character(key)
    return character if character and character.isprintable() and not character.isspace() else key


def key_sign(key: str) -> str:
    """A key in a text, where an arrow takes less room than its name."""
    return _ARROWS.get(key) or key_name(key)


def key_of(name: str) -> str:
    """A key as Textual calls it, from what people write. Raises `WrongUsage` for what no key is called."""
    text = f"ctrl+{name[1:]}" if name.startswith("^") and len(name) > 1 else name
    known = tuple(key.value for key in Keys if "<" not in key.value)
    if text in known:
        return text
    *modifiers, last = text.split("+") if len(text) > 1 else [text]
    if "shift" in modifiers and len(last) == 1 and last.isalpha():
        raise WrongUsage(f"there is no key {name!r}", f"a capital letter is written {last.upper()!r}")
    if not (set(modifiers) <= set(_MODIFIERS) and _is_key(last)):
        forms = "keys are like t, T, ?, f2, space, ctrl+o"
        raise WrongUsage(f"there is no key {name!r}", hints(nearest(text, known), forms))
    return "+".join([*modifiers, _identifier(last)])


def _is_key(name: str) -> bool:
    if len(name) == 1:
        return name.isprintable() and not name.isspace()
    return name in {key.value for key in Keys} or key_to_character(name) is not None


def _identifier(key: str) -> str:
    """`question_mark` for `?`; letters and digits are called what they are."""
    if len(key) > 1 or key.isalnum():
        return key
    named = unicodedata.name(key).lower().replace("-", "_").replace(" ", "_")
    return KEY_NAME_REPLACEMENTS.get(named, named)


def commands(bindings: Iterable[BindingType]) -> list[tuple[Binding, list[str]]]:
    """Every command once, with all of its keys."""
    keys: dict[str, list[str]] = {}
    found: dict[str, Binding] = {}
    for binding in Binding.make_bindings(bindings):
        name = binding.id or binding.action
        keys.setdefault(name, []).append(binding.key)
        found.setdefault(name, binding)
    return [(binding, keys[name]) for name, binding in found.items()]


def inherited(node: type[DOMNode]) -> Iterator[BindingType]:
    """The bindings of a class and of those of ours that it is made from."""
    for base in node.__mro__:
        if base.__module__.startswith("ddbtop.") and issubclass(base, DOMNode):
            yield from base.__dict__.get("BINDINGS", ())


@cache
def _usual(node: type[DOMNode]) -> dict[str, str]:
    """The first key of each command that a class binds, by the command's id."""
    return {binding.id: keys[0] for binding, keys in commands(inherited(node)) if binding.id}


@dataclass(frozen=True, slots=True)
class Keymap:
    """The keys of commands by id where they are not the usual ones, made by `regions.checked` of what people write."""

    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def apply(self, bindings: Iterable[BindingType]) -> list[Binding]:
        """One binding a key, with the keys that are in force."""
        found: list[Binding] = []
        for binding in Binding.make_bindings(bindings):
            keys = self.keys.get(binding.id or "")
            if keys is None:
                found.append(binding)
            elif not any(known.id == binding.id for known in found):
                found += [replace(binding, key=key) for key in keys]
        return found

    def textual(self) -> dict[str, str]:
        """In the form that `App.set_keymap` takes."""
        return {id: ",".join(keys) for id, keys in self.keys.items()}


USUAL = Keymap()


@dataclass(frozen=True, slots=True)
class KeyNames:
    """What the texts of one place call the keys of commands."""

    keymap: Keymap
    nodes: tuple[type[DOMNode], ...]
    """Where the commands are bound."""

    def __call__(self, id: str) -> str:
        """The first key that is in force. Raises `KeyError` for a command that none of the nodes binds."""
        for node in self.nodes:
            if id in (usual := _usual(node)):
                return key_sign(self.keymap.keys.get(id, (usual[id],))[0])
        raise KeyError(id)
