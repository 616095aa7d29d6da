"""What the README says of the inspector is what the inspector says of itself."""

from __future__ import annotations

import re

from screenshots.keys import README, with_table


def test_table_of_keys_is_that_of_the_bindings() -> None:
    text = README.read_text()
    assert with_table(text) == text, "`python -m screenshots.keys` writes it"


def test_pictures_are_there() -> None:
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README.read_text())
    assert pictures
    for picture in pictures:
        assert (README.parent / picture).read_bytes().startswith(b"\x89PNG")
