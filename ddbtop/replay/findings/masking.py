"""An event with its values replaced: the same types, lengths and form, and nothing of what they said."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from ddbtop.streams.attributes import Kind, binary, kind_of

_IMAGES = ("Keys", "NewImage", "OldImage")


def masked_record(record: dict[str, Any]) -> dict[str, Any]:
    """A record of a Lambda event; attribute names, sequence numbers and times stay."""
    change = record.get("dynamodb")
    if not isinstance(change, dict):
        return record
    images = {
        name: {key: masked_value(value) for key, value in change[name].items()}
        for name in _IMAGES
        if isinstance(change.get(name), dict)
    }
    return {**record, "dynamodb": {**change, **images}}


def masked_value(value: Any) -> Any:
    """`{"S": "12,90"}` becomes `{"S": "11,11"}`; what is no attribute value is taken for text."""
    kind = kind_of(value)
    match kind:
        case Kind.M:
            return {"M": {name: masked_value(member) for name, member in value["M"].items()}}
        case Kind.L:
            return {"L": [masked_value(element) for element in value["L"]]}
        case Kind.SS | Kind.NS | Kind.BS:
            return {kind.value: _distinct(kind, value[kind.value])}
        case Kind.BOOL | Kind.NULL:
            return value
        case Kind.S:
            return {"S": masked_text(value["S"])}
        case Kind.N:
            return {"N": masked_number(value["N"])}
        case Kind.B:
            return {"B": _bytes(value["B"])}
        case _:
            return {"S": "x"}


def masked_text(text: str) -> str:
    """Letters and digits go, punctuation and blanks stay: a comma in a number is what a handler may fail on."""
    return "".join(map(_masked_character, text))


def masked_number(text: str) -> str:
    """Digits become ones, in as many places; a zero stays a zero, since dividing by it is a reason to fail."""
    mantissa, exponent, power = text.partition("E") if "E" in text else text.partition("e")
    if not mantissa.strip("+-0."):
        return text
    return "".join("1" if character.isdigit() else character for character in mantissa) + exponent + power


def _masked_character(character: str) -> str:
    if character.isdigit():
        return "1"
    if character.isalpha():
        return "X" if character.isupper() else "x"
    return character if character.isascii() else "x"


def _bytes(text: str) -> str:
    data = binary(text)
    return b64encode(bytes(len(data))).decode() if data is not None else text


def _distinct(kind: Kind, members: list[str]) -> list[str]:
    """Members of a set differ, so they are numbered as far as their length allows."""
    return [_numbered(kind, member, number) for number, member in enumerate(members)]


def _numbered(kind: Kind, member: str, number: int) -> str:
    if kind is Kind.BS:
        length = len(binary(member) or b"")
        return b64encode(number.to_bytes(8, "big")[-length:].rjust(length, b"\0") if length else b"").decode()
    if kind is Kind.NS:
        digits = max(len(member.strip("-").partition(".")[0]), len(str(number + 1)))
        return str(10 ** (digits - 1) + number)
    tail = str(number)
    return masked_text(member)[: max(0, len(member) - len(tail))] + tail[-len(member) :]
