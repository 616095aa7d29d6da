"""DynamoDB attribute values: what they are and how they are shown, whatever an odd server puts into them.

A value is what `wire.decode_value` makes of one: `{"S": "text"}`, `{"M": {"a": {"N": "1"}}}`. Numbers stay text or
become `Decimal`, never floats: they have up to 38 digits. Whatever is no attribute value is of kind `?` and shown as
the JSON that it is.
"""

from ddbtop.streams.attributes.keys import key_text
from ddbtop.streams.attributes.kinds import SETS, Kind, binary, kind_of, number
from ddbtop.streams.attributes.notation import SHOWN_CHARACTERS, name_text, needs_quotes, shown
from ddbtop.streams.attributes.times import epoch_seconds, reads_as_time

__all__ = [
    "SETS",
    "SHOWN_CHARACTERS",
    "Kind",
    "binary",
    "epoch_seconds",
    "key_text",
    "kind_of",
    "name_text",
    "needs_quotes",
    "number",
    "reads_as_time",
    "shown",
]
